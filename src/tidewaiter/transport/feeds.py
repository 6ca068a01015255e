"""Stocking: what programs outside read of incidents is made ready when they come to read it."""

from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.edges.release import Edge
from tidewaiter.exchange.edges.stix import Marked, author_of, stix_objects
from tidewaiter.exchange.edges.stock import Collection, Item
from tidewaiter.exchange.incidents.folding import Known
from tidewaiter.store.database import Work
from tidewaiter.store.documents import documents
from tidewaiter.store.feeds import (
    Feed,
    bring_up_to_date,
    changed_sources,
    feed_of,
    items_of,
    standing_of,
)
from tidewaiter.substances.registry import Registry

_AT_ONCE = 200  # incidents of one transaction, so that nobody waits long for the writer


def make_ready(desk: Desk, name: str, registry: Registry) -> Feed:
    """Bring a feed up to date with what is known of incidents.

    Args:
        desk: Of this node.
        name: Of the feed.
        registry: Substances.

    Raises:
        MissingError: There is no such feed.
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
    """What lies ready in feeds, held for the pages that a reader asks for one after another."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[tuple[int, str], list[Item]]] = {}

    def read(self, desk: Desk, name: str, registry: Registry) -> tuple[Collection, list[Item]]:
        """Return a feed and all that lies ready in it, the oldest first, brought up to date.

        Args:
            desk: Of this node.
            name: Of the feed.
            registry: Substances.

        Raises:
            MissingError: There is no such feed.
            StoreError: The database cannot be written.
        """
        feed = make_ready(desk, name, registry)
        with desk.database.work() as work:
            now = standing_of(work, name)
            held = self._held.get(name)
            if held is None or held[0] != now:
                held = self._held[name] = (now, items_of(work, desk.ring.lock, feed))
        return feed.collection, held[1]
