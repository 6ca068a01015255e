"""Ids and times as STIX, MISP and TAXII write them, by nothing but our own ids.

The same record has the same id in every bundle and at every node, and an id tells no name.
"""

import uuid
from datetime import UTC, date, datetime

import msgspec

from tidewaiter.base.errors import InputError

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://tidewaiter.readthedocs.io/reference/stix-misp")
"""bf10fe57-2d8a-5e74-8247-0d8c65a92790: of all our ids but those of substances."""

OBSERVABLES = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Of deterministic ids of observables. Source: STIX 2.1, section 2.9."""

MADE = "2026-11-26T00:00:00.000Z"
"""When our extensions and templates were written."""


def named(*parts: str) -> str:
    """Return the UUIDv5 of an id that is made of parts, like an owner and its number."""
    return str(uuid.uuid5(NAMESPACE, msgspec.json.encode(parts).decode()))


def observable(properties: dict[str, str]) -> str:
    """Return the UUIDv5 of an observable by the properties that make it what it is."""
    body = msgspec.json.encode(dict(sorted(properties.items())))
    return str(uuid.uuid5(OBSERVABLES, body.decode()))


def moment(text: str) -> datetime:
    """Read a moment of ours.

    Raises:
        InputError: It is none, or has no time zone.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f'"{text}" is no moment', hint="write ISO 8601 in UTC") from error
    if found.tzinfo is None:
        raise InputError(f'"{text}" has no time zone', hint="write ISO 8601 in UTC")
    return found.astimezone(UTC)


def milliseconds(text: str) -> str:
    """Write a moment as STIX does: "2026-11-26T00:00:00.000Z"."""
    return moment(text).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def microseconds(text: str) -> str:
    """Write a moment as TAXII does: "2026-11-26T00:00:00.000000Z"."""
    return moment(text).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds(text: str) -> str:
    """Write a moment as MISP does: whole seconds since 1970."""
    return str(int(moment(text).timestamp()))


def midnight(day: date) -> str:
    """Write a day as STIX writes moments; the hour is not known."""
    return f"{day.isoformat()}T00:00:00.000Z"
