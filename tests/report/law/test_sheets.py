"""Assessment sheets: what they say of compounds of every kind, and what they never do."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from html.parser import HTMLParser

import msgspec
import pytest
from tests.support.english import english_left

from tidewaiter.law.answers import Compound, Found, Question
from tidewaiter.law.registry import Editions, Registry
from tidewaiter.law.structure import Entry, Structure, StructureError, parse_structure
from tidewaiter.report.law.sheet_printing import Printing, press_sheet, press_structure, sheet_of
from tidewaiter.report.law.sheets import Imprint, Listed, file_of, render_index

DAY = date(2026, 11, 25)
HOSTILE = "<script>alert(1)</script>\u202e{{ 7 * 7 }}"
Press = Callable[..., str]


class _Text(HTMLParser):
    """Collects what a reader sees, and which tags and addresses there are."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in {"href", "src", "xlink:href"}]
        self._hidden = tag in {"style", "title", "path"}

    def handle_endtag(self, tag: str) -> None:
        del tag
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.seen.append(data)


def _printing(jurisdictions: tuple[str, ...], day: date = DAY) -> Printing:
    question = Question(day=day, jurisdictions=jurisdictions)
    editions = Editions(registry="a" * 32, rules="b" * 32)
    imprint = Imprint(
        question=question,
        printed=date(2026, 11, 26),
        version="9.9",
        editions=editions,
        file="a.smi",
    )
    return Printing(imprint=imprint)


def _named(text: str, *found: Found) -> str:
    """Return the page on what was found by its name."""
    printing = _printing(("AU",))
    return press_sheet(sheet_of(text, found, printing), printing).html


def _read(html: str) -> tuple[str, _Text]:
    page = _Text()
    page.feed(html)
    return " ".join(" ".join(page.seen).split()), page


@pytest.fixture(scope="module")
def press(registry: Registry) -> Press:
    """Print the sheet of a SMILES, or of listed substances by their slugs."""

    def sheet(text: str, *jurisdictions: str, name: str = "", day: date = DAY) -> str:
        slugs = text.split("+")
        known = {each.slug: each.smiles for each in registry.substances}
        smiles = ".".join(known.get(slug) or slug for slug in slugs)
        found: Structure | StructureError
        try:
            found = parse_structure(smiles, "smiles")
        except StructureError as error:
            found = error
        entry = Entry("a.smi, line 7", name, found)
        return press_structure(entry, _printing(jurisdictions, day)).html

    return sheet


def test_a_sheet_says_what_its_answers_rest_on(press: Press) -> None:
    """Name, number, how it was found, listings, sources with address, and both editions."""
    text, page = _read(press("fentanyl", "US", "CN"))
    for said in (
        "Fentanyl",
        "437-38-7",
        "C22H28N2O",
        "336.48 u",
        "by structure, as in the registry",
        "US Controlled Substances Act",
        "rom a secondary source, not from an official text",
        "Law as of 2026-11-25",
        "Printed on 2026-11-26",
        "tidewaiter 9.9",
        "aaaaaaaaaaaa",
        "bbbbbbbbbbbb",
        "Not a licence and not legal advice.",
        "no control found",
        "every loaded rule of that legal instrument was evaluated",
        "Our copy: complete from 2025-07-21",
    ):
        assert said in text, said
    assert any(each.startswith("https://www.govinfo.gov") for each in page.addresses)
    undated, _ = _read(press("alfentanil", "US"))
    assert "Date of entry into force unknown; treated as in force." in undated
    assert "svg" in page.tags


def test_clauses_are_marked_once_for_each_set_of_atoms(press: Press) -> None:
    """A member of several classes has a drawing for each place, with the classes beside it."""
    html = press("4-methylacetylfentanyl", "CN", "GB", "CA")
    text, page = _read(html)
    assert page.tags.count("svg") == 2
    assert html.count("#FFD3") > 2
    assert "another acyl in place of the propionyl" in text
    assert "CN: Fentanyl-related substances" in text
    assert "GB: Compounds derived from fentanyl" in text
    assert "Notice of 1 April 2019" in text
    assert "1987" in text, "the first day of the British class"


def test_what_no_class_holds_has_no_marks(press: Press) -> None:
    """Remifentanil, which lists name, is drawn once and without marks."""
    html = press("remifentanil", "US", "CN")
    assert "#FFD3" not in html
    assert html.count("<svg") == 1


