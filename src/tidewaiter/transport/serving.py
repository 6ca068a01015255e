"""Serving: the process by which a node is reached, and which brings peers what is theirs."""

from pathlib import Path

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server
from litestar import Litestar

from tidewaiter.base.handing import handed_over, serve, starting, taken_over
from tidewaiter.base.records import Record
from tidewaiter.courier.app import make_app
from tidewaiter.courier.desk import Desk, desk_of
from tidewaiter.courier.gates import REQUESTS, Gate
from tidewaiter.courier.keys import tell_kinds
from tidewaiter.courier.line import Line
from tidewaiter.courier.rounds import Rounds
from tidewaiter.courier.visiting import Visiting
from tidewaiter.courier.visits import Visits
from tidewaiter.courier.ways import Ways
from tidewaiter.store.database import open_database
from tidewaiter.store.peers import end_wait
from tidewaiter.store.recovering import recheck

_HEADERS = 10_000  # milliseconds for the head of a request to come


class Serving(Record, frozen=True, kw_only=True):
    """What the person who starts the node says."""

    db: str  # a path, or a URL
    ring: str  # the file of its keys
    host: str = "127.0.0.1"
    port: int = 8478
    inside: tuple[str, ...] = ()  # networks that are reached although they are private
    behind: tuple[str, ...] = ()  # networks of what ends TLS before it
    requests: int = REQUESTS  # of one address in a minute


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where.
    """
    server = Server(
        "tidewaiter.courier.serving:served",
        address=serving.host,
        port=serving.port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_enabled=False,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS),
    )
    with handed_over(serving):
        serve(server)


def begin(desk: Desk) -> None:
    """Do what is due when a node starts: peers are tried at once, and what is kept is checked.

    Args:
        desk: Of this node.
    """
    with desk.database.work(desk.stamp()) as work:
        recheck(work)
        end_wait(work)


@starting()
def served() -> Litestar:
    """Make the application in the process that serves it."""
    serving = taken_over(Serving)
    desk = desk_of(open_database(serving.db), Path(serving.ring))
    tell_kinds(desk)
    begin(desk)
    line = Line(inside=serving.inside)
    visits = Visits()
    ways = Ways(line, visits)
    rounds = Rounds(desk, ways.post, ways.ask, ways.tell, visits.waiting)
    visiting = Visiting(desk, line)

    def leave() -> None:
        visiting.close()
        rounds.close()
        line.close()
        desk.database.close()

    gate = Gate(serving.requests)
    return make_app(desk, leave, gate=gate, behind=serving.behind, visits=visits)
