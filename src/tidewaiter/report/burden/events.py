"""Text and charts of event cards."""

from collections.abc import Callable, Iterator

from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.burden.events.types import Direction, EventCard, Placebo, Point, Rank
from tidewaiter.burden.types import parse_month
from tidewaiter.explain.burden import (
    amount,
    basis_words,
    interval_name,
    interval_words,
    month_words,
)
from tidewaiter.explain.languages import words
from tidewaiter.report.burden.trends import grid_of, marks_of
from tidewaiter.report.charts import (
    LEFT,
    RIGHT,
    Box,
    Dot,
    Figure,
    Scale,
    Shape,
    Word,
    area_of,
    path_of,
    scale_of,
)

_BARS = "▁▂▃▄▅▆▇█"
_BEFORE, _AFTER = 36, 36  # months before and after the event in the sketch


def card_text(card: EventCard) -> str:
    """Return a card as text lines."""
    return "\n".join(visible(line) for line in _sketch_lines(card))


def placebo_text(card: EventCard) -> str:
    """Return the placebo dates against which a card ranks its event, the most extreme first."""

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


def _sketch_lines(card: EventCard) -> Iterator[str]:
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
            doubt = "" if each.verified else " (date from a secondary source)"
            yield f"  {each.day.isoformat()} {each.name}{doubt}"
    yield from (f"note: {each}" for each in card.notes)


def number_lines(card: EventCard) -> Iterator[str]:
    """Yield the figures of a card: observed and expected counts, ranks and controls."""
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
    """Draw the months around the event: "^" marks its month, "." the months of the window."""
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


_TOP, _FOOT, _HEIGHT = 34.0, 226.0, 252.0
_BEFORE, _AFTER = 36, 36  # months before and after the event
_YEARS = 7


class CardView(Record, frozen=True, kw_only=True):
    """An event card, formatted for display; its findings are in English, as the card words them."""

    figure: Figure
    lines: tuple[str, ...]  # figures, ranks and controls
    exploratory: str


def card_view(card: EventCard) -> CardView:
    """Format a card for display; it adds nothing to what the card contains."""
    return CardView(
        figure=event_figure(card),
        lines=tuple(each.strip() for each in number_lines(card)),
        exploratory=card.exploratory.removesuffix(": exploratory"),
    )


def event_figure(card: EventCard, slug: str = "event") -> Figure:
    """Draw the months around an event and the counting window, without any fitted curve."""
    at = parse_month(card.event_month)
    points = [p for p in card.points if -_BEFORE <= parse_month(p.month) - at <= _AFTER]
    first, last = parse_month(points[0].month), parse_month(points[-1].month)
    scale = scale_of([p.high or p.value for p in points], _TOP, _FOOT)

    def x(month: float) -> float:
        return round(LEFT + (month - first) / max(last - first, 1) * (RIGHT - LEFT), 1)

    window = card.declaration.window
    since, until = at + window.since, min(at + window.until - 1, last)
    zone = Box(
        kind="zone",
        told=words("observation window"),
        x=x(since - 0.5),
        y=_TOP,
        width=round(x(until + 0.5) - x(since - 0.5), 1),
        height=_FOOT - _TOP,
    )
    years = [month for month in range(first, last + 1) if month % 12 == 0]
    names = [
        Word(text=str(month // 12), x=x(month), y=_FOOT + 18, anchor="middle", kind="mark")
        for month in years[:: -(-len(years) // _YEARS) or 1]
    ]
    named = Word(
        text=f"{words('event')}: {month_words(card.event_month)}",
        x=x(at),
        y=_TOP - 12,
        anchor="middle",
        kind="zone-word",
    )
    rule = Shape(kind="event", d=path_of([(x(at), _TOP - 6), (x(at), _FOOT)]))
    xs = {p.month: x(parse_month(p.month)) for p in points}
    return Figure(
        slug=slug,
        title=card.series,
        facts=_facts(card),
        about=f"{card.declaration.event.name}: {card.verdict}",
        height=_HEIGHT,
        boxes=(zone,),
        shapes=(*grid_of(scale, LEFT, RIGHT), rule, *_series_lines(points, xs, scale.y)),
        dots=tuple(_dot(p, xs[p.month], scale) for p in points),
        words=(*marks_of(scale, LEFT), *names, named),
        key=tuple(_key(points)),
        notes=(words("Timing alone does not show cause and effect."),),
        heads=(words("Month"), words("Deaths"), interval_name(), words("Count status")),
        rows=tuple(_row(p) for p in reversed(points)),
    )


def _dot(point: Point, x: float, scale: Scale) -> Dot:
    return Dot(
        kind="dot" if point.closed else "dot-open",
        x=x,
        y=scale.y(point.value),
        told=f"{month_words(point.month)}: {amount(point.value)}",
    )


def _key(points: list[Point]) -> Iterator[tuple[str, str]]:
    yield "reported", words("monthly counts, closed")
    if any(not p.closed for p in points):
        yield "open", f"{words('monthly counts, provisional')}, {interval_name()}"
    yield "zone", words("observation window")


def _series_lines(
    points: list[Point], xs: dict[str, float], y: Callable[[float], float]
) -> list[Shape]:
    shapes = []
    closed = [p for p in points if p.closed]
    open_ones = [p for p in points if not p.closed]
    told = [p for p in open_ones if p.low is not None and p.high is not None]
    if len(told) > 1:
        shapes.append(
            Shape(
                kind="band",
                d=area_of(
                    [(xs[p.month], y(p.high or 0.0)) for p in told],
                    [(xs[p.month], y(max(p.low or 0.0, 0.0))) for p in told],
                ),
            )
        )
    for kind, run in (("reported", closed), ("open", [*closed[-1:], *open_ones])):
        if len(run) > 1:
            shapes.append(Shape(kind=kind, d=path_of([(xs[p.month], y(p.value)) for p in run])))
    return shapes


def _facts(card: EventCard) -> tuple[str, ...]:
    status = words("closed") if card.closed else words("provisional")
    asked = card.declaration
    way = direction_words(asked.direction)
    return (
        f"{words('monthly counts')}; {basis_words(card.basis)}; {words('window')}: {status}",
        f"{words('Published release')} {card.release}, SHA-256 {card.release_sha256[:12]}",
        (
            f"{words('Declared')}: {asked.window.since}-{asked.window.until}, {way}; "
            f"{card.sha256[:12]}"
        ),
    )


def direction_words(direction: Direction) -> str:
    """Return the expected direction of change."""
    told = {
        "down": words("decrease expected"),
        "up": words("increase expected"),
        "either": words("either direction"),
    }
    return told[direction]


def _row(point: Point) -> tuple[str, ...]:
    status = words("closed") if point.closed else words("provisional")
    return (
        month_words(point.month),
        amount(point.value),
        interval_words(point.low, point.high) or "–",
        status,
    )
