"""The EU's consolidated list of financial sanctions, FSF export 1.1, as XML and CSV.

Source: the export's own schema (name space http://eu.europa.ec/fpi/fsd/export).

Each row holds one name, address, birth, citizenship or number of an entry.

Source: the header of the file (118 columns in 2026).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader
from tidewaiter.parties.readers.file_formats import (
    Element,
    Titled,
    elements,
    head,
    root_of,
    texts_of,
    titled,
)
from tidewaiter.parties.readers.mapped_records import Unread
from tidewaiter.parties.readers.un import day_of
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

KINDS: dict[str, PartyKind] = {
    "person": "person",
    "p": "person",
    "enterprise": "organisation",
    "e": "organisation",
    "vessel": "vessel",
}
_LOW_QUALITY = "low quality alias"
_UNKNOWN_IN_XML = {"", "00", "unknown"}
_CONTACTS = {"email": "email", "phone": "phone", "web": "website", "fax": "fax"}
_PARTS_READ = frozenset(
    [
        *("subjectType", "regulation", "nameAlias", "address", "birthdate", "citizenship"),
        *("identification", "remark", "regulation/publicationUrl", "address/contactInfo"),
        *(f"{part}/remark" for part in ("nameAlias", "address", "birthdate", "identification")),
        *(f"{part}/regulationSummary" for part in ("nameAlias", "address", "birthdate")),
        *(f"{part}/regulationSummary" for part in ("identification", "citizenship")),
        "citizenship/remark",
    ]
)
_PLACE = ("street", "poBox", "zipCode", "city", "place", "region", "countryDescription")


def read_eu_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read xmlFullSanctionsList_1_1.

    Raises:
        InputError: A file is not XML or is truncated.
    """
    for file in files:
        yield ListHeader(dated=day_of(root_of(file).get("generationDate", "")))
        unread = Unread(_PARTS_READ)
        for element in elements(file, ("sanctionEntity",)):
            unread.see({part.tag: ["x"] for part in element})
            unread.see({f"{part.tag}/{each.tag}": ["x"] for part in element for each in part})
            yield from _xml_entry(file, element)
        yield from unread.report(file.name)


def _xml_entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    key = _first(element, "euReferenceNumber", "logicalId")
    subject = element.find("subjectType")
    code = "" if subject is None else _first(subject, "code", "classificationCode")
    kind = KINDS.get(code.casefold(), "unknown")
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    for name in element.iterfind("nameAlias"):
        _xml_name(name, draft)
    _law(element, draft)
    for address in element.iterfind("address"):
        _address(address, draft)
    for birth in element.iterfind("birthdate"):
        _xml_birth(birth, draft)
    for citizenship in element.iterfind("citizenship"):
        draft.country(country_of(citizenship))
    for paper in element.iterfind("identification"):
        _paper(paper, draft)
    for remark in texts_of(element, "remark"):
        draft.note(remark)
    for remark in texts_of(element, "citizenship/remark"):
        draft.note(remark)
    draft.note(element.get("designationDetails", ""))
    number = element.get("unitedNationId", "")
    draft.note(f"United Nations id: {number}" if number else "")
    yield from draft.finish()


def _first(element: Element, *attributes: str) -> str:
    """Return the first non-empty attribute; "": none."""
    texts = (element.get(attribute, "").strip() for attribute in attributes)
    return next((text for text in texts if text), "")


def country_of(element: Element) -> str:
    """Return the country of an element; "": none, or unknown."""
    for attribute in ("countryIso2Code", "countryDescription"):
        text = element.get(attribute, "").strip()
        if text.casefold() not in _UNKNOWN_IN_XML:
            return text
    return ""


def _xml_name(element: Element, draft: Draft) -> None:
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
    gender = element.get("gender", "")
    draft.note(f"gender: {gender}" if gender else "")
    for remark in texts_of(element, "remark"):
        draft.note("" if remark.casefold() == _LOW_QUALITY else remark)


def _law(element: Element, draft: Draft) -> None:
    """Add the regulations: programme, first entry into force, publication."""
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


def _xml_birth(element: Element, draft: Draft) -> None:
    about = element.get("circa") == "true"
    year, month, day = (element.get(part, "") for part in ("year", "monthOfYear", "dayOfMonth"))
    parts = "-".join(part.zfill(2) for part in (year, month, day) if part)
    first, last = element.get("yearRangeFrom", ""), element.get("yearRangeTo", "")
    draft.born(
        _dated(element.get("birthdate", "") or parts, element.get("calendarType", "")), about=about
    )
    for remark in texts_of(element, "remark"):
        draft.note(remark)
    draft.born(f"{first} to {last}" if first and last else first or last, about=True)
    place = [element.get(part, "") for part in ("place", "city", "region", "countryDescription")]
    draft.birthplace(", ".join(part for part in place if part and part != "UNKNOWN"))


