"""Decisions of an authority about lists: judgements and thresholds, in append-only files.

No line is changed or deleted: a later line revokes an earlier one, and both remain readable. An
invalid line stops the load, so that a badly edited file is never used in part.

Judgements are stored in `judgements.jsonl` in the folder of lists, one per line, in order of
creation; the last one for a pair applies. A judgement is valid for the entry as it was: when the
list changes the entry, the party is reported again.

Thresholds are stored in `thresholds.jsonl` in the folder of lists, one per line, in order of
creation; the last one applies, and one without a threshold revokes those before it.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from tidewaiter.base.countries import country_or_text
from tidewaiter.base.errors import StoreError
from tidewaiter.base.files import alone, writing
from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive
from tidewaiter.parties.thresholds import Chance, KindThreshold, Threshold, asked_for
from tidewaiter.parties.types import ListedParty, ListVersion

R = TypeVar("R", bound=Record)


def read_ledger(path: Path, kind: type[R], what: str) -> list[R]:
    """Read the records of an append-only file, in order of creation.

    Args:
        path: Path of the file; it may be missing.
        kind: Record type.
        what: Name of a record in an error: "judgement".

    Raises:
        StoreError: A line is not a valid record.
    """
    made: list[R] = []
    lines = path.read_bytes().splitlines() if path.is_file() else []
    decode = msgspec.json.Decoder(kind).decode
    for number, line in enumerate(lines, 1):
        try:
            made.append(decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(
                "lists/not-its-record", what=what, error=error, at=f"{path}, line {number}"
            ) from error
    return made


def add_line(path: Path, record: Record) -> None:
    """Append a record.

    Raises:
        OutputError: The file is not writable, or is locked by another process.
    """
    with alone(path, str(path)), writing(str(path)), path.open("ab") as file:
        file.write(msgspec.json.encode(record) + b"\n")


JUDGEMENTS_FILE = "judgements.jsonl"

Verdict = Literal["other", "same"]
"""other: a different party with the same or a similar name; same: the listed party, or an earlier
judgement is revoked."""


class Judgement(Record, frozen=True, kw_only=True):
    """A decision on a party and an entry."""

    list: str  # slug
    entry: str  # id in the list
    version: str  # hash of the entry at that time
    name: str  # name of the party, as in the documents
    country: str = ""  # country of the party; "": any
    verdict: Verdict
    why: str
    by: str  # user who decided
    day: date


class Judgements:
    """The judgements of a folder of lists, by party and entry."""

    def __init__(self, made: Iterable[Judgement]) -> None:
        self._made = {_key(each.list, each.entry, each.name, each.country): each for each in made}

    def __bool__(self) -> bool:
        """Return whether there is any judgement."""
        return bool(self._made)

    def of(self, slug: str, entry: ListedParty, name: str, country: str) -> Judgement | None:
        """Return the judgement on a party and an entry; None: none that is still valid.

        Args:
            slug: Slug of the list.
            entry: Current entry.
            name: Name of the party, as written.
            country: Country of the party; a judgement without a country applies to any.
        """
        if not self._made:
            return None
        found = self._made.get(_key(slug, entry.id, name, country))
        found = found or self._made.get(_key(slug, entry.id, name, ""))
        return found if found and found.version == version_of(entry) else None

    def other(self, slug: str, entry: ListedParty, name: str, country: str) -> str:
        """Describe the judgement "different party", with author, date and reason; "": none.

        Args:
            slug: Slug of the list.
            entry: Current entry.
            name: Name of the party, as written.
            country: Country of the party; "" if unknown.
        """
        made = self.of(slug, entry, name, country)
        if made is None or made.verdict == "same":
            return ""
        return f"assessed as a different party by {made.by} on {made.day}: {made.why}"


def version_of(entry: ListedParty) -> str:
    """Return a hash of all data of an entry."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:16]


