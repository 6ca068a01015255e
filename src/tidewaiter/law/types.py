"""Records of the registry: substances, their names and forms, and the law on them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal, get_args

from tidewaiter.base.records import Record

Kind = Literal["precursor", "drug", "equipment", "class"]
"""Kind of a controlled or watched thing: a precursor or other chemical, a scheduled drug,
equipment, or all substances covered by a rule on their structure.
"""

Tier = Literal["strong", "weak", "street"]
"""Reliability of a name alone: sufficient, needs a cue, off by default."""

Mark = Literal["read", "second-hand", "unverified"]
"""Evidence for a fact: read in the instrument or an official copy, read in one other source only,
or from memory. Unverified facts are marked as such in every output.
"""
_MARKS: tuple[Mark, ...] = get_args(Mark)


def worst(marks: Iterable[Mark]) -> Mark:
    """Return the weakest of some evidence, at least one."""
    return max(marks, key=_MARKS.index)


Variant = Literal[
    "salt", "ester", "ether", "stereoisomer", "hydrate", "solution", "extract", "same"
]
"""Relation of a form to its substance, and what the scope of a control names in addition to the
substance. solution, extract: the substance with water, or the raw material that contains it. same:
already covered by the name of the substance, such as a racemate, or an isomer of a substance listed
without stereo.
"""

SourceKind = Literal["official", "report", "dictionary", "usage", "rule", "memory"]
"""Evidential value of a source for a name. official: printed in a law, list or register of an
authority, or a copy of one. report: a secondary report of such a list. dictionary: printed beside a
word of another language, a number or a structure. usage: printed without its meaning. rule: derived
by one of our procedures. memory: no source was read.
"""


class Name(Record, frozen=True, kw_only=True, gc=False):
    """A name of a substance, as written in trade documents."""

    text: str
    language: str  # ISO 639-1: en, es, fr, zh, ru, ar ...
    tier: Tier = "strong"
    cas: str | None = None  # CAS number of the named form, if it is not the substance itself
    official: bool = False  # printed in an official text of its language: shown to its readers
    sources: tuple[str, ...]  # slugs of sources


class NameRow(Record, frozen=True, kw_only=True):
    """A name in the file of its language."""

    substance: str  # slug
    text: str
    tier: Tier = "strong"
    cas: str | None = None  # as in `Name`
    official: bool = False
    sources: tuple[str, ...]

    def named(self, language: str) -> Name:
        """Return the name without its substance."""
        return Name(
            text=self.text,
            language=language,
            tier=self.tier,
            cas=self.cas,
            official=self.official,
            sources=self.sources,
        )


class NameFile(Record, frozen=True, kw_only=True):
    """Names of substances in one language other than English: data/names/<language>.toml."""

    language: str  # ISO 639-1, also the name of the file
    speaker: str = ""  # who confirmed the names as a speaker of the language; empty: nobody
    names: tuple[NameRow, ...]


class Form(Record, frozen=True, kw_only=True, gc=False):
    """A salt, ester or hydrate traded under its own name and number."""

    name: str
    kinds: tuple[Variant, ...] = ()  # all that apply; empty: not stated, so no scope decides
    cas: str | None = None
    smiles: str | None = None
    inchikey: str | None = None
    formula: str | None = None
    sources: tuple[str, ...]


class Control(Record, frozen=True, kw_only=True, gc=False):
    """Control of a substance under one legal instrument."""

    regime: str  # name of a folder in data/regimes
    schedule: str  # as the instrument prints it
    number: str = ""  # official number of its row, "12" or "12, 14"; "": not printed, or not read
    decided: date | None = None  # day of the decision; None: not known
    since: date | None = None  # first day in force; None: not known, treated as in force
    until: date | None = None  # first day no longer in force; None: open
    scope: str = ""  # what else is covered: "salts", "esters", in our words
    holds: tuple[Variant, ...] = ()  # covered forms; both empty: see the regime's scopes
    leaves_out: tuple[Variant, ...] = ()  # excluded forms
    source: str  # slug of a source
    mark: Mark = "read"  # mark of the control itself
    dates: Mark = "read"  # mark of decided, since and until


class Substance(Record, frozen=True, kw_only=True):
    """A controlled or watched substance, or an item of watched equipment."""

    slug: str
    name: str
    kind: Kind
    cas: tuple[str, ...] = ()  # the substance itself; the first is displayed
    smiles: str | None = None
    inchikey: str | None = None
    formula: str | None = None  # Hill order
    hs: tuple[str, ...] = ()  # HS 2022 subheadings, text: "2939.41"
    un: tuple[str, ...] = ()  # UN dangerous-goods numbers, four digits
    cus: tuple[str, ...] = ()  # EU customs union and statistics numbers
    names: tuple[Name, ...] = ()  # in addition to the preferred name, which is strong
    forms: tuple[Form, ...] = ()
    controls: tuple[Control, ...] = ()  # joined from the instruments, never in its own file
    sources: tuple[str, ...]  # sources of name, CAS, structure
    note: str = ""


class Scope(Record, frozen=True, kw_only=True):
    """Variants of a substance that an instrument covers, by its text; others are not known.

    The narrowest scope applies: of a substance, then of a schedule, then of the instrument.
    """

    schedules: tuple[str, ...] = ()  # schedules of the regime; empty: all
    substances: tuple[str, ...] = ()  # slugs; empty: all of the schedules
    holds: tuple[Variant, ...] = ()  # in addition to the substance itself
    leaves_out: tuple[Variant, ...] = ()  # by its wording, or as its list of variants is complete
    clause: str
    source: str  # slug of a source
    mark: Mark = "read"


class Amendment(Record, frozen=True, kw_only=True):
    """A change to an instrument's list after the edition that was read in full."""

    what: str
    since: date | None = None  # first day in force; None: not known, taken from `decided`
    decided: date | None = None  # day of the decision or publication
    cite: str  # citation of its publication
    loaded: bool
    destinations: tuple[str, ...] = ()  # countries of the exports concerned; empty: all
    all_named: bool = False  # the next three fields describe all that it adds
    substances: tuple[str, ...] = ()  # slugs that it adds
    formulas: tuple[str, ...] = ()  # in Hill order, of additions that are not in the registry
    at_least: tuple[str, ...] = ()  # atoms common to all members of an added class: "C11O3"

    @property
    def begins(self) -> date:
        """Return the first day on which it may be in force."""
        return self.since or self.decided or date.min


