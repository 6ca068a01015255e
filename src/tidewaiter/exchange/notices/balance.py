"""Balances: what of a notice is left after what was shipped."""

from collections.abc import Mapping, Sequence

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import Measured, amount_of, in_words, measured
from tidewaiter.exchange.notices.events import LineAmount, Returned
from tidewaiter.exchange.notices.types import Amount, Notice, NoticeLine


class Balance(Record, frozen=True, kw_only=True):
    """What was to go, what went, and what is left; all in one measure."""

    line: int
    most: Amount  # notified, or allowed where that is less
    used: Amount
    left: Amount  # never less than nothing
    exceeded: Amount  # by how much more went than `most`
    problems: tuple[str, ...] = ()


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


def _least(notified: Amount, allowed: Amount | None) -> Measured | None:
    """Return the smaller of two amounts of one measure; else what was notified."""
    first = measured(notified)
    second = measured(allowed) if allowed is not None else None
    if first is None or second is None or first.measure != second.measure:
        return first
    return min(first, second, key=lambda each: each.value)


def _balance(line: int, most: Measured, amounts: Sequence[Amount]) -> Balance:
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
