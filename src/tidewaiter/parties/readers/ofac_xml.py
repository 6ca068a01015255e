"""OFAC's lists as XML: the advanced format and the legacy format of sdn.xml.

Source: OFAC, sdnList schema, as consolidated.xml of 2025-03-28 uses it.

The file is relational: values, places and documents come first, then parties that refer to them,
then links and measures that refer to the parties. So entries are yielded at the end.

Source: OFAC, "Advanced sanctions data model", sdn_advanced_notes.pdf.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.base.archives import ListFile
from tidewaiter.base.dates import parse_date
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import Element, elements, text_of, texts_of
from tidewaiter.parties.readers.ofac_csv import KINDS, read_remarks
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

_LEGACY_ALIASES: dict[str, NameKind] = {"f.k.a.": "former"}
_PLACE = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")


def read_ofac_xml(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read sdn.xml or consolidated.xml, entry by entry.

    Raises:
        InputError: A file is not XML or is truncated.
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
        raise error.placed(f"{file.name}, Publish_Date") from None
    return ListHeader(dated=dated, entries=int(count) if count.isdigit() else None)


def _entry(file: ListFile, element: Element) -> Iterator[ListedParty | EntryRefusal]:
    key = text_of(element, "uid")
    kind = KINDS.get(text_of(element, "sdnType").casefold(), "unknown")
    draft = Draft(key, kind, file=file.name, place=f"entry {key}")
    draft.name(_name(element))
    for alias in element.iterfind("akaList/aka"):
        weak = text_of(alias, "category") == "weak"
        name: NameKind = _LEGACY_ALIASES.get(
            text_of(alias, "type"), "weak alias" if weak else "alias"
        )
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
    """Format a name as in the delimited files: "LAST, First"."""
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


_PARTS = {
    "CITY": "city",
    "STATE/PROVINCE": "region",
    "REGION": "region",
    "POSTAL CODE": "postcode",
}
_ORDER = ("ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "REGION", "POSTAL CODE")
_UNKNOWN = {"", "undetermined", "unknown"}


class Values:
    """Reference values of the file by kind and number."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], str] = {}
        self._parents: dict[str, str] = {}

    def add(self, sets: Element) -> None:
        """Add the reference value sets, which come first."""
        for value in sets.iter():
            key = value.get("ID")
            if key is None:
                continue
            text = (
                (value.text or "").strip() or value.get("Description", "") or value.get("ISO2", "")
            )
            self._words[value.tag, key] = text
            if value.tag == "PartySubType":
                self._parents[key] = value.get("PartyTypeID", "")

    def text(self, kind: str, key: str | None) -> str:
        """Return a value; "": none."""
        found = self._words.get((kind, key or ""), "")
        return "" if found.casefold() in _UNKNOWN else found

    def parent(self, key: str | None) -> str:
        """Return the parent type of a party subtype; "": none."""
        return self._parents.get(key or "", "")