class MissingRow(Record, frozen=True, kw_only=True):
    """Rows of the official list that are not loaded.

    What fits them is not assessable, if the last three fields say what they name.
    """

    schedule: str = ""  # empty: several
    number: str = ""  # as the list prints it; empty: not printed, or several
    text: str  # what they name, in English
    why: str  # why they are not loaded
    since: date | None = None  # first day in force; None: not known, taken as always
    substances: tuple[str, ...] = ()  # slugs
    formulas: tuple[str, ...] = ()  # in Hill order, of what is not in the registry
    at_least: tuple[str, ...] = ()  # atoms common to all members of a class: "C11O3"


class Title(Record, frozen=True, kw_only=True):
    """A body of law in the words of an official text in another language."""

    language: str  # ISO 639-1
    name: str
    short: str = ""  # as `short` of the instrument, with the schedule in this language
    schedules: Mapping[str, str] = {}  # schedule as stored: as this language prints it
    sources: tuple[str, ...]  # slugs of sources


class Regime(Record, frozen=True, kw_only=True):
    """A body of law that controls substances."""

    slug: str
    name: str
    short: str = ""  # short reference: "EU cat. {last}"; {last} is the schedule's last word
    jurisdiction: str  # ISO 3166-1 alpha-2, "EU" or "UN"
    authority: str
    source: str
    edition: date | None = None  # day of the latest text that was read in full; None: not known
    edition_note: str = ""  # which text that is, or what is known about its date
    amendments: tuple[Amendment, ...] = ()  # known after the edition, by date
    checked: date  # last day until which changes of the law were searched for
    tolerance_days: int = 90  # after `checked`, for which "not listed" is still answered
    covers: date | None = None  # first day from which our controls are complete; None: incomplete
    incomplete: str = ""  # what is missing, if incomplete
    catalogues: tuple[date, ...] = ()  # days of complete lists: entries in such a list may be older
    rows: Mapping[str, int] = {}  # by schedule: numbered rows of the official text
    missing: tuple[MissingRow, ...] = ()  # those of them that are not loaded
    scopes: tuple[Scope, ...] = ()
    binding: bool = True  # False: a public watch list without legal effect
    abroad: bool = True  # False: weighs only goods that leave, reach or cross its jurisdiction
    sequence: int = 1000  # order of its controls among those of a substance, smallest first
    grades: Mapping[str, str] = {}  # schedule, or "all": row of the alert rules for its weight
    titles: tuple[Title, ...] = ()  # in other languages

    @property
    def unloaded(self) -> Iterator[Amendment]:
        """What the law holds and our copy does not: later amendments, and missing rows."""
        yield from (each for each in self.amendments if not each.loaded)
        for row in self.missing:
            if row.substances or row.formulas or row.at_least:
                cite = f"{self.name}, {row.schedule} {row.number}".rstrip(", ")
                yield Amendment(
                    what=row.text,
                    since=row.since,
                    cite=cite,
                    loaded=False,
                    all_named=True,
                    substances=row.substances,
                    formulas=row.formulas,
                    at_least=row.at_least,
                )

    def grade(self, schedule: str) -> str:
        """Return the alert rule key for the weight of a schedule; "": not given."""
        return self.grades.get(schedule) or self.grades.get("all", "")


class Source(Record, frozen=True, kw_only=True):
    """A source in which a fact was read."""

    title: str
    url: str = ""
    read: date  # the day it was read
    licence: str = ""
    kind: SourceKind | None = None  # evidential value for a name; None: not stated
    note: str = ""


class LawFolder(Record, frozen=True, kw_only=True):
    """Legal instruments provided by a plug-in of the group `tidewaiter.law`."""

    path: Path  # in the format of an authority's own folder of lists; on disk, not in an archive
