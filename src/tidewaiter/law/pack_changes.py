"""What differs between the facts of two law packs, and which substances it concerns."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, TypeVar

from msgspec.structs import asdict, replace

from tidewaiter.base.records import Record
from tidewaiter.law.changes import matter_of
from tidewaiter.law.registry import Registry
from tidewaiter.law.rules import Request, Rule
from tidewaiter.law.types import Control, Regime, Substance

Step = Literal["added", "removed", "changed"]

Subject = Literal["instrument", "listing", "class", "rule", "request", "substance", "union"]
"""An instrument as a whole, a substance in its list, one of its class rules, another of its rules,
a request for pre-export notifications, the facts on a substance besides law, a union.
"""

_NOTES = frozenset({"note", "sources"})  # fields of a substance that nothing is recognised by
_CHECKS = frozenset({"checked", "edition", "edition_note"})

T = TypeVar("T")


class Difference(Record, frozen=True, kw_only=True):
    """A fact that one pack has and the other has not, or not so."""

    step: Step
    subject: Subject
    regime: str = ""  # slug of the instrument; "": of none
    what: str  # slug of a substance, a class or a union, or a rule in words
    schedules: tuple[str, ...] = ()  # afterwards, or before if it was removed
    since: date | None = None  # first day in force of what was added or changed, if known
    fields: tuple[str, ...] = ()  # changed fields of an instrument or a substance
    source: str = ""  # slug


class PackChanges(Record, frozen=True, kw_only=True):
    """The differences between two packs."""

    found: tuple[Difference, ...]  # by instrument; those of no instrument come last
    checked: tuple[str, ...]  # instruments of which only the day of the last comparison moved

    @property
    def recognition(self) -> bool:
        """Return whether other goods may be recognised: names, structures or classes differ."""
        return any(
            each.subject == "class"
            or (
                each.subject == "substance" and not (each.fields and _NOTES.issuperset(each.fields))
            )
            for each in self.found
        )

    @property
    def listed(self) -> frozenset[str] | None:
        """Return the substances whose answers may differ; None: those of all."""
        if self.checked or any(each.subject != "listing" for each in self.found):
            return None
        return frozenset(each.what for each in self.found)


def compare_packs(before: Registry, after: Registry) -> PackChanges:
    """Compare the facts of two registries.

    Args:
        before: The one in use.
        after: The one that would be used instead.
    """
    told = [
        *_instruments(before.regimes, after.regimes),
        *_listings(before.substances, after.substances),
        *_classes(before, after),
        *_rules(before, after),
        *_requests(before, after),
        *_substances(before.substances, after.substances),
        *_unions(before, after),
    ]
    checked = [
        each.regime
        for each in told
        if each.step == "changed" and each.fields and _CHECKS.issuperset(each.fields)
    ]
    moved = frozenset(checked)
    found = [each for each in told if not (each.subject == "instrument" and each.regime in moved)]
    return PackChanges(
        found=tuple(sorted(found, key=lambda d: (not d.regime, d.regime, d.subject, d.what))),
        checked=tuple(sorted(moved)),
    )


def _steps(before: Mapping[str, T], after: Mapping[str, T]) -> Iterator[tuple[Step, str, T]]:
    """Compare two mappings; the value is that afterwards, or before if it was removed."""
    for key in sorted(before.keys() | after.keys()):
        if key not in after:
            yield "removed", key, before[key]
        elif key not in before:
            yield "added", key, after[key]
        elif before[key] != after[key]:
            yield "changed", key, after[key]


def _fields(before: Record, after: Record) -> tuple[str, ...]:
    one, other = asdict(before), asdict(after)
    return tuple(name for name in one if one[name] != other[name])


def _instruments(before: Mapping[str, Regime], after: Mapping[str, Regime]) -> Iterator[Difference]:
    for step, slug, regime in _steps(before, after):
        fields = _fields(before[slug], regime) if step == "changed" else ()
        yield Difference(
            step=step,
            subject="instrument",
            regime=slug,
            what=slug,
            fields=fields,
            source=regime.source,
        )


def _listings(before: Sequence[Substance], after: Sequence[Substance]) -> Iterator[Difference]:
    steps = _steps(_controls(before), _controls(after))
    for step, key, controls in steps:
        regime, _, slug = key.partition(" ")
        firsts = [each.since for each in controls if each.since is not None]
        yield Difference(
            step=step,
            subject="listing",
            regime=regime,
            what=slug,
            schedules=tuple(dict.fromkeys(each.schedule for each in controls)),
            since=max(firsts, default=None),
            source=controls[0].source,
        )


def _controls(substances: Iterable[Substance]) -> Mapping[str, list[Control]]:
    found: defaultdict[str, list[Control]] = defaultdict(list)
    for each in substances:
        if each.kind != "class":
            for control in each.controls:
                found[f"{control.regime} {each.slug}"].append(control)
    return found


def _classes(before: Registry, after: Registry) -> Iterator[Difference]:
    rules = [{rule.slug: rule for rule in registry.classes} for registry in (before, after)]
    for step, slug, rule in _steps(*rules):
        yield Difference(
            step=step,
            subject="class",
            regime=rule.regime,
            what=slug,
            schedules=(rule.schedule,),
            since=rule.since,
            source=rule.source,
        )


def _rules(before: Registry, after: Registry) -> Iterator[Difference]:
    """Compare rules other than controls: one with another wording is removed and added."""
    olds, news = Counter(_all_rules(before)), Counter(_all_rules(after))
    steps: tuple[tuple[Step, Counter[tuple[str, Rule]]], ...]
    steps = (("removed", olds - news), ("added", news - olds))
    for step, rules in steps:
        for regime, rule in rules:
            matter, text = matter_of(rule)
            yield Difference(
                step=step,
                subject="rule",
                regime=regime,
                what=": ".join(filter(None, (matter, text or rule.clause))),
                schedules=rule.schedules,
                since=rule.since,
                source=rule.source,
            )


def _all_rules(registry: Registry) -> Iterator[tuple[str, Rule]]:
    book = registry.book
    for regime, amounts in book.amounts.items():
        yield from ((regime, rule) for rule in (*amounts.limits, *amounts.forms))
    for regime, routes in book.routes.items():
        rules: tuple[Rule, ...] = (*routes.reaches, *routes.demands, *routes.gaps)
        yield from ((regime, rule) for rule in rules)
    yield from ((rule.regime, rule) for rule in book.proposals)


def _requests(before: Registry, after: Registry) -> Iterator[Difference]:
    olds, news = Counter(_all_requests(before)), Counter(_all_requests(after))
    steps: tuple[tuple[Step, Counter[tuple[str, Request]]], ...]
    steps = (("removed", olds - news), ("added", news - olds))
    for step, requests in steps:
        for regime, request in requests:
            yield Difference(
                step=step,
                subject="request",
                regime=regime,
                what=request.country,
                schedules=request.schedules,
                since=request.since,
                source=request.source,
            )


def _all_requests(registry: Registry) -> Iterator[tuple[str, Request]]:
    for regime, routes in registry.book.routes.items():
        yield from ((regime, request) for request in routes.requests)


def _substances(before: Sequence[Substance], after: Sequence[Substance]) -> Iterator[Difference]:
    olds, news = (
        {each.slug: replace(each, controls=()) for each in some if each.kind != "class"}
        for some in (before, after)
    )
    for step, slug, substance in _steps(olds, news):
        fields = _fields(olds[slug], substance) if step == "changed" else ()
        yield Difference(
            step=step,
            subject="substance",
            what=slug,
            fields=fields,
            source=next(iter(substance.sources), ""),
        )


def _unions(before: Registry, after: Registry) -> Iterator[Difference]:
    olds, news = ({each.code: each for each in some.book.unions} for some in (before, after))
    for step, code, union in _steps(olds, news):
        yield Difference(step=step, subject="union", what=code, source=union.source)
