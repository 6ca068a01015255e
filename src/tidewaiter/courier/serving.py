"""Serving: the process by which a node is reached, and which brings peers what is theirs."""

import logging
import os
import tempfile
from pathlib import Path

import msgspec
from granian.constants import Interfaces
from granian.server import Server
from litestar import Litestar

from tidewaiter.base.records import Record
from tidewaiter.courier.app import make_app
from tidewaiter.courier.desk import desk_of
from tidewaiter.courier.line import Line
from tidewaiter.courier.rounds import Rounds
from tidewaiter.store.database import open_database

SERVING = "TIDEWAITER_NODE"


class Serving(Record, frozen=True, kw_only=True):
    """What the person who starts the node says."""

    db: str  # a path, or a URL
    ring: str  # the file of its keys
    host: str = "127.0.0.1"
    port: int = 8478
    inside: tuple[str, ...] = ()  # networks that are reached although they are private


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where; it may hold a password, so a file tells it on.
    """
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:  # for its owner alone
        place = Path(folder) / "node.json"
        place.write_bytes(msgspec.json.encode(serving))
        os.environ[SERVING] = str(place)
        Server(
            "tidewaiter.courier.serving:served", address=serving.host, port=serving.port,
            interface=Interfaces.ASGI, factory=True, workers=1, log_enabled=False,
        ).serve()  # fmt: skip


def served() -> Litestar:
    """Make the application in the process that serves it."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # not a line for each request
    told = Path(os.environ[SERVING]).read_bytes()
    serving = msgspec.json.decode(told, type=Serving)
    desk = desk_of(open_database(serving.db), Path(serving.ring))
    line = Line(inside=serving.inside)
    rounds = Rounds(desk, line.post, line.ask)

    def leave() -> None:
        rounds.close()
        line.close()
        desk.database.close()

    return make_app(desk, leave)
