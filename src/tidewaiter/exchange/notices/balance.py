"""Balances: what of a notice, and of a permit, is left after what was shipped."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import Measured, amount_of, in_words, measured
from tidewaiter.exchange.notices.events import Event, LineAmount, Returned
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine, Permit


class Balance(Record, frozen=True, kw_only=True):
    """What was to go, what went, and what is left; all in one measure."""

    line: int | None  # None: of a permit on all lines
    most: Amount  # notified, or allowed where that is less
    used: Amount
    left: Amount  # never less than nothing
    exceeded: Amount  # by how much more went than `most`
    problems: tuple[str, ...] = ()


class Use(Record, frozen=True, kw_only=True):
    """An amount that left under a permit."""

    notice: str  # reference
    line: int
    on: date
    amount: Amount


def balances(
    notice: Notice, allowed: Mapping[int, Amount], returned: Sequence[Returned]
) -> tuple[Balance, ...]:
    """Balance each line of a notice with what left the country of export.

    Args:
        notice: The version that is in force.
        allowed: By line, where the importing authority allowed an amount.
        returned: Return information of the exporting side, of all versions: what left under an
            earlier version counts too.
    """
    shipped = [each for back in returned if back.outcome == "shipped" for each in back.lines]
    found = []
    for line in _all_lines(notice, shipped):
        most = _least(line.net, allowed.get(line.number))
        if most is None:
            continue
        mine = [each.amount for each in shipped if each.line == line.number]
        found.append(_balance(line.number, most, mine))
    return tuple(found)


def _all_lines(notice: Notice, shipped: Sequence[LineAmount]) -> list[NoticeLine]:
    """Return the lines of a notice, and those that an amendment dropped after something left."""
    known = {line.number for line in notice.lines}
    dropped: dict[int, NoticeLine] = {}
    for each in shipped:
        found = measured(each.amount)
        if each.line not in known and found is not None:
            nothing = amount_of(found.measure, 0)
            dropped.setdefault(each.line, NoticeLine(number=each.line, net=nothing))
    return [*notice.lines, *dropped.values()]


def uses_of(events: Iterable[Event], permit: str) -> tuple[Use, ...]:
    """List what left under a permit, as events of any notices tell it; each event once."""
    once = {event.id: event for event in events}.values()
    return tuple(
        Use(notice=event.notice, line=each.line, on=event.what.on, amount=each.amount)
        for event in once
        if isinstance(event.what, Returned)
        and event.by == "exporter"
        and event.what.outcome == "shipped"
        and event.what.permit == permit
        for each in event.what.lines
    )


def write_off(permit: Permit, uses: Sequence[Use]) -> Balance | None:
    """Write uses off against a permit, of all notices that name it.

    Returns:
        What is left, with what is wrong: used outside its validity, for another line, in another
        measure, or beyond its amount; None: the permit names no amount.
    """
    most = measured(permit.amount)
    if most is None:
        return None
    mine = [use for use in uses if permit.line is None or use.line == permit.line]
    found = _balance(permit.line, most, [use.amount for use in mine])
    problems = list(found.problems)
    for use in uses:
        at = f"{use.notice}, line {use.line}, {use.on}"
        if permit.line is not None and use.line != permit.line:
            problems.append(f"{at}: the permit is of line {permit.line}")
        if permit.since is not None and use.on < permit.since:
            problems.append(f"{at}: the permit begins on {permit.since}")
        if permit.until is not None and use.on > permit.until:
            problems.append(f"{at}: the permit ended on {permit.until}")
    return Balance(
        line=found.line, most=found.most, used=found.used, left=found.left,
        exceeded=found.exceeded, problems=tuple(problems),
    )  # fmt: skip


def _least(notified: Amount, allowed: Amount | None) -> Measured | None:
    """Return the smaller of two amounts of one measure; else what was notified."""
    first = measured(notified)
    second = measured(allowed) if allowed is not None else None
    if first is None or second is None or first.measure != second.measure:
        return first
    return min(first, second, key=lambda each: each.value)


def _balance(line: int | None, most: Measured, amounts: Sequence[Amount]) -> Balance:
    problems = []
    used = 0
    for amount in amounts:
        found = measured(amount)
        if found is None or found.measure != most.measure:
            problems.append(f"{in_words(amount)} cannot be written off in this measure")
        else:
            used += found.value
    over = max(0, used - most.value)
    exceeded = amount_of(most.measure, over)
    if over:
        problems.append(f"{in_words(exceeded)} more than the {in_words(_as(most))} that may go")
    return Balance(
        line=line,
        most=_as(most),
        used=amount_of(most.measure, used),
        left=amount_of(most.measure, max(0, most.value - used)),
        exceeded=exceeded,
        problems=tuple(problems),
    )


def _as(found: Measured) -> Amount:
    return amount_of(found.measure, found.value)
