"""Event cards in plain words, with a sketch of the series."""

from collections.abc import Iterator

from tidewaiter.burden.events.types import EventCard, Placebo, Rank
from tidewaiter.report.characters import visible

_BARS = "▁▂▃▄▅▆▇█"
_BEFORE, _AFTER = 36, 36  # months of the sketch


def card_text(card: EventCard) -> str:
    """Return a card as lines."""
    return "\n".join(visible(line) for line in _lines(card))


def placebo_text(card: EventCard) -> str:
    """Return the dates among which a card ranks its event, as lines; the most extreme first."""

    def middle(each: Placebo) -> float:
        return sorted(each.gaps)[len(each.gaps) // 2]

    ordered = sorted(card.placebos, key=middle)
    names = "; ".join(each.method for each in card.forecasts)
    lines = [
        f"Gaps of {card.series}, {card.release}, at {len(ordered)} dates without the event.",
        f"By forecast: {names}. ~: its window overlaps the event's.",
        f"{card.event_month}  {_percents([each.gap for each in card.forecasts])}  the event",
    ]
    lines += [
        f"{each.month}  {_percents(each.gaps)}{'  ~' if each.overlaps else ''}" for each in ordered
    ]
    return "\n".join(map(visible, lines))


def _lines(card: EventCard) -> Iterator[str]:
    asked = card.declaration
    yield f"{asked.event.name}, {asked.event.day.isoformat()} ({asked.event.kind})"
    yield f"beside: {card.series}, by {card.basis or 'a basis not told'}, by month"
    yield f"release {card.release}, SHA-256 {card.release_sha256[:8]}; months: {card.months_from}"
    yield (
        f"declared: months {asked.window.since}-{asked.window.until} after it,"
        f" expected {asked.direction}; hash {card.sha256[:16]}"
        + (f", kept on {card.declared.isoformat()}" if card.declared else "")
    )
    if card.exploratory:
        yield f"EXPLORATORY: {card.exploratory.removesuffix(': exploratory')}"
    yield ""
    yield from _sketch(card)
    yield ""
    yield from number_lines(card)
    yield ""
    yield f"Finding: {card.verdict}{_direction(card)}."
    yield from (f"  because {each}" for each in card.because)
    yield "A card estimates no effect and names no cause."
    if card.concurrent:
        yield ""
        yield "Within twelve months there were also:"
        for each in card.concurrent:
            doubt = "" if each.verified else " (its day is second-hand)"
            yield f"  {each.day.isoformat()} {each.name}{doubt}"
    yield from (f"note: {each}" for each in card.notes)


def number_lines(card: EventCard) -> Iterator[str]:
    """Yield the numbers of a card: what was counted and expected, ranks, and what is beside it."""
    between = ""
    if card.observed_low is not None and card.observed_high is not None:
        between = f" ({card.observed_low:,.0f} to {card.observed_high:,.0f})"
    status = "closed" if card.closed else "provisional"
    yield f"Counted in the window: {card.observed:,.0f}{between}, {status}"
    for each in card.forecasts:
        span = "" if card.closed else f" ({each.gap_low:+.0%} to {each.gap_high:+.0%})"
        yield f"  expected {each.expected:,.0f} by {each.method}: {each.gap:+.1%}{span}"
    yield f"Rank downwards: {_rank(card.down)}; upwards: {_rank(card.up)}"
    yield f"  each direction is told apart at {card.level / 2:.1%}; smallest: {card.smallest_p:.1%}"
    least = f"{_part(card.detectable_down)} or {_part(card.detectable_up)}"
    yield f"Smallest change told apart: {least}"
    if card.places:
        yield f"Among {card.places.n} places untouched: {card.places.p:.1%}"
    else:
        yield "Places untouched by it: none, or fewer than ten; not ranked among places"
    yield from _beside(card)


def _beside(card: EventCard) -> Iterator[str]:
    control = card.control
    if control is None:
        yield "Negative control: none in this release"
    elif not control.gaps:
        yield f"Negative control, {control.name}: {control.note}"
    else:
        yield (
            f"Negative control, {control.name}: {_percents(control.gaps)};"
            f" down {control.p_down:.1%}, up {control.p_up:.1%}"
            + (f" ({control.note})" if control.note else "")
        )
    if card.dose:
        yield (
            f"Supply, {card.dose.name}: correlation {card.dose.correlation:+.2f} of"
            f" {card.dose.months} monthly differences; levels are not compared"
        )


def _rank(rank: Rank) -> str:
    return (
        f"{rank.p:.1%} ({rank.apart_extreme} of {rank.apart} dates apart from it and"
        f" {rank.all_extreme} of all {rank.all} are as extreme)"
    )


def _direction(card: EventCard) -> str:
    if card.verdict != "compatible with":
        return ""
    moved = "a fall" if card.down.p <= card.level / 2 else "a rise"
    return f" {moved} in this window"


def _part(change: float | None) -> str:
    return "none could be" if change is None else f"{change:+.0%}"


def _percents(gaps: tuple[float, ...] | list[float]) -> str:
    return " ".join(f"{each:+7.1%}" for each in gaps)


def _sketch(card: EventCard) -> Iterator[str]:
    """Draw the months around the event; "^" is its month, "." the months of the window."""
    at = next(n for n, point in enumerate(card.points) if point.month == card.event_month)
    first, last = max(0, at - _BEFORE), min(len(card.points), at + _AFTER)
    shown = card.points[first:last]
    most = max(point.value for point in shown) or 1.0
    window = card.declaration.window
    yield "".join(_BARS[max(0, min(7, int(8 * point.value / most)))] for point in shown)
    marks = [" "] * max(len(shown), at - first + window.until)
    for month in range(window.since, window.until):
        marks[at - first + month] = "."
    marks[at - first] = "^"
    yield "".join(marks).rstrip()
    yield f"{shown[0].month} to {shown[-1].month}; highest month {most:,.0f}"
