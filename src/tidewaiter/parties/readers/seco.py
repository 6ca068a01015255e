"""The Swiss list of sanctions of the State Secretariat for Economic Affairs (SECO), as XML.

An entry ("target") is an individual, an entity or an object, with one or more identities. A name
is composed of parts, each with its spellings in other languages and scripts. The list keeps
de-listed targets, and copies of earlier states in their modifications, which are not read.

Source: entries of the export of 2026-08-27, and the elements that readers of other projects use
(the schema itself was not available).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice, product
from typing import NamedTuple

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.parties.identifiers.schemes import NOTE, find_scheme
from tidewaiter.parties.names.multiple_names import language_code
from tidewaiter.parties.names.scripts import is_latin
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import Element, elements, root_of, text_of, texts_of
from tidewaiter.parties.readers.un import day_of
from tidewaiter.parties.types import ListedParty, NameKind, PartyKind

_NAMES: dict[str, NameKind] = {
    "primary-name": "primary",
    "alias": "alias",
    "formerly-known-as": "former",
}
_OBJECTS: dict[str, PartyKind] = {"vessel": "vessel", "aircraft": "aircraft"}
_SUBJECTS = ("individual", "entity", "object")
_PLACE = ("location", "area", "country")
_ADDRESS = ("c-o", "address-details", "p-o-box", "zip-code")
_PAPER = ("date-of-issue", "expiry-date", "remark", "remarks")
_NONE = "-"  # an empty part of a name
_MOST_SPELLINGS = 32  # names composed of the spellings of one name
_RESTRICTED = "money and capital market"  # measures that freeze nothing
_DATES = ("effective-date", "enactment-date", "publication-date")

_READ: Mapping[str, frozenset[str]] = {
    "target": frozenset(
        {"sanctions-set-id", "foreign-identifier", "generic-attribute", *_SUBJECTS, "modification"}
    ),
    "subject": frozenset(
        {"identity", "justification", "relation", "other-information", "generic-attribute"}
    ),
    "identity": frozenset(
        {
            "name",
            "nationality",
            "day-month-year",
            "address",
            "place-of-birth",
            "identification-document",
        }
    ),
}


class _Programme(NamedTuple):
    """One set of measures of a programme."""

    key: str  # "Belarus"
    name: str  # "Ordinance of ... on measures against Belarus"
    measures: str  # "article 12 -- Restrictions on named individuals and entities"


class _Context(NamedTuple):
    """What entries refer to, and elements that were not read."""

    programmes: dict[str, _Programme]
    places: dict[str, tuple[str, str, str]]  # location, area, country
    unread: Counter[str]


def read_seco(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read the whole list.

    Raises:
        InputError: A file is not XML, is truncated, or is not the whole list.
    """
    for file in files:
        root = root_of(file)
        kind = root.get("list-type", "whole-list")
        if kind != "whole-list":
            raise InputError("parties/not-the-whole-list", kind=kind, at=file.name)
        yield ListHeader(dated=day_of(root.get("date", "")))
        known = _known(file)
        for target in elements(file, ("target",), level=1):
            yield from _entry(file, target, known)
        for path, count in known.unread.most_common():
            error = InputError("parties/element-not-read", count=count)
            yield refused(file.name, f"element {path}", path, error, kept=True)


def _known(file: ListFile) -> _Context:
    """Read the programmes and places, which may follow the entries."""
    known = _Context({}, {}, Counter())
    for element in elements(file, ("sanctions-program", "place"), level=1):
        if element.tag == "place":
            known.places[element.get("ssid", "")] = _place(element)
            continue
        key, name = _english(element, "program-key"), _english(element, "program-name")
        for measures in element.iterfind("sanctions-set"):
            number = measures.get("ssid", "")
            shown = " ".join((measures.text or "").split())
            if number not in known.programmes or measures.get("lang") == "eng":
                known.programmes[number] = _Programme(key, name, shown)
    return known


def _english(element: Element, tag: str) -> str:
    """Return a text in English; if there is none, the first one."""
    texts = {
        each.get("lang", ""): " ".join((each.text or "").split()) for each in element.iterfind(tag)
    }
    return texts.get("eng", "") or next(iter(texts.values()), "")


def _place(element: Element) -> tuple[str, str, str]:
    location, area, country = (text_of(element, part) for part in _PLACE)
    return location, area, country or _country(element)


def _country(element: Element) -> str:
    """Return the code of the country, or its name."""
    country = element.find("country")
    if country is None:
        return ""
    code, text = country.get("iso-code", ""), (country.text or "").strip()
    return code if find_country(code) else text or code


