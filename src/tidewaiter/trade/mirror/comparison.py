"""Comparison of exports with mirror imports, and flows that only one side reports."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import TypedDict

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.trade.mirror.estimates import (
    Standing,
    fit_freight,
    import_fob,
    ratio,
    reliabilities,
    standing,
    tau_of,
)
from tidewaiter.trade.mirror.hs_codes import own_code, related
from tidewaiter.trade.mirror.places import Distances, distance, name_of
from tidewaiter.trade.mirror.reading import Reading
from tidewaiter.trade.mirror.types import (
    OTHER,
    Amount,
    Basis,
    Discrepancy,
    Elsewhere,
    Freight,
    Judging,
    Key,
    Kind,
    Method,
    Orphan,
    Reporter,
    Side,
    Silence,
    Watched,
)


class Head(TypedDict):
    """The flow, names of its countries, and whether its code is specific to one substance."""

    key: Key
    exporter: str
    importer: str
    own: bool


def head_of(key: Key, watched: Mapping[str, Watched]) -> Head:
    """Return the common data of a flow.

    Args:
        key: The flow.
        watched: Watched codes.
    """
    return Head(
        key=key,
        exporter=name_of(key.exporter),
        importer=name_of(key.importer),
        own=own_code(key, watched),
    )


_ORDER: tuple[Silence, ...] = ("reports others", "split or merged", "other revision", "no reports")


def orphans_of(
    reading: Reading, watched: Mapping[str, Watched], trust: Mapping[int, float], least: Judging
) -> tuple[Orphan, ...]:
    """List the flows above a threshold that the other side does not report.

    If the other side reports nothing at all in that period, in these files, only its report is
    missing: such flows are marked and listed last. If it reports the pair under a code that was
    split or merged with this one, that amount is given; it includes other goods.

    Args:
        reading: Contents of the files.
        watched: Watched codes.
        trust: Reliability by country.
        least: Thresholds.
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
    return tuple(sorted(found, key=_orphan_order))


def _silence(*, elsewhere: bool, loose: bool, reports: bool) -> Silence:
    if elsewhere:
        return "split or merged"
    if loose:
        return "other revision"
    return "reports others" if reports else "no reports"


def _elsewhere(reading: Reading, side: Side, key: Key) -> tuple[Elsewhere, ...]:
    """Return what a side reports of a flow under codes that share some of the goods."""
    found = []
    for code, revision in sorted(related().get((key.code, key.revision), ())):
        at = msgspec.structs.replace(key, code=code, revision=revision)
        amount = reading.flows.get((side, at))
        if amount is not None:
            found.append(Elsewhere(code=code, revision=revision, kg=amount.kg, usd=amount.usd))
    return tuple(found)


def _sides(side: Side, key: Key) -> tuple[int, int]:
    """Return the reporting side of a flow, and the other one."""
    return (key.exporter, key.importer) if side == "X" else (key.importer, key.exporter)


def _counts(amount: Amount, least: Judging) -> bool:
    if amount.kg and not amount.estimated:
        return amount.kg >= least.floor_kg
    return (amount.usd or 0.0) >= least.floor_usd


def _loose(key: Key) -> Key:
    """Return the key with the same six digits in any revision."""
    return msgspec.structs.replace(key, revision="")


def _orphan_order(one: Orphan) -> tuple[object, ...]:
    """Sort key: by usual amount of flows with two sides, then kilograms before values."""
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


_HUNDRED = 100
_MONTHS = 12


class Compared(Record, frozen=True, kw_only=True):
    """Results; lists sorted, most unusual first."""

    freight: Freight
    reporters: tuple[Reporter, ...]
    discrepancies: tuple[Discrepancy, ...]  # of every kind
    orphans: tuple[Orphan, ...]


class _Pair(Record, frozen=True, kw_only=True):
    """Both sides of a flow in one period, in one unit."""

    key: Key
    basis: Basis
    x: float
    m: float
    tau: float | None
    m_fob: float

    @property
    def ratio(self) -> float:
        """Return m, the relative difference."""
        return ratio(self.x, self.m_fob)


