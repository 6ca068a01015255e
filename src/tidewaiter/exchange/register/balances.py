"""Balances: used and remaining amounts of permits and requirements, and entry look-up.

Movements count by day and id, so their order and repetitions do not matter. A movement that should
not have used a permit (too late, from another site) still uses it, and is reported: the goods have
left.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import structs

from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import amount_of, measured, said
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.book import (
    Book,
    misfits,
    same_issuer,
    same_number,
    stop_on,
    summed,
)
from tidewaiter.exchange.register.types import (
    COVERS,
    Counts,
    Entry,
    Finding,
    FindingKind,
    Grant,
    Movement,
    Operator,
    Promise,
    Requirement,
)
from tidewaiter.trade.check_digits import number_key


class Posting(Record, frozen=True, kw_only=True):
    """The amount used by one movement."""

    movement: str  # id
    on: date
    amount: Amount
    left: Amount  # at the end of its day; at least zero
    exceeded: Amount  # at the end of its day


class Account(Record, frozen=True, kw_only=True):
    """A permit or annual requirement on a day: granted = used + left - exceeded."""

    entry: str
    version: int
    day: date
    granted: Amount  # empty: no amount stated
    used: Amount
    left: Amount
    exceeded: Amount
    promised: Amount  # under unobjected notices
    free: Amount  # left, minus promised
    postings: tuple[Posting, ...] = ()
    findings: tuple[Finding, ...] = ()
    source: str = ""


def account_of(book: Book, grant: Grant, day: date, *, but: str = "") -> Account:
    """Compute the balance of a permit as of a day.

    Args:
        book: The register.
        grant: The permit, as valid on the day.
        day: The day.
        but: Reference of a notice with reservations to ignore, as the goods are its own.
    """
    mine = [each for each in book.moved_under(grant.number, day) if concerns(each, grant)]
    findings = [found for each in mine for found in _of_movement(book, grant, each)]
    taking = [each for each in mine if each.substance == grant.substance]
    promised = [
        each
        for each in _promised(book.promised_under(grant.number), grant, day, but)
        if each.substance == grant.substance
    ]
    doubled = book.doubled_for(lambda each: concerns(each, grant), day)
    return _account(grant, taking, promised, day, [*findings, *doubled])


def requirement_account(book: Book, need: Requirement, day: date, *, but: str = "") -> Account:
    """Compute the balance of an annual requirement as of a day.

    Args:
        book: The register.
        need: The requirement, as valid on the day.
        day: The day.
        but: Reference of a notice with reservations to ignore.
    """
    moved = book.moved_in(need.country, need.substance, need.year, day)
    taking = [each for each in moved if concerns(each, need)]
    promised = _promised(book.promises, need, day, but)
    doubled = book.doubled_for(lambda each: concerns(each, need), day)
    return _account(need, taking, promised, day, doubled)


def _promised(
    promises: Iterable[Promise], entry: Grant | Requirement, day: date, but: str
) -> list[Promise]:
    """Return what is promised of an entry by a day, without that under one notice."""
    return [
        each
        for each in promises
        if concerns(each, entry) and each.since <= day and each.notice != but
    ]


def concerns(what: Movement | Promise, entry: Entry) -> bool:
    """Return whether a movement or reservation belongs to an entry, including cancelled ones.

    All movements of an operator belong to it; licences and registrations have none.
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


def loose(book: Book, day: date) -> tuple[Finding, ...]:
    """Return findings for movements without a permit, or with one unknown to the register."""
    grants = book.all_on(Grant, day)
    known = {each.id for each in book.moved} | set(book.doubled)
    return (
        *(found for each in book.moved_on(day) for found in _loose(each, grants)),
        *(
            Finding(kind="none", text=Phrase("balance/cancelled", name=name), movement=name)
            for name in sorted(set(book.cancelled) - known)
        ),
    )


def _loose(movement: Movement, grants: Iterable[Grant]) -> Iterator[Finding]:
    told = {
        "quantity": said(movement.net),
        "direction": movement.direction,
        "day": movement.on,
    }
    if not movement.permit:
        yield Finding(
            kind="none",
            text=Phrase("balance/no-permit", **told),
            movement=movement.id,
            source=movement.source,
        )
    elif not any(
        same_number(movement.permit, each.number) and same_issuer(movement.issuer, each.issuer)
        for each in grants
    ):
        yield Finding(
            kind="none",
            text=Phrase("balance/permit-missing", number=movement.permit, **told),
            movement=movement.id,
            source=movement.source,
        )


def counts_of(entry: Grant | Requirement) -> Counts:
    """Return the basis of an entry's amount: a requirement counts pure substance."""
    return entry.counts if isinstance(entry, Grant) else "content"


def counted(what: Movement | Promise, counts: Counts) -> Amount:
    """Return the amount of goods that an entry counts."""
    return what.net if counts == "goods" else what.content


def _of_movement(book: Book, grant: Grant, movement: Movement) -> Iterator[Finding]:
    """Return findings for a movement under a permit, as valid on its day."""
    then = book.on(Grant, grant.id, movement.on) or grant
    texts = list(
        misfits(
            then,
            movement.on,
            operator=movement.operator,
            substance=movement.substance,
            site=movement.site,
        )
    )
    if COVERS.get(then.kind) != movement.direction:
        more = {"number": then.number, "direction": movement.direction}
        used = Phrase("balance/used-for", paper=then.kind, **more)
        texts.append(("wrong direction", used))
    for kind, text in texts:
        yield Finding(
            kind=kind,
            text=Phrase("balance/on", day=movement.on, finding=text),
            entry=grant.id,
            movement=movement.id,
            source=movement.source,
        )


