"""Events: known ones with dates from the law, and declarations kept in an append-only file."""

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

_AFTER = 12  # months that must follow
_MOST = 36
_USUAL_LAG = 5  # a month's first count comes out in the fifth month after it (sixth to 2022-01)


def month_of_event(day: date) -> int:
    """Return the month in which an event falls."""
    return month_of(day.year, day.month)


def digest_of(declaration: Declaration) -> str:
    """Return the hash of a declaration: SHA-256 of its JSON, keys sorted, without blanks."""
    text = msgspec.json.encode(declaration, order="sorted")
    return hashlib.sha256(text).hexdigest()


def parse_window(text: str) -> Window:
    """Read "0-12".

    Raises:
        InputError: It is none, it is empty, or it goes beyond three years.
    """
    since, _, until = text.partition("-")
    if not (since.strip().isdigit() and until.strip().isdigit()):
        raise InputError("burden/not-a-window", text=text)
    window = Window(since=int(since), until=int(until))
    if not 0 < window.length <= window.until <= _MOST:
        raise InputError("burden/window-out-of-bounds", text=text, most=_MOST)
    return window


def needed_until(declaration: Declaration) -> int:
    """Return the last month that a card needs: of its window, and of a year after the event."""
    first = month_of_event(declaration.event.day)
    return first + max(declaration.window.until, _AFTER) - 1


def exploratory(declaration: Declaration, kept: Declared | None, released: int | None) -> str:
    """Say why a card is exploratory; "": it was declared before any count of its window was out.

    Args:
        declaration: What is asked.
        kept: How it was declared, if it was.
        released: The month of the earliest release at hand that counts a month of the window;
            None: not known, so that the usual lag decides alone.
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
    previous: str  # SHA-256 of the line before; "": the first
    declared: Declared


def declarations(file: Path) -> tuple[Declared, ...]:
    """Read a file of declarations; none where it is not there.

    Raises:
        InputError: A line was changed or taken away, or is no declaration.
    """
    return tuple(line.declared for line in _lines(file))


def declare(file: Path, declaration: Declaration, day: date) -> Declared:
    """Add a declaration; one that is there already stays as of its first day.

    Raises:
        InputError: The file was changed.
        OutputError: It cannot be written, or another process writes it.
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
    """Find a declaration by its hash, or the first eight or more characters of it."""
    if len(text) < 8:  # noqa: PLR2004 - fewer are no hash, and may be a slug
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
    """Where the registry holds the day: one regime's control of substances or classes."""

    regime: str  # the name of a folder in data/regimes
    substances: tuple[str, ...]  # slugs of substances and class rules
    nth: int = 0  # which of the regime's controls of each


class Known(Record, frozen=True, kw_only=True):
    """An event as a file tells it: with its day, or where its day stands."""

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
    """Counts of the months of a first window, from a release that tells months."""

    place: str
    indicator: str
    first: str  # the first month: "2014-02"
    counts: tuple[int, ...]
    source: str


class _BaseMonths(Record, frozen=True, kw_only=True):
    series: tuple[BaseMonths, ...]


def known_events(own: Path | None = None) -> tuple[Known, ...]:
    """Return the events of data/burden/events.toml, and those of a file of the same format.

    Raises:
        RegistryError: The file cannot be read.
    """
    files: list[Traversable | Path] = [data("burden", "events.toml"), *([own] if own else [])]
    return tuple(event for file in files for event in read_toml(file, _Events).events)


def base_months() -> tuple[BaseMonths, ...]:
    """Return the base months that travel with the package."""
    return read_toml(data("burden", "basemonths.toml"), _BaseMonths).series


def dated_events(registry: Registry, own: Path | None = None) -> tuple[Event, ...]:
    """Return all known events, by day.

    Args:
        registry: The law.
        own: A file of the format of data/burden/events.toml; its slugs win over ours.

    Raises:
        RegistryError: A file cannot be read, or an event has no day, or more than one.
    """
    found = {event.slug: _dated(event, registry) for event in known_events(own)}
    return tuple(sorted(found.values(), key=lambda event: (event.day, event.slug)))


def find_event(slug: str, known: tuple[Event, ...]) -> Event:
    """Find an event by its slug.

    Raises:
        InputError: There is none.
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
