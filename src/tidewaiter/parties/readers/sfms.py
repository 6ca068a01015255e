"""Ukraine's list of persons connected with terrorism, of the State Financial Monitoring Service.

Source: the elements of BlackListFull.xml, as OpenSanctions (2026-08) and other public clients read
them; no file was available.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader
from tidewaiter.parties.readers.file_formats import Element, elements, text_of, texts_of
from tidewaiter.parties.readers.mapped_records import Unread
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

_KINDS: dict[str, PartyKind] = {"1": "organisation", "2": "person"}
_WEAK = "2"
_READ = frozenset(
    {
        *("number-entry", "type-entry", "program-entry", "date-entry", "aka-list", "title-list"),
        *("document-list", "id-number-list", "address-list", "place-of-birth-list"),
        *("date-of-birth-list", "nationality-list", "comments", "remark-entry"),
    }
)


def read_sfms(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read the whole list.

    Raises:
        InputError: A file is not XML or is truncated.
    """
    for file in files:
        yield _header(file)
        unread = Unread(_READ)
        for element in elements(file, ("acount-list",), level=1):
            unread.see({part.tag: ["x"] for part in element})
            yield from _entry(file, element)
        yield from unread.report(file.name)


def _header(file: ListFile) -> ListHeader:
    """Read the day of the list and the number of its entries."""
    said = {
        each.tag: (each.text or "").strip()
        for each in elements(file, ("date-ver-list", "count-record"), level=1)
    }
    count = said.get("count-record", "")
    entries = int(count) if count.isascii() and count.isdigit() else None
    return ListHeader(dated=_day(said.get("date-ver-list", "")), entries=entries)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except InputError:
        return None


def _entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    key = text_of(element, "number-entry")
    kind = _KINDS.get(text_of(element, "type-entry"), "unknown")
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    for name in element.iterfind("aka-list"):
        _name(name, draft)
    draft.programme(text_of(element, "program-entry"))
    draft.listed = draft.day("listed", text_of(element, "date-entry"))
    for paper in element.iterfind("document-list"):
        number = text_of(paper, "document-id")
        draft.number("passport", number, text_of(paper, "document-country"))
        issued = text_of(paper, "document-reg")
        draft.note(f"passport {number}: {issued}" if issued else "")
    _lists(element, draft)
    yield from draft.finish()


def _name(name: Element, draft: Draft) -> None:
    text = " ".join(filter(None, (text_of(name, f"aka-name{part}") for part in range(1, 5))))
    category = text_of(name, "category-aka")
    kind: NameKind = "former" if category == "fka" else "alias" if category else "primary"
    if text_of(name, "quality-aka") == _WEAK:
        kind = "weak alias"
    if kind == "primary" and text and not is_latin(text):
        kind = "native"
    draft.name(text, kind)


def _lists(element: Element, draft: Draft) -> None:
    """Add the parts that are lists of texts, of which each may hold several."""
    for text in _pieces(element, "id-number-list"):
        draft.number("identification number", text)
    for text in _pieces(element, "address-list/address"):
        draft.address([text])
    for text in _pieces(element, "place-of-birth-list"):
        draft.birthplace(text)
    for text in _pieces(element, "date-of-birth-list"):
        draft.born(text)
    for text in _pieces(element, "nationality-list"):
        draft.country(text)
    for part in ("title-list", "comments", "remark-entry"):
        for text in texts_of(element, part):
            draft.note(text)


def _pieces(element: Element, path: str) -> Iterator[str]:
    for text in texts_of(element, path):
        yield from filter(None, map(str.strip, text.split(";")))
