"""The overview's counts, read from the tallies: as fast with a million alerts as with ten."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from tidewaiter.base.records import Record
from tidewaiter.casework.counts import Counts, OpenSince, Track
from tidewaiter.casework.tallies import BATCH
from tidewaiter.store import tables
from tidewaiter.store.database import Work

_SUBJECTS = ("rule", "substance", "list")


class Span(Record, frozen=True, kw_only=True):
    """Of when counts are asked for, and by whom."""

    today: date  # in UTC
    days: int  # of what is counted by day, up to today
    months: int | None = None  # of what is counted by month; None: all
    cleared: bool = False  # the reader may know of alerts that rest on restricted entries

    @property
    def first_day(self) -> date:
        """Return the first day asked for."""
        return self.today - timedelta(days=self.days - 1)

    @property
    def first_month(self) -> str:
        """Return the first month asked for, like "2026-03"; "": from the beginning."""
        if self.months is None:
            return ""
        months = self.today.year * 12 + self.today.month - self.months
        return f"{months // 12:04}-{months % 12 + 1:02}"


def read_counts(work: Work, span: Span) -> Counts:
    """Read the counts of the overview.

    Args:
        work: Any.
        span: Of when, and what the reader may know of.
    """
    days = _by_day(work, span, "added", "decided", "reopened")
    keys = _by_key(work, span, "disagreed", "took", "undone")
    tracks = _tracks(work, span)
    return Counts(
        open=tuple(_open(work, span)),
        stands=_now(work, span, "stands"),
        assigned=_now(work, span, "assigned"),
        added=days["added"],
        decided=days["decided"],
        reopened=days["reopened"],
        lines=_lines(work, span),
        undone=sum(keys["undone"].values()),
        disagreed=keys["disagreed"],
        took={int(minutes): count for minutes, count in keys["took"].items()},
        raised=raised(work, span),
        rules=tracks["rule"],
        substances=tracks["substance"],
        lists=tracks["list"],
    )


def tracks_of(work: Work, span: Span, subject: str) -> Mapping[str, Track]:
    """Read how the alerts of all rules, substances or lists came out, by their key."""
    return {track.key: track for track in _tracks(work, span, (subject,))[subject]}


def _by_day(work: Work, span: Span, *whats: str) -> dict[str, dict[date, int]]:
    """Add up what is counted of each day, by what it is."""
    t = tables.tally.c
    found: dict[str, dict[date, int]] = {what: {} for what in whats}
    for what, day, amount in _sums(work, span, (t.what, t.day), *_within(span, whats)):
        found[what][date.fromisoformat(day)] = amount
    return found


def _by_key(work: Work, span: Span, *whats: str) -> dict[str, Counter[str]]:
    """Add up what is counted of all days together, by what it is and by its key.

    What was done to many alerts in one act counts once.
    """
    t = tables.tally.c
    found: dict[str, Counter[str]] = {what: Counter() for what in whats}
    both = (*whats, *(f"{BATCH}{what}" for what in whats))
    for what, key, amount in _sums(work, span, (t.what, t.key), *_within(span, both)):
        if what.startswith(BATCH):
            found[what.removeprefix(BATCH)][key.partition(" ")[2]] += 1
        else:
            found[what][key] += amount
    return dict(found)


def _within(span: Span, whats: Sequence[str]) -> tuple[ColumnElement[bool], ...]:
    t = tables.tally.c
    return t.subject == "alert", t.what.in_(whats), *_days(span)


def _days(span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # Not BETWEEN: PostgreSQL takes no COLLATE behind it.
    t = tables.tally.c
    return t.day >= span.first_day.isoformat(), t.day <= span.today.isoformat()


def _open(work: Work, span: Span) -> Iterator[OpenSince]:
    t = tables.tally.c
    wanted = (t.subject == "alert", t.what == "open")
    for severity, day, amount in _sums(work, span, (t.key, t.day), *wanted):
        yield OpenSince(severity=severity, day=date.fromisoformat(day), alerts=amount)


def _now(work: Work, span: Span, what: str) -> dict[str, int]:
    t = tables.tally.c
    found = _sums(work, span, (t.key,), t.subject == "alert", t.what == what)
    return {key: amount for key, amount in found}  # noqa: C416


def _lines(work: Work, span: Span) -> dict[date, int]:
    t = tables.tally.c
    read = (t.subject == "lines", t.what == "read", *_days(span))
    found = _sums(work, span, (t.day,), *read)
    return {date.fromisoformat(day): amount for day, amount in found}


def raised(work: Work, span: Span) -> int:
    """Count the alerts that came in, of the months asked for."""
    t = tables.tally.c
    wanted = (t.subject == "alert", t.what == "added", t.day >= span.first_month)
    return sum(amount for _, amount in _sums(work, span, (t.what,), *wanted))


def _tracks(
    work: Work, span: Span, subjects: tuple[str, ...] = _SUBJECTS
) -> dict[str, tuple[Track, ...]]:
    t = tables.tally.c
    wanted = (t.subject.in_(subjects), t.day >= span.first_month)
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for subject, key, what, amount in _sums(work, span, (t.subject, t.key, t.what), *wanted):
        if what.startswith(BATCH):
            made = found[subject, key.partition(" ")[2]]
            made.update({what.removeprefix(BATCH): 1, "bulk": 1, "bulk_alerts": amount})
        else:
            found[subject, key][what.replace("-", "_")] += amount
    tracks = {
        subject: [Track(key=key, **told) for (of, key), told in found.items() if of == subject]
        for subject in subjects
    }
    return {
        subject: tuple(sorted(each, key=lambda track: (-track.added, track.key)))
        for subject, each in tracks.items()
    }


def _sums(
    work: Work, span: Span, columns: tuple[ColumnElement[Any], ...], *wanted: ColumnElement[bool]
) -> list[tuple[Any, ...]]:
    """Add up counts over all other columns; those that are 0, or not made yet, are absent."""
    t = tables.tally.c
    total = func.sum(t.amount)
    known = () if span.cleared else (t.restricted == 0,)
    query = select(*columns, total).where(*wanted, *known).group_by(*columns).having(total > 0)
    # A sum is a decimal number on PostgreSQL.
    return [(*row[:-1], int(row[-1])) for row in work.connection.execute(query)]
