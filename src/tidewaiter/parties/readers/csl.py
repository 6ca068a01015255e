"""The Consolidated Screening List of the US International Trade Administration, CSV and JSON.

It combines lists of several authorities; the source list is an entry's first programme.

Source: the header of csl.csv (consolidated.csv) and the fields of the JSON file.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader
from tidewaiter.parties.readers.file_formats import first_character, head, json_items, titled
from tidewaiter.parties.readers.mapped_records import Unread
from tidewaiter.parties.readers.ofac_csv import KINDS, read_remarks
from tidewaiter.parties.types import ListedParty, PartyKind

_MARKS = ("federal_register_notice", "source_list_url", "alt_names")
_NOTES = (
    "title",
    "license_requirement",
    "license_policy",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
)
_READ = frozenset(
    {
        *_MARKS,
        *_NOTES,
        *("_id", "id", "entity_number", "source", "type", "programs", "name", "addresses", "ids"),
        *("start_date", "end_date", "standard_order", "call_sign", "vessel_flag", "vessel_owner"),
        *("remarks", "citizenships", "dates_of_birth", "nationalities", "places_of_birth"),
        *("source_information_url", "country"),
    }
)
_SUCCESSORS = re.compile(r"[;,]?\s*and any successors?,.*$", re.IGNORECASE)
_PLACE = ("address", "city", "state", "postal_code", "country")
_OFAC = "Treasury Department"

Fields = Mapping[str, object]


def claims_csl(files: Sequence[ListFile]) -> bool:
    """Return whether the first file has the columns or fields of the list."""
    first = head(files[0], 1 << 14)
    return all(mark in first for mark in _MARKS) and "source" in first


def read_csl(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read csl.csv or its JSON.

    Raises:
        InputError: A file is neither, or is truncated.
    """
    for file in files:
        yield ListHeader()
        unread = Unread(_READ)
        for row in _read_records(file):
            if isinstance(row, EntryRefusal):
                yield row
            else:
                unread.see({title: ["x"] if value else [] for title, value in row[1].items()})
                yield from _entry(file, *row)
        yield from unread.report(file.name)


def _read_records(file: ListFile) -> Iterator[tuple[int, Fields] | EntryRefusal]:
    if first_character(file) in {"[", "{"}:
        return _json(file)
    return titled(file, titles=_MARKS)


def _json(file: ListFile) -> Iterator[tuple[int, Fields]]:
    for number, item in json_items(file):
        held = item.get("results") if isinstance(item, dict) and "results" in item else None
        for place, each in enumerate(held if isinstance(held, list) else [item], number):
            if not isinstance(each, dict):
                raise InputError("parties/not-an-entry", at=f"{file.name}, {place}")
            yield place, each


def _entry(file: ListFile, number: int, fields: Fields) -> Iterator[ListedParty | EntryRefusal]:
    source = _text(fields, "source")
    kind = _kind(_text(fields, "type"), source)
    key = _key(fields, source)
    draft = Draft(key, kind, file=file.name, place=f"row {number}")
    name = _text(fields, "name")
    draft.name(_SUCCESSORS.sub("", name))
    draft.note(name if _SUCCESSORS.search(name) else "")
    for name in _many(fields, "alt_names"):
        draft.name(name, "alias")
    draft.programme(source)
    for programme in _many(fields, "programs"):
        draft.programme(programme)
    _places(draft, fields)
    _person(draft, fields)
    _numbers(draft, fields)
    draft.identifier("call-sign", _text(fields, "call_sign"))
    draft.country(_text(fields, "vessel_flag"))
    draft.tie("owned-by", _text(fields, "vessel_owner"))
    draft.basis = _text(fields, "federal_register_notice")
    draft.source = _text(fields, "source_information_url") or _text(fields, "source_list_url")
    draft.listed = draft.day("start_date", _text(fields, "start_date"))
    draft.delisted = draft.day("end_date", _text(fields, "end_date"))
    for field in _NOTES:
        draft.note(_text(fields, field))
    order = _text(fields, "standard_order")
    draft.note(f"standard order: {order}" if order else "")
    draft.country(_text(fields, "country"))
    read_remarks(_text(fields, "remarks"), draft)
    yield from draft.finish()


def _kind(word: str, source: str) -> PartyKind:
    if word:
        return KINDS.get(word.casefold(), "unknown")
    return "organisation" if source.rstrip().endswith(_OFAC) else "unknown"


def _key(fields: Fields, source: str) -> str:
    """Return the id of an entry; if it has none, a digest of its identifying fields."""
    own = _text(fields, "_id") or _text(fields, "id")
    if own:
        return own
    if number := _text(fields, "entity_number"):
        return f"{source.partition('(')[2].partition(')')[0] or source} {number}"
    parts = ("name", "federal_register_notice", "start_date", "addresses", "type")
    text = "\n".join([source, *(str(fields.get(part) or "") for part in parts)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _many(fields: Fields, name: str) -> list[str]:
    value = fields.get(name)
    if isinstance(value, list):
        return [str(each).strip() for each in value if each]
    return [part.strip() for part in _text(fields, name).split(";") if part.strip()]


def _objects(fields: Fields, name: str) -> list[dict[str, object]] | None:
    value = fields.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else None


def _places(draft: Draft, fields: Fields) -> None:
    held = _objects(fields, "addresses")
    for place in held or ():
        parts = [_text(place, part) for part in _PLACE]
        _, city, region, postcode, country = parts
        draft.address(parts, city=city, region=region, postcode=postcode, country=country)
    for text in _many(fields, "addresses") if held is None else ():
        last = text.rpartition(",")[2].strip()
        draft.address([text], country=last if find_country(last) and len(last) == 2 else "")  # noqa: PLR2004


def _person(draft: Draft, fields: Fields) -> None:
    for field in ("citizenships", "nationalities"):
        for country in _many(fields, field):
            draft.country(country)
    for birth in _many(fields, "dates_of_birth"):
        draft.born(birth)
    for place in _many(fields, "places_of_birth"):
        draft.birthplace(place)


def _numbers(draft: Draft, fields: Fields) -> None:
    """Read numbers: objects, or "RU, 1137746390572, Registration ID"."""
    held = _objects(fields, "ids")
    for number in held or ():
        draft.number(_text(number, "type"), _text(number, "number"), _text(number, "country"))
    for text in _many(fields, "ids") if held is None else ():
        parts = [part.strip() for part in text.split(",")]
        country = parts.pop(0) if len(parts) > 2 and find_country(parts[0]) else ""  # noqa: PLR2004
        kind = parts.pop() if len(parts) > 1 else ""
        if kind:
            draft.number(kind, ", ".join(parts), country)
        else:
            draft.note(text)
