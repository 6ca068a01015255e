"""Records of the pages of the register: what is asked, shown and sent."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.problems import Problem
from tidewaiter.exchange.register.balances import Account, EntryKind, State, Wish
from tidewaiter.exchange.register.types import Direction, Entry, Finding, Operator, Promise
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.store.register.entries import Clash
from tidewaiter.store.register.ledger import Written
from tidewaiter.web.cases.steps import Short

FILE_BYTES = 8_000_000
"""Of a file of entries at most."""

Told = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
"""A source or a reason, which must be said."""

Year = Annotated[int, msgspec.Meta(ge=1989, le=2199)]


class RegisterAsked(Record, frozen=True, kw_only=True):
    """Which entries are asked for; `after`: how many of them stand before the page."""

    kind: EntryKind | None = None
    state: State | None = None
    text: Short = ""
    operator: Short = ""  # id
    day: date | None = None  # None: today
    after: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0

    def wish(self) -> Wish:
        """Return which entries are looked for."""
        return Wish(kind=self.kind, state=self.state, text=self.text, operator=self.operator)


class OnDay(Record, frozen=True, kw_only=True):
    """On which day; None: today."""

    day: date | None = None


class AnnualAsked(Record, frozen=True, kw_only=True):
    """Which year; `form`: only the columns of UN Form D that are confirmed."""

    year: Year
    form: bool = False


class Balance(Record, frozen=True, kw_only=True):
    """An account in figures; granted = used + left - exceeded."""

    granted: Amount  # empty: no amount is named
    used: Amount
    left: Amount
    exceeded: Amount
    promised: Amount
    free: Amount  # left, without what is promised
    findings: int  # how many things do not hold

    @staticmethod
    def of(account: Account) -> "Balance":
        """Return the figures of an account."""
        return Balance(
            granted=account.granted,
            used=account.used,
            left=account.left,
            exceeded=account.exceeded,
            promised=account.promised,
            free=account.free,
            findings=len(account.findings),
        )


class EntryRow(Record, frozen=True, kw_only=True):
    """An entry, as it holds on a day."""

    number: int  # of its page
    entry: Entry
    state: State | None  # None: an operator
    operator: str  # what it is called; "": not known, or none
    balance: Balance | None  # of a permit or a requirement


class RegisterPage(Record, frozen=True, kw_only=True):
    """Entries of the register: what is valid and ends soonest stands first."""

    country: str  # whose register it is; "": there is none yet
    day: date
    rows: tuple[EntryRow, ...]
    more: int | None  # what `after` is on the next page; None: this is the last
    counts: Mapping[str, int]  # by kind, as they are found; "": all
    loose: tuple[Finding, ...]  # movements without a permit that is there; the first of them
    loose_count: int
    asked: RegisterAsked


class Moved(Record, frozen=True, kw_only=True):
    """A movement of an entry, and what is wrong with it."""

    written: Written
    left: Amount | None  # at the end of its day; None: it takes nothing of this entry
    findings: tuple[Finding, ...]


class EntryPage(Record, frozen=True, kw_only=True):
    """An entry: all its versions, its account, and what was written off."""

    number: int
    country: str
    day: date
    row: EntryRow  # in its last version, where none holds on the day yet
    holds: bool  # whether it was decided by the day
    operator: Operator | None
    operator_number: int | None
    versions: tuple[Entry, ...]  # the last first
    moved: tuple[Moved, ...]  # the last first
    moved_count: int
    promises: tuple[Promise, ...]
    findings: tuple[Finding, ...]  # that are of no movement
    held: tuple[EntryRow, ...]  # by an operator
    held_count: int


class Loading(Record, frozen=True, kw_only=True):
    """A file of entries, as text."""

    name: Short  # ".jsonl" and ".json" hold JSON Lines, all else CSV
    text: Annotated[str, msgspec.Meta(max_length=FILE_BYTES)]
    country: Short = ""  # whose register it is; needed once


class LoadedPage(Record, frozen=True, kw_only=True):
    """What became of a file of entries."""

    name: str
    rows: int
    added: int
    known: int
    refused: tuple[EntryRefusal, ...]
    clashes: tuple[Clash, ...]
    together: tuple[Problem, ...]  # what does not fit between all entries; all are kept


class WriteOff(Record, frozen=True, kw_only=True):
    """A shipment that no notice tells of."""

    substance: Short  # slug, name or CAS number; that of a salt too
    amount: Short  # of the goods, like "25 kg"
    percent: Decimal | None = None  # content, where they are a mixture
    direction: Direction
    on: date
    operator: Short = ""  # id
    permit: Short = ""  # number
    issuer: Short = ""  # country of the permit
    site: Short = ""  # id
    source: Told
    reason: Told
    id: Short = ""  # of its own, so that it is written off once; "": made
    entry: int = 0  # the page to go back to; 0: that of all


class Cancelling(Record, frozen=True, kw_only=True):
    """That a movement did not take place."""

    on: date  # from which day on it counts no more
    source: Told
    reason: Told
    entry: int = 0  # the page to go back to; 0: that of all


class Erased(Record, frozen=True, kw_only=True):
    """How many versions of an operator were erased."""

    versions: int
