"""Exporting: an incident for other programs, without what its marking holds back."""

from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.edges.misp import misp_event
from tidewaiter.exchange.edges.release import Edge, why_not_leave
from tidewaiter.exchange.edges.stix import author_of, stix_bundle
from tidewaiter.store.database import Work
from tidewaiter.store.documents import documents
from tidewaiter.store.incidents import find_known
from tidewaiter.substances.registry import Registry

Form = Literal["stix", "misp"]


def export_incident(
    desk: Desk,
    work: Work,
    incident: tuple[str, str],
    *,
    form: Form,
    edge: Edge,
    registry: Registry,
) -> bytes:
    """Write an incident as a STIX 2.1 bundle or as a MISP event.

    Args:
        desk: Of this node.
        work: Any.
        incident: Its owner, and its id there.
        form: As what.
        edge: Where it leaves.
        registry: Substances.

    Raises:
        InputError: It may not leave, or no version of it has come.
        MissingError: There is no such incident here.
    """
    owner, name = incident
    known = find_known(work, desk.ring.lock, owner, name)
    author = author_of([each.read() for each in documents(work, owner)])
    write = stix_bundle if form == "stix" else misp_event
    written = write(known, author, edge, registry, node=desk.node)
    if written is None:
        now = known.now()
        why = why_not_leave(now.marking, edge, own=owner == desk.node) if now else ()
        raise InputError(
            f"it may not leave: {why[0].why}" if why else "no version of it has come",
            hint="ask its owner to mark it more widely",
        )
    return written