class Places:
    """Places in the file by number."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._found: dict[str, tuple[list[str], dict[str, str]]] = {}

    def add(self, place: Element) -> None:
        """Add a place."""
        parts: dict[str, str] = {}
        for part in place.iterfind("LocationPart"):
            kind = self._values.text("LocPartType", part.get("LocPartTypeID"))
            parts[kind.upper()] = text_of(part, "LocationPartValue/Value")
        countries = [
            self._values.text("Country", each.get("CountryID"))
            for each in place.iterfind("LocationCountry")
        ] + [
            self._values.text("AreaCode", each.get("AreaCodeID"))
            for each in place.iterfind("LocationAreaCode")
        ]
        country = next((each for each in countries if each), "")
        fields = {_PARTS[kind]: text for kind, text in parts.items() if kind in _PARTS}
        whole = [parts[kind] for kind in _ORDER if parts.get(kind)]
        loose = [text for kind, text in parts.items() if kind not in _ORDER and text]
        shown = [*whole, *loose, *([country] if country else [])]
        self._found[place.get("ID", "")] = (shown, fields | {"country": country})

    def find(self, key: str) -> tuple[list[str], dict[str, str]]:
        """Return the parts of a place in order, and those with a known field."""
        parts, fields = self._found.get(key, ([], {}))
        return parts, dict(fields)


def day_of_parts(element: Element) -> date | None:
    """Parse a date in parts; None: a part is missing or invalid."""
    try:
        year, month, day = (int(text_of(element, part)) for part in ("Year", "Month", "Day"))
        return date(year, month, day)
    except ValueError:
        return None


def births_of(period: Element) -> tuple[str, bool]:
    """Parse a period: a day, a month, a year, or a range.

    Returns:
        The text of a birth date, and whether the list calls it approximate.
    """
    about = any(each.get("Approximate") == "true" for each in period)
    first = _point(period, ("Start/From", "Start/To"))
    last = _point(period, ("End/To", "End/From")) or first
    if not first or first == last:
        return first, about
    if first[:4] == last[:4]:
        whole_year = first.endswith("-01-01") and last.endswith("-12-31")
        return (
            first[:4] if whole_year else first[:7] if first[:7] == last[:7] else first[:4]
        ), about
    return f"{first[:4]} to {last[:4]}", about


def _point(period: Element, paths: tuple[str, ...]) -> str:
    for path in paths:
        element = period.find(path)
        if element is not None and (year := text_of(element, "Year")):
            day = day_of_parts(element)
            return day.isoformat() if day else year
    return ""


_TOPS = (
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
)
_KINDS: dict[str, PartyKind] = {
    "Individual": "person",
    "Entity": "organisation",
    "Vessel": "vessel",
    "Aircraft": "aircraft",
}
_ADVANCED_ALIASES: dict[str, NameKind] = {"F.K.A.": "former"}
_TIES = {
    "owned or controlled by": "controlled-by",
    "owns, controls, or operates": "controls",
    "acting for or on behalf of": "acts-for",
    "family member of": "relative-of",
    "leader or official of": "director-of",
    "principal executive officer": "director-of",
    "property in the interest of": "owned-by",
    "associate of": "associate-of",
    "providing support to": "supports",
}
_ENGLISH = "Latin"


def read_ofac_advanced(
    files: Sequence[ListFile],
) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read sdn_advanced.xml or cons_advanced.xml.

    Raises:
        InputError: A file is not XML or is truncated.
    """
    for file in files:
        reading = _Reading(file)
        for element in elements(file, _TOPS):
            yield from reading.add(element)
        for draft in reading.drafts.values():
            yield from draft.finish()


