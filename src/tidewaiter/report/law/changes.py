"""Changes in the law, formatted for a page, the terminal and a calendar."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from tidewaiter.base.phrases import capitalised
from tidewaiter.base.records import Record
from tidewaiter.explain.words import MARKS, Citation, Library, number_sources, word
from tidewaiter.law.changes import Change, Matter, Step
from tidewaiter.law.types import Mark

_NAMED = 6  # maximum number of substances in a heading; the full list is below it
_PRODUCT = "-//Tidewaiter//Changes of the law//EN"
_STEPS: dict[Step, str] = {
    "decided": "decided or published",
    "begins": "begins",
    "ends": "ends",
    "proposed": "proposed",
    "answered": "proposal ends",
}


class Named(Record, frozen=True, kw_only=True):
    """A substance or class to link to."""

    slug: str
    name: str


class ChangeView(Record, frozen=True, kw_only=True):
    """One change, with display names for its slugs."""

    key: str  # stable key of the change: the HTML anchor and the event's UID
    day: date
    step: Step
    matter: Matter
    regime: str  # slug
    law: str  # name of the legal instrument
    jurisdiction: str
    schedules: tuple[str, ...]
    substances: tuple[Named, ...]  # empty: whole schedules
    text: str
    clause: str
    mark: Mark
    source: Citation


def change_views(changes: Iterable[Change], library: Library) -> tuple[ChangeView, ...]:
    """Format changes for a page, in the given order.

    Args:
        changes: The whole result of `changes_of`: identical changes are numbered by position.
        library: Display names by slug.
    """
    held = list(changes)
    cited = number_sources((each.source for each in held), library)
    seen: Counter[str] = Counter()
    views = []
    for each in held:
        said = _said(each)
        seen[said] += 1
        views.append(_view(each, library, cited[each.source], f"{said}\n{seen[said]}"))
    return tuple(views)


def change_in_words(change: ChangeView) -> str:
    """Describe a change in one line: "EU, Category 1: A, B and 3 more (begins)"."""
    names = [each.name for each in change.substances[:_NAMED]]
    more = len(change.substances) - len(names)
    told = ", ".join(names) + (f" and {more:,} more" if more else "")
    schedules = ", ".join(change.schedules)
    what = ": ".join(filter(None, (schedules, told or change.text)))
    return f"{change.jurisdiction}, {what} ({_STEPS[change.step]})"


def calendar_of(changes: Iterable[ChangeView], made: datetime) -> bytes:
    """Return changes as a calendar, with an all-day event for each.

    Args:
        changes: Future changes, or all.
        made: When the calendar is made, in UTC.

    Returns:
        iCalendar, RFC 5545, in UTF-8.
    """
    from icalendar import Calendar  # noqa: PLC0415  # it loads slowly, for this answer only

    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Changes of the law")
    for each in changes:
        calendar.add_component(_event(each, made))
    return bytes(calendar.to_ical())


def _event(change: ChangeView, made: datetime) -> Any:
    from icalendar import Event  # noqa: PLC0415

    event = Event()
    event.add("uid", f"{change.key}@tidewaiter")
    event.add("dtstamp", made)
    event.add("dtstart", change.day)
    event.add("dtend", change.day + timedelta(1))
    event.add("summary", change_in_words(change))
    event.add("description", "\n".join(_details(change)))
    event.add("categories", [change.law])
    event.add("transp", "TRANSPARENT")
    if change.source.url:
        event.add("url", change.source.url)
    return event


def _details(change: ChangeView) -> Iterable[str]:
    yield change.law
    yield from (each.name for each in change.substances)
    yield from filter(None, (change.text, change.clause))
    yield f"Source: {change.source.title}"
    if change.mark != "read":
        yield f"{capitalised(word(MARKS, change.mark))}."
    yield "Not legal advice. Only the loaded legal instruments are included."


def _view(change: Change, library: Library, source: Citation, said: str) -> ChangeView:
    regime = library.regimes.get(change.regime)
    return ChangeView(
        key=hashlib.sha256(said.encode()).hexdigest()[:16],
        day=change.day,
        step=change.step,
        matter=change.matter,
        regime=change.regime,
        law=regime.name if regime else change.regime,
        jurisdiction=regime.jurisdiction if regime else "",
        schedules=change.schedules,
        substances=tuple(
            Named(slug=slug, name=library.substances.get(slug, slug)) for slug in change.substances
        ),
        text=change.text,
        clause=change.clause,
        mark=change.mark,
        source=source,
    )


def _said(change: Change) -> str:
    """Return the identity of a change, which corrections of its date or mark do not alter."""
    parts = (change.step, change.matter, change.regime, *change.schedules, change.text)
    return "\n".join((*parts, change.clause, change.source, *change.substances))