def _entry(
    file: ListFile, target: Element, known: _Context
) -> Iterator[ListedParty | EntryRefusal]:
    key = target.get("ssid", "")
    subject = next((each for each in target if each.tag in _SUBJECTS), None)
    if subject is None:
        yield refused(file.name, f"entry {key}", key, InputError("parties/target-without-subject"))
        return
    draft = Draft(key, _kind(subject), file=file.name, place=f"entry {key}")
    _count(target, "target", known)
    _count(subject, "subject", known)
    _programmes(target, draft, known)
    identities = sorted(subject.iterfind("identity"), key=lambda each: each.get("main") != "true")
    for number, identity in enumerate(identities):
        _count(identity, "identity", known)
        _identity(identity, draft, known, main=not number)
    _texts(target, subject, draft)
    _in_force(target, draft)
    yield from draft.finish()


def _kind(subject: Element) -> PartyKind:
    if subject.tag == "individual":
        return "person"
    if subject.tag == "entity":
        return "organisation"
    return _OBJECTS.get(subject.get("object-type", ""), "unknown")


def _count(element: Element, place: str, known: _Context) -> None:
    """Count the parts of an element that this reader does not know."""
    known.unread.update(
        f"{element.tag}/{part.tag}" for part in element if part.tag not in _READ[place]
    )


def _programmes(target: Element, draft: Draft, known: _Context) -> None:
    numbers = [target.get("sanctions-set-id", ""), *texts_of(target, "sanctions-set-id")]
    measures: list[str] = []
    for number in filter(None, numbers):
        programme = known.programmes.get(number)
        if programme is None:
            draft.refuse("sanctions-set-id", number, InputError("parties/programme-not-in-list"))
            continue
        draft.programme(", ".join(filter(None, (programme.key, programme.measures))))
        draft.source = draft.source or programme.name
        measures.append(programme.measures)
    if measures and all(_RESTRICTED in each for each in measures):
        draft.action = "restricted"


def _identity(identity: Element, draft: Draft, known: _Context, *, main: bool) -> None:
    for name in identity.iterfind("name"):
        _name(name, draft, main=main)
    for nationality in identity.iterfind("nationality"):
        draft.country(_country(nationality))
    for day in identity.iterfind("day-month-year"):
        _day(day, draft)
    for place in identity.iterfind("place-of-birth"):
        location, area, country = _placed(place, known)
        draft.birthplace(", ".join(filter(None, (location, area, country))))
    for address in identity.iterfind("address"):
        _address(address, draft, known)
    for paper in identity.iterfind("identification-document"):
        _paper(paper, draft)


def _name(name: Element, draft: Draft, *, main: bool) -> None:
    """Add a name in the order of its parts, then its spellings by language and script."""
    kind = _NAMES.get(name.get("name-type", ""), "alias")
    if kind == "primary" and not main:
        kind = "alias"
    if name.get("quality") == "low":
        kind = "weak alias"
    parts = sorted(name.iterfind("name-part"), key=_order)
    for part in parts:
        if part.get("name-part-type") == "title":
            draft.note(f"title: {text_of(part, 'value')}")
    parts = [
        part
        for part in parts
        if part.get("name-part-type") != "title" and text_of(part, "value") not in {"", _NONE}
    ]
    _add(draft, " ".join(text_of(part, "value") for part in parts), kind, name.get("lang", ""))
    groups = {
        (each.get("lang", ""), each.get("script", ""))
        for part in parts
        for each in part.iterfind("spelling-variant")
    }
    for language, script in sorted(groups):
        spellings = [_spellings(part, language, script) for part in parts]
        if len(list(islice(product(*spellings), _MOST_SPELLINGS + 1))) > _MOST_SPELLINGS:
            shown = " ".join(text_of(part, "value") for part in parts)
            error = InputError("parties/too-many-spellings", most=_MOST_SPELLINGS)
            draft.refuse("name", shown, error)
        for words in islice(product(*spellings), _MOST_SPELLINGS):
            _add(draft, " ".join(words), "alias" if kind == "primary" else kind, language)


def _order(part: Element) -> int:
    order = part.get("order", "")
    return int(order) if order.isascii() and order.isdigit() else 0


def _spellings(part: Element, language: str, script: str) -> list[str]:
    """Return the spellings of a part in a language and script; else the part as it is."""
    found = [
        " ".join((each.text or "").split())
        for each in part.iterfind("spelling-variant")
        if (each.get("lang", ""), each.get("script", "")) == (language, script)
    ]
    return [each for each in found if each not in {"", _NONE}] or [text_of(part, "value")]


