"""Looking into a register: where an entry stands on a day, its account, and finding entries."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from tidewaiter.base.records import Record
from tidewaiter.consignments.digits import number_key
from tidewaiter.exchange.register.book import (
    Book,
    same_issuer,
    same_number,
    stop_on,
)
from tidewaiter.exchange.register.ledger import Account, account_of, requirement_account
from tidewaiter.exchange.register.types import (
    Entry,
    Grant,
    Movement,
    Operator,
    Promise,
    Requirement,
)

EntryKind = Literal["operator", "standing", "grant", "requirement"]

State = Literal["valid", "suspended", "not yet valid", "expired", "revoked"]
"""Where a paper stands on a day; a requirement is valid in its year."""

_ORDER: tuple[State, ...] = ("valid", "suspended", "not yet valid", "expired", "revoked")


class Wish(Record, frozen=True, kw_only=True):
    """Which entries are looked for; what is empty is any."""

    kind: EntryKind | None = None
    state: State | None = None
    text: str = ""  # of an id, a number, a name of its operator, or a substance
    operator: str = ""  # id


def kind_of(entry: Entry) -> EntryKind:
    """Return the kind of an entry."""
    kind: EntryKind = entry.__struct_config__.tag  # type: ignore[assignment]
    return kind


def operator_of(entry: Entry) -> str:
    """Return the id of the operator that an entry is, or is of; "": of none."""
    return entry.id if isinstance(entry, Operator) else entry.operator


def state_on(entry: Entry, day: date) -> State | None:
    """Return where an entry stands on a day; None: an operator, which is neither."""
    if isinstance(entry, Operator):
        return None
    stop = None if isinstance(entry, Requirement) else stop_on(entry.stops, day)
    begins = date(entry.year, 1, 1) if isinstance(entry, Requirement) else entry.since
    if stop is not None and stop.kind == "revoked":
        return "revoked"
    if day > (ends_on(entry) or date.max):
        return "expired"
    if day < begins:
        return "not yet valid"
    return "suspended" if stop is not None else "valid"


def ends_on(entry: Entry) -> date | None:
    """Return the last day of an entry; None: it has none."""
    if isinstance(entry, Operator):
        return None
    return date(entry.year, 12, 31) if isinstance(entry, Requirement) else entry.until


def account_on(book: Book, entry: Grant | Requirement, day: date) -> Account:
    """Return the account of a permit or a requirement on a day."""
    if isinstance(entry, Grant):
        return account_of(book, entry, day)
    return requirement_account(book, entry, day)


def concerns(what: Movement | Promise, entry: Entry) -> bool:
    """Tell whether a movement or a promise is of an entry, cancelled or not.

    That of an operator is whatever it moves; nothing is written off a licence or a registration.
    """
    if isinstance(entry, Operator):
        return what.operator == entry.id
    if isinstance(entry, Grant):
        same = same_number(what.permit, entry.number)
        return same and same_issuer(what.issuer, entry.issuer)
    if not isinstance(entry, Requirement):
        return False
    year = (what.on if isinstance(what, Movement) else what.since).year
    where = (what.direction, what.country, what.substance, year)
    whose = entry.operator in {"", what.operator}
    return whose and where == ("import", entry.country, entry.substance, entry.year)


def sought(book: Book, day: date, wish: Wish) -> tuple[Entry, ...]:
    """Return the entries that are looked for, as they hold on a day.

    What is valid comes first, the one that ends soonest before the others.
    """
    wanted = number_key(wish.text)
    if wish.text.strip() and not wanted:
        return ()
    names = {each.id: _names(each) for each in book.all_on(Operator, day)}
    found = [
        each
        for each in book.held_on(day)
        if wish.kind in {None, kind_of(each)}
        and wish.state in {None, state_on(each, day)}
        and wish.operator in {"", operator_of(each)}
        and any(wanted in key for key in _keys(each, names.get(operator_of(each), ())))
    ]
    return tuple(sorted(found, key=lambda each: _rank(each, day)))


def _rank(entry: Entry, day: date) -> tuple[int, date]:
    state = state_on(entry, day)
    if state is None:
        return len(_ORDER), date.max
    return _ORDER.index(state), ends_on(entry) or date.max


def _keys(entry: Entry, names: Iterable[str]) -> Iterable[str]:
    told = [entry.id, *names, getattr(entry, "number", ""), getattr(entry, "substance", "")]
    return map(number_key, [*told, *getattr(entry, "substances", ())])


def _names(operator: Operator) -> tuple[str, ...]:
    return (operator.name, *operator.other_names, *operator.business_numbers)