def test_what_cannot_be_assessed_has_a_sheet_that_says_why(press: Press) -> None:
    """It is never shown as a structure of which no control was found."""
    text, page = _read(press("CN(C)(C)(C)C", "US", name="odd"))
    assert "Not assessable" in text
    assert "Explicit valence" in text
    assert "so a control may apply" in text
    assert "table" not in page.tags


def test_what_comes_later_is_told_with_its_day(press: Press) -> None:
    """A published control that is not in force has its date; later ones have theirs."""
    text, _ = _read(press("norfentanyl", "UN", day=date(2022, 6, 1)))
    assert "2022-11-23" in text
    assert "Table I" in text


def test_each_part_of_a_mixture_is_on_the_sheet(press: Press) -> None:
    """All of it is drawn, and then each part with its answers."""
    html = press("ephedrine+fentanyl", "UN", name="a mixture")
    text, page = _read(html)
    assert page.tags.count("svg") == 3
    assert page.tags.count("table") == 2
    assert text.index("a mixture") < text.index("Fentanyl")


def test_nothing_runs_and_nothing_is_fetched(press: Press) -> None:
    """Names of strangers are text, invisible signs are shown, and addresses are of sources."""
    html = press("CCO", "UN", name=HOSTILE)
    text, page = _read(html)
    assert "script" not in page.tags
    assert not {"img", "link", "iframe", "object", "base"} & set(page.tags)
    assert "<script>alert(1)</script>⟦U+202E⟧{{ 7 * 7 }}" in text
    allowed = re.compile(r"https?://|#source-\d+$|index\.html$")
    assert all(allowed.match(each) for each in page.addresses)
    assert 'content="default-src &#39;none&#39;; style-src' in html
    assert html.encode("utf-8")


def test_no_sheet_says_how_to_leave_a_class(press: Press) -> None:
    """No words of a sheet speak of what would change an answer, or call a thing clear or legal."""
    sheets = [press(text, "US", "CN", "GB", "CA", "UN") for text in ("apaa", "acetone", "CCO")]
    for html in sheets:
        text, _ = _read(html)
        found = re.findall(r"\b(legal|clear|safe|permitted|would not be|to avoid|unless)\b", text)
        assert set(found) <= {"legal"}
        plain = re.sub(r"\blegal (advice|instrument)\b", "", text, flags=re.IGNORECASE)
        assert "legal" not in plain.lower()


def test_a_sheet_is_in_the_language_asked_for(registry: Registry) -> None:
    """What a legal instrument says itself is English, and marked so."""
    printing = _printing(("US", "EU"))
    spoken = msgspec.structs.replace(printing.imprint, spoken="ar")
    printing = msgspec.structs.replace(printing, imprint=spoken)
    named = {each.slug: Found(name=each.name, substance=each) for each in registry.substances}
    sheet = sheet_of("acetic anhydride", (named["acetic-anhydride"],), printing)
    page = press_sheet(sheet, printing).html
    assert '<html lang="ar" dir="rtl">' in page
    assert list(english_left(page)) == []


def test_a_name_has_a_sheet_too(registry: Registry) -> None:
    """A match by name is drawn from the registry; a missing structure is stated."""
    named = {each.slug: Found(name=each.name, substance=each) for each in registry.substances}
    bare = next(each for each in registry.substances if each.smiles is None)
    text, page = _read(_named("acetone", named["acetone"]))
    assert "by name or number" in text
    assert "67-64-1" in text
    assert "svg" in page.tags
    both = _named("both", named["acetone"], named["toluene"])
    assert "<title>Acetone, Toluene: Assessment sheet</title>" in both
    text, page = _read(_named(bare.slug, named[bare.slug]))
    assert "Not shown: the registry has no structure for it." in text
    assert "svg" not in page.tags


def test_the_index_links_all_in_order_as_they_come() -> None:
    """Lines come one by one; a name of a file is its number, whatever the id is."""
    taken: list[int] = []

    def lines() -> Iterator[Listed]:
        for number, name in enumerate(("../../etc/passwd", HOSTILE, "c"), 1):
            taken.append(number)
            compound = Compound(place=f"a.smi, line {number}", id=name, not_assessable="why")
            yield Listed(number=number, file=file_of(number), compound=compound)

    pieces = render_index(lines(), _printing(()).imprint)
    assert next(pieces).startswith("<!doctype html>")
    assert taken == []
    text, page = _read("".join(pieces))
    assert page.addresses == ["000001.html", "000002.html", "000003.html"]
    assert text.count("not assessable") == 3
    assert "script" not in page.tags
