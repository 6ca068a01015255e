"""Pages of official counts: the records of the commands, in words, as files, and for all eyes."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.papers import needs_pdf
from tests.support.burden_counts import fill_counts
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.burden.releases.dataset_loader import ReleaseShelf
from tidewaiter.cli.core.main import main
from tidewaiter.web.core.node import Node

People = Callable[..., Desk]
PAGES = {
    "trends": "/burden",
    "mix": "/burden/drugs",
    "map": "/burden/map",
    "ages": "/burden/ages",
    "changes": "/burden/changes",
}


@pytest.fixture
def counted(node: Node, tmp_path: Path) -> Node:
    """Give the installation three releases."""
    node.counts = ReleaseShelf(fill_counts(tmp_path / "counts"))
    return node


def test_an_empty_archive_says_how_to_fill_it(desk: People) -> None:
    """Every page answers, and tells a program that there is nothing."""
    one = desk("viewer")
    for path in (*PAGES.values(), "/burden/events", "/burden/claims"):
        assert one.get(path).status_code == 200
    page = one.get("/burden")
    assert "tidewaiter burden add FILE" in page.text
    assert one.get("/burden.json").json()["shown"] is None
    assert one.get("/burden/trends/csv").status_code == 404


@pytest.mark.parametrize("place", ["US", "DE"])
def test_a_page_and_its_command_are_one_record(counted: Node, desk: People, place: str) -> None:
    """For a second country too, with counts from a plain CSV file."""
    one, folder = desk("viewer"), str(counted.counts.folder)
    for name, path in PAGES.items():
        told = one.get(f"{path}.json?place={place}")
        if (name, place) in {("ages", "US"), ("changes", "DE")}:
            assert told.status_code == 404
            continue
        asked = ["burden", name, "--place", place, "--archive", folder, "--json"]
        said = CliRunner().invoke(main, asked)
        assert told.json()["shown"] == msgspec.json.decode(said.stdout)
        page = one.get(f"{path}?place={place}").text
        assert "Published release" in page
        assert ("Germany; 12-month totals" in page) == (place == "DE")


def test_an_entry_of_the_menu_answers_though_there_is_nothing_to_show(
    counted: Node, desk: People
) -> None:
    """No release has ages: the page says so; a request for one is still not found."""
    assert counted
    one = desk("viewer")
    page = one.get("/burden/ages")
    assert (page.status_code, 'role="alert"' in page.text) == (200, True)
    assert one.get("/burden/ages?place=US").status_code == 404
    assert one.get("/burden/ages.json").status_code == 404


def test_the_newest_figure_stands_first_with_its_interval(counted: Node, desk: People) -> None:
    """And with what the source reports and predicts, and that it is provisional."""
    assert counted
    page = desk("viewer").get("/burden").text
    assert "95 % interval" in page
    assert "predicted by CDC; provisional" in page
    assert "compared with the 12 months ending Dec 2022" in page


def test_what_is_not_there_is_a_page_with_a_way_on(counted: Node, desk: People) -> None:
    """Its status tells it, the form stays, and what there is is named; hostile text is escaped."""
    assert counted
    one = desk("viewer")
    page = one.get("/burden?place=Ohio&release=1999-01")
    assert (page.status_code, "releases: cdc-vsrr" in page.text) == (404, True)
    assert 'name="place"' in page.text
    odd = one.get("/burden?place=%3Cscript%3Ealert(1)%3C/script%3E")
    assert odd.status_code == 400
    assert "<script>alert" not in odd.text
    assert one.get("/burden.json?place=Ohio&release=1999-01").status_code == 404
    assert one.get("/burden?from=2022").status_code == 400
    assert one.get("/burden?surprise=1").status_code == 400


def test_figures_and_sheets_are_files(counted: Node, desk: People) -> None:
    """Each by its address, kept and never shown inline; a view that is none is not there."""
    assert counted
    one = desk("viewer")
    svg = one.get("/burden/trends/svg?figure=closer&place=Ohio")
    assert svg.headers["content-type"] == "image/svg+xml"
    assert 'filename="closer-Ohio-overdose.svg"' in svg.headers["content-disposition"]
    assert "Ohio" in svg.text
    sheet = one.get("/burden/map/csv").text
    assert "US-VT,Vermont,overdose" in sheet
    pytest.importorskip("resvg_py")
    assert one.get("/burden/mix/png").content.startswith(b"\x89PNG")
    assert one.get("/burden/nothing/svg").status_code == 404
    assert one.get("/burden/trends/svg?figure=nothing").status_code == 400


@needs_pdf
def test_the_brief_comes_from_the_page(counted: Node, desk: People) -> None:
    """As HTML in the language of the reader, and as PDF."""
    assert counted
    one = desk("viewer")
    page = one.get("/burden/brief.html?place=DE", headers={"accept-language": "es"})
    assert "Limitaciones de las cifras" in page.text
    assert one.get("/burden/brief.pdf").content.startswith(b"%PDF")


def test_a_new_release_is_seen_at_once(counted: Node, desk: People) -> None:
    """The memory cache is valid while the folder is unchanged."""
    one, folder = desk("viewer"), counted.counts.folder
    assert folder is not None
    before = one.get("/burden.json").json()
    assert counted.counts.stock() is counted.counts.stock()
    (folder / "vsrr-2023-12.csv").unlink()
    after = one.get("/burden.json").json()
    assert (before["releases"], after["releases"]) == (3, 2)
    assert before["shown"]["caption"]["newest"] == "2023-12"
    assert after["shown"]["caption"]["newest"] == "2023-11"


def test_a_claim_is_checked_as_the_command_does(counted: Node, desk: People) -> None:
    """The same record; unknown words are reported, and no text is executed."""
    one, text = desk("viewer"), "nearly 110,000 deaths in 2022"
    told = one.get(f"/burden/claims.json?text={text}&said=2023-07-07").json()["checked"]
    folder = str(counted.counts.folder)
    said = CliRunner().invoke(
        main, ["burden", "claim", text, "--said-on", "2023-07-07", "--archive", folder, "--json"]
    )
    assert told == msgspec.json.decode(said.stdout)
    page = one.get(f"/burden/claims?text={text}").text
    assert "109,413" in page
    odd = one.get("/burden/claims?text=%3Cb%3Ehello%3C/b%3E")
    assert (odd.status_code, "<b>hello" in odd.text) == (400, False)


def test_an_event_is_chosen_and_never_called_a_cause(counted: Node, desk: People) -> None:
    """Known events are listed; too few months are refused with what would do."""
    assert counted
    one = desk("viewer")
    assert "us-fentanyl-class" in one.get("/burden/events").text
    short = one.get("/burden/events?event=us-fentanyl-class")
    assert short.status_code == 400
    assert 'role="alert"' in short.text
    assert one.get("/burden/events.json?event=nothing").status_code == 400


@pytest.mark.browser
def test_all_can_use_the_pages(opened: Opened, served: tuple[str, Node], tmp_path: Path) -> None:
    """On a telephone and a desk, in the dark too: nothing overflows, and axe is satisfied."""
    served[1].counts = ReleaseShelf(fill_counts(tmp_path / "counts"))
    for path, width, scheme in (
        ("/burden", 390, "dark"),
        ("/burden/map", 390, "light"),
        ("/burden/changes", 1280, "dark"),
        ("/burden/claims?text=nearly+110,000+deaths+in+2022", 390, "light"),
    ):
        page, told = opened(path, role="viewer", width=width, color_scheme=scheme)
        check_page(page, told, width)
