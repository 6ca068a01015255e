"""Events: known ones dated by law, and declarations in an append-only file."""

import hashlib
from collections.abc import Iterator
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.files import alone, writing
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.events.types import Declaration, Declared, Event, Kind, Window
from tidewaiter.burden.types import month_of, month_text
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Control

_AFTER = 12  # months required after the event
_MOST = 36
_USUAL_LAG = 5  # first counts appear five months after a month (six until 2022-01)


def month_of_event(day: date) -> int:
    """Return the month of an event."""
    return month_of(day.year, day.month)


def digest_of(declaration: Declaration) -> str:
    """Return the hash of a declaration: SHA-256 of its JSON, sorted keys, no whitespace."""
    text = msgspec.json.encode(declaration, order="sorted")
    return hashlib.sha256(text).hexdigest()


def parse_window(text: str) -> Window:
    """Parse "0-12".

    Raises:
        InputError: Invalid, empty, or beyond three years.
    """
    since, _, until = text.partition("-")
    if not (since.strip().isdigit() and until.strip().isdigit()):
        raise InputError("burden/not-a-window", text=text)
    window = Window(since=int(since), until=int(until))
    if not 0 < window.length <= window.until <= _MOST:
        raise InputError("burden/window-out-of-bounds", text=text, most=_MOST)
    return window


def needed_until(declaration: Declaration) -> int:
    """Return the last month needed: of the window, and of the year after the event."""
    first = month_of_event(declaration.event.day)
    return first + max(declaration.window.until, _AFTER) - 1


def exploratory(declaration: Declaration, kept: Declared | None, released: int | None) -> str:
    """Return why a card is exploratory; "": declared before any count of its window was out.

    Args:
        declaration: The declaration.
        kept: As stored, if it was.
        released: Month of the earliest available release with a month of the window; None: unknown,
            so the usual lag applies.
    """
    if kept is None:
        return "the date was chosen without a declaration: exploratory"
    first = month_of_event(declaration.event.day) + declaration.window.since
    out = first + _USUAL_LAG if released is None else min(released, first + _USUAL_LAG)
    if month_of(kept.day.year, kept.day.month) >= out:
        return (
            f"it was declared on {kept.day.isoformat()}, and counts of its window were public"
            f" from {month_text(out)} on: exploratory"
        )
    return ""


class _Line(Record, frozen=True, kw_only=True):
    previous: str  # SHA-256 of the previous line; "": first line
    declared: Declared


def declarations(file: Path) -> tuple[Declared, ...]:
    """Read a declarations file; a missing one is empty.

    Raises:
        InputError: A line was changed, removed, or is malformed.
    """
    return tuple(line.declared for line in _lines(file))


def declare(file: Path, declaration: Declaration, day: date) -> Declared:
    """Append a declaration; an existing one keeps its first day.

    Raises:
        InputError: The file was changed.
        OutputError: Not writable, or another process is writing.
    """
    with alone(file, str(file), "try again"):
        lines = _lines(file)
        sha256 = digest_of(declaration)
        for line in lines:
            if line.declared.sha256 == sha256:
                return line.declared
        kept = Declared(sha256=sha256, day=day, declaration=declaration)
        line = _Line(previous=_hash(lines[-1]) if lines else "", declared=kept)
        with writing(str(file)), file.open("ab") as out:
            out.write(msgspec.json.encode(line) + b"\n")
    return kept


def find_declared(text: str, kept: tuple[Declared, ...]) -> Declared | None:
    """Find a declaration by its hash or a prefix of at least eight characters."""
    if len(text) < 8:  # noqa: PLR2004 - shorter texts may be a slug
        return None
    return next((each for each in kept if each.sha256.startswith(text)), None)


def _lines(file: Path) -> list[_Line]:
    if not file.exists():
        return []
    found: list[_Line] = []
    for number, text in enumerate(file.read_bytes().splitlines(), 1):
        at = f"{file.name}, line {number}"
        try:
            line = msgspec.json.decode(text, type=_Line)
        except msgspec.MsgspecError as error:
            raise InputError("burden/not-a-declaration", error=error, at=at) from error
        expected = _hash(found[-1]) if found else ""
        if line.previous != expected or line.declared.sha256 != digest_of(
            line.declared.declaration
        ):
            raise InputError("burden/declaration-changed", at=at)
        found.append(line)
    return found


