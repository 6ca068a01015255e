"""Records of the register pages: queries, contents and forms."""

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
"""Maximum size of an import."""

Told = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
"""A mandatory source or reason."""

Year = Annotated[int, msgspec.Meta(ge=1989, le=2199)]


class RegisterAsked(Record, frozen=True, kw_only=True):
    """Query of entries; `after`: number of entries to skip."""

    kind: EntryKind | None = None
    state: State | None = None
    text: Short = ""
    operator: Short = ""  # id
    day: date | None = None  # None: today
    after: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] = 0

    def wish(self) -> Wish:
        """Return the filter."""
        return Wish(kind=self.kind, state=self.state, text=self.text, operator=self.operator)


class OnDay(Record, frozen=True, kw_only=True):
    """Day of the query; None: today."""

    day: date | None = None


class AnnualAsked(Record, frozen=True, kw_only=True):
    """Year of the query; `form`: only confirmed columns of UN Form D."""

    year: Year
    form: bool = False


class Balance(Record, frozen=True, kw_only=True):
    """An account; granted = used + left - exceeded."""

    granted: Amount  # empty: no amount stated
    used: Amount
    left: Amount
    exceeded: Amount
    promised: Amount
    free: Amount  # left, minus reservations
    findings: int  # number of findings

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
    """An entry as valid on a day."""

    number: int  # page number
    entry: Entry
    state: State | None  # None: an operator
    operator: str  # name; "": unknown, or none
    balance: Balance | None  # of a permit or requirement


class RegisterPage(Record, frozen=True, kw_only=True):
    """Register entries: valid ones first, earliest end first."""

    country: str  # the register's country; "": none yet
    day: date
    rows: tuple[EntryRow, ...]
    more: int | None  # `after` of the next page; None: last page
    counts: Mapping[str, int]  # by kind; "": all
    loose: tuple[Finding, ...]  # first movements without a known permit
    loose_count: int
    asked: RegisterAsked


class Moved(Record, frozen=True, kw_only=True):
    """A movement of an entry, and its findings."""

    written: Written
    left: Amount | None  # at the end of its day; None: not drawn on this entry
    findings: tuple[Finding, ...]


class EntryPage(Record, frozen=True, kw_only=True):
    """An entry with versions, account and write-offs."""

    number: int
    country: str
    day: date
    row: EntryRow  # latest version, if none is valid on the day yet
    holds: bool  # decided by the day
    operator: Operator | None
    operator_number: int | None
    versions: tuple[Entry, ...]  # latest first
    moved: tuple[Moved, ...]  # latest first
    moved_count: int
    promises: tuple[Promise, ...]
    findings: tuple[Finding, ...]  # not about a movement
    held: tuple[EntryRow, ...]  # of an operator
    held_count: int


class Loading(Record, frozen=True, kw_only=True):
    """A file of entries, as text."""

    name: Short  # ".jsonl" and ".json" hold JSON Lines, all else CSV
    text: Annotated[str, msgspec.Meta(max_length=FILE_BYTES)]
    country: Short = ""  # the register's country; needed once


class LoadedPage(Record, frozen=True, kw_only=True):
    """Result of an import."""

    name: str
    rows: int
    added: int
    known: int
    refused: tuple[EntryRefusal, ...]
    clashes: tuple[Clash, ...]
    together: tuple[Problem, ...]  # inconsistencies between entries; all are stored


class WriteOff(Record, frozen=True, kw_only=True):
    """A shipment without a notice."""

    substance: Short  # slug, name or CAS number; also of a salt
    amount: Short  # of the goods, such as "25 kg"
    percent: Decimal | None = None  # content of a mixture
    direction: Direction
    on: date
    operator: Short = ""  # id
    permit: Short = ""  # number
    issuer: Short = ""  # country of the permit
    site: Short = ""  # id
    source: Told
    reason: Told
    id: Short = ""  # its own id, which prevents duplicates; "": generated
    entry: int = 0  # entry page to return to; 0: the list


class Cancelling(Record, frozen=True, kw_only=True):
    """Cancellation of a movement."""

    on: date  # first day of the cancellation
    source: Told
    reason: Told
    entry: int = 0  # entry page to return to; 0: the list


class Erased(Record, frozen=True, kw_only=True):
    """Number of versions erased for an operator."""

    versions: int