def _add(draft: Draft, text: str, kind: NameKind, language: str) -> None:
    native = kind in {"primary", "alias"} and text and not is_latin(text)
    draft.name(text, "native" if native else kind, language_code(language))


def _day(day: Element, draft: Draft) -> None:
    """Add a birth; the day of an entity or a vessel is that of its foundation."""
    parts = [day.get(part, "") for part in ("year", "month", "day")]
    text = "-".join(part.zfill(2) for part in parts if part.strip("0"))
    calendar = day.get("calendar", "Gregorian")
    if calendar.casefold() != "gregorian":
        text = f"{text} ({calendar})"
    if draft.kind == "person":
        draft.born(text, about=day.get("quality") == "low")
    else:
        draft.note(f"founded: {text}")


def _placed(element: Element, known: _Context) -> tuple[str, str, str]:
    """Return the place of an element, by its number or in its own words."""
    own = _place(element)
    held = known.places.get(element.get("place-id", ""), ("", "", ""))
    location, area, country = (mine or theirs for mine, theirs in zip(own, held, strict=True))
    return location, area, country


def _address(address: Element, draft: Draft, known: _Context) -> None:
    location, area, country = _placed(address, known)
    care, street, box, postcode = (text_of(address, part) for part in _ADDRESS)
    box = f"P.O. Box {box}" if box and box.isdigit() else box
    parts = [care, street, box, " ".join(filter(None, (postcode, location))), area, country]
    draft.address(parts, city=location, region=area, postcode=postcode, country=country)
    for remark in ("remark", "remarks"):
        draft.note(text_of(address, remark))


def _paper(paper: Element, draft: Draft) -> None:
    kind = paper.get("document-type", "").replace("-", " ")
    issuer = paper.find("issuer")
    country = "" if issuer is None else issuer.get("iso-code", "") or (issuer.text or "").strip()
    draft.number(kind, text_of(paper, "number"), country)
    said = [text for part in _PAPER if (text := text_of(paper, part))]
    draft.note(f"{kind} {text_of(paper, 'number')}: {', '.join(said)}" if said else "")


def _texts(target: Element, subject: Element, draft: Draft) -> None:
    """Add relations, reasons and remarks, and the numbers in remarks."""
    draft.basis = " ".join(texts_of(subject, "justification"))
    for relation in subject.iterfind("relation"):
        kind = relation.get("relation-type", "")
        shown = "linked-to" if kind in {"", "related-to"} else kind
        draft.tie(shown, relation.get("target-id", ""), note=text_of(relation, "remark"))
    for text in texts_of(subject, "other-information"):
        for piece in text.split(";"):
            _number(piece, draft)
        draft.note(text)
    for text in texts_of(target, "foreign-identifier"):
        draft.note(f"foreign identifier: {text}")
    sex = subject.get("sex", "")
    draft.note(f"sex: {sex}" if sex else "")
    for attribute in (
        *target.iterfind("generic-attribute"),
        *subject.iterfind("generic-attribute"),
    ):
        draft.note(f"{attribute.get('name', '')}: {(attribute.text or '').strip()}")


def _number(piece: str, draft: Draft) -> None:
    """Add the numbers of a remark like "SWIFT/BIC: ABCDRUMM, ABCDRUM1".

    The whole label must be that of a number: "IMO number of the vessel" is that of another party.
    """
    label, _, values = piece.strip(" .").partition(":")
    scheme, rest = find_scheme(" ".join(label.split()))
    if scheme is not None and not rest and scheme.name != NOTE:
        for value in re.split(r",\s+", values):
            draft.number(label, value.strip(" ."))


def _in_force(target: Element, draft: Draft) -> None:
    """Set the days of listing and de-listing by the modifications, of which the latest decides."""
    changes = [
        (
            next((day for each in _DATES if (day := day_of(mod.get(each, "")))), date.min),
            -place,
            mod,
        )
        for place, mod in enumerate(target.iterfind("modification"))
    ]
    changes.sort(key=lambda each: each[:2])
    begun: list[date] = []
    for day, _, change in changes:
        kind = change.get("modification-type", "")
        if kind == "de-listed":
            draft.delisted = None if day == date.min else day
        elif kind == "listed" and draft.delisted is not None:
            begun, draft.delisted = [day], None
        else:
            draft.delisted = None
            begun.append(day)
    draft.listed = min((day for day in begun if day != date.min), default=None)
    if changes and changes[-1][2].get("modification-type") == "de-listed" and not draft.delisted:
        draft.refuse("modification", "de-listed", InputError("parties/delisting-without-date"))
