"""The series of an event card as a figure, and its findings in words."""

from collections.abc import Callable

from tidewaiter.base.records import Record
from tidewaiter.burden.events.types import Direction, EventCard, Point
from tidewaiter.burden.months import parse_month
from tidewaiter.report.burdencards import number_lines
from tidewaiter.report.burdenlines import grid_of, marks_of
from tidewaiter.report.burdenwords import amount, basis_words, between, interval_name, month_words
from tidewaiter.report.figures import LEFT, RIGHT, Dot, Figure, Shape, area_of, path_of, scale_of
from tidewaiter.report.languages import words
from tidewaiter.report.overviewcharts import Box, Word

_TOP, _FOOT, _HEIGHT = 34.0, 226.0, 252.0
_BEFORE, _AFTER = 36, 36  # months around the event
_YEARS = 7


class CardView(Record, frozen=True, kw_only=True):
    """An event card, ready to be printed; what it finds is in English, as the card words it."""

    figure: Figure
    lines: tuple[str, ...]  # numbers, ranks, controls
    exploratory: str


def card_view(card: EventCard) -> CardView:
    """Put a card into words; nothing stands there that the card does not hold."""
    return CardView(
        figure=event_figure(card),
        lines=tuple(each.strip() for each in number_lines(card)),
        exploratory=card.exploratory.removesuffix(": exploratory"),
    )


def event_figure(card: EventCard, slug: str = "event") -> Figure:
    """Draw the months around an event, the window that is counted, and nothing fitted to them."""
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
        told=words("window that is counted"),
        x=x(since - 0.5),
        y=_TOP,
        width=round(x(until + 0.5) - x(since - 0.5), 1),
        height=_FOOT - _TOP,
    )
    lines = grid_of(scale, LEFT, RIGHT)
    marks = marks_of(scale, LEFT)
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
        shapes=(*lines, rule, *_lines(points, xs, scale.y)),
        dots=tuple(
            Dot(
                kind="dot" if p.closed else "dot-open",
                x=xs[p.month],
                y=scale.y(p.value),
                told=f"{month_words(p.month)}: {amount(p.value)}",
            )
            for p in points
        ),
        words=(*marks, *names, named),
        key=(
            ("reported", words("single months, closed")),
            *(
                (("open", f"{words('single months, provisional')}, {interval_name()}"),)
                if any(not p.closed for p in points)
                else ()
            ),
            ("zone", words("window that is counted")),
        ),
        notes=(words("What stands beside each other is not said to have caused each other."),),
        heads=(words("Month"), words("Deaths"), interval_name(), words("State of the count")),
        rows=tuple(_row(p) for p in reversed(points)),
    )


def _lines(points: list[Point], xs: dict[str, float], y: Callable[[float], float]) -> list[Shape]:
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
        f"{words('single months')}; {basis_words(card.basis)}; {words('window')}: {status}",
        f"{words('Published release')} {card.release}, SHA-256 {card.release_sha256[:12]}",
        f"{words('Asked')}: {asked.window.since}-{asked.window.until}, {way}; {card.sha256[:12]}",
    )


def direction_words(direction: Direction) -> str:
    """Say which way a series was expected to move."""
    told = {
        "down": words("a fall expected"),
        "up": words("a rise expected"),
        "either": words("either way"),
    }
    return told[direction]


def _row(point: Point) -> tuple[str, ...]:
    status = words("closed") if point.closed else words("provisional")
    return (
        month_words(point.month),
        amount(point.value),
        between(point.low, point.high) or "–",
        status,
    )