def _account(
    entry: Grant | Requirement,
    taking: Sequence[Movement],
    promised: Sequence[Promise],
    day: date,
    findings: Iterable[Finding],
) -> Account:
    granted, counts = entry.amount, counts_of(entry)
    told = [*findings, *_not_counted(entry, taking, promised)]
    used = summed([counted(each, counts) for each in taking], granted)
    left, exceeded = _rest(granted, used)
    over = measured(exceeded)
    if over is not None and over.value:
        amounts = {"quantity2": said(granted), "quantity3": said(exceeded)}
        text = Phrase("balance/exceeded", quantity=said(used), **amounts)
        told.append(Finding(kind="exceeded", text=text, entry=entry.id, source=entry.source))
    waiting = summed([counted(each, counts) for each in promised], granted)
    return Account(
        entry=entry.id,
        version=entry.version,
        day=day,
        granted=granted,
        used=used,
        left=left,
        exceeded=exceeded,
        promised=waiting,
        free=_rest(left, waiting)[0],
        postings=tuple(_postings(entry, taking)),
        findings=tuple(told),
        source=entry.source,
    )


def _not_counted(
    entry: Grant | Requirement, taking: Iterable[Movement], promised: Iterable[Promise]
) -> Iterator[Finding]:
    """Return findings for movements or reservations that cannot be written off."""
    for each in taking:
        if told := _why_not_counted(entry, each, each.why_no_content):
            kind, text = told
            yield Finding(
                kind=kind,
                text=Phrase("balance/on", day=each.on, finding=text),
                entry=entry.id,
                movement=each.id,
                source=each.source,
            )
    for each_promise in promised:
        if told := _why_not_counted(entry, each_promise, ""):
            kind, text = told
            yield Finding(
                kind=kind,
                text=Phrase("balance/promised", finding=text),
                entry=entry.id,
                movement=each_promise.notice,
                source=each_promise.source,
            )


def _why_not_counted(
    entry: Grant | Requirement, what: Movement | Promise, why: str
) -> tuple[FindingKind, Phrase] | None:
    most, amount = measured(entry.amount), measured(counted(what, counts_of(entry)))
    if most is None:
        return None
    if amount is None:
        return "not known", as_written(why) if why else Phrase("balance/no-amount")
    if amount.measure != most.measure:
        moved = said(counted(what, counts_of(entry)))
        return "other measure", Phrase(
            "balance/against", quantity=moved, quantity2=said(entry.amount)
        )
    return None


def _postings(entry: Grant | Requirement, taking: Iterable[Movement]) -> Iterator[Posting]:
    """Yield the amount used by each movement, with the balance at the end of its day."""
    granted, counts = entry.amount, counts_of(entry)
    row = [each for each in taking if _same_measure(granted, counted(each, counts))]
    by_day: dict[date, list[Amount]] = {}
    for each in row:
        by_day.setdefault(each.on, []).append(counted(each, counts))
    rests: dict[date, tuple[Amount, Amount]] = {}
    used = Amount()
    for on in sorted(by_day):
        used = summed([used, *by_day[on]], granted)
        rests[on] = _rest(granted, used)
    for each in row:
        left, exceeded = rests[each.on]
        yield Posting(
            movement=each.id,
            on=each.on,
            amount=counted(each, counts),
            left=left,
            exceeded=exceeded,
        )


def _same_measure(one: Amount, other: Amount) -> bool:
    first, second = measured(one), measured(other)
    return first is not None and second is not None and first.measure == second.measure


def _rest(granted: Amount, used: Amount) -> tuple[Amount, Amount]:
    """Return the remaining and the excess amount; one of them is zero."""
    most, taken = measured(granted), measured(used)
    if most is None or taken is None:
        return Amount(), Amount()
    rest = most.value - taken.value
    return amount_of(most.measure, max(0, rest)), amount_of(most.measure, max(0, -rest))


EntryKind = Literal["operator", "standing", "grant", "requirement"]

State = Literal["valid", "suspended", "not yet valid", "expired", "revoked"]
"""Validity of an entry on a day; a requirement is valid in its year."""

_ORDER: tuple[State, ...] = ("valid", "suspended", "not yet valid", "expired", "revoked")


class Wish(Record, frozen=True, kw_only=True):
    """Filter of entries; empty conditions are ignored."""

    kind: EntryKind | None = None
    state: State | None = None
    text: str = ""  # substring of an id, number, operator name or substance
    operator: str = ""  # id


def kind_of(entry: Entry) -> EntryKind:
    """Return the kind of an entry."""
    kind: EntryKind = entry.__struct_config__.tag  # type: ignore[assignment]
    return kind


def operator_of(entry: Entry) -> str:
    """Return the operator id of an entry; "": none."""
    return entry.id if isinstance(entry, Operator) else entry.operator


def state_on(entry: Entry, day: date) -> State | None:
    """Return the validity of an entry on a day; None: an operator."""
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
    """Return the last day of an entry; None: unlimited."""
    if isinstance(entry, Operator):
        return None
    return date(entry.year, 12, 31) if isinstance(entry, Requirement) else entry.until


def account_on(book: Book, entry: Grant | Requirement, day: date) -> Account:
    """Return the balance of a permit or requirement on a day."""
    if isinstance(entry, Grant):
        return account_of(book, entry, day)
    return requirement_account(book, entry, day)


def is_low(account: Account, share: float) -> bool:
    """Return whether less than a share of what was granted is free, in any unit that is stated."""
    granted, free = structs.asdict(account.granted), structs.asdict(account.free)
    return any((free[unit] or 0) < share * amount for unit, amount in granted.items() if amount)


def sought(book: Book, day: date, wish: Wish) -> tuple[Entry, ...]:
    """Return the matching entries as valid on a day.

    Valid entries come first, earliest end first.
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
