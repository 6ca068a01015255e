"""Nodes of a story: a server process each, on this machine, with the story's clock."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from multiprocessing import get_context
from pathlib import Path

from tidewaiter.base.errors import OutputError
from tidewaiter.base.records import Record
from tidewaiter.bulk.processes import end_with_parent
from tidewaiter.demo.story import Act, Player, Story
from tidewaiter.exchange.protocol.keyring import About
from tidewaiter.exchange.protocol.relations import CONTROL
from tidewaiter.node.identity import own_ring
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.store.peers.channel import count_waiting
from tidewaiter.store.peers.directory import peers
from tidewaiter.transport.context import Desk
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import Line, is_up
from tidewaiter.transport.peers import found_node
from tidewaiter.transport.server import make_app, serve_here
from tidewaiter.transport.unreachable_peers import Visits, Ways


class StoryClock:
    """Story clock; within a day it runs at normal speed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[str, datetime, float] | None = None

    def set(self, moment: datetime) -> None:
        """Set the time, for all readers of the file."""
        part = self._path.with_suffix(".part")
        part.write_text(moment.isoformat(), encoding="ascii")
        part.replace(self._path)

    def __call__(self) -> datetime:
        """Return the time."""
        text, now = self._path.read_text(encoding="ascii"), time.monotonic()
        if self._read is None or self._read[0] != text:
            self._read = (text, datetime.fromisoformat(text), now)
        _, told, at = self._read
        return told + timedelta(seconds=now - at)


LOOPBACK = ("127.0.0.0/8",)


class Place(Record, frozen=True, kw_only=True):
    """Folder and address of a story node."""

    folder: Path  # of the whole story
    key: str
    port: int

    @property
    def database(self) -> Path:
        """Return its database."""
        return self.folder / f"{self.key}.db"

    @property
    def ring(self) -> Path:
        """Return its key ring file."""
        return self.folder / f"{self.key}.ring"

    @property
    def address(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    def clock(self) -> StoryClock:
        """Return the story clock."""
        return StoryClock(self.folder / "clock")


def desk_of(place: Place) -> Desk:
    """Open the context of a founded node; the caller closes its database."""
    ring = own_ring(place.ring)
    if ring is None:
        raise AssertionError(f"{place.key} has not been founded")
    return Desk(open_database(place.database), ring, path=place.ring, clock=place.clock())


def serve(place: Place) -> None:
    """Run a story node: like `tidewaiter node serve`, except for the clock."""
    end_with_parent()
    desk = desk_of(place)
    line, visits = Line(inside=LOOPBACK), Visits()
    ways = Ways(line, visits)
    rounds = Rounds(desk, ways.post, ways.ask, ways.tell, visits.waiting)

    def leave() -> None:
        rounds.close()
        line.close()
        desk.database.close()

    serve_here(make_app(desk, leave, visits=visits), place.port)


_HOUR = clock_time(9, tzinfo=UTC)
# Timeouts for start and delivery: five processes start together, perhaps on a busy machine.
_UP, _SETTLED = 300.0, 60.0  # seconds
_LOOKS = 0.05  # seconds
MG = 1_000_000  # per kilogram


class Node:
    """A story node as used by its officers."""

    def __init__(self, player: Player, place: Place, desk: Desk) -> None:
        self.player, self.place, self.desk = player, place, desk

    @property
    def name(self) -> str:
        """Return the name of the node."""
        return self.desk.node

    def stamp(self) -> Stamp:
        """Return a stamp for its officers, now."""
        return Stamp(who=f"officers of {self.player.name}", at=self.desk.clock())

    def on_its_way(self) -> int:
        """Count undelivered messages: all between active peers, otherwise only control messages.

        Peers that have never responded are ignored.
        """
        with self.desk.database.work() as work:
            return sum(
                count_waiting(
                    work,
                    peer.node,
                    None
                    if (peer.relation.standing, peer.theirs) == ("active", "active")
                    else CONTROL,
                )
                for peer in peers(work)
                if peer.theirs_since
            )


class Stage:
    """The running nodes of a story."""

    def __init__(self, story: Story, folder: Path, nodes: dict[str, Node]) -> None:
        self.story, self._folder, self._nodes = story, folder, nodes

    def node(self, key: str) -> Node:
        """Return a node by its story name."""
        self.story.player(key)
        return self._nodes[key]

    def set_day(self, day: date) -> None:
        """Set the clock to the morning of a day."""
        next(iter(self._nodes.values())).place.clock().set(datetime.combine(day, _HOUR))

    def settle(self) -> None:
        """Wait until everything deliverable is delivered.

        Raises:
            OutputError: Timeout.
        """
        end = time.monotonic() + _SETTLED
        while any(each.on_its_way() for each in self._nodes.values()):
            if time.monotonic() > end:
                raise OutputError("demo/nodes-do-not-settle")
            time.sleep(_LOOKS)


def names_of(stage: Stage, act: Act) -> str:
    """Return the names of the addressees."""
    return ", ".join(stage.story.player(each).name for each in act.whom)


@contextmanager
def set_up(story: Story, folder: Path) -> Iterator[Stage]:
    """Found the nodes of a story in a folder and run them; they stop with the story.

    Args:
        story: The story.
        folder: Empty folder.

    Raises:
        OutputError: A node cannot be reached.
    """
    places = {
        player.key: Place(folder=folder, key=player.key, port=port)
        for player, port in zip(story.node, _free_ports(len(story.node)), strict=True)
    }
    begin = datetime.combine(story.begins, _HOUR)
    next(iter(places.values())).clock().set(begin)
    for player in story.node:
        _found(player, places[player.key], begin)
    context = get_context("spawn")
    houses = [context.Process(target=serve, args=(each,), daemon=True) for each in places.values()]
    with ExitStack() as stack:
        for house in houses:
            house.start()
            stack.callback(_end, house.terminate, house.join)
        nodes = {}
        for player in story.node:
            desk = desk_of(places[player.key])
            stack.callback(desk.database.close)
            nodes[player.key] = Node(player, places[player.key], desk)
        for place in places.values():
            _wait_for(place)
        yield Stage(story, folder, nodes)


def _found(player: Player, place: Place, begin: datetime) -> None:
    about = About(
        node=f"tidewaiter/{player.key}",
        name=player.name,
        country=player.country,
        role="authority",
        endpoints=(place.address,),
    )
    with open_database(place.database) as database:
        stamp = Stamp(who=f"officers of {player.name}", at=begin)
        found_node(database, place.ring, place.folder / "roots", about, stamp)


def _free_ports(count: int) -> list[int]:
    """Return unused ports of this machine."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in found]


def _wait_for(place: Place) -> None:
    end = time.monotonic() + _UP
    while time.monotonic() < end:
        if is_up(place.address):
            return
        time.sleep(_LOOKS)
    raise OutputError("demo/node-does-not-start", key=place.key, at=place.address)


def _end(terminate: Callable[[], None], join: Callable[[float], None]) -> None:
    terminate()
    join(5)
