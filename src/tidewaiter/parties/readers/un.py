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
from tidewaiter.parties.readers.mapped_records import Unread
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

_ALIASES: dict[str, NameKind] = {"low": "weak alias", "f.k.a.": "former"}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")
_READ = {
    "INDIVIDUAL": (
        *("DATAID", "REFERENCE_NUMBER", *_NAMES, "NAME_ORIGINAL_SCRIPT", "UN_LIST_TYPE", "GENDER"),
        *("INDIVIDUAL_ALIAS", "INDIVIDUAL_ADDRESS", "INDIVIDUAL_DATE_OF_BIRTH", "NATIONALITY"),
        *("INDIVIDUAL_PLACE_OF_BIRTH", "INDIVIDUAL_DOCUMENT", "TITLE", "DESIGNATION", "LISTED_ON"),
        *("COMMENTS1", "SUBMITTED_BY", "SUBMITTED_ON", "LIST_TYPE", "LAST_DAY_UPDATED"),
        *("SORT_KEY", "SORT_KEY_LAST_MOD", "VERSIONNUM"),
    ),
    "ALIAS": (
        "QUALITY",
        "ALIAS_NAME",
        "NOTE",
        "DATE_OF_BIRTH",
        "CITY_OF_BIRTH",
        "COUNTRY_OF_BIRTH",
    ),
    "ADDRESS": (*_PLACE, "NOTE"),
    "DATE_OF_BIRTH": ("TYPE_OF_DATE", "FROM_YEAR", "TO_YEAR", "DATE", "YEAR", "NOTE"),
    "PLACE_OF_BIRTH": ("STREET", "CITY", "STATE_PROVINCE", "COUNTRY", "NOTE"),
    "DOCUMENT": (
        *("TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2", "ISSUING_COUNTRY", "COUNTRY_OF_ISSUE", "NUMBER"),
        *("NOTE", "DATE_OF_ISSUE", "CITY_OF_ISSUE"),
    ),
}
_KNOWN = frozenset(
    [
        *_READ["INDIVIDUAL"],
        *(each.replace("INDIVIDUAL", "ENTITY") for each in _READ["INDIVIDUAL"]),
        *(
            f"{kind}_{part}/{tag}"
            for kind in ("INDIVIDUAL", "ENTITY")
            for part, tags in _READ.items()
            if part != "INDIVIDUAL"
            for tag in tags
        ),
        *(f"{tag}/VALUE" for tag in ("NATIONALITY", "TITLE", "DESIGNATION")),
        *(f"{tag}/VALUE" for tag in ("LIST_TYPE", "LAST_DAY_UPDATED")),
    ]
)
_NOT_SAID = {"na", "n/a"}


def read_un_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read the consolidated list; a rejection concerns one field, or one entry.

    Raises:
        InputError: A file is not XML or is truncated.
    """
    for file in files:
        yield ListHeader(dated=day_of(root_of(file).get("dateGenerated", "")))
        unread = Unread(_KNOWN)
        for element in elements(file, ("INDIVIDUAL", "ENTITY")):
            unread.see(_texts_by_path(element))
            yield from _entry(file, element)
        yield from unread.report(file.name)


def _texts_by_path(element: Element) -> dict[str, list[str]]:
    """Return the texts of an entry by the names of its parts, "TITLE/VALUE"."""
    found: dict[str, list[str]] = {}
    for part in element:
        found.setdefault(part.tag, []).append((part.text or "").strip())
        for inner in part:
            found.setdefault(f"{part.tag}/{inner.tag}", []).append((inner.text or "").strip())
    return found


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
        for part in ("NOTE", "DATE_OF_BIRTH", "CITY_OF_BIRTH", "COUNTRY_OF_BIRTH"):
            draft.note(text_of(alias, part))
    draft.programme(text_of(element, "UN_LIST_TYPE"))
    draft.listed = draft.day("listed", text_of(element, "LISTED_ON")[:10])
    for address in element.iterfind(f"{element.tag}_ADDRESS"):
        _address(address, draft)
    _person(element, draft)
    for title in (*texts_of(element, "TITLE/VALUE"), *texts_of(element, "DESIGNATION/VALUE")):
        draft.note(title)
    draft.note(text_of(element, "COMMENTS1"))
    for part in ("GENDER", "SUBMITTED_BY"):
        text = text_of(element, part)
        draft.note(f"{part.casefold().replace('_', ' ')}: {text}" if text else "")
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
        draft.note(text_of(place, "NOTE"))
    for paper in element.iterfind("INDIVIDUAL_DOCUMENT"):
        kind = text_of(paper, "TYPE_OF_DOCUMENT") or text_of(paper, "TYPE_OF_DOCUMENT2")
        country = text_of(paper, "ISSUING_COUNTRY") or text_of(paper, "COUNTRY_OF_ISSUE")
        draft.number(kind, text_of(paper, "NUMBER"), country)
        issued = [text_of(paper, part) for part in ("DATE_OF_ISSUE", "CITY_OF_ISSUE")]
        said = ", ".join(filter(None, issued))
        draft.note(f"{kind} {text_of(paper, 'NUMBER')} issued: {said}" if said else "")
        draft.note(text_of(paper, "NOTE"))
