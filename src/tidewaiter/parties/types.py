"""Records of party lists: entries with names, addresses, numbers and outcomes.

A charge is not a conviction: an entry is always shown with its source, dates and outcome.
"""

from datetime import date
from typing import Literal

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

PartyKind = Literal["person", "organisation", "vessel", "aircraft", "unknown"]

NameKind = Literal["primary", "alias", "weak alias", "former", "native"]
"""Kind of a name. weak alias: a name that the list itself calls low quality; native: in the script
of its country.
"""

Action = Literal[
    "blocked", "restricted", "debarred", "indicted", "refused", "watched", "other", "unlisted"
]
"""Effect of a list under its own law: assets frozen; trade requires a licence; no licence is
granted; charged before a court; a licence was refused; under review; none of these; not listed, but
named in ownership data.
"""

NO_EFFECT: frozenset[Action] = frozenset({"other", "unlisted"})
"""Actions that make nobody a listed owner."""

Outcome = Literal["", "pending", "convicted", "acquitted", "dismissed"]
"""Outcome of a charge; "" if there was none."""


class PartyName(Record, frozen=True, kw_only=True):
    """One name of a listed party, as written in the list."""

    text: str
    kind: NameKind = "primary"
    language: str = ""  # ISO 639-1, if the list states it


class Address(Record, frozen=True, kw_only=True):
    """One address, as written in the list, in parts if the list gives parts."""

    text: str = ""  # whole address in one line
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or as written if unknown


class Identifier(Record, frozen=True, kw_only=True):
    """A number or a network address that identifies a party."""

    scheme: (
        str  # LEI, IMO, USCC, RFC, INN, OGRN, passport, national-id, tax, registration, phone, ...
    )
    value: str  # as written in the list
    country: str = ""  # country of the issuing authority


class Tie(Record, frozen=True, kw_only=True):
    """A link to another party: ownership, control, office, family."""

    kind: str  # owned-by, owns, controlled-by, controls, director-of, acts-for, relative-of, ...
    party: str  # id of the other entry in its list, or its name if it has none
    share: str = ""  # as written: "50 %", "25-50 %"; "": not stated
    note: str = ""
    since: str = ""  # ISO 8601, full or partial
    until: str = ""  # first day, month or year when it no longer held
    source: str = ""  # source of this link, if the data give one


class ListedParty(Record, frozen=True, kw_only=True):
    """One entry of a list."""

    id: str  # id in its list
    kind: PartyKind
    names: tuple[PartyName, ...]  # primary name first
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()  # nationality, registration or flag; alpha-2, or as written
    births: tuple[str, ...] = ()  # ISO 8601, full or partial: "1970", "1970-03"
    births_about: bool = False  # the list calls them approximate
    birthplaces: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    programmes: tuple[str, ...] = ()  # law or programme, as the list names it
    action: Action = "other"
    basis: str = ""  # reason given by the list
    outcome: Outcome = ""
    outcome_day: date | None = None
    listed: date | None = None
    delisted: date | None = None  # first day no longer listed
    ties: tuple[Tie, ...] = ()
    source: str = ""  # address or citation of this entry
    note: str = ""
    confidential: bool = False  # its alerts are visible to the authority that keeps the list only


class ListedLink(Record, frozen=True, kw_only=True):
    """A link of the matched entry to another by ownership or control, as stated by the list."""

    entry: str  # id of the other entry in its list; "": not an entry
    name: str  # name of the other party, or the list's term for it
    action: str = ""  # effect of the list on it; "": not an entry
    outcome: str = ""
    listed: date | None = None
    owned: bool  # the matched party is owned or controlled by it; otherwise it owns or controls it
    steps: tuple[Phrase, ...]  # the path: "owned by X (60 %)", "which is controlled by Y"
    control: bool = False  # a step is control or operation, not ownership
    former: bool = False  # a step is former, according to the list
    confidential: bool = False  # an entry on the path is visible to the authority only
    list: str = ""  # slug of the other entry's list, if it is another list
    list_name: str = ""


class Holder(Record, frozen=True, kw_only=True):
    """An entry of a list that an owner or a controller is, or is taken to be."""

    list: str  # slug
    entry: str
    action: str
    listed: date | None = None


class Holding(Record, frozen=True, kw_only=True):
    """One statement of ownership or control, with its source."""

    owner: str  # name
    owned: str
    kind: str  # owned-by, controlled-by, operated-by
    share: str = ""  # as written; "": not stated
    former: bool = False
    since: str = ""  # ISO 8601, full or partial; "": not stated
    until: str = ""
    list: str = ""  # slug of the list or data that state it
    list_name: str = ""
    dated: date | None = None  # date that the list states
    read: date | None = None  # day it was loaded
    source: str = ""  # source given for the statement
    holders: tuple[Holder, ...] = ()  # listed entries of the owner
    joined: str = ""  # how owner and entry were brought together: identifier, name; "": one record


OwnershipResult = Literal["owned", "controlled", "open", "below"]
"""The stated shares meet the test; control does; they may, as some are unknown; they do not."""


class OwnershipTest(Record, frozen=True, kw_only=True):
    """The test of one body of law, applied to the stated shares. Not legal advice."""

    law: str
    result: OwnershipResult
    share: str  # total of the listed owners that count: at least
    most: str  # the same, at most
    needed: str  # "50 %"
    above: bool  # more than that is needed
    together: bool  # shares of several listed owners are added
    control: bool  # control alone is enough
    source: str
    url: str
    mark: str  # read, second-hand, unverified


class Owned(Record, frozen=True, kw_only=True):
    """Ownership and control of a party by listed parties, as stated."""

    tests: tuple[OwnershipTest, ...]
    holdings: tuple[Holding, ...]  # from the party upwards
    unstated: str = ""  # share of the party whose owners are not stated
    more: int = 0  # statements that are not shown


class ListVersion(Record, frozen=True, kw_only=True):
    """One version of a list, as parsed."""

    slug: str  # slug of the list: "ofac-sdn"
    name: str
    authority: str
    sha256: str  # SHA-256 of the files
    dated: date | None = None  # date that the list states
    read: date  # day it was loaded
    source: str = ""  # origin of the files
    licence: str = ""  # terms of use
    notice: str = ""  # notice required beside its data: "CC BY-NC 4.0: not for commercial use"
    confidential: bool = False  # the whole list is for its authority only, including its name
    entries: int = 0
