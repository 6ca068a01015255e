"""A house: a process in which one node of a story serves, at an address of this machine."""

import asyncio
from pathlib import Path

from granian.constants import Interfaces
from granian.server.embed import Server

from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import end_with_parent
from tidewaiter.courier.app import make_app
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.line import Line
from tidewaiter.courier.rounds import Rounds
from tidewaiter.courier.visits import Visits
from tidewaiter.courier.ways import Ways
from tidewaiter.identity import own_ring
from tidewaiter.scenario.clock import StoryClock
from tidewaiter.store.database import open_database

LOOPBACK = ("127.0.0.0/8",)


class Place(Record, frozen=True, kw_only=True):
    """Where a node of a story keeps its things, and where it serves."""

    folder: Path  # of the whole story
    key: str
    port: int

    @property
    def database(self) -> Path:
        """Return its database."""
        return self.folder / f"{self.key}.db"

    @property
    def ring(self) -> Path:
        """Return the file of its keys."""
        return self.folder / f"{self.key}.ring"

    @property
    def address(self) -> str:
        """Return at what address it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def clock(self) -> StoryClock:
        """Return the clock of the story."""
        return StoryClock(self.folder / "clock")


def desk_of(place: Place) -> Desk:
    """Open the desk of a node that was founded; whoever does closes its database."""
    ring = own_ring(place.ring)
    if ring is None:
        raise AssertionError(f"{place.key} has not been founded")
    return Desk(open_database(place.database), ring, path=place.ring, clock=place.clock())


def serve(place: Place) -> None:
    """Be a node of a story: the same as `tidewaiter node serve`, but for the clock."""
    end_with_parent()
    desk = desk_of(place)
    line, visits = Line(inside=LOOPBACK), Visits()
    ways = Ways(line, visits)
    rounds = Rounds(desk, ways.post, ways.ask, ways.tell, visits.waiting)

    def leave() -> None:
        rounds.close()
        line.close()
        desk.database.close()

    server = Server(
        make_app(desk, leave, visits=visits),
        address="127.0.0.1",
        port=place.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    asyncio.run(server.serve())
