"""What a list of parties holds: entries with their names, addresses, numbers and outcomes.

Charged is not convicted: an entry carries its source, its days and its outcome wherever it is
shown.
"""

from datetime import date
from typing import Literal

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record

PartyKind = Literal["person", "organisation", "vessel", "aircraft", "unknown"]

NameKind = Literal["primary", "alias", "weak alias", "former", "native"]
"""What a list says of a name. weak alias: a name that the list itself calls low in quality;
native: in the script of its country."""

Action = Literal["blocked", "restricted", "debarred", "indicted", "refused", "watched", "other"]
"""What a list does to those on it, in its own law: assets frozen; trade needs a licence; no licence
is given; charged before a court; a licence was refused; looked at; none of these."""

Outcome = Literal["", "pending", "convicted", "acquitted", "dismissed"]
"""How a charge ended; "" where there was none."""


class PartyName(Record, frozen=True, kw_only=True):
    """One name of a listed party, as the list writes it."""

    text: str
    kind: NameKind = "primary"
    language: str = ""  # ISO 639-1 where the list says it


class Address(Record, frozen=True, kw_only=True):
    """One address, as the list writes it, in parts where it gives parts."""

    text: str = ""  # all of it in one line
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or as written where it is no country we know


class Identifier(Record, frozen=True, kw_only=True):
    """A number or an address of a network that stands for one party."""

    scheme: (
        str  # LEI, IMO, USCC, RFC, INN, OGRN, passport, national-id, tax, registration, phone, ...
    )
    value: str  # as the list writes it
    country: str = ""  # of the authority that gave it


class Tie(Record, frozen=True, kw_only=True):
    """A link to another party: ownership, control, office, family."""

    kind: str  # owned-by, owns, controlled-by, controls, director-of, acts-for, relative-of, ...
    party: str  # id of the other entry in its list, or its name where it has none
    share: str = ""  # as written: "50 %"
    note: str = ""


class ListedParty(Record, frozen=True, kw_only=True):
    """One entry of a list."""

    id: str  # in its list
    kind: PartyKind
    names: tuple[PartyName, ...]  # the primary one first
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()  # of nationality, registration or flag; alpha-2, or as written
    births: tuple[str, ...] = ()  # ISO 8601, whole or in part: "1970", "1970-03"
    births_about: bool = False  # the list calls them approximate
    birthplaces: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    programmes: tuple[str, ...] = ()  # as the list names the law or the programme
    action: Action = "other"
    basis: str = ""  # the reason that the list gives
    outcome: Outcome = ""
    outcome_day: date | None = None
    listed: date | None = None
    delisted: date | None = None  # first day no longer listed
    ties: tuple[Tie, ...] = ()
    source: str = ""  # address or citation of this entry
    note: str = ""
    confidential: bool = False  # its alerts are for the authority that keeps the list only


class ListedLink(Record, frozen=True, kw_only=True):
    """That a list ties the matched entry to another one by ownership or control, as it tells it."""

    entry: str  # id of the other one in the same list; "": the list has no such entry
    name: str  # of the other one, or what the list calls it
    action: str = ""  # what the list does to it; "": the list has no such entry
    outcome: str = ""
    listed: date | None = None
    owned: bool  # the matched one is owned or controlled by it; else it owns or controls it
    steps: tuple[Phrase, ...]  # the way there: "owned by X (60 %)", "which is controlled by Y"
    control: bool = False  # a step is control or operation, not ownership
    former: bool = False  # the list says of a step that it is over
    confidential: bool = False  # an entry on the way is for the authority only


class ListVersion(Record, frozen=True, kw_only=True):
    """One state of a list, as it was read."""

    slug: str  # of the list: "ofac-sdn"
    name: str
    authority: str
    sha256: str  # of the bytes
    dated: date | None = None  # the day that the list gives itself
    read: date  # the day when it was loaded
    source: str = ""  # where the bytes came from
    licence: str = ""  # what may be done with the list
    notice: str = ""  # what must be told beside its data: "CC BY-NC 4.0: not for commercial use"
    confidential: bool = False  # all of it is for its authority only, its name too
    entries: int = 0