class _Late(Record, frozen=True, kw_only=True):
    """A difference combined with a neighbouring period."""

    pooled: float  # m for both periods together
    made_up: float  # share of the difference that the neighbour offsets


Series = tuple[str, str, int, int, Basis, bool]  # code, revision, exporter, importer, unit, monthly


def compare(
    reading: Reading,
    watched: Mapping[str, Watched],
    method: Method,
    distances: Distances | None = None,
) -> Compared:
    """Compare all flows reported by both sides; list one-sided flows separately.

    Args:
        reading: Contents of the files.
        watched: Watched codes.
        method: Parameters.
        distances: User-defined distances in km.
    """
    freight = fit_freight(reading.flows, method, distances)
    pairs = {
        key: pair
        for key in sorted({key for side, key in reading.flows if side == "M"})
        if (pair := _pair(reading, key, freight, distances))
    }
    least = method.judging
    weighed = [
        (p.key.exporter, p.key.importer, p.ratio)
        for p in pairs.values()
        if max(p.x, p.m_fob) >= _floor(p.basis, least)
    ]
    trust = reliabilities(weighed, method)
    judge = _Judge(reading, watched, {code: value for code, (value, _) in trust.items()}, least)
    found = list(judge.judge(pairs))
    return Compared(
        freight=freight,
        reporters=tuple(
            Reporter(country=code, name=name_of(code), reliability=value, compared=count)
            for code, (value, count) in sorted(trust.items(), key=lambda e: (e[1][0], e[0]))
        ),
        discrepancies=tuple(sorted(found, key=_discrepancy_order)),
        orphans=orphans_of(reading, watched, judge.trust, least),
    )


def _pair(
    reading: Reading, key: Key, freight: Freight, distances: Distances | None
) -> _Pair | None:
    """Convert both sides to one unit: kilograms if both report them, otherwise US dollars FOB."""
    sold, bought = reading.flows.get(("X", key)), reading.flows.get(("M", key))
    if sold is None or bought is None:
        return None
    if sold.kg and bought.kg and not (sold.estimated or bought.estimated):
        return _Pair(key=key, basis="kg", x=sold.kg, m=bought.kg, tau=None, m_fob=bought.kg)
    x = sold.fob or sold.usd
    tau = tau_of(freight, distance(key.exporter, key.importer, distances))
    m_fob, taken = import_fob(bought, tau)
    if x is None or m_fob is None or bought.usd is None:
        return None
    return _Pair(key=key, basis="USD", x=x, m=bought.usd, tau=taken, m_fob=m_fob)


def ratio_in(
    reading: Reading, key: Key, basis: Basis, freight: Freight, distances: Distances | None = None
) -> float | None:
    """Return m of a flow in one period; None: not two sides in that unit.

    Args:
        reading: Contents of the files.
        key: The flow.
        basis: The unit.
        freight: Estimated freight.
        distances: User-defined distances in km.
    """
    pair = _pair(reading, key, freight, distances)
    return pair.ratio if pair and pair.basis == basis else None


