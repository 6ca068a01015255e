"""Judgements: what an authority decided of a party that resembles a listed one.

They stand in `judgements.jsonl` of the folder of lists, one a line, in the order in which they were
made; the last of a pair counts, so a later one takes an earlier one back, and nothing is lost. A
judgement holds for the entry as it was: where the list changes it, the party is told again.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from tidewaiter.base.countries import country_or_text
from tidewaiter.base.plain import plain
from tidewaiter.base.records import Record
from tidewaiter.lists.ledger import add_line, read_ledger
from tidewaiter.parties.types import ListedParty

FILE = "judgements.jsonl"

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
        return f"judged another party by {made.by} on {made.day}: {made.why}"


def version_of(entry: ListedParty) -> str:
    """Return a hash of all that a list says of an entry."""
    return hashlib.sha256(msgspec.json.encode(entry)).hexdigest()[:16]


def read_judgements(folder: Path) -> Judgements:
    """Read the decisions of a folder of lists.

    Raises:
        StoreError: A line is no judgement.
    """
    return Judgements(read_ledger(folder / FILE, Judgement, "judgement"))


def add_judgement(folder: Path, judgement: Judgement) -> None:
    """Write a decision behind those that are there.

    Raises:
        OutputError: It cannot be written, or another process is at it.
    """
    add_line(folder / FILE, judgement)


def _key(slug: str, entry: str, name: str, country: str) -> tuple[str, str, str, str]:
    return slug, entry, " ".join(plain(name).split()), country_or_text(country).upper()
