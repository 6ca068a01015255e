"""Changes of the law as a calendar: it keeps to RFC 5545, and an event keeps its name."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from icalendar import Calendar

from tidewaiter.explain.words import words_of
from tidewaiter.law.changes import changes_of
from tidewaiter.law.registry import Registry
from tidewaiter.report.law.changes import (
    ChangeView,
    calendar_of,
    change_in_words,
    change_views,
)

MADE = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def views(registry: Registry) -> tuple[ChangeView, ...]:
    """Return all changes, in words."""
    return change_views(changes_of(registry, registry.book), words_of(registry))


def test_each_change_is_an_event_of_its_day(views: tuple[ChangeView, ...]) -> None:
    """With a unique name, its source, and the substances by name."""
    read = Calendar.from_ical(calendar_of(views, MADE))
    events = read.walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [each.day for each in views]
    assert len({event.decoded("uid") for event in events}) == len(events) > 200
    (event,) = (e for e in events if e.decoded("dtstart") == date(2024, 12, 3))
    described = f"{event['description']}"
    assert "4-Piperidone" in described
    assert "INCB" in described
    assert f"{event['url']}".startswith("https://")


def test_lines_are_short_and_end_as_they_must(views: tuple[ChangeView, ...]) -> None:
    """At most 75 octets, CRLF at each end; what a text holds begins no line."""
    hostile = msgspec.structs.replace(
        views[-1], text="a\r\nEND:VEVENT\r\nBEGIN:VALARM; x, y\\", substances=()
    )
    written = calendar_of([*views, hostile], MADE)
    lines = written.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)
    assert lines.count(b"END:VEVENT") == len(views) + 1
    assert b"BEGIN:VALARM" not in lines


def test_an_event_keeps_its_name_when_its_day_is_corrected(registry: Registry) -> None:
    """So that a calendar moves it."""
    (first, *_) = changes_of(registry, registry.book, ["un-1988"])
    moved = msgspec.structs.replace(first, day=date(2030, 1, 1), mark="unverified")
    words = words_of(registry)
    assert change_views([first], words)[0].key == change_views([moved], words)[0].key


def test_a_line_names_some_and_counts_the_rest(views: tuple[ChangeView, ...]) -> None:
    """Eighteen are not read in one line."""
    (change,) = (e for e in views if e.day == date(2024, 12, 3) and e.step == "begins")
    said = change_in_words(change)
    assert said.startswith("UN, Table I: ")
    assert said.endswith("and 12 more (begins)")
