"""Flows that one side alone reports."""

from collections import Counter
from collections.abc import Mapping

import msgspec

from tidewaiter.mirror.heads import head_of
from tidewaiter.mirror.reading import Reading
from tidewaiter.mirror.revisions import related
from tidewaiter.mirror.types import (
    OTHER,
    Amount,
    Elsewhere,
    Judging,
    Key,
    Orphan,
    Side,
    Silence,
    Watched,
)

_ORDER: tuple[Silence, ...] = ("reports others", "split or merged", "other revision", "no reports")


def orphans_of(
    reading: Reading, watched: Mapping[str, Watched], trust: Mapping[int, float], least: Judging
) -> tuple[Orphan, ...]:
    """List the flows above a floor of which the other side reports nothing.

    Where the other side reports nothing at all in that period, in these files, nothing is missing
    but its report: such flows are marked so, and come last. Where it reports the pair under a code
    that was split or merged with this one, that is said with its amount, which holds more.

    Args:
        reading: The files.
        watched: By code.
        trust: Reliability by country.
        least: The floors.
    """
    both = Counter(
        key.flow for side, key in reading.flows if side == "X" and ("M", key) in reading.flows
    )
    loose = {(side, _loose(key)) for side, key in reading.flows}
    found = []
    for (side, key), amount in reading.flows.items():
        if (OTHER[side], key) in reading.flows or not _counts(amount, least):
            continue
        teller, silent = _sides(side, key)
        elsewhere = _elsewhere(reading, OTHER[side], key)
        other = _silence(
            elsewhere=bool(elsewhere),
            loose=(OTHER[side], _loose(key)) in loose,
            reports=(silent, OTHER[side], key.period) in reading.reporting,
        )
        unspecified = reading.unspecified.get((silent, OTHER[side], key.code, key.period), 0.0)
        reconciled = reading.reconciled.get(key)
        found.append(
            Orphan(
                **head_of(key, watched),
                reported=side,
                kg=amount.kg,
                usd=amount.usd,
                estimated=amount.estimated,
                other=other,
                seen=both[key.flow],
                reliability=trust.get(teller, 0.0),
                unspecified_kg=unspecified,
                reconciled_kg=reconciled.kg if reconciled else None,
                revision=amount.revision,
                elsewhere=elsewhere,
            )
        )
    return tuple(sorted(found, key=_order))


def _silence(*, elsewhere: bool, loose: bool, reports: bool) -> Silence:
    if elsewhere:
        return "split or merged"
    if loose:
        return "other revision"
    return "reports others" if reports else "no reports"


def _elsewhere(reading: Reading, side: Side, key: Key) -> tuple[Elsewhere, ...]:
    """Return what a side reports of a flow under codes that hold some of the same goods."""
    found = []
    for code, revision in sorted(related().get((key.code, key.revision), ())):
        at = msgspec.structs.replace(key, code=code, revision=revision)
        amount = reading.flows.get((side, at))
        if amount is not None:
            found.append(Elsewhere(code=code, revision=revision, kg=amount.kg, usd=amount.usd))
    return tuple(found)


def _sides(side: Side, key: Key) -> tuple[int, int]:
    """Return who reports a flow, and who does not."""
    return (key.exporter, key.importer) if side == "X" else (key.importer, key.exporter)


def _counts(amount: Amount, least: Judging) -> bool:
    if amount.kg and not amount.estimated:
        return amount.kg >= least.floor_kg
    return (amount.usd or 0.0) >= least.floor_usd


def _loose(key: Key) -> Key:
    """Return the same six digits, of whatever revision."""
    return msgspec.structs.replace(key, revision="")


def _order(one: Orphan) -> tuple[object, ...]:
    """Order: what a flow with two sides usually has first, then kilograms before values."""
    weighs = one.kg is not None and not one.estimated
    amount = (one.kg if weighs else one.usd) or 0.0
    return (
        _ORDER.index(one.other),
        not weighs,
        not one.own,
        -min(one.seen, 3),
        -amount,
        one.key,
        one.reported,
    )
