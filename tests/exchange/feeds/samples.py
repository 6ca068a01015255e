"""Incidents as they are known, and edges, for tests."""

from tests.support.exchange import incident

from tidewaiter.exchange.feeds.release import Edge
from tidewaiter.exchange.feeds.stix import Author
from tidewaiter.exchange.incidents.state import Known, incident_of
from tidewaiter.exchange.incidents.types import Incident, Spoken
from tidewaiter.exchange.protocol.envelopes import Said
from tidewaiter.exchange.protocol.markings import Purpose, Reach, Recipient
from tidewaiter.law.registry import load_registry

REGISTRY = load_registry()
AUTHOR = Author(
    id="north",
    name="Customs of Northland",
    since="2026-01-05T08:00:00+00:00",
    changed="2026-06-01T08:00:00+00:00",
)


def edge(
    reach: Reach = "organisation",
    purpose: Purpose = "control",
    *,
    needs: bool = True,
    cleared: bool = False,
) -> Edge:
    """Return an edge that is read by those within reach."""
    to = Recipient(name=f"edge-{reach}", reach=reach, needs=needs, cleared=cleared)
    return Edge(to=to, purpose=purpose)


def known(*versions: Incident, others: tuple[tuple[Spoken, str], ...] = ()) -> Known:
    """Return an incident of "north" with these versions and the statements of others."""
    bodies = versions or (incident(),)
    told: list[tuple[Spoken, str]] = [(body, body.owner) for body in bodies]
    told += others
    said = [
        Said(id=f"m-{n}", sender=sender, at=f"2026-11-{10 + n}T09:30:00.123456+00:00", body=body)
        for n, (body, sender) in enumerate(told)
    ]
    return incident_of(bodies[0].owner, bodies[0].id, said)
