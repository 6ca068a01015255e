"""Kept thresholds: from which probability on an authority looks at a resemblance.

They stand in `thresholds.jsonl` of the folder of lists, one a line, in the order in which they were
made; the last one counts, and one without a threshold takes back those before it. Nothing is lost.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.ledger import add_line, read_ledger
from tidewaiter.parties.thresholds import Chance, KindThreshold, Threshold, asked_for
from tidewaiter.parties.types import ListVersion

FILE = "thresholds.jsonl"


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
    made = read_ledger(folder / FILE, KeptThreshold, "kept threshold")
    return made[-1] if made and made[-1].threshold is not None else None


def add_threshold(folder: Path, kept: KeptThreshold) -> None:
    """Write a decision behind those that are there.

    Raises:
        StoreError: What is there is broken; nothing is added to it.
        OutputError: It cannot be written, or another process is at it.
    """
    read_threshold(folder)
    add_line(folder / FILE, kept)


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
    origin = f"kept by {kept.by} on {kept.day}"
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
    told += [f"{slug} is gone" for slug in then if slug not in now]
    told += [
        f"{slug} has another version" for slug in now if now[slug] != then.get(slug, now[slug])
    ]
    told += ["the model is another one"] if kept.model != model else []
    return tuple(told)
