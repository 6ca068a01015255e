"""What the registry holds: substances, their names and forms, and the law on them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from tidewaiter.base.records import Record

Kind = Literal["precursor", "drug", "equipment", "class"]
"""What a watched thing is: a precursor or other chemical, a scheduled drug, equipment, or all
substances that a law holds by a rule on their structure."""

Tier = Literal["strong", "weak", "street"]
"""How far a name may be trusted alone: enough alone, needs a cue, off by default."""

Mark = Literal["read", "second-hand", "unverified"]
"""How a fact is known: read in the instrument or an official copy, read in one other
source only, or remembered. What is unverified says so wherever it is shown."""

Variant = Literal[
    "salt", "ester", "ether", "stereoisomer", "hydrate", "solution", "extract", "same"
]
"""What a form is to its substance, and what the scope of a listing names beside the substance.
solution, extract: the substance with water, or the raw material that holds it. same: what the name
of the substance holds already, as a racemate, or an isomer of what is listed without its stereo."""

SourceKind = Literal["official", "report", "dictionary", "usage", "rule", "memory"]
"""What a source can show of a name. official: a law, list or register of an authority, or a
copy of one, prints it. report: others tell of such a list. dictionary: it stands beside a word
of another language, a number or a structure. usage: it is printed, without its meaning. rule: a
procedure of ours gives it or its structure. memory: nothing was read."""


class Name(Record, frozen=True, kw_only=True):
    """One name of a substance, as trade papers write it."""

    text: str
    language: str  # ISO 639-1: en, es, fr, zh, ru, ar ...
    tier: Tier = "strong"
    cas: str | None = None  # of the form that the name names, where it is not the substance itself
    sources: tuple[str, ...]  # slugs of sources


class Form(Record, frozen=True, kw_only=True):
    """A salt, ester or hydrate that trades under a name and number of its own."""

    name: str
    kinds: tuple[Variant, ...] = ()  # all that it is; empty: not said, which no scope answers
    cas: str | None = None
    smiles: str | None = None
    inchikey: str | None = None
    formula: str | None = None
    sources: tuple[str, ...]


class Control(Record, frozen=True, kw_only=True):
    """One legal instrument's hold on one substance."""

    regime: str  # the name of a folder in data/regimes
    schedule: str  # as the instrument prints it
    decided: date | None = None  # day of the decision; None: not known
    since: date | None = None  # first day in force; None: not known, taken as in force
    until: date | None = None  # first day no longer in force; None: open
    scope: str = ""  # what else is held: "salts", "esters", in our words
    holds: tuple[Variant, ...] = ()  # forms it includes; both empty: see the regime's scopes
    leaves_out: tuple[Variant, ...] = ()  # forms that it excludes
    source: str  # slug of a source
    mark: Mark = "read"  # of the listing itself
    dates: Mark = "read"  # of decided, since and until


class Substance(Record, frozen=True, kw_only=True):
    """A controlled or watched substance, or a piece of watched equipment."""

    slug: str
    name: str
    kind: Kind
    cas: tuple[str, ...] = ()  # the substance itself; the first is shown
    smiles: str | None = None
    inchikey: str | None = None
    formula: str | None = None  # Hill order
    hs: tuple[str, ...] = ()  # HS 2022 subheadings, text: "2939.41"
    un: tuple[str, ...] = ()  # UN dangerous-goods numbers, four digits
    cus: tuple[str, ...] = ()  # EU customs union and statistics numbers
    names: tuple[Name, ...] = ()  # beside the preferred name, which is strong
    forms: tuple[Form, ...] = ()
    controls: tuple[Control, ...] = ()  # joined from the instruments: none stands in its own file
    sources: tuple[str, ...]  # of name, CAS, structure
    note: str = ""


class Scope(Record, frozen=True, kw_only=True):
    """Which variants of a substance a regime holds, as its text says; of others it is not known.

    The narrowest one counts: of a substance, then of a schedule, then of the regime.
    """

    schedules: tuple[str, ...] = ()  # of the regime; empty: all
    substances: tuple[str, ...] = ()  # slugs; empty: all of the schedules
    holds: tuple[Variant, ...] = ()  # beside the substance itself
    leaves_out: tuple[Variant, ...] = ()  # by its words, or as its list of variants is whole
    clause: str
    source: str  # slug of a source
    mark: Mark = "read"


class Amendment(Record, frozen=True, kw_only=True):
    """A change of a regime's list after the text that was read whole."""

    what: str
    since: date | None = None  # first day in force; None: not known, taken from `decided`
    decided: date | None = None  # day of the decision or publication
    cite: str  # where it is published
    loaded: bool
    destinations: tuple[str, ...] = ()  # countries of the exports that it is about; empty: all
    all_named: bool = False  # all that it adds is told by the next three
    substances: tuple[str, ...] = ()  # slugs that it adds
    formulas: tuple[str, ...] = ()  # in Hill order, of what it adds and the registry does not hold
    at_least: tuple[str, ...] = ()  # atoms that all members of a class that it adds have: "C11O3"

    @property
    def begins(self) -> date:
        """Return the first day on which it may be in force."""
        return self.since or self.decided or date.min


class Regime(Record, frozen=True, kw_only=True):
    """A body of law that controls substances."""

    slug: str
    name: str
    short: str = ""  # a listing in few words: "EU cat. {last}"; {last} is the schedule's last word
    jurisdiction: str  # ISO 3166-1 alpha-2, "EU" or "UN"
    authority: str
    source: str
    edition: date | None = None  # day of the newest text that was read whole; None: not known
    edition_note: str = ""  # which text that is, or what is known of its day
    amendments: tuple[Amendment, ...] = ()  # known after the edition, by their days
    checked: date  # last day to which changes of the law were looked for
    tolerance_days: int = 90  # after `checked`, for which "not listed" is still said, with its age
    covers: date | None = None  # first day from which our listings are whole; None: they are not
    incomplete: str = ""  # what is missing, where they are not whole
    catalogues: tuple[date, ...] = ()  # days of whole lists: what such a list names may be older
    scopes: tuple[Scope, ...] = ()
    binding: bool = True  # False: a public list that watches and controls nothing
    sequence: int = 1000  # order of its controls among those of a substance, the smallest first
    grades: Mapping[str, str] = {}  # schedule, or "all": as which row of the alert rules it weighs

    def grade(self, schedule: str) -> str:
        """Return what a schedule is weighed as, a key of the alert rules; "": nothing is said."""
        return self.grades.get(schedule) or self.grades.get("all", "")


class Source(Record, frozen=True, kw_only=True):
    """Where a fact was read."""

    title: str
    url: str = ""
    read: date  # the day it was read
    licence: str = ""
    kind: SourceKind | None = None  # what it can show of a name; None: not said
    note: str = ""


class LawFolder(Record, frozen=True, kw_only=True):
    """Legal instruments that a plug-in of the group `tidewaiter.law` brings."""

    path: Path  # laid out as an authority's own folder of lists; on disk, not in an archive
