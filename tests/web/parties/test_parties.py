"""The pages of parties and of their network: found, read, judged and walked through."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import pairwise
from urllib.parse import urlencode

import pyarrow as pa
import pytest
from playwright.sync_api import expect
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk

from tidewaiter.node.network.resolution import resolve_database, take_up
from tidewaiter.store.core.database import Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.types import LINES
from tidewaiter.web.core.node import Node

EVIL = '<script>alert("x")</script>'


def _stamp() -> Stamp:
    return Stamp(who="officer", at=datetime.now(UTC))


def _number(one: Desk, name: str) -> int:
    found = one.get(f"/parties.json?{urlencode({'q': name})}").json()["hits"]
    return int(found[0]["profile"]["entity"])


def _resolve(node: Node) -> None:
    resolve_database(node.database, _stamp, lambda *_: None)


def _store(node: Node, *parties: dict[str, str]) -> None:
    """Store a consignment of each two parties that follow each other."""
    rows = [
        {
            "row": row,
            "consignment": f"X{row}",
            "seq": 1,
            "departure": date(2026, 3, row % 28 + 1),
            "parties": [{"role": "exporter", **one}, {"role": "consignee", **other}],
        }
        for row, (one, other) in enumerate(pairwise(parties), 1)
    ]
    with node.change(None) as work:
        run = Run(day=date(2026, 3, 1), registry="r", rules="r")
        screening = begin_screening(work, Source(sha256="e" * 64, name="x.csv", size=1), run).id
        lines = pa.RecordBatch.from_pylist(rows, schema=LINES)
        add_batch(work, screening, Batch(lines=lines, done_row=len(rows)))
    take_up(node.database, _stamp)


def test_a_party_is_found_and_its_page_and_record_tell_the_same(
    desk: Callable[..., Desk],
) -> None:
    """A screening took it up, and it says that it was not compared yet."""
    one = desk("viewer")
    number = _number(one, "ornek kimya")
    page, record = one.get(f"/parties/{number}"), one.get(f"/parties/{number}.json").json()
    assert page.status_code == 200
    profile = record["party"]["profile"]
    assert profile["name"] == "Ornek Kimya AS"
    assert profile["waiting"] is True
    for text in ("Ornek Kimya AS", "not yet resolved"):
        assert text in page.text
    for partner in record["party"]["receivers"]:
        assert partner["profile"]["name"] in page.text


def test_after_a_resolve_the_page_says_so(desk: Callable[..., Desk], node: Node) -> None:
    """Nothing waits, and numbers have stayed."""
    one = desk("viewer")
    number = _number(one, "ornek kimya")
    _resolve(node)
    record = one.get(f"/parties/{number}.json").json()
    assert record["party"]["profile"]["waiting"] is False
    assert record["behind"] == {"parties": 0, "lines": 0}
    assert "not yet resolved" not in one.get(f"/parties/{number}").text


def test_two_parties_are_judged_and_what_was_judged_is_taken_back(
    desk: Callable[..., Desk], node: Node
) -> None:
    """The next resolve joins them; after the undo and another one they are two again."""
    one = desk("analyst")
    a, b = _number(one, "ornek kimya"), _number(one, "monster en voorbeeld")
    form = {"other": str(b), "why": "one licence", "verdict": "same"}
    assert one.post(f"/parties/{a}/judgements", form).status_code == 303
    page = one.get(f"/parties/{a}").text
    assert "one licence" in page
    assert "takes effect at the next entity resolution" in page
    _resolve(node)
    answers = {number: one.get(f"/parties/{number}.json") for number in (a, b)}
    (gone,) = (number for number, answer in answers.items() if answer.status_code == 404)
    kept = a + b - gone
    assert answers[gone].json()["code"] == "web/party-joined-another"
    assert str(kept) in answers[gone].json()["hint"]
    assert one.get(f"/parties/{gone}").headers["location"] == f"/parties/{kept}"
    assert len(answers[kept].json()["party"]["names"]) == 2
    a = kept
    (judged,) = one.get(f"/parties/{a}.json").json()["party"]["judgements"]
    back = {"a": judged["a"], "b": judged["b"], "why": "an error", "verdict": "undecided"}
    late = one.send(f"/parties/{a}/judgements", back)
    assert late.status_code == 409  # an outdated page is refused
    assert one.send(f"/parties/{a}/judgements", {**back, "seen": judged["id"]}).status_code == 200
    _resolve(node)
    assert len(one.get(f"/parties/{a}.json").json()["party"]["names"]) == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"other": "999999", "why": "x", "verdict": "same"}, 404),
        ({"a": "p-none", "b": "p-nobody", "why": "x", "verdict": "same"}, 404),
        ({"why": "x", "verdict": "perhaps"}, 400),
        ({"other": "{own}", "why": "x", "verdict": "same"}, 400),
        ({"other": "{other}", "why": "  ", "verdict": "same"}, 400),
    ],
)
def test_a_judgement_that_says_nothing_is_refused(
    desk: Callable[..., Desk], form: dict[str, str], status: int
) -> None:
    """With the reason."""
    one = desk("analyst")
    a, b = _number(one, "ornek kimya"), _number(one, "monster en voorbeeld")
    told = {name: value.format(own=a, other=b) for name, value in form.items()}
    assert one.post(f"/parties/{a}/judgements", told).status_code == status


def test_a_viewer_judges_nothing(desk: Callable[..., Desk]) -> None:
    """Nor are they offered to."""
    one = desk("viewer")
    number = _number(one, "ornek kimya")
    form = {"other": "2", "why": "x", "verdict": "same"}
    assert one.post(f"/parties/{number}/judgements", form).status_code == 403
    assert "/judgements" not in one.get(f"/parties/{number}").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/parties/999999", 404),
        ("/parties/99999999999999999999999", 404),
        ("/network?party=999999", 404),
        ("/network?party=1&open=1,x", 400),
        ("/network?party=1&steps=9", 400),
        ("/network?from=1&to=99999999", 404),
        ("/network?party=1&open=99999999999", 200),
        ("/parties?q=%00%ff", 200),
    ],
)
def test_what_is_not_there_is_told(desk: Callable[..., Desk], path: str, status: int) -> None:
    """And nothing breaks."""
    assert desk("viewer").get(path).status_code == status


def test_names_of_strangers_are_only_shown(desk: Callable[..., Desk], node: Node) -> None:
    """A name that is a script stays text: on the pages, in the drawing and in the search."""
    _store(node, {"name": f"Evil {EVIL} GmbH", "address": EVIL}, {"name": "Muster Handel"})
    one = desk("analyst")
    number = _number(one, "Evil")
    for path in (f"/parties/{number}", f"/network?party={number}", f"/parties?q={EVIL}"):
        text = one.get(path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_the_network_and_its_record_tell_the_same(desk: Callable[..., Desk], node: Node) -> None:
    """Each node of the record is drawn, and each relationship is given in words."""
    names = ("Ambarino", "Boldega", "Cormundi")
    _store(node, *({"name": f"{name} Handel", "country": "DE"} for name in names))
    one = desk("viewer")
    number = _number(one, "Boldega Handel")
    record, page = (one.get(f"/network{kind}?party={number}") for kind in (".json", ""))
    drawing = record.json()["drawing"]
    assert len(drawing["nodes"]) == 3
    assert page.text.count('<a class="dot') == 3
    assert page.text.count("sent 1 consignment to") == 2
    ends = _number(one, "Ambarino Handel"), _number(one, "Cormundi Handel")
    path = one.get(f"/network?from={ends[0]}&to={ends[1]}")
    assert "Ambarino Handel sent 1 consignment to Boldega Handel" in " ".join(path.text.split())


@pytest.fixture
def trading(served: tuple[str, Node]) -> Node:
    """Serve an installation with a small network."""
    _, node = served
    names = ("Ambarino", "Boldega", "Cormundi", "Drusilko", "Elbantra")
    phone = {"address": "Hafen 3, Hamburg, Tel. +49 40 5550101"}
    parties = [{"name": f"{name} Handel", "country": "DE"} for name in names]
    _store(node, {**parties[0], **phone}, *parties[1:4], {**parties[4], **phone})
    _resolve(node)
    return node


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_fit_and_can_be_used_by_all(
    opened: Opened, trading: Node, width: int, scheme: str
) -> None:
    """Nothing is wider than the screen, the browser complains of nothing, and axe finds nothing."""
    with trading.read() as work:
        number = work.connection.exec_driver_sql(
            "SELECT entity FROM entity_profile WHERE name = 'Boldega Handel'"
        ).scalar_one()
        other = work.connection.exec_driver_sql(
            "SELECT entity FROM entity_profile WHERE name = 'Elbantra Handel'"
        ).scalar_one()
    for path in (
        "/parties",
        "/parties?q=handel",
        f"/parties/{number}",
        f"/network?party={number}",
        f"/network?from={number}&to={other}",
    ):
        page, told = opened(path, width=width, color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for summary in page.locator("main summary").all():
            summary.click()
        check_page(page, told, width)


@pytest.mark.browser
def test_the_network_is_walked_through_by_keyboard(opened: Opened, trading: Node) -> None:
    """Tab leads to the party, an arrow to its neighbour, Enter shows the neighbours of that."""
    with trading.read() as work:
        number = work.connection.exec_driver_sql(
            "SELECT entity FROM entity_profile WHERE name = 'Boldega Handel'"
        ).scalar_one()
    page, told = opened(f"/network?party={number}")
    dots = page.locator("svg.net a.dot")
    expect(dots).to_have_count(3)
    page.locator("svg.net a.dot.start").focus()
    expect(page.locator("[data-about]")).to_contain_text("Boldega Handel")
    seen = set()
    for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"):
        page.locator("svg.net a.dot.start").focus()
        page.keyboard.press(key)
        seen.add(page.locator("[data-about]").inner_text().split(" Handel")[0])
    assert len(seen) > 1
    page.locator("svg.net a.dot", has_text="Cormundi").focus()
    page.keyboard.press("Enter")
    expect(dots).to_have_count(4)
    assert "open=" in page.url
    page.keyboard.press("+")
    box = page.locator("svg.net").get_attribute("viewBox")
    page.keyboard.press("0")
    assert page.locator("svg.net").get_attribute("viewBox") != box
    assert told == []


@pytest.mark.browser
def test_names_in_the_network_can_be_read_on_a_telephone(opened: Opened, trading: Node) -> None:
    """However far away, letters keep a size, and the party that was asked for keeps its name."""
    with trading.read() as work:
        number = work.connection.exec_driver_sql(
            "SELECT entity FROM entity_profile WHERE name = 'Boldega Handel'"
        ).scalar_one()
    page, told = opened(f"/network?party={number}&steps=3", width=390)
    for key in ("0", "-", "+"):
        page.keyboard.press(key)
        heights = page.evaluate(_LETTERS)
        assert min(heights) >= 11
    expect(page.locator("svg.net .start .name")).to_be_visible()
    page.goto(page.url.split("/network")[0] + f"/parties/{number}")
    assert min(page.evaluate(_LETTERS.replace("svg.net .name", "svg.course text"))) >= 11
    assert told == []


_LETTERS = """[...document.querySelectorAll("svg.net .name")]
  .filter((text) => getComputedStyle(text).visibility === "visible")
  .map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)"""
