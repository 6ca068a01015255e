"""The entries of a register: the version valid on a day, and which fit an operator and goods."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import Measure, amount_of, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.types import (
    Entry,
    Finding,
    FindingKind,
    Grant,
    Movement,
    Operator,
    Promise,
    Register,
    Requirement,
    Standing,
    Stop,
)
from tidewaiter.trade.check_digits import number_key

E = TypeVar("E", Operator, Standing, Grant, Requirement)

K = TypeVar("K")
R = TypeVar("R")


def same_number(one: str, other: str) -> bool:
    """Tell whether two numbers are one; an empty one is none."""
    return bool(number_key(one)) and number_key(one) == number_key(other)


def same_issuer(one: str, other: str) -> bool:
    """Tell whether two papers may be of one authority: where one does not say, they may."""
    return not one or not other or one == other


class Book:
    """A register that was put in order."""

    def __init__(self, register: Register) -> None:
        """Sort entries by id and version, and count each movement once."""
        self.twice: dict[tuple[type, str], Finding] = {}  # by kind and id of an entry
        self._versions = self._sorted(register.entries)
        self._all_on = cache(self._find_all)
        self._numbered = cache(self._by_numbers)
        self.moved, self.doubled = _once(register.movements)
        self._by_number = _by(self.moved, lambda each: number_key(each.permit))
        self._by_year = _by(self.moved, lambda each: (each.country, each.substance, each.on.year))
        self.cancelled: dict[str, date] = {}
        for each in register.cancellations:
            before = self.cancelled.get(each.movement, each.on)
            self.cancelled[each.movement] = min(each.on, before)
        self.promises = tuple(sorted(set(register.promises), key=_text))
        self._promised = _by(self.promises, lambda each: number_key(each.permit))

    def _sorted(self, entries: Iterable[Entry]) -> dict[tuple[type, str], list[Entry]]:
        """Put versions in order; of two that differ under one number, one is taken, and told."""
        told: dict[tuple[type, str], dict[int, set[Entry]]] = {}
        for entry in entries:
            versions = told.setdefault((type(entry), entry.id), {})
            versions.setdefault(entry.version, set()).add(entry)
        for key, versions in told.items():
            for number, same in versions.items():
                if len(same) > 1:
                    self.twice[key] = Finding(
                        kind="told two ways",
                        entry=key[1],
                        source=_sources(same),
                        text=Phrase("balance/versions", number=f"{number}", name=key[1]),
                    )
        return {
            key: [min(told[key][number], key=_text) for number in sorted(told[key])]
            for key in sorted(told, key=lambda each: (each[0].__name__, each[1]))
        }

    def on(self, kind: type[E], name: str, day: date) -> E | None:
        """Return an entry as it held on a day; None: it was not decided yet, or is not there."""
        held = [
            each
            for each in self._versions.get((kind, name), [])
            if each.decided <= day and isinstance(each, kind)
        ]
        return held[-1] if held else None

    def all_on(self, kind: type[E], day: date) -> tuple[E, ...]:
        """Return all entries of a kind as they held on a day, by their ids."""
        return cast("tuple[E, ...]", self._all_on(kind, day))

    def held_on(self, day: date) -> tuple[Entry, ...]:
        """Return all entries as they held on a day: operators, papers, requirements, by id."""
        return (
            *self.all_on(Operator, day),
            *self.all_on(Standing, day),
            *self.all_on(Grant, day),
            *self.all_on(Requirement, day),
        )

    def numbered(self, kind: type[E], number: str, day: date) -> tuple[E, ...]:
        """Return those of them that bear a number: of a paper, or a business number."""
        found = cast("dict[str, list[E]]", self._numbered(kind, day))
        return tuple(found.get(number_key(number), ()))

    def _find_all(self, kind: type[E], day: date) -> tuple[E, ...]:
        names = [name for each, name in self._versions if each is kind]
        return tuple(entry for name in names if (entry := self.on(kind, name, day)) is not None)

    def _by_numbers(self, kind: type[E], day: date) -> dict[str, list[E]]:
        found: dict[str, list[E]] = {}
        for each in self._find_all(kind, day):
            for bearing in filter(None, map(number_key, _numbers(each))):
                found.setdefault(bearing, []).append(each)
        return found

    def moved_on(self, day: date) -> tuple[Movement, ...]:
        """Return the movements until a day that were not cancelled by then, in their order."""
        return self._until(day, self.moved)

    def moved_under(self, number: str, day: date) -> tuple[Movement, ...]:
        """Return those of them that name a permit."""
        return self._until(day, self._by_number.get(number_key(number), ()))

    def promised_under(self, number: str) -> tuple[Promise, ...]:
        """Return the promises that name a permit."""
        return tuple(self._promised.get(number_key(number), ()))

    def moved_in(self, country: str, substance: str, year: int, day: date) -> tuple[Movement, ...]:
        """Return those of them that are of a country, a substance and a year."""
        return self._until(day, self._by_year.get((country, substance, year), ()))

    def _until(self, day: date, movements: Iterable[Movement]) -> tuple[Movement, ...]:
        return tuple(
            each
            for each in movements
            if each.on <= day and self.cancelled.get(each.id, date.max) > day
        )

    def doubled_for(self, concerns: Callable[[Movement], bool], day: date) -> tuple[Finding, ...]:
        """Tell the shipments until a day that are told in two ways, and concern something.

        One that was cancelled by then took nothing, however it is told.
        """
        return tuple(
            Finding(
                kind="told two ways",
                movement=name,
                source=_sources(same),
                text=Phrase("balance/doubled", name=name),
            )
            for name, same in self.doubled.items()
            if self.cancelled.get(name, date.max) > day
            and any(each.on <= day and concerns(each) for each in same)
        )


def _numbers(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Operator):
        return tuple(dict.fromkeys(entry.business_numbers))
    return () if isinstance(entry, Requirement) else (entry.number,)


def _by(records: Iterable[R], key: Callable[[R], K]) -> dict[K, list[R]]:
    found: dict[K, list[R]] = {}
    for each in records:
        found.setdefault(key(each), []).append(each)
    return found


def _once(
    movements: Iterable[Movement],
) -> tuple[tuple[Movement, ...], dict[str, tuple[Movement, ...]]]:
    """Take each movement once, in order; set apart those that are told in two ways."""
    by_id: dict[str, set[Movement]] = {}
    for each in movements:
        by_id.setdefault(each.id, set()).add(each)
    once = [each for same in by_id.values() if len(same) == 1 for each in same]
    doubled = {
        name: tuple(sorted(by_id[name], key=_text))
        for name in sorted(by_id)
        if len(by_id[name]) > 1
    }
    return tuple(sorted(once, key=lambda each: (each.on, each.id))), doubled


def _text(record: Record) -> bytes:
    return msgspec.json.encode(record)


def _sources(records: Iterable[Entry | Movement]) -> str:
    return "; ".join(sorted({each.source for each in records}))


def stop_on(stops: Iterable[Stop], day: date) -> Stop | None:
    """Return what stops an entry on a day: a revocation before a suspension; None: nothing."""
    held = [
        stop
        for stop in stops
        if stop.since <= day and (stop.kind == "revoked" or stop.until is None or day <= stop.until)
    ]
    return min(held, key=lambda stop: (stop.kind, stop.since, stop.source), default=None)


def summed(amounts: Iterable[Amount], measure_of: Amount) -> Amount:
    """Add the amounts that are in the measure of another one."""
    most = measured(measure_of)
    if most is None:
        return Amount()
    return amount_of(most.measure, total(amounts, most.measure))


def total(amounts: Iterable[Amount], measure: Measure) -> int:
    """Add the amounts that are in a measure; return the number."""
    found = filter(None, map(measured, amounts))
    return sum(each.value for each in found if each.measure == measure)


Misfit = tuple[FindingKind, Phrase]


def misfits(
    entry: Standing | Grant, day: date, *, operator: str, substance: str, site: str
) -> Iterator[Misfit]:
    """Yield what of an entry does not fit, each with its words.

    Args:
        entry: In the version that holds on the day.
        day: Of the shipment.
        operator: Id; "": not known.
        substance: Slug; "": not known.
        site: Id; "": not said.
    """

    def told(code: str, **more: Any) -> Phrase:
        return Phrase(f"answer/{code}", paper=entry.kind, number=entry.number, **more)

    if day < entry.since:
        yield "not yet valid", told("from", day=entry.since)
    if entry.until is not None and day > entry.until:
        yield "expired", told("until", day=entry.until)
    stop = stop_on(entry.stops, day)
    if stop is not None:
        yield stop.kind, _stopped(stop, told)
    substances = entry.substances if isinstance(entry, Standing) else (entry.substance,)
    if substance not in substances:
        yield _other("wrong substance", told, substances, substance)
    if operator != entry.operator:
        owner = told("of", operator=entry.operator)
        other = told("of-other", operator=entry.operator, operator2=operator)
        yield ("wrong operator", other) if operator else _open(owner, "no-operator")
    if entry.sites and site not in entry.sites:
        yield _other("wrong site", told, entry.sites, site)


_NOT_SAID: Mapping[FindingKind, str] = {
    "wrong substance": "no-substance",
    "wrong site": "no-site",
}


def _other(
    kind: FindingKind, told: Callable[..., Phrase], names: Sequence[str], name: str
) -> Misfit:
    """Say that an entry is for others than one; or for whom it is, where that one is not known."""
    if name:
        return kind, told("others", names=names, name=name)
    return _open(told("for", names=names), _NOT_SAID[kind])


def _open(what: Phrase, code: str) -> Misfit:
    return "not known", Phrase("answer/all", parts=(what, Phrase(f"answer/{code}")))


def _stopped(stop: Stop, told: Callable[..., Phrase]) -> Phrase:
    more: dict[str, Any] = {"stop": stop.kind, "day": stop.since, "source": stop.source}
    code = "stopped"
    if stop.until:
        code, more["day2"] = f"{code}-until", stop.until
    if stop.reason:
        code, more["reason"] = f"{code}-why", stop.reason
    return told(code, **more)
