"""The pages of substances and law: what the commands answer, in a browser."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from litestar.testing import TestClient
from tests.support.raising import message_of
from tests.web.conftest import Desk

from tidewaiter.cli.core.main import main
from tidewaiter.law.comparison import ORDER
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.web.core.node import Node
from tidewaiter.web.law.desk import desk_of

Desks = Callable[..., Desk]
DAY = "2026-11-25"
BYTES = 200_000  # of a page, compressed
SMILES = "CCC(=O)N(c1ccccc1)C1CCN(CCc2cccs2)CC1"  # thiofentanyl, of Schedule I of 1961
HOSTILE = "<script>alert(1)</script>\"'{{ 7 * 7 }}\u202e"
PAGES = (
    "/substances",
    "/law",
    "/law/compare",
    "/law/changes",
    "/law/regimes",
    "/law/classes",
    *(f"/law/regimes/{slug}" for slug in sorted(load_registry().regimes)),
    *(f"/law/classes/{rule.slug}" for rule in load_registry().classes),
    *(f"/substances/{each.slug}" for each in load_registry().substances[::40]),
)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_and_its_record(desk: Desks, path: str) -> None:
    """A viewer reads both; the page is small."""
    one = desk("viewer")
    page = one.get(f"{path}?day={DAY}")
    assert page.status_code == 200
    assert len(gzip.compress(page.content)) < BYTES
    assert "Not legal advice" in page.text
    assert one.get(f"{path}.json?day={DAY}").json()


@pytest.mark.parametrize("path", ["/substances", "/law", "/law/compare", "/substances/acetone"])
def test_a_stranger_is_sent_to_sign_in(stranger: "TestClient[Any]", path: str) -> None:
    """As from every page."""
    answer = stranger.get(path, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/substances/no", "web/no-such-substance"),
        ("/law/regimes/no", "web/no-such-law"),
        ("/law/classes/no", "web/no-such-class-rule"),
    ],
)
def test_what_is_not_there_is_told(desk: Desks, path: str, code: str) -> None:
    """With the place to look."""
    answer = desk("viewer").get(f"{path}.json")
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.json()["hint"]


def test_the_page_answers_as_the_command(desk: Desks) -> None:
    """On an amount, a content and a route: the same answers with their reasons, in order."""
    query = "what=acetone&from=AU&to=Mexico&amount=250+l&percent=95"
    page = desk("viewer").get(f"/law.json?{query}&day={DAY}").json()
    options = ("--from", "AU", "--to", "MX", "--amount", "250 l", "--percent", "95")
    said = CliRunner().invoke(main, ("law", "acetone", *options, "--day", DAY, "--json"))
    rulings = sorted(
        json.loads(said.stdout)["rulings"], key=lambda each: ORDER.index(each["answer"])
    )
    (subject,) = page["answers"]["subjects"]
    assert [each["answer"] for each in subject["rulings"]] == [each["answer"] for each in rulings]
    assert [each["jurisdiction"] for each in subject["rulings"]] == [
        each["jurisdiction"] for each in rulings
    ]
    assert {"controlled", "not listed"} <= {each["answer"] for each in rulings}


def test_a_structure_is_put_to_the_class_rules(desk: Desks) -> None:
    """It is recognised, its marked atoms are drawn, and no page holds a style in its text."""
    one = desk("viewer")
    page = one.get(f"/law?what={quote(SMILES)}&in=GB&in=US&day={DAY}")
    assert "Thiofentanyl" in page.text
    assert "Compounds derived from fentanyl" in page.text
    assert "#FFD377" in page.text.upper()
    assert " style=" not in page.text
    found = one.get(f"/substances.json?text={quote(SMILES)}&day={DAY}").json()["found"]
    (read,) = found["recognised"]
    assert read["substance"]["slug"] == "thiofentanyl"
    held = {each["rule"]["slug"] for each in read["classes"] if not each["excluded"]}
    assert "uk-fentanyls" in held


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("amount=25+parsecs", "amount"),
        ("from=Atlantis", "from"),
        ("to=XX", "to"),
        ("transit=PA,Nowhere", "transit"),
        ("percent=140", "percent"),
        ("day=tomorrow", "day"),
        ("form=powder", "form"),
        ("in=ZZ", "in"),
    ],
)
def test_what_cannot_be_read_is_marked_and_nothing_is_answered(
    desk: Desks, query: str, field: str
) -> None:
    """The field, what is wrong with it and what would do; the rest of the question stays."""
    one = desk("viewer")
    read = one.get(f"/law.json?what=acetone&{query}").json()
    assert [each["field"] for each in read["mistakes"]] == [field]
    assert read["mistakes"][0]["hint"]
    assert read["answers"] is None
    page = one.get(f"/law?what=acetone&{query}").text
    assert f'aria-describedby="wrong-{field}"' in page or field == "in"
    assert f'id="wrong-{field}"' in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_are_days(desk: Desks, day: str) -> None:
    """Any date that a program sends is answered; an invalid one is refused."""
    one = desk("viewer")
    for path in (
        "/substances",
        "/substances/fentanyl",
        "/law/changes",
        "/law/regimes/un-1988",
        "/law/regimes",
        "/law/classes",
        "/law/classes/us-fentanyls-2025",
    ):
        assert one.get(f"{path}?day={day}").status_code == 200, path
        assert one.get(f"{path}?day=tomorrow").status_code == 400, path
    assert one.get(f"/law?what=fentanyl&day={day}").status_code == 200
    assert one.get(f"/law/compare?what=fentanyl&day={day}").status_code == 200


def test_many_who_ask_at_once_are_answered_as_one(node: Node) -> None:
    """Names that are spelt so, names that are read in goods, and structures, in eight threads."""
    asker, day = desk_of(node).asker, date.fromisoformat(DAY)
    texts = ["fentanyl", "Acetic anhydride 99 pct, drums", SMILES, "麻黄碱", "CCO", "ephedrine HCl"]
    alone = [asker.find(text, day) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda text: asker.find(text, day), texts * 20))
    assert together == alone * 20


def test_what_is_not_assessable_is_never_not_listed(desk: Desks) -> None:
    """A broken structure, and goods that name nothing."""
    for text in ("C1CC", "nosuchthing whatever"):
        page = desk("viewer", f"a{len(text)}").get(f"/law.json?what={quote(text)}").json()
        assert page["answers"]["not_assessable"]
        assert page["answers"]["subjects"] == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/substances", "text"),
        ("/law", "what"),
        ("/law", "from"),
        ("/law", "amount"),
        ("/law/compare", "what"),
    ],
)
def test_what_is_written_stays_text(desk: Desks, path: str, name: str) -> None:
    """Markup, templates and marks that turn the reading are shown, not obeyed."""
    what = "&what=acetone" if name not in {"what", "text"} else ""
    page = desk("viewer").get(f"{path}?{name}={quote(HOSTILE)}{what}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_drawing_is_kept_by_the_browser(desk: Desks, registry: Registry) -> None:
    """Under an address of its edition; another edition is not kept."""
    one = desk("viewer")
    place = one.get("/substances/ephedrine.json").json()["drawings"]
    answer = one.get(f"{place}0")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.text.startswith("<svg")
    assert one.get("/substances/ephedrine/drawing/old/0").headers["cache-control"] == "no-store"
    assert one.get(f"{place}99").status_code == 404
    forms = registry.substance("ephedrine").forms
    drawn = next(i for i, form in enumerate(forms, 1) if form.smiles)
    assert one.get(f"{place}{drawn}").text != answer.text


def test_the_table_holds_what_the_page_shows(desk: Desks) -> None:
    """And more than the page, where a schedule is long."""
    one = desk("viewer")
    query = f"what=4-piperidone%0Anorfentanyl;%20fentanyl&in=UN&in=US&day={DAY}"
    page = one.get(f"/law/compare.json?{query}").json()
    answer = one.get(page["table"])
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    shown = [
        (row["slug"], cell["regime"], cell["answer"])
        for row in page["found"]["rows"]
        for cell in row["cells"]
    ]
    assert [(row["substance"], row["regime"], row["answer"]) for row in rows] == shown
    assert {row["substance"] for row in rows} == {"4-piperidone", "norfentanyl", "fentanyl"}
    assert answer.headers["content-disposition"].endswith(f'"laws-{DAY}.csv"')
    wrong = one.get("/law/compare.json?what=acetone%0Anosuchthing").json()
    assert wrong["mistakes"] == [message_of("web/names-nothing-in-registry", text="nosuchthing")]
    assert wrong["total"] == 1


def test_the_calendar_holds_what_comes(desk: Desks) -> None:
    """Of the laws that are chosen."""
    one = desk("viewer")
    query = "day=2024-06-01&regime=un-1988"
    page = one.get(f"/law/changes.json?{query}").json()
    assert [each["day"] for each in page["coming"]] == ["2024-12-03"]
    assert [each["day"] for each in page["came"]] == ["2024-03-19"]
    answer = one.get(page["calendar"])
    assert answer.headers["content-type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event.decoded("dtstart") == date(2024, 12, 3)
    assert one.get("/law/changes.json?regime=nix").status_code == 400


def test_pages_of_the_list_leave_out_and_repeat_nothing(desk: Desks, registry: Registry) -> None:
    """From the first to the last, each substance once."""
    one, seen, query = desk("viewer"), [], {"day": DAY}
    while query:
        found = one.get(f"/substances.json?{urlencode(query)}").json()["found"]
        seen += [row["slug"] for row in found["rows"]]
        query = found["next"]
    assert len(seen) == len(set(seen)) == found["total"] == len(registry.substances)


def test_long_lists_go_on_and_lose_nothing(desk: Desks) -> None:
    """Changes from the first day on, and the substances of a schedule of 261."""
    one, seen, at = desk("viewer"), [], "/law/changes?day=1900-01-01"
    while at:
        page = one.get(at.replace("?", ".json?")).json()
        seen += [each["key"] for each in page["coming"]]
        assert page["later"] == 0 or page["later_at"]
        at = page["later_at"]
    back, at = [], "/law/changes?day=2100-01-01&since=1900-01-01"
    while at:
        page = one.get(at.replace("?", ".json?")).json()
        back += [each["key"] for each in page["came"]]
        at = page["earlier_at"]
    assert len(set(seen)) == len(seen) > 200
    assert sorted(back) == sorted(seen)
    rows, at = [], f"/law/compare?of=us-csa:I&in=US&day={DAY}"
    while at:
        page = one.get(at.replace("?", ".json?")).json()
        rows += [row["slug"] for row in page["found"]["rows"]]
        at = page["next"]
    assert len(set(rows)) == len(rows) == page["total"] > 200
    table = one.get(page["table"].partition("&first")[0] + "&in=US").content
    assert table.count(b"\r\n") > len(rows)


def test_the_page_says_the_age_of_the_law_once(desk: Desks) -> None:
    """The day after a release "not listed" has a day, and one line says how old the law is."""
    client = desk("viewer")
    page = client.get("/law.json?what=acetic+anhydride&from=DE&to=MX&day=2026-12-01").json()
    ages = page["answers"]["ages"]
    (subject,) = page["answers"]["subjects"]
    answers = [each["answer"] for each in subject["rulings"]]
    assert answers == sorted(answers, key=ORDER.index)
    assert subject["short"]["lines"][0]["kind"] == "controlled"
    assert [each["days"] for each in ages] == sorted(each["days"] for each in ages)
    assert ages[0]["laws"] == []
    assert all(each["as_of"] for each in subject["rulings"] if each["answer"] == "not listed")
    shown = client.get("/law?what=acetic+anhydride&from=DE&to=MX&day=2026-12-01").text
    assert shown.count('class="law-age"') == 1
    assert shown.index('class="short-answer"') < shown.index('class="rulings"')


def test_a_law_shows_which_text_was_read(desk: Desks) -> None:
    """Its page has the day of that text and the amendments after it, loaded or not."""
    client = desk("viewer")
    page = client.get("/law/regimes/us-listed-chemicals.json").json()
    missing = [each for each in page["amendments"] if not each["loaded"]]
    assert page["line"]["edition"]
    assert page["line"]["missing"] == len(missing)
    shown = client.get("/law/regimes/us-listed-chemicals").text
    assert all(each["cite"] in shown for each in page["amendments"])


@pytest.mark.parametrize("path", ["/law?what=ephedrine&from=TD&to=MX&", "/substances/ephedrine?"])
def test_the_page_answers_in_the_language_of_the_reader(desk: Desks, path: str) -> None:
    """Obligations and answers are translated; what a program gets stays as it is."""
    one, asked = desk("viewer"), f"{path}day={DAY}"
    page = one.get(asked, headers={"Accept-Language": "es"}).text
    assert "notificación previa a la exportación" in page
    assert "pre-export notification:" not in page
    assert ": pre-export notification" not in page
    told = one.get(asked.replace("?", ".json?"), headers={"Accept-Language": "es"}).text
    assert "pre-export notification" in told
    assert "notificación previa" not in told


def test_a_country_without_law_is_named(desk: Desks) -> None:
    """By its name; the record has its code as well."""
    one, asked = desk("viewer"), f"what=ephedrine&from=TD&to=MX&day={DAY}"
    assert "no legislation of Chad is loaded" in one.get(f"/law?{asked}").text
    (subject,) = one.get(f"/law.json?{asked}").json()["answers"]["subjects"]
    (ruling,) = (each for each in subject["rulings"] if each["jurisdiction"] == "TD")
    assert ruling["answer"] == "not assessable"