class _Judge:
    """Measures the difference of pairs, and how unusual it is."""

    def __init__(
        self,
        reading: Reading,
        watched: Mapping[str, Watched],
        trust: Mapping[int, float],
        least: Judging,
    ) -> None:
        self.trust = trust
        self._reading = reading
        self._watched = watched
        self._least = least

    def judge(self, pairs: Mapping[Key, _Pair]) -> Iterator[Discrepancy]:
        """Yield all pairs that differ by at least the threshold, flow by flow."""
        series: dict[Series, dict[int, _Pair]] = defaultdict(dict)
        for key, pair in pairs.items():
            series[_series(pair)][key.period] = pair
        for flow in series.values():
            for pair in flow.values():
                if abs(pair.x - pair.m_fob) >= _floor(pair.basis, self._least):
                    yield self._one(pair, flow)

    def _one(self, pair: _Pair, flow: Mapping[int, _Pair]) -> Discrepancy:
        key, least = pair.key, self._least
        others = [each.ratio for period, each in sorted(flow.items()) if period != key.period]
        enough = len(others) >= least.least_history
        told = standing(pair.ratio, others, least.spread) if enough else None
        late = _late(pair, flow)
        kind = _kind(pair.ratio, told, late, least)
        trusted = self.trust.get(key.exporter, 0.0), self.trust.get(key.importer, 0.0)
        weight = trusted[0] * trusted[1]
        size = min(abs(told.z), least.z_cap) if told else 0.0
        sides = self._reading.flows["X", key], self._reading.flows["M", key]
        reconciled = self._reading.reconciled.get(key)
        return Discrepancy(
            **head_of(key, self._watched),
            kind=kind,
            basis=pair.basis,
            x=pair.x,
            m=pair.m,
            tau=pair.tau,
            m_fob=pair.m_fob,
            gap=pair.x - pair.m_fob,
            ratio=pair.ratio,
            usual=told.usual if told else None,
            spread=told.spread if told else None,
            z=told.z if told else None,
            periods=len(others),
            with_next=late.pooled if late else None,
            reliability=trusted,
            weight=weight,
            score=weight * (size if kind == "changed" else abs(pair.ratio)),
            estimated=any(each.estimated for each in sides),
            unspecified_kg=_unspecified(self._reading, key),
            again_kg=max(each.again_kg for each in sides),
            reconciled_kg=reconciled.kg if reconciled else None,
            revisions=(sides[0].revision, sides[1].revision),
        )


def _kind(m: float, told: Standing | None, late: _Late | None, least: Judging) -> Kind:
    if abs(m) < least.least_m:
        return "ordinary"
    if told is not None and abs(told.z) >= least.least_z:
        lag = late and abs(late.pooled) < least.lag_m and late.made_up >= least.lag_share
        return "lag" if lag else "changed"
    if told is None:  # no earlier periods to compare with
        return "no history" if abs(m) >= least.standing_m else "ordinary"
    return "standing" if min(abs(m), abs(told.usual)) >= least.standing_m else "ordinary"


def _late(pair: _Pair, flow: Mapping[int, _Pair]) -> _Late | None:
    """Find a neighbouring period that offsets a difference; None: none."""
    near = [flow[period] for period in neighbours(pair.key.period) if period in flow]
    found = [
        _Late(
            pooled=ratio(pair.x + each.x, pair.m_fob + each.m_fob),
            made_up=-(each.x - each.m_fob) / (pair.x - pair.m_fob),
        )
        for each in near
    ]
    return min(found, key=lambda each: (abs(each.pooled), each.made_up), default=None)


def neighbours(period: int) -> tuple[int, int]:
    """Return the periods before and after a year or a month."""
    if not is_month(period):
        return period - 1, period + 1
    count = period // _HUNDRED * _MONTHS + period % _HUNDRED - 1
    before, after = divmod(count - 1, _MONTHS), divmod(count + 1, _MONTHS)
    return before[0] * _HUNDRED + before[1] + 1, after[0] * _HUNDRED + after[1] + 1


def is_month(period: int) -> bool:
    """Return whether a period is a month, like 202301, not a year."""
    return period > _HUNDRED * _HUNDRED


def _series(pair: _Pair) -> Series:
    key = pair.key
    return (key.code, key.revision, key.exporter, key.importer, pair.basis, is_month(key.period))


def _unspecified(reading: Reading, key: Key) -> float:
    sides: tuple[tuple[int, Side], ...] = ((key.exporter, "X"), (key.importer, "M"))
    return sum(
        reading.unspecified.get((country, side, key.code, key.period), 0.0)
        for country, side in sides
    )


def _floor(basis: Basis, least: Judging) -> float:
    return least.floor_kg if basis == "kg" else least.floor_usd


_KINDS: tuple[Kind, ...] = ("changed", "standing", "no history", "lag", "ordinary")


def _discrepancy_order(one: Discrepancy) -> tuple[object, ...]:
    """Sort key: kilograms before values, specific codes before shared ones, most unusual first."""
    return (
        _KINDS.index(one.kind),
        one.basis != "kg",
        not one.own,
        -round(one.score, 9),
        -abs(one.gap),
        one.key,
    )