def read_judgements(folder: Path) -> Judgements:
    """Read the judgements of a folder of lists.

    Raises:
        StoreError: A line is not a judgement.
    """
    return Judgements(read_ledger(folder / JUDGEMENTS_FILE, Judgement, "judgement"))


def add_judgement(folder: Path, judgement: Judgement) -> None:
    """Append a judgement.

    Raises:
        OutputError: The file is not writable, or is locked by another process.
    """
    add_line(folder / JUDGEMENTS_FILE, judgement)


def _key(slug: str, entry: str, name: str, country: str) -> tuple[str, str, str, str]:
    return slug, entry, " ".join(plain(name).split()), country_or_text(country).upper()


THRESHOLDS_FILE = "thresholds.jsonl"


class ListState(Record, frozen=True, kw_only=True):
    """Version of a list in force when a threshold was chosen."""

    list: str  # slug
    version: str  # SHA-256


class KeptThreshold(Record, frozen=True, kw_only=True):
    """A threshold decision with its evidence; without a file, only a reason."""

    threshold: Chance | None  # None: earlier ones are revoked
    kinds: tuple[KindThreshold, ...] = ()  # kinds of entries with their own threshold
    why: str
    by: str  # user who decided
    day: date
    file: str = ""  # file of cleared parties used for the choice
    sha256: str = ""  # hash of that file
    parties: int = 0  # number of parties in that file
    alerts: int = 0  # number of these reported at the threshold
    lists: tuple[ListState, ...] = ()  # in force at that time
    model: str  # prefix of the SHA-256 of the model


def read_threshold(folder: Path) -> KeptThreshold | None:
    """Read the stored threshold of a folder of lists; None: none.

    Raises:
        StoreError: A line of the file is invalid.
    """
    made = read_ledger(folder / THRESHOLDS_FILE, KeptThreshold, "kept threshold")
    return made[-1] if made and made[-1].threshold is not None else None


def add_threshold(folder: Path, kept: KeptThreshold) -> None:
    """Append a threshold decision.

    Raises:
        StoreError: The existing file is invalid; nothing is appended.
        OutputError: The file is not writable, or is locked by another process.
    """
    read_threshold(folder)
    add_line(folder / THRESHOLDS_FILE, kept)


def threshold_for(folder: Path | None, asked: float | None) -> Threshold | None:
    """Return the threshold that applies: the requested one, or else the stored one.

    Args:
        folder: Folder of lists; None: no lists.
        asked: Requested by the user for this run.

    Returns:
        The threshold; None: neither, so the default of the model or the rules applies.

    Raises:
        StoreError: The file in the folder is invalid.
    """
    if asked is not None:
        return asked_for(asked)
    kept = read_threshold(folder) if folder else None
    if kept is None or kept.threshold is None:
        return None
    origin = f"saved by {kept.by} on {kept.day}"
    return Threshold(least=kept.threshold, kinds=kept.kinds, origin=origin)


def states_of(versions: Iterable[ListVersion]) -> tuple[ListState, ...]:
    """Return the stored state of the lists in force, sorted by slug."""
    states = (ListState(list=each.slug, version=each.sha256) for each in versions)
    return tuple(sorted(states, key=lambda each: each.list))


def changes_since(kept: KeptThreshold, archive: Archive, day: date, model: str) -> tuple[str, ...]:
    """Describe what has changed since a threshold was chosen; empty: nothing.

    Args:
        kept: The stored threshold.
        archive: The list archive.
        day: Day for which the lists are in force.
        model: Prefix of the SHA-256 of the model.
    """
    held = (archive.at(slug, day) for slug in archive.slugs())
    now = {each.list: each.version for each in states_of(v.version for v in held if v)}
    then = {each.list: each.version for each in kept.lists}
    told = [f"{slug} is new" for slug in now if slug not in then]
    told += [f"{slug} was removed" for slug in then if slug not in now]
    told += [f"{slug} has a new version" for slug in now if now[slug] != then.get(slug, now[slug])]
    told += ["the model has changed"] if kept.model != model else []
    return tuple(told)
