"""Known events with their days: those of law are looked up in the registry."""

from collections.abc import Iterator
from pathlib import Path

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.burden.events.facts import Known, Law, known_events
from tidewaiter.burden.events.types import Event
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.types import Control


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
        f'"{slug}" is no known event',
        hint="one of: " + ", ".join(event.slug for event in known) + "; or give --day and --kind",
    )


def _dated(event: Known, registry: Registry) -> Event:
    if event.law is None:
        if event.day is None:
            raise RegistryError("an event has neither day nor law", at=event.slug)
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
        raise RegistryError(
            "its law holds no day, or several, or a day is typed beside it", at=event.slug
        )
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
            raise RegistryError(f"{law.regime} holds no such control of {name}", at=slug)
        yield held[law.nth]
