"""Changes: the days on which loaded law begins, ends, or was decided or proposed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from tidewaiter.base.phrases import english
from tidewaiter.base.records import Record
from tidewaiter.law.limits import phrase_of
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Demand, FormRule, Gap, LawBook, Limit, Reach, Rule
from tidewaiter.law.types import Mark, worst

Step = Literal["decided", "begins", "ends", "proposed", "answered"]
"""Event on a day: a decision or its publication, the first day in force, the first day no longer in
force, the publication of a proposal, its outcome.
"""

Matter = Literal["listing", "class", "proposal", "limit", "goods", "route", "duty", "gap"]
"""Subject of a change: a control, a class rule, a proposal, a limit of amount or content, a rule on
forms of goods, the routes of a schedule, a duty, or rules that are known and not loaded.
"""


class Change(Record, frozen=True, kw_only=True):
    """A change by one instrument on one day, in one schedule."""

    day: date
    step: Step
    matter: Matter
    regime: str  # slug
    schedules: tuple[str, ...]  # schedules of the regime; empty: all
    substances: tuple[str, ...]  # slugs, sorted; empty: all in the schedules
    text: str = ""  # limit, duty or other rule, in words
    clause: str = ""
    source: str
    mark: Mark  # the weaker mark of the fact and its day


class _Fact(NamedTuple):
    """Key of changes that are combined into one."""

    matter: Matter
    regime: str
    schedules: tuple[str, ...]
    text: str
    clause: str
    source: str
    mark: Mark


def changes_of(registry: Registry, book: LawBook, regimes: Iterable[str] = ()) -> list[Change]:
    """List all changes with a known day, combined per instrument and day.

    Args:
        registry: The controls and class rules.
        book: The rules other than controls.
        regimes: Slugs; empty: all.

    Returns:
        The changes by day; within a day in the order of instruments and schedules.
    """
    wanted = frozenset(regimes)
    told: defaultdict[tuple[date, Step, _Fact], set[str]] = defaultdict(set)
    for fact, days, slugs in (*_listings(registry), *_proposals(book), *_rules(book)):
        if not wanted or fact.regime in wanted:
            for step, day in days.items():
                if day is not None:
                    told[day, step, fact].update(slugs)
    changes = [_change(*key, slugs) for key, slugs in told.items()]
    return sorted(changes, key=lambda c: (c.day, c.regime, c.schedules, c.step, c.matter, c.text))


def undated(registry: Registry, regimes: Iterable[str] = ()) -> dict[str, int]:
    """Count, by instrument, the controls without a known first day in force."""
    wanted = frozenset(regimes)
    counts: defaultdict[str, int] = defaultdict(int)
    for substance in registry.substances:
        for control in substance.controls:
            if control.since is None and (not wanted or control.regime in wanted):
                counts[control.regime] += 1
    return dict(counts)


def matter_of(rule: Rule) -> tuple[Matter, str]:
    """Return the subject of a rule, and its description."""
    match rule:
        case Limit():
            return "limit", english(phrase_of(rule))
        case FormRule():
            return "goods", rule.text
        case Demand():
            return "duty", ": ".join(filter(None, (rule.kind, rule.text)))
        case Gap():
            return "gap", rule.text
        case Reach():
            return "route", rule.text
    return "route", rule.note


_Told = tuple[_Fact, dict[Step, date | None], tuple[str, ...]]


def _listings(registry: Registry) -> Iterator[_Told]:
    for substance in registry.substances:
        for each in substance.controls:
            mark = worst((each.mark, each.dates))
            fact = _Fact(
                "class" if substance.kind == "class" else "listing",
                each.regime,
                (each.schedule,),
                "",
                "",
                each.source,
                mark,
            )
            days: dict[Step, date | None] = {"begins": each.since, "ends": each.until}
            if each.decided != each.since:
                days["decided"] = each.decided
            yield fact, days, (substance.slug,)


def _proposals(book: LawBook) -> Iterator[_Told]:
    for each in book.proposals:
        fact = _Fact(
            "proposal", each.regime, (each.schedule,), "", each.clause, each.source, each.mark
        )
        yield fact, {"proposed": each.since, "answered": each.until}, each.substances


def _rules(book: LawBook) -> Iterator[_Told]:
    for regime, amounts in book.amounts.items():
        for rule in (*amounts.limits, *amounts.forms):
            yield _of_rule(rule, regime)
    for regime, routes in book.routes.items():
        for each in (*routes.reaches, *routes.demands, *routes.gaps):
            yield _of_rule(each, regime)


def _of_rule(rule: Rule, regime: str) -> _Told:
    matter, text = matter_of(rule)
    fact = _Fact(matter, regime, rule.schedules, text, rule.clause, rule.source, rule.mark)
    return fact, {"begins": rule.since, "ends": rule.until}, rule.substances


def _change(day: date, step: Step, fact: _Fact, slugs: set[str]) -> Change:
    return Change(day=day, step=step, substances=tuple(sorted(slugs)), **fact._asdict())
