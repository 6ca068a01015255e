"""OFAC's lists as advanced XML, sdn_advanced.xml and cons_advanced.xml.

The file is relational: values, places and documents come first, then parties that name them, then
ties and measures that name the parties. So entries are yielded at the end.

Source: OFAC, "Advanced sanctions data model", sdn_advanced_notes.pdf.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from tidewaiter.parties.readers.advanced_values import Places, Values, births_of, day_of_parts
from tidewaiter.parties.readers.draft import Draft
from tidewaiter.parties.readers.trees import Element, elements, text_of, texts_of
from tidewaiter.parties.readers.types import EntryRefusal, ListFile, ListHeader, refused
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

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
_ALIASES: dict[str, NameKind] = {"F.K.A.": "former"}
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
        InputError: A file is no XML or is cut short.
    """
    for file in files:
        reading = _Reading(file)
        for element in elements(file, _TOPS):
            yield from reading.add(element)
        for draft in reading.drafts.values():
            yield from draft.finish()


class _Reading:
    """One file while it is read."""

    def __init__(self, file: ListFile) -> None:
        self.drafts: dict[str, Draft] = {}
        self._file = file
        self._values = Values()
        self._places = Places(self._values)
        self._papers: dict[str, list[tuple[str, str, str]]] = {}

    def add(self, element: Element) -> Iterator[ListHeader | EntryRefusal]:
        """Take one element of the first or second level."""
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
            yield refused(self._file.name, place, key, "has no profile", "fetch the list again")
            return
        if key in self.drafts:
            hint = "an id stands for one entry: ask the authority which is right"
            yield refused(self._file.name, place, key, "stands there twice", hint)
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
            kind: NameKind = _ALIASES.get(word, "weak alias" if weak else "alias")
            for number, name in enumerate(alias.iterfind("DocumentedName")):
                primary = alias.get("Primary") == "true" and not number
                self._name(name, "primary" if primary else kind, parts, draft)

    def _name(self, name: Element, kind: NameKind, parts: dict[str, str], draft: Draft) -> None:
        """Write a name as the delimited files do: "LAST, First"."""
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
            hint = "the list names an entry that it has not: fetch it again"
            yield refused(self._file.name, place, missing[0], "leads to no entry", hint)
            return
        former = "former" if element.get("Former") == "true" else ""
        kind = _TIES.get(text.casefold().rstrip(". "), text.casefold() or "linked-to")
        self.drafts[ends[0]].tie(kind, ends[1], note=former)

    def _measures(self, element: Element) -> Iterator[EntryRefusal]:
        key = element.get("ProfileID", "")
        draft = self.drafts.get(key)
        if draft is None:
            hint = "the list names an entry that it has not: fetch it again"
            yield refused(self._file.name, f"measure on {key}", key, "leads to no entry", hint)
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
