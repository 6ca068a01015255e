"""Versions of an alert: what it said as its line was found, and with what other lines say.

The alert itself is kept as it reads now, so that it is read in one way everywhere. Number 0 is what
the screening of its line found; each further one is what it said from then on. Once somebody has
decided, the version that was seen is never replaced.
"""

import hashlib
from collections.abc import Mapping, Sequence

from msgspec import structs
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.consignments.types import Alert, Holding, Reason
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode
from tidewaiter.store.slices import slices


class Said(Record, frozen=True, kw_only=True):
    """What of an alert other lines may change."""

    severity: Severity
    score: int
    rank: int
    reasons: tuple[Reason, ...]
    law: tuple[Holding, ...]


class Version(Record, frozen=True, kw_only=True):
    """What an alert said from a moment on."""

    number: int  # 0: as its line was found
    step: int | None  # last of its trail when it was written
    at: str  # ISO 8601, UTC
    digest: str  # SHA-256 of the record below, as it is stored; decisions name it
    said: Said


def said_by(alert: Alert) -> Said:
    """Return what of an alert other lines may change."""
    return Said(**{name: getattr(alert, name) for name in Said.__struct_fields__})


def saying(alert: Alert, said: Said) -> Alert:
    """Return an alert that says something else."""
    return structs.replace(alert, **structs.asdict(said))


def written(said: Said) -> tuple[str, str]:
    """Return the digest of what is said, and its JSON."""
    payload = encode(said)
    return hashlib.sha256(payload.encode()).hexdigest(), payload


def versions_of(work: Work, alert: str) -> list[Version]:
    """Read what an alert said, the first first; none: no other line ever said anything of it.

    Raises:
        StoreError: A version is not one that we wrote.
    """
    c = tables.alert_version.c
    rows = work.connection.execute(
        select(tables.alert_version).where(c.alert == alert).order_by(c.number)
    )
    return [
        Version(
            number=row.number,
            step=row.step,
            at=row.at,
            digest=row.digest,
            said=decode(row.payload, Said, f"version {row.number} of alert {alert}"),
        )
        for row in rows
    ]


def last_digests(work: Work, alerts: Sequence[str]) -> dict[str, str]:
    """Return the digest of what alerts say, where other lines say something; others are absent."""
    return {name: digest for name, (_, _, digest) in last_versions(work, alerts).items()}


def last_versions(work: Work, alerts: Sequence[str]) -> Mapping[str, tuple[int, int | None, str]]:
    """Return number, step and digest of the last version of alerts that have any."""
    c = tables.alert_version.c
    found: dict[str, tuple[int, int | None, str]] = {}
    for some in slices(alerts):
        wanted = select(c.alert, c.number, c.step, c.digest).where(c.alert.in_(some))
        for alert, *row in work.connection.execute(wanted.order_by(c.alert, c.number)):
            found[alert] = (row[0], row[1], row[2])
    return found


def first_said(work: Work, alerts: Sequence[str]) -> dict[str, Said]:
    """Return what alerts said as their lines were found, where they have said something else since.

    Raises:
        StoreError: A version is not one that we wrote.
    """
    c = tables.alert_version.c
    found: dict[str, Said] = {}
    for some in slices(alerts):
        wanted = select(c.alert, c.payload).where(c.alert.in_(some), c.number == 0)
        for alert, payload in work.connection.execute(wanted):
            found[alert] = decode(payload, Said, f"version 0 of alert {alert}")
    return found


def as_found(work: Work, alerts: Sequence[Alert]) -> list[Alert]:
    """Return stored alerts as their lines were found, without what other lines say."""
    first = first_said(work, [alert.id for alert in alerts])
    return [saying(a, first[a.id]) if a.id in first else a for a in alerts]
