"""The desk of a node: its database, its keys, its clock, and the kinds of message it knows."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.courier.kinds import KINDS, Kind
from tidewaiter.exchange.rings import Ring
from tidewaiter.store.database import Database, Stamp


def _now() -> datetime:
    return datetime.now(UTC)


class Desk(Record, frozen=True, kw_only=True):
    """What sending and taking messages needs."""

    database: Database
    ring: Ring
    clock: Callable[[], datetime] = _now
    kinds: Mapping[str, Kind] = msgspec.field(default_factory=lambda: KINDS)

    @property
    def node(self) -> str:
        """Return the name of this node."""
        return self.ring.node

    def stamp(self) -> Stamp:
        """Say that the node does something by itself, now."""
        return Stamp(who="node", at=self.clock())
