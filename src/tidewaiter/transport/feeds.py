"""Incident feeds for other programs: single exports (MISP, STIX), and TAXII collections."""

from typing import Literal

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.feeds.misp import misp_event
from tidewaiter.exchange.feeds.release import Edge, why_not_leave
from tidewaiter.exchange.feeds.stix import Marked, author_of, stix_bundle, stix_objects
from tidewaiter.exchange.feeds.taxii import Collection, Item
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.law.registry import Registry
from tidewaiter.store.core.database import Work
from tidewaiter.store.feeds import (
    Feed,
    bring_up_to_date,
    changed_sources,
    feed_of,
    items_of,
    standing_of,
)
from tidewaiter.store.incidents import find_known
from tidewaiter.store.peers.directory import documents
from tidewaiter.transport.context import Desk

_AT_ONCE = 200  # incidents per transaction, to keep write locks short


def make_ready(desk: Desk, name: str, registry: Registry) -> Feed:
    """Update a feed with the current state of incidents.

    Args:
        desk: The node's context.
        name: Feed id.
        registry: Substances.

    Raises:
        MissingError: No such feed.
        StoreError: The database cannot be written.
    """
    while True:
        with desk.database.work() as work:
            feed, changed = feed_of(work, name), changed_sources(work, name)
        if not changed:
            return feed
        with desk.database.work(desk.stamp()) as work:

            def told(known: Known, edge: Edge, work: Work = work) -> list[Marked]:
                chain = [each.read() for each in documents(work, known.owner)]
                if not chain or not known.versions:
                    return []
                return stix_objects(known, author_of(chain), edge, registry, node=desk.node)

            bring_up_to_date(work, desk.ring.lock, name, changed[:_AT_ONCE], told)


class Shelf:
    """Feed items cached across the page requests of a reader."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[tuple[int, str], list[Item]]] = {}

    def read(self, desk: Desk, name: str, registry: Registry) -> tuple[Collection, list[Item]]:
        """Update a feed and return it with all items, oldest first.

        Args:
            desk: The node's context.
            name: Feed id.
            registry: Substances.

        Raises:
            MissingError: No such feed.
            StoreError: The database cannot be written.
        """
        feed = make_ready(desk, name, registry)
        with desk.database.work() as work:
            now = standing_of(work, name)
            held = self._held.get(name)
            if held is None or held[0] != now:
                held = self._held[name] = (now, items_of(work, desk.ring.lock, feed))
        return feed.collection, held[1]


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
    """Export an incident as a STIX 2.1 bundle or a MISP event.

    Args:
        desk: The node's context.
        work: Any transaction.
        incident: Its owner, and its id there.
        form: Format.
        edge: Release target.
        registry: Substances.

    Raises:
        InputError: It may not be released, or no version was received.
        MissingError: No such incident here.
    """
    owner, name = incident
    known = find_known(work, desk.ring.lock, owner, name)
    author = author_of([each.read() for each in documents(work, owner)])
    write = stix_bundle if form == "stix" else misp_event
    written = write(known, author, edge, registry, node=desk.node)
    if written is None:
        now = known.now()
        why = why_not_leave(now.marking, edge, own=owner == desk.node) if now else ()
        if why:
            raise InputError("transport/may-not-leave", why=why[0].problem)
        raise InputError("transport/no-version-came")
    return written