def _hash(line: _Line) -> str:
    return hashlib.sha256(msgspec.json.encode(line)).hexdigest()


class Law(Record, frozen=True, kw_only=True):
    """Legal source of a date: a legal instrument's control of substances or classes."""

    regime: str  # folder name in data/regimes
    substances: tuple[str, ...]  # slugs of substances and class rules
    nth: int = 0  # index among the instrument's controls of each


class Known(Record, frozen=True, kw_only=True):
    """An event as in a file: with its day, or the legal source of its day."""

    slug: str
    name: str
    kind: Kind
    where: str
    day: date | None = None
    law: Law | None = None  # the day is `since` of these controls
    substances: tuple[str, ...] = ()
    source: str = ""
    verified: bool = True


class _Events(Record, frozen=True, kw_only=True):
    events: tuple[Known, ...]


class BaseMonths(Record, frozen=True, kw_only=True):
    """Monthly counts of a first window, from a release with single months."""

    place: str
    indicator: str
    first: str  # first month: "2014-02"
    counts: tuple[int, ...]
    source: str


class _BaseMonths(Record, frozen=True, kw_only=True):
    series: tuple[BaseMonths, ...]


def known_events(own: Path | None = None) -> tuple[Known, ...]:
    """Return the events of data/burden/events.toml, and of a file in the same format.

    Raises:
        RegistryError: The file cannot be read.
    """
    files: list[Traversable | Path] = [data("burden", "events.toml"), *([own] if own else [])]
    return tuple(event for file in files for event in read_toml(file, _Events).events)


def base_months() -> tuple[BaseMonths, ...]:
    """Return the bundled base months."""
    return read_toml(data("burden", "basemonths.toml"), _BaseMonths).series


def dated_events(registry: Registry, own: Path | None = None) -> tuple[Event, ...]:
    """Return all known events, by day.

    Args:
        registry: The law.
        own: File in the format of data/burden/events.toml; overrides slugs.

    Raises:
        RegistryError: Unreadable file, or an event without a unique day.
    """
    found = {event.slug: _dated(event, registry) for event in known_events(own)}
    return tuple(sorted(found.values(), key=lambda event: (event.day, event.slug)))


def find_event(slug: str, known: tuple[Event, ...]) -> Event:
    """Find an event by slug.

    Raises:
        InputError: Unknown slug.
    """
    for event in known:
        if event.slug == slug:
            return event
    raise InputError(
        "burden/not-a-known-event", slug=slug, known=", ".join(event.slug for event in known)
    )


def _dated(event: Known, registry: Registry) -> Event:
    if event.law is None:
        if event.day is None:
            raise RegistryError("burden/event-without-day-or-law", at=event.slug)
        return Event(
            slug=event.slug,
            name=event.name,
            day=event.day,
            kind=event.kind,
            where=event.where,
            substances=event.substances,
            source=event.source,
            verified=event.verified,
        )
    controls = list(_controls(event.law, registry, event.slug))
    days = {control.since for control in controls}
    day = controls[0].since
    if len(days) != 1 or day is None or event.day is not None:
        raise RegistryError("burden/law-without-one-day", at=event.slug)
    regime = registry.regimes[event.law.regime].name
    return Event(
        slug=event.slug,
        name=event.name,
        day=day,
        kind=event.kind,
        where=event.where,
        substances=event.law.substances,
        source=f"{regime}: {controls[0].schedule}",
        verified=event.verified and all(control.dates == "read" for control in controls),
    )


def _controls(law: Law, registry: Registry, slug: str) -> Iterator[Control]:
    for name in law.substances:
        held = [each for each in registry.substance(name).controls if each.regime == law.regime]
        if law.nth >= len(held):
            raise RegistryError("burden/no-such-control", regime=law.regime, name=name, at=slug)
        yield held[law.nth]
