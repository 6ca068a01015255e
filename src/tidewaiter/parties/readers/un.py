"""The consolidated list of the United Nations Security Council, as XML.

Source: the list's own schema, sc-sanctions.xsd, as the list of 2026-02-27 uses it.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader
from tidewaiter.parties.readers.file_formats import (
    Element,
    elements,
    root_of,
    text_of,
    texts_of,
)
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

_ALIASES: dict[str, NameKind] = {"low": "weak alias", "f.k.a.": "former"}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
_NOT_SAID = {"na", "n/a"}


def read_un_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read the consolidated list; a rejection concerns one field, or one entry.

    Raises:
        InputError: A file is not XML or is truncated.
    """
    for file in files:
        yield ListHeader(dated=day_of(root_of(file).get("dateGenerated", "")))
        for element in elements(file, ("INDIVIDUAL", "ENTITY")):
            yield from _entry(file, element)


def day_of(text: str) -> date | None:
    """Return the day of an ISO 8601 time; None: invalid."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    person = element.tag == "INDIVIDUAL"
    key = text_of(element, "REFERENCE_NUMBER") or text_of(element, "DATAID")
    kind: PartyKind = "person" if person else "organisation"
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    draft.name(" ".join(text_of(element, part) for part in _NAMES))
    draft.name(text_of(element, "NAME_ORIGINAL_SCRIPT"), "native")
    for alias in element.iterfind(f"{element.tag}_ALIAS"):
        quality = text_of(alias, "QUALITY").casefold()
        name = text_of(alias, "ALIAS_NAME")
        if name.casefold() not in _NOT_SAID:
            draft.name(name, _ALIASES.get(quality, "alias"))
        for part in ("NOTE", "DATE_OF_BIRTH"):
            draft.note(text_of(alias, part))
    draft.programme(text_of(element, "UN_LIST_TYPE"))
    draft.listed = draft.day("listed", text_of(element, "LISTED_ON")[:10])
    for address in element.iterfind(f"{element.tag}_ADDRESS"):
        _address(address, draft)
    _person(element, draft)
    for title in (*texts_of(element, "TITLE/VALUE"), *texts_of(element, "DESIGNATION/VALUE")):
        draft.note(title)
    draft.note(text_of(element, "COMMENTS1"))
    yield from draft.finish()


def _address(element: Element, draft: Draft) -> None:
    draft.address(
        [text_of(element, part) for part in _PLACE],
        city=text_of(element, "CITY"),
        region=text_of(element, "STATE_PROVINCE"),
        postcode=text_of(element, "ZIP_CODE"),
        country=text_of(element, "COUNTRY"),
    )
    draft.note(text_of(element, "NOTE"))


def _person(element: Element, draft: Draft) -> None:
    for country in texts_of(element, "NATIONALITY/VALUE"):
        if country.casefold() not in _NOT_SAID:
            draft.country(country)
    for birth in element.iterfind("INDIVIDUAL_DATE_OF_BIRTH"):
        about = text_of(birth, "TYPE_OF_DATE").casefold() == "approximately"
        first, last = text_of(birth, "FROM_YEAR"), text_of(birth, "TO_YEAR")
        draft.born(f"{first} to {last}" if first and last else first or last)
        draft.born(text_of(birth, "DATE")[:10] or text_of(birth, "YEAR"), about=about)
        draft.note(text_of(birth, "NOTE"))
    for place in element.iterfind("INDIVIDUAL_PLACE_OF_BIRTH"):
        parts = [text_of(place, part) for part in ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY")]
        draft.birthplace(", ".join(part for part in parts if part))
    for paper in element.iterfind("INDIVIDUAL_DOCUMENT"):
        kind = text_of(paper, "TYPE_OF_DOCUMENT") or text_of(paper, "TYPE_OF_DOCUMENT2")
        country = text_of(paper, "ISSUING_COUNTRY") or text_of(paper, "COUNTRY_OF_ISSUE")
        draft.number(kind, text_of(paper, "NUMBER"), country)
        draft.note(text_of(paper, "NOTE"))
