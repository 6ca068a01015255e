"""The stage: the nodes of a story, each in a process of its own, and what they do on a day."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from datetime import time as clock_time
from multiprocessing import get_context
from pathlib import Path

import httpcore
from sqlalchemy import func, select

from tidewaiter.base.errors import OutputError
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.line import DOCUMENT
from tidewaiter.courier.nodes import found_node
from tidewaiter.exchange.founding import About
from tidewaiter.exchange.relations import CONTROL
from tidewaiter.scenario.house import Place, desk_of, serve
from tidewaiter.scenario.story import Act, Player, Story
from tidewaiter.store import tables
from tidewaiter.store.database import Stamp, open_database
from tidewaiter.store.peers import peers

_HOUR = clock_time(9, tzinfo=UTC)
_UP, _SETTLED = 60.0, 60.0  # seconds that nodes have to be reached, and to bring what they wrote
_LOOKS = 0.05  # seconds
MG = 1_000_000  # of a kilogram


class Node:
    """A node of the story, as its officers use it."""

    def __init__(self, player: Player, place: Place, desk: Desk) -> None:
        self.player, self.place, self.desk = player, place, desk

    @property
    def name(self) -> str:
        """Return the name of the node."""
        return self.desk.node

    def stamp(self) -> Stamp:
        """Say that its officers do something, now."""
        return Stamp(who=f"officers of {self.player.name}", at=self.desk.clock())

    def on_its_way(self) -> int:
        """Count what it has written and can arrive: all between two that exchange, else news.

        A peer that has never said anything is not waited for.
        """
        o = tables.outgoing.c
        count = 0
        with self.desk.database.work() as work:
            for peer in peers(work):
                some = select(func.count()).where(
                    o.peer == peer.node, o.state.in_(("waiting", "sealed"))
                )
                if (peer.relation.standing, peer.theirs) != ("active", "active"):
                    some = some.where(o.kind.in_(CONTROL))
                if peer.theirs_since:
                    count += work.connection.execute(some).scalar_one()
        return count


class Stage:
    """The nodes of a story, at work."""

    def __init__(self, story: Story, folder: Path, nodes: dict[str, Node]) -> None:
        self.story, self._folder, self._nodes = story, folder, nodes

    def node(self, key: str) -> Node:
        """Return a node by its name in the story."""
        self.story.player(key)
        return self._nodes[key]

    def set_day(self, day: date) -> None:
        """Let it be the morning of a day."""
        next(iter(self._nodes.values())).place.clock().set(datetime.combine(day, _HOUR))

    def settle(self) -> None:
        """Wait until all that can arrive has arrived.

        Raises:
            OutputError: It takes too long.
        """
        end = time.monotonic() + _SETTLED
        while any(each.on_its_way() for each in self._nodes.values()):
            if time.monotonic() > end:
                hint = "look at the databases that are kept with --keep"
                raise OutputError("the nodes of the story do not settle", hint=hint)
            time.sleep(_LOOKS)


def names_of(stage: Stage, act: Act) -> str:
    """Return the names of those to whom something is done."""
    return ", ".join(stage.story.player(each).name for each in act.whom)


@contextmanager
def set_up(story: Story, folder: Path) -> Iterator[Stage]:
    """Found the nodes of a story in a folder, and let them serve; they end with the story.

    Args:
        story: The story.
        folder: An empty one.

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
    """Return ports of this machine at which nothing listens."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [each.getsockname()[1] for each in found]


def _wait_for(place: Place) -> None:
    end = time.monotonic() + _UP
    while time.monotonic() < end:
        try:
            if httpcore.request("GET", f"{place.address}{DOCUMENT}").status == 200:  # noqa: PLR2004
                return
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            time.sleep(_LOOKS)
    raise OutputError(f"the node {place.key} does not come up", at=place.address)


def _end(terminate: Callable[[], None], join: Callable[[float], None]) -> None:
    terminate()
    join(5)
