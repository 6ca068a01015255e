"""Common miscounts, computed from the data and compared with the number of a claim."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec
import pyarrow.compute as pc

from tidewaiter.burden.claims.findings import (
    change_of,
    find_figures,
    in_period,
    is_precise,
    lower_name,
    officials,
    period_text,
    rounding,
)
from tidewaiter.burden.claims.types import Claim, Official, Trap
from tidewaiter.burden.indicators import indicators, place_name, places
from tidewaiter.burden.types import Release

_TWELVE = 12
_CLASSES = ("T40.1", "T40.2", "T40.3", "T40.4", "T40.5", "T43.6")
_OPIOIDS = ("T40.1", "T40.2", "T40.3", "T40.4")
_ANY_DAY = date(2100, 1, 1)
_DENOMINATORS = ("overdose", "opioids", "all-causes")
_WINDOWS = (10.5, 13.5)  # twelve windows of a year sum to about twelve times the year


def find_traps(claim: Claim, releases: Sequence[Release]) -> tuple[Trap, ...]:
    """Return the miscounts that give a claim's number, each once.

    Each miscount is computed from the figures; expected results are not stored. Without a period
    nothing is searched, as some miscount of some year gives almost any number.
    """
    if claim.last is None:
        return ()
    ways: Iterator[Trap] = iter(())
    if claim.measure == "change":
        ways = _mixed_changes(claim, releases)
    elif claim.measure == "share":
        ways = _other_denominators(claim, releases)
    elif claim.measure == "deaths":
        ways = _wrong_counts(claim, releases)
    low, high = rounding(claim.stated)
    first: dict[tuple[str, str], Trap] = {}
    for trap in ways:
        if low <= trap.value < high:
            first.setdefault((trap.key, _bare(trap)), trap)
    return tuple(first.values()) or _by_size(claim, releases)


def _bare(trap: Trap) -> str:
    """Return the key of a miscount, ignoring the release; of mixed changes one is enough."""
    return "" if trap.key == "mixed" else trap.text.rsplit(" (", maxsplit=1)[0]


def _wrong_counts(claim: Claim, releases: Sequence[Release]) -> Iterator[Trap]:
    for release in releases:
        yield from _windows(claim, release, claim.indicator)
        yield from _with_parts(claim, release)
        yield from _part_for_whole(claim, release)
        yield from _classes(claim, release)
        if is_precise(claim.stated):
            yield from _elsewhere(claim, release)
    yield from _twice(claim, releases)


def _windows(claim: Claim, release: Release, indicator: str) -> Iterator[Trap]:
    """Sum the twelve windows that end in the months of a period."""
    values = [
        each for each in officials([release], claim.place, indicator) if each.months == _TWELVE
    ]
    last = claim.last or 0
    for kind in ("reported", "predicted"):
        window = {
            each.last: each.value
            for each in values
            if each.kind == kind and last - _TWELVE < each.last <= last
        }
        if len(window) == _TWELVE:
            yield Trap(
                key="windows",
                value=sum(window.values()),
                text=f"the twelve 12-month counts of {lower_name(indicator)} that end in the "
                f"months of {period_text(last, _TWELVE)}, added up (each death is in up to twelve "
                f"of them; right: {window[last]:,.0f}) ({release.label})",
            )


def _with_parts(claim: Claim, release: Release) -> Iterator[Trap]:
    """Add a total to its parts, as in a table with a total row."""
    figures = release.reading.figures
    wanted = pc.and_(
        pc.starts_with(figures["place"], f"{claim.place}-"),
        pc.and_(pc.equal(figures["indicator"], claim.indicator), pc.equal(figures["part"], "")),
    )
    parts = figures.filter(pc.and_(wanted, pc.is_valid(figures["value"]))).to_pylist()
    parts = [row for row in parts if not _within(row["place"]) or claim.place != "US"]
    for whole in officials([release], claim.place, claim.indicator):
        if not in_period(claim, whole) or whole.kind != "reported":
            continue
        summed = [row["value"] for row in parts if _inside(row["last"], row["months"], whole)]
        if len(summed) > 1:
            yield Trap(
                key="parts",
                value=whole.value + sum(summed),
                text=f"the whole and its parts, added up (right: {whole.value:,.0f}; parts "
                f"{sum(summed):,.0f}) ({release.label})",
            )


def _inside(last: int, months: int, whole: Official) -> bool:
    if months == whole.months:
        return last == whole.last
    return months == 1 and whole.last - whole.months < last <= whole.last


def _twice(claim: Claim, releases: Sequence[Release]) -> Iterator[Trap]:
    for each in officials(releases, claim.place, claim.indicator):
        if in_period(claim, each):
            yield Trap(
                key="parts",
                value=2 * each.value,
                text=f"twice {each.value:,.0f}: a total and its parts, or a row of totals beside "
                f"the rows, added up ({each.release})",
            )


def _part_for_whole(claim: Claim, release: Release) -> Iterator[Trap]:
    for part in places().values():
        if part.within == claim.place:
            for each in officials([release], part.code, claim.indicator):
                if in_period(claim, each):
                    yield Trap(
                        key="part",
                        value=each.value,
                        text=f"that is {part.name}, a part of the place ({each.release})",
                    )


def _classes(claim: Claim, release: Release) -> Iterator[Trap]:
    """Sum drug classes: a death with two drugs is in both."""
    for keys in (_CLASSES, _OPIOIDS):
        values = {
            key: each.value
            for key in keys
            for each in officials([release], claim.place, key)
            if in_period(claim, each) and each.kind == "reported" and claim.last is not None
        }
        if len(values) == len(keys):
            yield Trap(
                key="classes",
                value=sum(values.values()),
                text=f"the classes {', '.join(keys)}, added up (a death with two drugs is in both) "
                f"({release.label})",
            )


def _elsewhere(claim: Claim, release: Release) -> Iterator[Trap]:
    """Find the exact number for another period, place or indicator, and in sums of windows."""
    low, high = rounding(claim.stated)
    figures = release.reading.figures
    near = pc.or_kleene(
        _between(figures["value"], low, high), _between(figures["predicted"], low, high)
    )
    for row in figures.filter(pc.fill_null(near, False)).slice(0, 200).to_pylist():
        for each in officials([release], row["place"], row["indicator"], row["measure"]):
            at = (each.last, each.months) == (row["last"], row["months"])
            differences = _differences(claim, each) if at and low <= each.value < high else []
            if len(differences) == 1:  # in a large archive some figure matches by chance
                text = f"that is {_described(each)} ({each.release})"
                yield Trap(key=differences[0], value=each.value, text=text)
    for key in indicators():
        if key != claim.indicator:
            yield from _windows(claim, release, key)
    yield from _visible(claim, release)


def _visible(claim: Claim, release: Release) -> Iterator[Trap]:
    """Sum the rows of an export for a period, by place and age, regardless of meaning."""
    figures = release.reading.figures
    wanted = pc.and_(
        pc.starts_with(figures["place"], f"{claim.place}-"),
        pc.and_(pc.equal(figures["last"], claim.last), pc.equal(figures["months"], claim.months)),
    )
    shown = figures.filter(pc.and_(wanted, pc.equal(figures["measure"], "deaths")))
    for row in shown.group_by("indicator").aggregate([("value", "sum")]).to_pylist():
        if row["value_sum"]:
            yield Trap(
                key="rows",
                value=row["value_sum"],
                text=f"the rows that {release.name} shows, added up: they count "
                f"{lower_name(row['indicator'])} ({release.label})",
            )


def _differences(claim: Claim, each: Official) -> list[str]:
    """Return how a figure differs from the one claimed."""
    return [
        name
        for name, differs in (
            ("indicator", each.indicator != claim.indicator),
            ("place", each.place != claim.place),
            ("period", not in_period(claim, each)),
        )
        if differs
    ]


def _described(each: Official) -> str:
    state = "predicted" if each.kind == "predicted" else "closed" if each.closed else "reported"
    place = place_name(each.place)
    return (
        f"the {state} count of {lower_name(each.indicator)}, {place}, "
        f"{period_text(each.last, each.months)}, by {each.basis or 'a basis not told'}"
    )


def _between(column: object, low: float, high: float) -> object:
    return pc.and_(pc.greater_equal(column, low), pc.less(column, high))


def _mixed_changes(claim: Claim, releases: Sequence[Release]) -> Iterator[Trap]:
    """Compare figures of different kinds or bases."""
    values = officials(releases, claim.place, claim.indicator)
    for now in values:
        if not in_period(claim, now) or claim.against is None:
            continue
        for then in values:
            differs = (now.kind, now.basis) != (then.kind, then.basis) or (
                now.release != then.release and not (now.closed and then.closed)
            )
            if then.last == claim.against and then.months == now.months and then.value and differs:
                yield Trap(
                    key="mixed",
                    value=change_of(claim, now.value, then.value),
                    text=f"{_described(now)}, {now.value:,.0f}, against {_described(then)}, "
                    f"{then.value:,.0f} ({now.release}, {then.release})",
                )


def _other_denominators(claim: Claim, releases: Sequence[Release]) -> Iterator[Trap]:
    """Compute the same deaths as a share of another base."""
    for of in _DENOMINATORS:
        other = msgspec.structs.replace(claim, of=of)
        for each in find_figures(other, releases, _ANY_DAY) if of != claim.indicator else ():
            if each.aside or of != claim.of:
                yield Trap(
                    key="denominator",
                    value=each.value,
                    text=f"that is another share: {each.how} ({each.releases[0]})",
                )


def _by_size(claim: Claim, releases: Sequence[Release]) -> tuple[Trap, ...]:
    """Report a number of about twelve times the official one if months are unavailable."""
    if claim.measure != "deaths":
        return ()
    for each in officials(releases, claim.place, claim.indicator):
        if in_period(claim, each) and each.value:
            times = claim.stated.value / each.value
            if _WINDOWS[0] <= times <= _WINDOWS[1]:
                return (
                    Trap(
                        key="windows?",
                        value=each.value,
                        text=f"it is {times:.1f} times {each.value:,.0f} ({each.release}): "
                        "it looks like twelve overlapping 12-month counts, added up; a release "
                        "that holds them would tell",
                    ),
                )
    return ()


def _within(place: str) -> bool:
    return bool(places()[place].within) if place in places() else False