def _paper(element: Element, draft: Draft) -> None:
    kind = _first(element, "identificationTypeDescription", "identificationTypeCode")
    number = _first(element, "number", "latinNumber")
    draft.number(kind, number, country_of(element))
    held = {title: element.get(_attribute(title), "") for title in _PAPER}
    held["Identification_Remark"] = "; ".join(texts_of(element, "remark"))
    _state(f"{kind} {number}", held, draft)


def _attribute(title: str) -> str:
    """Return the attribute of a column: knownFalse of Identification_KnownFalse."""
    name = title.partition("_")[2]
    return name[0].lower() + name[1:]


def _state(paper: str, held: Mapping[str, str], draft: Draft) -> None:
    """Note what is said of a paper: that it is false, lost or expired, who issued it and when."""
    said = [
        f"{label} {held[title]}" if label.endswith(":") else label
        for title, label in _PAPER.items()
        if held.get(title, "").casefold() not in {"", "false"}
    ]
    draft.note(f"{paper}: {', '.join(said)}" if said else "")


def _dated(text: str, calendar: str) -> str:
    """Return a date with its calendar, if that is not ours."""
    other = calendar.casefold() not in {"", "gregorian"}
    return f"{text} ({calendar})" if other and text else text


_KEY = "Entity_LogicalId"
_UNKNOWN_IN_CSV = {"", "00", "UNKNOWN"}
_NOTES = (
    "Entity_Remark",
    "Entity_DesignationDetails",
    "NameAlias_Title",
    "NameAlias_Function",
    "Address_Remark",
    "BirthDate_Remark",
    "Citizenship_Remark",
)
_LABELLED = {
    "Entity_UnitedNationId": "United Nations id",
    "NameAlias_Gender": "gender",
    "Address_ContactInfo": "contact",
}
_PAPER = {
    "Identification_Diplomatic": "diplomatic",
    "Identification_KnownExpired": "expired",
    "Identification_KnownFalse": "false",
    "Identification_ReportedLost": "lost",
    "Identification_RevokedByIssuer": "revoked",
    "Identification_IssuedBy": "issued by:",
    "Identification_IssuedDate": "issued:",
    "Identification_ValidFrom": "valid from:",
    "Identification_ValidTo": "valid to:",
    "Identification_NameOnDocument": "name on it:",
    "Identification_Region": "region:",
    "Identification_Remark": "remark:",
}
_PARTS = ("Entity_", "NameAlias_", "Address_", "BirthDate_", "Identification_", "Citizenship_")
_APART = (
    "_LogicalId",
    "_RegulationLanguage",
    "_Regulation_Type",
    "_Regulation_OrganisationType",
    "_Regulation_PublicationDate",
    "_Regulation_EntryIntoForceDate",
    "_Regulation_NumberTitle",
    "_Regulation_Programme",
    "_Regulation_PublicationUrl",
)
_COLUMNS = frozenset(
    [
        "fileGenerationDate",
        "Entity_EU_ReferenceNumber",
        "Entity_DesignationDate",
        "Entity_SubjectType",
        "Entity_SubjectType_ClassificationCode",
        *(f"NameAlias_{part}" for part in ("LastName", "FirstName", "MiddleName", "WholeName")),
        *("NameAlias_NameLanguage", "NameAlias_Remark", "Address_AsAtListingTime"),
        *(f"Address_{part}" for part in ("City", "Street", "PoBox", "ZipCode", "Region", "Place")),
        *(f"{part}_CountryIso2Code" for part in ("Address", "BirthDate", "Identification")),
        *(f"{part}_CountryDescription" for part in ("Address", "BirthDate", "Identification")),
        *("Citizenship_CountryIso2Code", "Citizenship_CountryDescription", "Citizenship_Region"),
        *(f"BirthDate_{part}" for part in ("BirthDate", "Day", "Month", "Year", "CalendarType")),
        *(f"BirthDate_{part}" for part in ("YearRangeFrom", "YearRangeTo", "Circa", "ZipCode")),
        *(f"BirthDate_{part}" for part in ("Region", "Place", "City")),
        *(f"Identification_{part}" for part in ("Number", "LatinNumber", "TypeCode")),
        "Identification_TypeDescription",
        *(*_NOTES, *_LABELLED, *_PAPER),
    ]
)


def claims_eu_csv(files: Sequence[ListFile]) -> bool:
    """Return whether the first file has the columns of the EU's export."""
    first = head(files[0])
    return _KEY in first and "NameAlias_WholeName" in first


