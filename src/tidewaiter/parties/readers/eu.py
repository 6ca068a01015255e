"""The EU's consolidated list of financial sanctions, FSF export 1.1, as XML.

Source: the export's own schema (name space http://eu.europa.ec/fpi/fsd/export).
"""

from collections.abc import Iterator, Sequence

from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.trees import Element, elements, root_of, texts_of
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader
from tidewaiter.parties.readers.un_xml import day_of
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

KINDS: dict[str, PartyKind] = {
    "person": "person",
    "p": "person",
    "enterprise": "organisation",
    "e": "organisation",
    "vessel": "vessel",
}
_UNKNOWN = {"", "00", "unknown"}
_CONTACTS = {"email": "email", "phone": "phone", "web": "website", "fax": "fax"}
_PLACE = ("street", "poBox", "zipCode", "city", "place", "region", "countryDescription")


def read_eu_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read xmlFullSanctionsList_1_1.

    Raises:
        InputError: A file is no XML or is cut short.
    """
    for file in files:
        yield ListHeader(dated=day_of(root_of(file).get("generationDate", "")))
        for element in elements(file, ("sanctionEntity",)):
            yield from _entry(file, element)


def _entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    key = _first(element, "euReferenceNumber", "logicalId")
    subject = element.find("subjectType")
    code = "" if subject is None else _first(subject, "code", "classificationCode")
    kind = KINDS.get(code.casefold(), "unknown")
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    for name in element.iterfind("nameAlias"):
        _name(name, draft)
    _law(element, draft)
    for address in element.iterfind("address"):
        _address(address, draft)
    for birth in element.iterfind("birthdate"):
        _birth(birth, draft)
    for citizenship in element.iterfind("citizenship"):
        draft.country(country_of(citizenship))
    for paper in element.iterfind("identification"):
        _paper(paper, draft)
    for remark in texts_of(element, "remark"):
        draft.note(remark)
    draft.note(element.get("designationDetails", ""))
    yield from draft.finish()


def _first(element: Element, *attributes: str) -> str:
    """Return the first of these attributes that is not empty; "": none."""
    texts = (element.get(attribute, "").strip() for attribute in attributes)
    return next((text for text in texts if text), "")


def country_of(element: Element) -> str:
    """Return the country of an element; "": none, or not known."""
    for attribute in ("countryIso2Code", "countryDescription"):
        text = element.get(attribute, "").strip()
        if text.casefold() not in _UNKNOWN:
            return text
    return ""


def _name(element: Element, draft: Draft) -> None:
    language = element.get("nameLanguage", "").casefold()
    kind: NameKind = "primary"
    if element.get("strong") == "false" or any(
        "low quality" in remark.casefold() for remark in texts_of(element, "remark")
    ):
        kind = "weak alias"
    parts = (element.get(part, "") for part in ("firstName", "middleName", "lastName"))
    name = element.get("wholeName", "").strip() or " ".join(part for part in parts if part)
    if kind == "primary" and name and not is_latin(name):
        kind = "native"
    draft.name(name, kind, language)
    for part in ("title", "function"):
        draft.note(element.get(part, ""))


def _law(element: Element, draft: Draft) -> None:
    """Take the regulations: the programme, the day when the first took force, where it stands."""
    days = [day_of(element.get("designationDate", ""))]
    for regulation in element.iterfind("regulation"):
        draft.programme(regulation.get("programme", ""))
        days.append(day_of(regulation.get("entryIntoForceDate", "")))
        draft.basis = draft.basis or regulation.get("numberTitle", "")
        draft.source = draft.source or next(iter(texts_of(regulation, "publicationUrl")), "")
    draft.listed = min((day for day in days if day), default=None)


def _address(element: Element, draft: Draft) -> None:
    shown = [element.get(part, "") for part in _PLACE if element.get(part, "") != "UNKNOWN"]
    draft.address(
        shown,
        city=element.get("city", ""),
        region=element.get("region", ""),
        postcode=element.get("zipCode", ""),
        country=country_of(element),
    )
    for contact in element.iterfind("contactInfo"):
        scheme = _CONTACTS.get(contact.get("key", "").casefold())
        if scheme:
            draft.identifier(scheme, contact.get("value", ""))
        else:
            draft.note(contact.get("value", ""))
    for remark in texts_of(element, "remark"):
        draft.note(remark)


def _birth(element: Element, draft: Draft) -> None:
    about = element.get("circa") == "true"
    year, month, day = (element.get(part, "") for part in ("year", "monthOfYear", "dayOfMonth"))
    parts = "-".join(part.zfill(2) for part in (year, month, day) if part)
    first, last = element.get("yearRangeFrom", ""), element.get("yearRangeTo", "")
    draft.born(element.get("birthdate", "") or parts, about=about)
    draft.born(f"{first} to {last}" if first and last else first or last, about=True)
    place = [element.get(part, "") for part in ("place", "city", "region", "countryDescription")]
    draft.birthplace(", ".join(part for part in place if part and part != "UNKNOWN"))


def _paper(element: Element, draft: Draft) -> None:
    kind = _first(element, "identificationTypeDescription", "identificationTypeCode")
    number = _first(element, "number", "latinNumber")
    draft.number(kind, number, country_of(element))
    for remark in texts_of(element, "remark"):
        draft.note(remark)
