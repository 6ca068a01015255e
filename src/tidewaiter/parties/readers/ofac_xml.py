"""OFAC's lists as XML: the legacy layout of sdn.xml and consolidated.xml.

Source: OFAC, sdnList schema, as consolidated.xml of 2025-03-28 uses it.
"""

from collections.abc import Iterator, Sequence

from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.ofac_csv import KINDS
from tidewaiter.parties.readers.remarks import read_remarks
from tidewaiter.parties.readers.trees import Element, elements, text_of, texts_of
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader
from tidewaiter.parties.types import ListedParty, NameKind

_ALIASES: dict[str, NameKind] = {"f.k.a.": "former"}
_PLACE = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")


def read_ofac_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read sdn.xml or consolidated.xml, each entry when it is there.

    Raises:
        InputError: A file is no XML or is cut short.
    """
    for file in files:
        for element in elements(file, ("publshInformation", "sdnEntry")):
            if element.tag == "publshInformation":
                yield _header(file, element)
            else:
                yield from _entry(file, element)


def _header(file: ListFile, element: Element) -> ListHeader:
    day, count = text_of(element, "Publish_Date"), text_of(element, "Record_Count")
    try:
        dated = parse_date(day, "mdy") if day else None
    except InputError as error:
        raise InputError(error.message, at=f"{file.name}, Publish_Date", hint=error.hint) from None
    return ListHeader(dated=dated, entries=int(count) if count.isdigit() else None)


def _entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    key = text_of(element, "uid")
    kind = KINDS.get(text_of(element, "sdnType").casefold(), "unknown")
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    draft.name(_name(element))
    for alias in element.iterfind("akaList/aka"):
        weak = text_of(alias, "category") == "weak"
        name: NameKind = _ALIASES.get(text_of(alias, "type"), "weak alias" if weak else "alias")
        draft.name(_name(alias), name)
    for programme in texts_of(element, "programList/program"):
        draft.programme(programme)
    for address in element.iterfind("addressList/address"):
        _address(address, draft)
    for number in element.iterfind("idList/id"):
        country = text_of(number, "idCountry")
        draft.number(text_of(number, "idType"), text_of(number, "idNumber"), country)
    _person(element, draft)
    _vessel(element, draft)
    draft.note(text_of(element, "title"))
    read_remarks(text_of(element, "remarks"), draft)
    yield from draft.finish()


def _name(element: Element) -> str:
    """Write a name as the delimited files do: "LAST, First"."""
    parts = (text_of(element, "lastName"), text_of(element, "firstName"))
    return ", ".join(part for part in parts if part)


def _address(element: Element, draft: Draft) -> None:
    draft.address(
        [text_of(element, part) for part in _PLACE],
        city=text_of(element, "city"),
        region=text_of(element, "stateOrProvince"),
        postcode=text_of(element, "postalCode"),
        country=text_of(element, "country"),
    )


def _person(element: Element, draft: Draft) -> None:
    for birth in texts_of(element, "dateOfBirthList/dateOfBirthItem/dateOfBirth"):
        draft.born(birth)
    for place in texts_of(element, "placeOfBirthList/placeOfBirthItem/placeOfBirth"):
        draft.birthplace(place)
    for path in ("nationalityList/nationality/country", "citizenshipList/citizenship/country"):
        for country in texts_of(element, path):
            draft.country(country)


def _vessel(element: Element, draft: Draft) -> None:
    vessel = element.find("vesselInfo")
    if vessel is None:
        return
    draft.identifier("call-sign", text_of(vessel, "callSign"))
    draft.country(text_of(vessel, "vesselFlag"))
    draft.tie("owned-by", text_of(vessel, "vesselOwner"))
    for part in ("vesselType", "tonnage", "grossRegisteredTonnage"):
        if text := text_of(vessel, part):
            draft.note(f"{part}: {text}")
