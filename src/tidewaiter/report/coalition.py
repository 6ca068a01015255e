"""The coalition's meeting pack and timeline chart."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.meeting_packs import Pack
from tidewaiter.exchange.coalition.timeline import Event, Happening, Month, Timeline
from tidewaiter.explain.coalition import (
    BoardView,
    GroupView,
    MemberView,
    PledgeView,
    board_view,
    display_word,
    group_view,
    initiative_words,
    member_view,
    pledge_view,
)
from tidewaiter.explain.languages import day, language, month, number, speaking, words
from tidewaiter.explain.words import Library, mark_in_words
from tidewaiter.report.charts import WIDTH, Box, Drawn, Word
from tidewaiter.report.pages import environment, hashed, static

_LETTERS: Mapping[Happening, str] = {
    "law in force": "L",
    "law ends": "L",
    "frozen": "F",
    "thawed": "O",
    "group formed": "G",
    "group ended": "G",
    "invited": "M",
    "joined": "M",
    "left": "M",
}
_ORDER = "LFOGM"  # order of the rows of letters, from the top
_ROW = 16  # height of a row of events
_BARS = 110
_NARROW = 10  # months narrower than this have no room for a letter
_GAP = 0.8


class EventView(Record, frozen=True, kw_only=True):
    """An event, formatted for display."""

    day: str
    letter: str  # letter in the chart
    what: str
    of: str  # the node or law it concerns
    source: str
    mark: str  # "": read at the source


class TimelineView(Record, frozen=True, kw_only=True):
    """A timeline, formatted for display."""

    chart: Drawn
    letters: tuple[tuple[str, str], ...]  # letters used in the chart, with their meanings
    events: tuple[EventView, ...]


def timeline_view(timeline: Timeline, names: Mapping[str, str], library: Library) -> TimelineView:
    """Draw a timeline, and format its events for display.

    Args:
        timeline: Timeline of at least one month.
        names: Node names by identifier.
        library: Display names by slug.
    """
    letters = [each for each in _ORDER if any(_LETTERS[e.what] == each for e in timeline.events)]
    return TimelineView(
        chart=_drawn(timeline, letters),
        letters=tuple((each, _meaning(each)) for each in letters),
        events=tuple(event_view(each, names, library) for each in timeline.events),
    )


def event_view(event: Event, names: Mapping[str, str], library: Library) -> EventView:
    """Format an event for display."""
    source = library.sources[event.source].title if event.source in library.sources else ""
    return EventView(
        day=day(event.day),
        letter=_LETTERS[event.what],
        what=display_word(event.what),
        of=_of(event, names, library),
        source=source or ("" if event.source == "relation" else event.source),
        mark="" if event.mark == "read" else mark_in_words(event.mark),
    )


def _of(event: Event, names: Mapping[str, str], library: Library) -> str:
    if event.what in {"law in force", "law ends"}:
        law = library.regimes[event.of[0]].name if event.of[0] in library.regimes else event.of[0]
        named = ", ".join(library.substances.get(each, each) for each in event.text.split(", "))
        return ": ".join(each for each in (", ".join((law, *event.of[1:])), named) if each)
    if event.text:
        return event.text
    return " → ".join(names.get(each, each) for each in event.of)


def _meaning(letter: str) -> str:
    meanings = {
        "L": words("law"),
        "F": words("channel frozen"),
        "O": words("channel reopened"),
        "G": words("groups"),
        "M": words("members"),
    }
    return meanings[letter]


def _drawn(timeline: Timeline, letters: list[str]) -> Drawn:
    months = timeline.months
    step, top = WIDTH / len(months), _ROW * len(letters) + 22
    foot = top + _BARS
    most = max([each.notices for each in months] + [1])
    boxes: list[Box] = []
    for place, each in enumerate(months):
        boxes += _bars(place, each, step, (foot, _BARS / most))
    notices, silent = sum(e.notices for e in months), sum(e.no_reply for e in months)
    return Drawn(
        slug="timeline",
        title=words("PENs and events by month"),
        about=words(
            "%(notices)s PENs in %(months)s months, %(silent)s of them without a reply; "
            "%(events)s events. The tables have the same data."
        )
        % {
            "notices": number(notices),
            "months": number(len(months)),
            "silent": number(silent),
            "events": number(len(timeline.events)),
        },
        height=foot + 30,
        axis=foot,
        boxes=tuple(each for each in boxes if each.height),
        words=(
            *_letters(timeline, letters, step),
            Word(text=f"{words('at most')} {number(most)}", x=WIDTH, y=top - 6, anchor="end"),
            Word(text=month(months[0].first), x=0, y=foot + 22, anchor="start"),
            *(
                (Word(text=month(months[-1].first), x=WIDTH, y=foot + 22, anchor="end"),)
                if len(months) > 1
                else ()
            ),
        ),
        key=(("in", words("Pre-export notifications")), ("out", words("of which without a reply"))),
        heads=(
            words("Month"),
            words("Pre-export notifications"),
            words("Without a reply"),
            words("Still open"),
            words("Incidents"),
            words("Channels frozen"),
        ),
        rows=tuple(_cells(each) for each in reversed(months)),
    )


def _bars(place: int, told_of: Month, step: float, scale: tuple[float, float]) -> list[Box]:
    """Return the bar of a month's notifications, with a narrower bar for those without a reply."""
    foot, unit = scale
    says = f"{month(told_of.first)}: {number(told_of.notices)}, {words('without a reply')} " + (
        number(told_of.no_reply)
    )
    bars = []
    for kind, count, wide in (("in", told_of.notices, _GAP), ("out", told_of.no_reply, _GAP / 2)):
        height = count * unit
        bars.append(
            Box(
                kind=kind,
                told=says,
                x=round((place + (1 - wide) / 2) * step, 2),
                y=round(foot - height, 1),
                width=round(step * wide, 2),
                height=round(height, 1),
            )
        )
    return bars


