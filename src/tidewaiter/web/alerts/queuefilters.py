"""The filters of the queue in words: each value with its count, and what is chosen."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, get_args

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.report.languages import counted, day, number, words
from tidewaiter.report.library import Library
from tidewaiter.web.decisionform import status_in_words
from tidewaiter.web.queuepage import QueuePage
from tidewaiter.web.queuequery import QueueQuery, written

COUNTED = 10_000  # more are not told to the last one
_SEVERAL = ("severity", "status", "substance", "rule", "country")

Names = Mapping[str, Mapping[str, str]]
"""How values are read, by filter."""


class Choice(Record, frozen=True, kw_only=True):
    """A value of a filter, and where choosing it leads."""

    label: str
    value: str
    count: str
    path: str
    chosen: bool


class Group(Record, frozen=True, kw_only=True):
    """A filter and its values."""

    name: str
    title: str
    choices: tuple[Choice, ...]


class Chip(Record, frozen=True, kw_only=True):
    """A filter that is chosen, and where leaving it leads."""

    label: str
    path: str


def names(library: Library) -> Names:
    """Return how the values of filters are read."""
    said = {
        "critical": words("Critical"),
        "high": words("High"),
        "medium": words("Medium"),
        "low": words("Low"),
    }
    return {
        "severity": said,
        "status": {name: status_in_words(name).capitalize() for name in get_args(Status)},
        "assignee": {"": words("Nobody")},
        "substance": library.substances,
        "rule": {slug: words(title) for slug, title in library.rules.items()},
        "country": {},
    }


def _titles() -> Mapping[str, str]:
    return {
        "severity": words("Severity"),
        "status": words("Status"),
        "due": words("Due"),
        "assignee": words("Assigned to"),
        "proposed": words("Second officer"),
        "substance": words("Substance"),
        "rule": words("Reason"),
        "country": words("Country on the papers"),
        "origin": words("From"),
        "destination": words("To"),
        "party": words("Party"),
        "entry": words("List entry"),
        "consignment": words("Consignment"),
        "source": words("File"),
        "screening": words("Screening"),
        "words": words("Words"),
        "due_from": words("Due from"),
        "due_to": words("Due to"),
        "day_from": words("Screened from"),
        "day_to": words("Screened to"),
    }


def groups(page: QueuePage, names: Names) -> Iterator[Group]:
    """Yield the filters, each with its values."""
    titles = _titles()
    for name in ("severity", "status", "due", "assignee", "substance", "rule", "country"):
        if name == "due":
            choices = tuple(_due(page))
        else:
            choices = tuple(
                Choice(
                    label=names[name].get(each.value, each.value),
                    value=each.value,
                    count=count_in_words(each.alerts),
                    path=path_of(page.query, **_toggled(page.query, name, each.value)),
                    chosen=_is_chosen(page.query, name, each.value),
                )
                for each in page.counts.by[name]
            )
        yield Group(name=name, title=titles[name], choices=choices)
        if name == "status" and (page.counts.proposed or page.query.proposed):
            yield Group(name="proposed", title=titles["proposed"], choices=(_proposed(page),))


def _proposed(page: QueuePage) -> Choice:
    chosen = page.query.proposed
    return Choice(
        label=words("Waiting for a second officer"),
        value="true",
        count=count_in_words(page.counts.proposed),
        path=path_of(page.query, proposed=not chosen),
        chosen=chosen,
    )


def _due(page: QueuePage) -> Iterator[Choice]:
    chosen = page.query.due_within
    for days, count in page.counts.due_within.items():
        yield Choice(
            label=_within(days),
            value=str(days),
            count=count_in_words(count),
            path=path_of(page.query, due_within=None if chosen == days else days),
            chosen=chosen == days,
        )


def _within(days: int) -> str:
    if days < 0:
        return words("Late")
    if days == 0:
        return words("Today or late")
    return counted("Within %d day", "Within %d days", days) % days


def _is_chosen(query: QueueQuery, name: str, value: str) -> bool:
    held = getattr(query, name)
    return value in held if isinstance(held, tuple) else held == value


def _toggled(query: QueueQuery, name: str, value: str) -> dict[str, Any]:
    held = getattr(query, name)
    if not isinstance(held, tuple):
        return {name: None if held == value else value}
    left = tuple(each for each in held if each not in {value, "all"})
    now = left if value in held else (*left, value)
    return {name: now or (("all",) if name == "status" else ())}


def chips(query: QueueQuery, names: Names) -> Iterator[Chip]:
    """Yield what is chosen, each with the way to leave it."""
    titles = _titles()
    for name in _SEVERAL:
        for value in getattr(query, name):
            if value != "all":
                label = f"{titles[name]}: {names[name].get(value, value)}"
                yield Chip(label=label, path=path_of(query, **_toggled(query, name, value)))
    if query.due_within is not None:
        yield Chip(label=_within(query.due_within), path=path_of(query, due_within=None))
    if query.assignee is not None:
        label = f"{titles['assignee']}: {query.assignee or names['assignee']['']}"
        yield Chip(label=label, path=path_of(query, assignee=None))
    if query.proposed:
        label = words("Waiting for a second officer")
        yield Chip(label=label, path=path_of(query, proposed=False))
    for name in (
        "words",
        "party",
        "entry",
        "consignment",
        "origin",
        "destination",
        "source",
        "screening",
        "due_from",
        "due_to",
        "day_from",
        "day_to",
    ):
        if value := getattr(query, name):
            said = day(value) if isinstance(value, date) else str(value)
            gone = "" if name == "words" else None
            yield Chip(label=f"{titles[name]}: {said}", path=path_of(query, **{name: gone}))


def sorts(query: QueueQuery, *, taught: bool) -> Iterator[Choice]:
    """Yield the orders; with a model, that which decisions taught."""
    said = {
        "rank": words("priority"),
        "due": words("due soonest first"),
        "-due": words("due latest first"),
        "newest": words("newest first"),
        "oldest": words("oldest first"),
        "score": words("highest score first"),
        "-score": words("lowest score first"),
        "consignment": words("by consignment"),
        "-consignment": words("by consignment, backwards"),
    }
    if taught:
        said["learned"] = words("as decisions taught")
    for value, label in said.items():
        path = path_of(query, sort=value)
        yield Choice(label=label, value=value, count="", path=path, chosen=query.sort == value)


def kept(query: QueueQuery) -> Iterator[tuple[str, str]]:
    """Yield the fields that are chosen by links, so that a form keeps them."""
    for name in _SEVERAL:
        yield from ((name, value) for value in getattr(query, name))
    if query.assignee is not None:
        yield "assignee", query.assignee
    if query.proposed:
        yield "proposed", "true"
    for name in ("due_within", "source", "screening"):
        if (value := getattr(query, name)) is not None:
            yield name, str(value)


def path_of(query: QueueQuery, **change: Any) -> str:
    """Return the address of a queue."""
    said = written(query, **change)
    return f"/queue?{said}" if said else "/queue"


def count_in_words(alerts: int) -> str:
    """Write a count; beyond 10,000 it is no longer told to the last one."""
    return f"{number(COUNTED)}+" if alerts > COUNTED else number(alerts)
