"""The timeline of a case as a drawing: a lane for each kind of thing, time from left to right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from tidewaiter.base.records import Record
from tidewaiter.casework.timeline import Event

WIDTH, LEFT, RIGHT = 760, 118, 20  # of the drawing
_TOP, _LANE, _FOOT = 14, 30, 26
_NEAR = 13  # units from which on two marks are told apart
_TICKS = 5
_ONE, _MANY = 5, 9  # radius of a mark


def _(text: str) -> str:
    """Mark a text for the catalogues; the template translates it."""
    return text


_LANES: Mapping[str, str] = MappingProxyType(
    {
        "case": _("Case"),
        "alerts": _("Alerts"),
        "decided": _("Decisions"),
        "papers": _("Papers"),
        "notes": _("Notes, tasks"),
    }
)
_LANE_OF: Mapping[str, str] = MappingProxyType(
    {
        "decided": "decided",
        "alertadded": "alerts",
        "consignmentadded": "papers",
        "partyadded": "papers",
        "fileadded": "papers",
        "drafted": "papers",
        "exported": "papers",
        "note": "notes",
        "task": "notes",
        "done": "notes",
    }
)


class Mark(Record, frozen=True, kw_only=True):
    """Something that happened, or several things close to each other."""

    x: float
    y: float
    radius: float
    count: int
    title: str


class Lane(Record, frozen=True, kw_only=True):
    """A row of the drawing."""

    slug: str
    label: str
    y: float
    marks: tuple[Mark, ...]


class Tick(Record, frozen=True, kw_only=True):
    """A place of the axis."""

    x: float
    label: str
    anchor: str


class Drawn(Record, frozen=True, kw_only=True):
    """The drawing."""

    width: int
    height: int
    left: int
    right: int
    foot: float  # y of the axis
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]


def draw_timeline(events: Sequence[Event]) -> Drawn:
    """Lay out what happened; marks that would cover each other become one with a count.

    Args:
        events: In order; lanes without any are left out.
    """
    moments = [datetime.fromisoformat(event.at).astimezone(UTC) for event in events]
    begin = min(moments, default=datetime(2000, 1, 1, tzinfo=UTC))
    span = max(max(moments, default=begin) - begin, timedelta(minutes=1))
    places = [LEFT + (WIDTH - LEFT - RIGHT) * ((at - begin) / span) for at in moments]
    told = list(zip(places, events, strict=True))
    lanes: list[Lane] = []
    for slug, label in _LANES.items():
        mine = [(x, event) for x, event in told if _LANE_OF.get(event.kind, "case") == slug]
        if mine:
            y = _TOP + _LANE * (len(lanes) + 0.5)
            marks = tuple(_mark(group, y) for group in _groups(mine))
            lanes.append(Lane(slug=slug, label=label, y=y, marks=marks))
    foot = _TOP + _LANE * len(lanes)
    return Drawn(
        width=WIDTH,
        height=foot + _FOOT,
        left=LEFT,
        right=WIDTH - RIGHT,
        foot=foot,
        lanes=tuple(lanes),
        ticks=tuple(_ticks(begin, span)),
    )


def _groups(told: Iterable[tuple[float, Event]]) -> Iterator[list[tuple[float, Event]]]:
    group: list[tuple[float, Event]] = []
    for x, event in told:
        if group and x - group[0][0] > _NEAR:
            yield group
            group = []
        group.append((x, event))
    if group:
        yield group


def _mark(group: Sequence[tuple[float, Event]], y: float) -> Mark:
    x = sum(place for place, _ in group) / len(group)
    first = group[0][1]
    more = f", and {len(group) - 1:,} more" if len(group) > 1 else ""
    title = f"{first.at[:16].replace('T', ' ')}: {first.did}{more}"
    return Mark(
        x=round(x, 1), y=y, radius=5 if len(group) == 1 else 9, count=len(group), title=title
    )


def _ticks(begin: datetime, span: timedelta) -> Iterator[Tick]:
    """Yield some places of the axis, with what tells them apart."""
    form = "%Y-%m-%d" if span > timedelta(days=_TICKS) else "%m-%d %H:%M"
    form = "%H:%M:%S" if span < timedelta(minutes=_TICKS) else form
    for number in range(_TICKS):
        share = number / (_TICKS - 1)
        label = f"{begin + span * share:{form}}"
        anchor = {0: "start", _TICKS - 1: "end"}.get(number, "middle")
        yield Tick(x=round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1), label=label, anchor=anchor)