class _Reading:
    """State of reading one file."""

    def __init__(self, file: ListFile) -> None:
        self.drafts: dict[str, Draft] = {}
        self._file = file
        self._values = Values()
        self._places = Places(self._values)
        self._papers: dict[str, list[tuple[str, str, str]]] = {}

    def add(self, element: Element) -> Iterator[ListHeader | EntryRefusal]:
        """Handle one element of the first or second level."""
        match element.tag:
            case "DateOfIssue":
                yield ListHeader(dated=day_of_parts(element))
            case "ReferenceValueSets":
                self._values.add(element)
            case "Location":
                self._places.add(element)
            case "IDRegDocument":
                self._paper(element)
            case "DistinctParty":
                yield from self._party(element)
            case "ProfileRelationship":
                yield from self._tie(element)
            case _:
                yield from self._measures(element)

    def _paper(self, element: Element) -> None:
        kind = self._values.text("IDRegDocType", element.get("IDRegDocTypeID"))
        country = self._values.text("Country", element.get("IssuedBy-CountryID"))
        number = text_of(element, "IDRegistrationNo")
        self._papers.setdefault(element.get("IdentityID", ""), []).append((kind, number, country))

    def _party(self, element: Element) -> Iterator[EntryRefusal]:
        profile = element.find("Profile")
        key = element.get("FixedRef", "") if profile is None else profile.get("ID", "")
        place = f"entry {key}"
        if profile is None or not key:
            error = InputError("parties/entry-without-profile")
            yield refused(self._file.name, place, key, error)
            return
        if key in self.drafts:
            error = InputError("parties/entry-twice")
            yield refused(self._file.name, place, key, error)
            return
        draft = Draft(key, self._kind(profile), file=self._file.name, place=place)
        for identity in profile.iterfind("Identity"):
            self._names(identity, draft)
            for paper in self._papers.get(identity.get("ID", ""), ()):
                draft.number(*paper)
        for feature in (*profile.iterfind("Feature"), *element.iterfind("Feature")):
            self._feature(feature, draft)
        draft.note(text_of(element, "Comment"))
        self.drafts[key] = draft

    def _kind(self, profile: Element) -> PartyKind:
        part = profile.get("PartySubTypeID")
        text = self._values.text("PartySubType", part)
        if text not in _KINDS:
            text = self._values.text("PartyType", self._values.parent(part))
        return _KINDS.get(text, "unknown")

    def _names(self, identity: Element, draft: Draft) -> None:
        parts = {
            group.get("ID", ""): self._values.text("NamePartType", group.get("NamePartTypeID"))
            for group in identity.iter("NamePartGroup")
        }
        for alias in identity.iterfind("Alias"):
            weak = alias.get("LowQuality") == "true"
            word = self._values.text("AliasType", alias.get("AliasTypeID"))
            kind: NameKind = _ADVANCED_ALIASES.get(word, "weak alias" if weak else "alias")
            for number, name in enumerate(alias.iterfind("DocumentedName")):
                primary = alias.get("Primary") == "true" and not number
                self._name(name, "primary" if primary else kind, parts, draft)

    def _name(self, name: Element, kind: NameKind, parts: dict[str, str], draft: Draft) -> None:
        """Format a name as in the delimited files: "LAST, First"."""
        last: list[str] = []
        rest: list[str] = []
        native = False
        for value in name.iter("NamePartValue"):
            text = (value.text or "").strip()
            script = self._values.text("Script", value.get("ScriptID"))
            native = native or script not in ("", _ENGLISH)
            family = parts.get(value.get("NamePartGroupID", ""), "") == "Last Name"
            (last if family and not native else rest).append(text)
        text = ", ".join(" ".join(part) for part in (last, rest) if part)
        draft.name(text, "native" if native else kind)

    def _feature(self, feature: Element, draft: Draft) -> None:
        kind = self._values.text("FeatureType", feature.get("FeatureTypeID"))
        for version in feature.iterfind("FeatureVersion"):
            for period in version.iterfind("DatePeriod"):
                text, about = births_of(period)
                if kind == "Birthdate":
                    draft.born(text, about=about)
                else:
                    draft.note(f"{kind.rstrip(': -')}: {text}" if text else "")
            for detail in version.iterfind("VersionDetail"):
                text = (detail.text or "").strip() or self._values.text(
                    "DetailReference", detail.get("DetailReferenceID")
                )
                self._detail(kind, text, draft)
            for place in version.iterfind("VersionLocation"):
                self._place(kind, place.get("LocationID", ""), draft)
            draft.note(text_of(version, "Comment"))

    def _detail(self, kind: str, text: str, draft: Draft) -> None:
        match kind:
            case "Place of Birth":
                draft.birthplace(text)
            case "Title":
                draft.note(text)
            case "Vessel Flag" | "Nationality Country" | "Citizenship Country":
                draft.country(text)
            case "Vessel Owner":
                draft.tie("owned-by", text)
            case _:
                draft.number(kind, text)

    def _place(self, kind: str, key: str, draft: Draft) -> None:
        parts, fields = self._places.find(key)
        match kind:
            case "Place of Birth":
                draft.birthplace(", ".join(parts))
            case "Nationality Country" | "Citizenship Country" | "Nationality of Registration":
                draft.country(fields.get("country", "") or ", ".join(parts))
            case _:
                draft.address(parts, **fields)

    def _tie(self, element: Element) -> Iterator[EntryRefusal]:
        ends = [element.get("From-ProfileID", ""), element.get("To-ProfileID", "")]
        text = self._values.text("RelationType", element.get("RelationTypeID"))
        place = f"tie {element.get('ID', '')}"
        missing = [key for key in ends if key not in self.drafts]
        if missing:
            error = InputError("parties/entry-not-in-list")
            yield refused(self._file.name, place, missing[0], error)
            return
        former = "former" if element.get("Former") == "true" else ""
        kind = _TIES.get(text.casefold().rstrip(". "), text.casefold() or "linked-to")
        self.drafts[ends[0]].tie(kind, ends[1], note=former)

    def _measures(self, element: Element) -> Iterator[EntryRefusal]:
        key = element.get("ProfileID", "")
        draft = self.drafts.get(key)
        if draft is None:
            error = InputError("parties/entry-not-in-list")
            yield refused(self._file.name, f"measure on {key}", key, error)
            return
        days: list[date] = [
            day for event in element.iterfind("EntryEvent/Date") if (day := day_of_parts(event))
        ]
        for event in element.iterfind("EntryEvent"):
            basis = self._values.text("LegalBasis", event.get("LegalBasisID"))
            draft.basis = draft.basis or ("" if basis == "Unknown" else basis)
        draft.listed = min([*days, *([draft.listed] if draft.listed else [])], default=None)
        for programme in texts_of(element, "SanctionsMeasure/Comment"):
            draft.programme(programme)
