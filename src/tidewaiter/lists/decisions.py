"""Decisions of an authority on lists: judgements and thresholds, in files that only grow.

Nothing in them is changed or deleted: a later line takes an earlier one back, and both stay to be
read. A line that is no record stops the reading, so that what was edited wrongly is not read in
part.

They stand in `judgements.jsonl` of the folder of lists, one a line, in the order in which they were
made; the last of a pair counts, so a later one takes an earlier one back, and nothing is lost. A
judgement holds for the entry as it was: where the list changes it, the party is told again.

They stand in `thresholds.jsonl` of the folder of lists, one a line, in the order in which they were
made; the last one counts, and one without a threshold takes back those before it. Nothing is lost.
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
    """Read the records of a ledger, in the order in which they were made.

    Args:
        path: Of the file; it need not be there.
        kind: Of the records.
        what: One of them, for the error: "judgement".

    Raises:
        StoreError: A line is no such record.
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
    """Write a record behind those that are there.

    Raises:
        OutputError: It cannot be written, or another process is at it.
    """
    with alone(path, str(path)), writing(str(path)), path.open("ab") as file:
        file.write(msgspec.json.encode(record) + b"\n")


JUDGEMENTS_FILE = "judgements.jsonl"

Verdict = Literal["other", "same"]
"""other: a person or firm of the same or a like name, and not the listed one; same: the listed one,
or what was judged before is taken back."""


class Judgement(Record, frozen=True, kw_only=True):
    """One decision."""

    list: str  # slug
    entry: str  # id in the list
    version: str  # hash of the entry as it was then
    name: str  # of the party, as the papers wrote it
    country: str = ""  # of the party; "": whatever it is
    verdict: Verdict
    why: str
    by: str  # who decided
    day: date


class Judgements:
    """The decisions of a folder of lists, by party and entry."""

    def __init__(self, made: Iterable[Judgement]) -> None:
        self._made = {_key(each.list, each.entry, each.name, each.country): each for each in made}

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self._made)

    def of(self, slug: str, entry: ListedParty, name: str, country: str) -> Judgement | None:
        """Return what was decided of a party and an entry; None: nothing that still holds.

        Args:
            slug: Of the list.
            entry: As it is now.
            name: Of the party, as written.
            country: Of the party; a judgement without a country holds for any.
        """
        if not self._made:
            return None
        found = self._made.get(_key(slug, entry.id, name, country))
        found = found or self._made.get(_key(slug, entry.id, name, ""))
        return found if found and found.version == version_of(entry) else None

    def other(self, slug: str, entry: ListedParty, name: str, country: str) -> str:
        """Say that a party was judged another than an entry, by whom, when and why; "": it was not.

        Args:
            slug: Of the list.
            entry: As it is now.
            name: Of the party, as written.
            country: Of the party; "" where it is not known.
        """
        made = self.of(slug, entry, name, country)
        if made is None or made.verdict == "same":
            return ""
        return f"assessed as a different party by {made.by} on {made.day}: {made.why}"


def version_of(entry: ListedParty) -> str:
    """Return a hash of all that a list says of an entry."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:16]


def read_judgements(folder: Path) -> Judgements:
    """Read the decisions of a folder of lists.

    Raises:
        StoreError: A line is no judgement.
    """
    return Judgements(read_ledger(folder / JUDGEMENTS_FILE, Judgement, "judgement"))


def add_judgement(folder: Path, judgement: Judgement) -> None:
    """Write a decision behind those that are there.

    Raises:
        OutputError: It cannot be written, or another process is at it.
    """
    add_line(folder / JUDGEMENTS_FILE, judgement)


def _key(slug: str, entry: str, name: str, country: str) -> tuple[str, str, str, str]:
    return slug, entry, " ".join(plain(name).split()), country_or_text(country).upper()


THRESHOLDS_FILE = "thresholds.jsonl"


class ListState(Record, frozen=True, kw_only=True):
    """Which version of a list was in force when a threshold was chosen."""

    list: str  # slug
    version: str  # SHA-256


class KeptThreshold(Record, frozen=True, kw_only=True):
    """One decision, and the counts that it rests on; without a file, on the reason alone."""

    threshold: Chance | None  # None: those before are taken back
    kinds: tuple[KindThreshold, ...] = ()  # of entries for which it is another
    why: str
    by: str  # who decided
    day: date
    file: str = ""  # of cleared parties, from which it was chosen
    sha256: str = ""  # of that file
    parties: int = 0  # of that file
    alerts: int = 0  # of these at the threshold
    lists: tuple[ListState, ...] = ()  # in force then
    model: str  # beginning of the SHA-256 of the model that gave the probabilities


def read_threshold(folder: Path) -> KeptThreshold | None:
    """Read the threshold that a folder of lists keeps; None: it keeps none.

    Raises:
        StoreError: A line of the file is no such record.
    """
    made = read_ledger(folder / THRESHOLDS_FILE, KeptThreshold, "kept threshold")
    return made[-1] if made and made[-1].threshold is not None else None


def add_threshold(folder: Path, kept: KeptThreshold) -> None:
    """Write a decision behind those that are there.

    Raises:
        StoreError: What is there is broken; nothing is added to it.
        OutputError: It cannot be written, or another process is at it.
    """
    read_threshold(folder)
    add_line(folder / THRESHOLDS_FILE, kept)


def threshold_for(folder: Path | None, asked: float | None) -> Threshold | None:
    """Return the threshold that counts: the one that is asked for, else the one that is kept.

    Args:
        folder: Of lists; None: there is none.
        asked: By the user for this once.

    Returns:
        The threshold; None: neither asked for nor kept, so that of the model or the rules counts.

    Raises:
        StoreError: The file of the folder is broken.
    """
    if asked is not None:
        return asked_for(asked)
    kept = read_threshold(folder) if folder else None
    if kept is None or kept.threshold is None:
        return None
    origin = f"saved by {kept.by} on {kept.day}"
    return Threshold(least=kept.threshold, kinds=kept.kinds, origin=origin)


def states_of(versions: Iterable[ListVersion]) -> tuple[ListState, ...]:
    """Return what is kept of the lists in force, in the order of their names."""
    states = (ListState(list=each.slug, version=each.sha256) for each in versions)
    return tuple(sorted(states, key=lambda each: each.list))


def changes_since(kept: KeptThreshold, archive: Archive, day: date, model: str) -> tuple[str, ...]:
    """Say what is no longer as it was when a threshold was chosen; nothing: all is.

    Args:
        kept: The threshold.
        archive: The lists.
        day: On which they are in force.
        model: The beginning of its SHA-256.
    """
    held = (archive.at(slug, day) for slug in archive.slugs())
    now = {each.list: each.version for each in states_of(v.version for v in held if v)}
    then = {each.list: each.version for each in kept.lists}
    told = [f"{slug} is new" for slug in now if slug not in then]
    told += [f"{slug} was removed" for slug in then if slug not in now]
    told += [f"{slug} has a new version" for slug in now if now[slug] != then.get(slug, now[slug])]
    told += ["the model has changed"] if kept.model != model else []
    return tuple(told)