def _letters(timeline: Timeline, letters: list[str], step: float) -> Iterable[Word]:
    """Yield a letter for each kind of event in a month, each kind in its own row."""
    first = timeline.months[0].first
    there: dict[tuple[int, int], int] = {}
    for each in timeline.events:
        place = (each.day.year - first.year) * 12 + each.day.month - first.month
        key = (letters.index(_LETTERS[each.what]), place)
        there[key] = there.get(key, 0) + 1
    for (row, place), count in sorted(there.items()):
        many = f"{letters[row]}{count}" if count > 1 and step > 2 * _NARROW else letters[row]
        text = many if step >= _NARROW else "•"
        x = round((place + 0.5) * step, 1)
        yield Word(text=text, x=x, y=_ROW * (row + 1), anchor="middle", kind="count")


def _cells(told_of: Month) -> tuple[str, ...]:
    name = month(told_of.first)
    return (
        name if told_of.whole else f"{name} ({words('to date')})",
        number(told_of.notices),
        number(told_of.no_reply),
        number(told_of.still_open),
        number(told_of.incidents),
        number(told_of.frozen),
    )


class _Page(Record, frozen=True, kw_only=True):
    pack: Pack
    board: BoardView
    members: tuple[MemberView, ...]
    groups: tuple[GroupView, ...]
    pledges: tuple[PledgeView, ...]
    initiatives: tuple[tuple[str, str, str], ...]  # name, implementing body, owner
    timeline: TimelineView
    language: str
    css: Markup
    policy: str


def render_pack(pack: Pack, library: Library, *, spoken: str = "en") -> str:
    """Return the meeting pack as one self-contained HTML page.

    Args:
        pack: Data for the page.
        library: Display names by slug for the law.
        spoken: The language.
    """
    with speaking(spoken):
        return environment().get_template("pack.html").render(page=_page(pack, library))


def _page(pack: Pack, library: Library) -> _Page:
    names = dict(pack.names)
    css = static("colours.css", "report.css", "coalition.css")
    return _Page(
        pack=pack,
        board=board_view(pack.board, names),
        members=tuple(member_view(each) for each in pack.members),
        groups=tuple(group_view(each) for each in pack.groups),
        pledges=tuple(pledge_view(each, names) for each in pack.pledges.commitments),
        initiatives=initiative_words(pack.pledges, names),
        timeline=timeline_view(pack.timeline, names, library),
        language=language(),
        css=css,
        policy=(
            f"default-src 'none'; style-src {hashed(css)}; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )
