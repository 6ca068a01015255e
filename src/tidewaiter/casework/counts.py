"""Tallies: what an alert adds to each count, from where it stands and what was decided of it.

Each count is a sum over alerts, so what a change does to the counts is what the alert adds after it
less what it added before; and a recount is the same sum from the beginning.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, standing, status_of
from tidewaiter.casework.results import load_result_rules
from tidewaiter.casework.sayings import Said

Subject = Literal["alert", "rule", "substance", "list", "lines"]
"""What is counted: alerts as such, by their rules, substances or lists; lines that were read."""

FINAL: frozenset[str] = frozenset({"released", "confirmed", "dismissed"})
"""Where nothing is left to do. What leads from one of them to another is a disagreement."""

BATCH = "batch "
"""What the name of a count begins with, where the decision was one on many alerts."""

_MONTH = 7  # characters of an ISO moment: "2026-11"
_DAY = 10
_MINUTE = 60  # seconds
_EXACT = 100  # minutes below which a time is kept exactly; above, with two significant digits


class Cell(NamedTuple):
    """One count."""

    subject: Subject
    what: str
    key: str
    day: str  # ISO day, or month; "": of now
    restricted: bool  # of alerts that only the cleared may know of


class Facts(Record, frozen=True, kw_only=True):
    """What is counted of one alert."""

    severity: str
    stored: str  # ISO 8601, UTC
    restricted: bool
    status: str  # where it stands
    assignee: str | None
    rules: tuple[str, ...]  # of its reasons, each once
    substances: tuple[str, ...]
    lists: tuple[str, ...]
    trail: tuple[Decided, ...] = ()
    said: Mapping[str, Said] = {}  # by results, of "rule vague" or "substance acetone"


def cells(facts: Facts) -> Counter[Cell]:
    """Return what an alert adds to each count."""
    counted: Counter[Cell] = Counter()
    for subject, what, key, day in _counted(facts):
        counted[Cell(subject, what, key, day, facts.restricted)] += 1
    return counted


def minutes_kept(minutes: int) -> int:
    """Return a time as it is counted: to the minute below 100, else with two digits that count."""
    kept, unit = max(0, minutes), 1
    while kept >= _EXACT * unit:
        unit *= 10
    return kept // unit * unit


_Four = tuple[Subject, str, str, str]


def _counted(facts: Facts) -> Iterator[_Four]:
    day = facts.stored[:_DAY]
    yield "alert", "added", facts.severity, day
    yield "alert", "stands", facts.status, ""
    if facts.status == "open":
        yield "alert", "open", facts.severity, day
        yield "alert", "assigned", facts.assignee or "", ""
    yield from _steps(facts)
    yield from _precision(facts, standing(facts.trail))


def _precision(facts: Facts, last: Decided | None) -> Iterator[_Four]:
    """Yield how rules, substances and lists came out, by the month in which the alert came in."""
    rules, batch = load_result_rules(), last.batch if last else None
    month, spoken = facts.stored[:_MONTH], set(rules.speaks_of(last.reason if last else ""))
    named: list[tuple[Subject, str, str]] = [
        *(("rule", rule, rules.about_of(rule)) for rule in facts.rules),
        *(("substance", slug, "substance") for slug in facts.substances),
        *(("list", slug, "party") for slug in facts.lists),
    ]
    for subject, key, about in named:
        yield subject, "added", key, month
        if facts.status in FINAL and about in spoken:
            yield subject, *_once(facts.status, key, batch), month
        said = facts.said.get(f"{subject} {key}", "nothing")
        if said != "nothing":
            yield subject, f"result-{said}", key, month


def _steps(facts: Facts) -> Iterator[_Four]:
    """Yield what each step of the trail adds to the counts of its day."""
    stack: list[Decided] = []
    for place, step in enumerate(facts.trail):
        day, before = step.at[:_DAY], stack[-1] if stack else None
        if step.verdict is not None:
            stack.append(step)
        elif stack:
            stack.pop()
        after = stack[-1] if stack else None
        if place == 0:
            minutes = str(minutes_kept(_minutes(facts.stored, step.at)))
            yield "alert", *_once("took", minutes, step.batch), day
        if (before is None) != (after is None):
            yield "alert", "decided" if after else "reopened", "", day
        if step.verdict is None and before is not None:
            yield "alert", *_once("undone", status_of(before), step.batch), day
        if before is not None and _disagree(before, step, after):
            way = f"{status_of(before)} {status_of(after)}"
            yield "alert", *_once("disagreed", way, step.batch), day


def _once(what: str, key: str, batch: int | None) -> tuple[str, str]:
    """Return what is counted, and its key; of an act on many alerts a cell of the act's own.

    However many alerts are in such a cell, whoever reads the counts takes it for one.
    """
    return (what, key) if batch is None else (f"{BATCH}{what}", f"{batch} {key}")


def _disagree(before: Decided, step: Decided, after: Decided | None) -> bool:
    """Tell whether an officer put something else in the place of another's last word."""
    was, now = status_of(before), status_of(after)
    return was in FINAL and was != now and step.by != before.by


def _minutes(stored: str, at: str) -> int:
    spent = datetime.fromisoformat(at) - datetime.fromisoformat(stored)
    return int(spent.total_seconds()) // _MINUTE


def difference(before: Iterable[Facts], after: Sequence[Facts]) -> Counter[Cell]:
    """Return what a change adds to each count, and takes from it; cells that stay are absent."""
    changed: Counter[Cell] = Counter()
    for each in after:
        changed.update(cells(each))
    for each in before:
        changed.subtract(cells(each))
    return Counter({cell: count for cell, count in changed.items() if count})