def read_eu_csv(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read csvFullSanctionsList_1_1; the rows of an entry need not be adjacent.

    Raises:
        InputError: A file is not such a table or is truncated.
    """
    for file in files:
        entries: dict[str, list[Titled]] = {}
        unread = Unread(_COLUMNS)
        for each in titled(file, ";", (_KEY,)):
            if isinstance(each, EntryRefusal):
                yield each
                continue
            entries.setdefault(each[1][_KEY], []).append(each)
            unread.see({title: [cell] for title, cell in each[1].items() if not _is_apart(title)})
        first = next(iter(entries.values()))[0][1] if entries else {}
        yield ListHeader(dated=_day(first.get("fileGenerationDate", "")))
        for key, rows in entries.items():
            yield from _csv_entry(file, key, rows)
        yield from unread.report(file.name)


def _is_apart(title: str) -> bool:
    """Return whether a column is about the regulation of one name or address, or a number of it."""
    return title.startswith(_PARTS) and title.endswith(_APART)


def _day(text: str) -> date | None:
    try:
        return parse_date(text, "dmy") if text else None
    except InputError:
        return None


def _csv_entry(
    file: ListFile, key: str, rows: list[Titled]
) -> Iterator[ListedParty | EntryRefusal]:
    number, first = rows[0]
    kind = first.get("Entity_SubjectType", "") or first.get(
        "Entity_SubjectType_ClassificationCode", ""
    )
    code = first.get("Entity_SubjectType_ClassificationCode", "").casefold()
    shown = KINDS.get(kind.casefold()) or KINDS.get(code, "unknown")
    named = first.get("Entity_EU_ReferenceNumber") or key
    draft = Draft(named, shown, file=file.name, place=f"row {number}, entry {named}")
    for _, row in rows:
        _csv_name(row, draft)
        _place(row, draft)
        draft.country(_country(row, "Citizenship"))
        _csv_birth(row, draft)
        _csv_paper(row, draft)
        draft.programme(row.get("Entity_Regulation_Programme", ""))
        for title in _NOTES:
            draft.note(row.get(title, ""))
        for title, label in _LABELLED.items():
            text = row.get(title, "")
            draft.note(f"{label}: {text}" if text else "")
    draft.basis = first.get("Entity_Regulation_NumberTitle", "")
    draft.source = first.get("Entity_Regulation_PublicationUrl", "")
    draft.listed = draft.day("listed", first.get("Entity_DesignationDate", "")) or draft.day(
        "listed", first.get("Entity_Regulation_EntryIntoForceDate", "")
    )
    yield from draft.finish()


def _csv_paper(row: dict[str, str], draft: Draft) -> None:
    kind = row.get("Identification_TypeDescription", "") or row.get("Identification_TypeCode", "")
    paper = row.get("Identification_Number", "") or row.get("Identification_LatinNumber", "")
    draft.number(kind, paper, _country(row, "Identification"))
    _state(f"{kind} {paper}", row, draft)


def _country(row: dict[str, str], part: str) -> str:
    for column in (f"{part}_CountryIso2Code", f"{part}_CountryDescription"):
        if row.get(column, "") not in _UNKNOWN_IN_CSV:
            return row[column]
    return ""


def _csv_name(row: dict[str, str], draft: Draft) -> None:
    parts = (row.get(f"NameAlias_{part}Name", "") for part in ("First", "Middle", "Last"))
    name = row.get("NameAlias_WholeName", "") or " ".join(part for part in parts if part)
    weak = "low quality" in row.get("NameAlias_Remark", "").casefold()
    kind: NameKind = "weak alias" if weak else "primary" if is_latin(name) else "native"
    draft.name(name, kind, row.get("NameAlias_NameLanguage", "").casefold())
    if row.get("NameAlias_Remark", "").casefold() not in {"", _LOW_QUALITY}:
        draft.note(row["NameAlias_Remark"])


def _place(row: dict[str, str], draft: Draft) -> None:
    country = _country(row, "Address")
    parts = ("Street", "PoBox", "ZipCode", "City", "Place", "Region", "CountryDescription")
    draft.address(
        [row.get(f"Address_{part}", "") for part in parts],
        city=row.get("Address_City", ""),
        region=row.get("Address_Region", ""),
        postcode=row.get("Address_ZipCode", ""),
        country=country,
    )


def _csv_birth(row: dict[str, str], draft: Draft) -> None:
    about = row.get("BirthDate_Circa", "").casefold() == "true"
    parts = (row.get(f"BirthDate_{part}", "").zfill(2) for part in ("Year", "Month", "Day"))
    whole = row.get("BirthDate_BirthDate", "")
    text = whole or "-".join(part for part in parts if part.strip("0"))
    draft.born(_dated(text, row.get("BirthDate_CalendarType", "")), about=about)
    first, last = row.get("BirthDate_YearRangeFrom", ""), row.get("BirthDate_YearRangeTo", "")
    draft.born(f"{first} to {last}" if first and last else first or last, about=True)
    place = [row.get(f"BirthDate_{part}", "") for part in ("Place", "City", "Region")]
    country = row.get("BirthDate_CountryDescription", "")
    place.append("" if country in _UNKNOWN_IN_CSV else country)
    draft.birthplace(", ".join(part for part in place if part))
