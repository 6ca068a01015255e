"""An authority's own list: JSON Lines or CSV, as defined in docs/reference/party-lists.md."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers.entries import Draft, EntryRefusal, ListHeader, refused
from tidewaiter.parties.readers.file_formats import LOOKED_AT, head, json_items, titled
from tidewaiter.parties.types import (
    Action,
    ListedParty,
    NameKind,
    Outcome,
    PartyKind,
    PartyName,
)

_COLUMNS: dict[str, NameKind] = {
    "name": "primary",
    "aliases": "alias",
    "weak_aliases": "weak alias",
    "former_names": "former",
    "native_names": "native",
}
_NUMBER = re.compile(r"([^:]+):(.+?)(?::([A-Z]{2}))?")
_FLAGS = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


class _Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values of a row from a fixed set."""

    kind: PartyKind = "unknown"
    action: Action = "other"
    outcome: Outcome = ""


def claims_own_json(files: Sequence[ListFile]) -> bool:
    """Return whether the first file begins with the header of an own list."""
    return head(files[0]).lstrip().replace(" ", "").startswith('{"list":')


def read_own_json(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read JSON Lines: the header in the first line, then one entry per line.

    Raises:
        InputError: A file is not JSON, or the header is invalid.
    """
    for file in files:
        for number, item in json_items(file):
            held = item if isinstance(item, dict) else {}
            if "list" in held:
                yield _header(held["list"], file, number)
                for place, each in enumerate(_beside(held, file, number), 1):
                    yield _party(each, file, f"party {place}")
            else:
                yield _party(item, file, f"line {number}")


def write_own_json(header: ListHeader, parties: Iterable[ListedParty]) -> bytes:
    """Write a list as JSON Lines, which read_own_json reads into the same entries."""
    said = {key: value for key, value in msgspec.structs.asdict(header).items() if value}
    lines = [msgspec.json.encode({"list": said}), *map(msgspec.json.encode, parties)]
    return b"\n".join(lines) + b"\n"


def _header(item: object, file: ListFile, number: int) -> ListHeader:
    try:
        return msgspec.convert(item, ListHeader)
    except msgspec.ValidationError as error:
        at = f"{file.name}, line {number}, list"
        raise InputError("parties/head-not-its-record", error=error, at=at) from error


def _beside(held: dict[str, object], file: ListFile, number: int) -> Sequence[object]:
    """Return the entries in the same object as the header."""
    other = sorted(held.keys() - {"list", "parties"})
    parties = held.get("parties", [])
    if other or not isinstance(parties, list):
        key = other[0] if other else "parties"
        raise InputError("parties/key-not-read", key=key, at=f"{file.name}, line {number}")
    return parties


def _not_fitting(error: msgspec.ValidationError) -> InputError:
    return InputError("parties/own-entry-not-valid", error=error)


def _party(item: object, file: ListFile, place: str) -> ListedParty | EntryRefusal:
    try:
        party = msgspec.convert(item, ListedParty)
    except msgspec.ValidationError as error:
        key = item.get("id", "") if isinstance(item, dict) else ""
        return refused(file.name, place, str(key or item), _not_fitting(error))
    first = party.names[0] if party.names else PartyName(text="")
    if not party.id.strip() or not first.text.strip():
        return refused(file.name, place, party.id, InputError("parties/own-entry-incomplete"))
    if first.kind != "primary":
        fault = InputError("parties/own-entry-without-primary-name")
        return refused(file.name, place, party.id, fault)
    return party


_REQUIRED = ("id", "kind", "name", "action")


def claims_own_csv(files: Sequence[ListFile]) -> bool:
    """Return whether the first file has the columns of an own list."""
    lines = head(files[0]).replace('"', "").splitlines()[:LOOKED_AT]
    return any(set(_REQUIRED) <= set(map(str.strip, line.split(","))) for line in lines)


def read_own_csv(files: Sequence[ListFile]) -> Iterator[ListHeader | ListedParty | EntryRefusal]:
    """Read CSV: one row per entry; several values in a cell are separated by semicolons.

    Raises:
        InputError: A file is not a table, is truncated, or has an unknown column.
    """
    for file in files:
        yield ListHeader()
        for each in titled(file, titles=_REQUIRED):
            if isinstance(each, EntryRefusal):
                yield each
                continue
            number, row = each
            unknown = sorted(set(row) - _TITLES)
            if unknown:
                at = f"{file.name}, column {unknown[0]}"
                raise InputError("parties/not-a-column-of-an-own-list", at=at)
            yield from _row(row, file, f"row {number}")


_TITLES = {
    "id",
    "kind",
    *_COLUMNS,
    "births",
    "birthplaces",
    "countries",
    "addresses",
    "identifiers",
    "programmes",
    "action",
    "basis",
    "outcome",
    "outcome_day",
    "listed",
    "delisted",
    "ties",
    "source",
    "note",
    "confidential",
}


def _row(row: dict[str, str], file: ListFile, place: str) -> Iterator[ListedParty | EntryRefusal]:
    said = {key: row[key] for key in ("kind", "action", "outcome") if row.get(key)}
    try:
        choice = msgspec.convert(said, _Choice)
    except msgspec.ValidationError as error:
        yield refused(file.name, place, row.get("id", ""), _not_fitting(error))
        return
    draft = Draft(row.get("id", ""), choice.kind, file=file.name, place=place)
    draft.action, draft.outcome = choice.action, choice.outcome
    _names(draft, row)
    _numbers(draft, row)
    draft.basis, draft.source = row.get("basis", ""), row.get("source", "")
    draft.note(row.get("note", ""))
    draft.outcome_day = draft.day("outcome_day", row.get("outcome_day", ""))
    draft.listed = draft.day("listed", row.get("listed", ""))
    draft.delisted = draft.day("delisted", row.get("delisted", ""))
    flag = row.get("confidential", "").casefold()
    if flag not in _FLAGS:
        fault = InputError("parties/own-entry-flag-wrong", flag=flag)
        yield refused(file.name, f"{place}, confidential", flag, fault)
        return
    draft.confidential = _FLAGS[flag]
    yield from draft.finish()


def _many(row: dict[str, str], title: str) -> list[str]:
    return [part.strip() for part in row.get(title, "").split(";") if part.strip()]


def _names(draft: Draft, row: dict[str, str]) -> None:
    for title, kind in _COLUMNS.items():
        for text in _many(row, title):
            draft.name(text, kind)
    for text in _many(row, "births"):
        draft.born(text)
    for text in _many(row, "birthplaces"):
        draft.birthplace(text)
    for text in _many(row, "countries"):
        draft.country(text)
    for text in _many(row, "addresses"):
        draft.address([text])
    for text in _many(row, "programmes"):
        draft.programme(text)


def _numbers(draft: Draft, row: dict[str, str]) -> None:
    """Parse "passport:A123:IR" and "owned-by:17:50 %"."""
    for text in _many(row, "identifiers"):
        found = _NUMBER.fullmatch(text)
        if found:
            draft.identifier(found[1], found[2], found[3] or "")
        else:
            error = InputError("parties/not-an-identifier", text=text)
            draft.refuse("identifiers", text, error)
    for text in _many(row, "ties"):
        kind, _, rest = text.partition(":")
        party, _, share = rest.partition(":")
        draft.tie(kind, party, share)
