"""One life of a node: it serves, sends, writes and changes its mind, until it is killed."""

import asyncio
import logging
import os
import random
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server
from sqlalchemy import text
from tests.soak import faults
from tests.soak.faults import FAULTS
from tests.soak.lies import lie
from tests.soak.world import Effect, Place, World, desk_at, put, written

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Document, fingerprint
from tidewaiter.store.core.database import Work
from tidewaiter.store.peers.directory import documents, peers
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.transport import (
    delivery_rounds as rounds,
)
from tidewaiter.transport import (
    receiving,
    sending,
)
from tidewaiter.transport import (
    sending as sealing,
)
from tidewaiter.transport import (
    server as app,
)
from tidewaiter.transport import (
    server as taker,
)
from tidewaiter.transport.context import Desk
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import Line
from tidewaiter.transport.peers import RelationChange, relate
from tidewaiter.transport.receiving import Taking
from tidewaiter.transport.unreachable_peers import Ways

POINTS = (
    "before verifying",
    "after verifying",
    "in the effect",
    "before the commit",
    "after the commit",
    "before the receipts leave",
    "after the receipts left",
    "between business and message",
    "in sealing",
    "after sealing",
    "before the request",
    "after the request",
    "in keeping receipts",
)
_OPEN = 400  # messages under way at which nothing is written for a while
_LATE, _SHORT = 0.04, 0.04  # shares of messages that have expired, and that expire soon


class Life(Record, frozen=True, kw_only=True):
    """A run of a node, and the point where it ends."""

    number: int
    point: str = ""  # one of POINTS; "": it is ended from outside
    passes: int = 0  # of that point, before the one that kills


def live(world: World, place: Place, life: Life) -> None:
    """Be a node; this does not return."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        log = os.open(world.folder / f"{place.index}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        logging.getLogger("httpx").setLevel(logging.WARNING)
        _live(world, place, life)
    except BaseException:  # noqa: BLE001 - this process has nobody above it
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(3)


def _live(world: World, place: Place, life: Life) -> None:
    put(sending, LONGEST=0.5, _FIRST=0.02)  # hours would be too long
    for each in (sealing, sending):
        put(each, MOST_LINES=(64, 8, 2)[life.number % 3])
    put(rounds, _LOOKS=0.1)  # more requests meet the line
    desk = desk_at(place)
    if world.plan.fault:
        FAULTS[world.plan.fault].plant(desk, place)
    _mine(life)
    with desk.database.work() as work:
        desk.refresh(work)
    line = Line(inside=("127.0.0.0/8",), seconds=3)
    liar = place.index == 0
    ways = Ways(line)
    post = _lying(desk, ways.post, random.Random(life.number)) if liar else ways.post
    Rounds(desk, _around(life, post, "before the request", "after the request"), ways.ask)
    writer = Writer(world, place, desk, life)
    threading.Thread(target=writer.run, daemon=True).start()
    threading.Thread(target=_moody, args=(world, place, desk, life), daemon=True).start()
    server = Server(
        app.make_app(desk),
        address="127.0.0.1",
        port=place.port,
        interface=Interfaces.ASGI,
        log_enabled=False,
    )
    asyncio.run(server.serve())


class Writer:
    """Writes what is to be sent, with a row of business in the same transaction."""

    def __init__(self, world: World, place: Place, desk: Desk, life: Life) -> None:
        self._world, self._place, self._desk = world, place, desk
        self._board = world.board
        self._chance = random.Random(f"{world.plan.seed} {place.index} {life.number}")
        self._others = [each.node for each in world.places if each.node != place.node]
        self._point = _point(life, "between business and message")
        self._burst = min(12, 1 + world.quota(place.index) // 20)
        self._apart = world.plan.fault == "outbox-apart"

    def run(self) -> None:
        """Write as fast as it is allowed to, until all is written."""
        index, quota = self._place.index, self._world.quota(self._place.index)
        while True:
            try:
                written_, open_ = self._look()
                self._board.put(index, "written", written_)
                self._board.put(index, "open", open_)
                room = min(quota, self._board.get(index, "allowed")) - written_
                if room > 0 and open_ < _OPEN:
                    time.sleep(0.02)
                    self._write(min(room, self._chance.randint(1, self._burst)), written_)
                else:
                    time.sleep(0.1)
            except TidewaiterError:
                traceback.print_exc()
                time.sleep(0.1)

    def _look(self) -> tuple[int, int]:
        with self._desk.database.work() as work:
            run = work.connection.exec_driver_sql
            open_ = "SELECT count(*) FROM outgoing WHERE state IN ('waiting', 'sealed', 'held')"
            told = run("SELECT coalesce(max(number), 0) FROM business").scalar_one()
            return int(told), int(run(open_).scalar_one())

    def _write(self, count: int, before: int) -> None:
        peer = self._chance.choice(self._others)
        if self._apart:  # the fault: two transactions
            with self._desk.database.work(self._desk.stamp()) as work:
                made = [self._business(work, before + 1 + each, peer) for each in range(count)]
            self._point()
            with self._desk.database.work(self._desk.stamp()) as work:
                for number, content, days in made:
                    self._message(work, peer, number, content, days)
            return
        with self._desk.database.work(self._desk.stamp()) as work:
            made = [self._business(work, before + 1 + each, peer) for each in range(count)]
            self._point()
            for number, content, days in made:
                self._message(work, peer, number, content, days)

    def _business(self, work: Work, number: int, peer: str) -> tuple[int, str, int]:
        content = f"{self._place.index}:{number}:{self._chance.randbytes(8).hex()}"
        share = self._chance.random()
        # What has expired is refused; what expires soon is not, however wrong a clock is.
        days = -10 if share < _LATE else 2 if share < _LATE + _SHORT else 400
        work.connection.execute(
            text("INSERT INTO business VALUES (:number, :peer, :content, :days)"),
            {"number": number, "peer": peer, "content": content, "days": days},
        )
        return number, content, days

    def _message(self, work: Work, peer: str, number: int, content: str, days: int) -> None:
        body = written(Effect(content=content))
        message = Message(kind="effect", body=body, days=days)
        name = write_message(work, self._desk.ring.lock, peer, message)
        row = text("INSERT INTO business_message VALUES (:number, :message)")
        work.connection.execute(row, {"number": number, "message": name})


def _moody(world: World, place: Place, desk: Desk, life: Life) -> None:
    """Freeze relations now and then, and open them again after a while."""
    chance = random.Random(f"{world.plan.seed} mood {place.index} {life.number}")
    often = 0.2 if world.plan.fault == "frozen-accepted" else 1
    while True:
        try:
            _reopen(desk)
            while not world.board.wild:
                time.sleep(0.1)
            time.sleep(chance.uniform(0.3, 2.0) * often)
            other = chance.choice([each for each in world.places if each.node != place.node])
            if world.board.wild:
                relate(desk, other.node, RelationChange(to="frozen"), desk.stamp())
            time.sleep(chance.uniform(0.2, 0.6))
        except TidewaiterError:
            traceback.print_exc()


def _reopen(desk: Desk) -> None:
    with desk.database.work() as work:
        frozen = [each.node for each in peers(work) if each.relation.standing == "frozen"]
        prints = {node: fingerprint(documents(work, node)[-1].read()) for node in frozen}
    for node, print_ in prints.items():
        relate(
            desk, node, RelationChange(to="active", compared=print_, held="release"), desk.stamp()
        )


def _lying(desk: Desk, post: Callable[..., list[str]], chance: random.Random) -> Any:
    """Add to some requests an envelope that does not follow from the one before it."""

    def posted(peer: Document, lines: Sequence[str]) -> list[str]:
        if chance.random() < 0.3:
            post(peer, [*lines, lie(desk, lines[-1], chance)])
        return post(peer, lines)

    return posted


def _point(life: Life, name: str, *, seconds: float = 0) -> Callable[[], None]:
    """Return what kills this process at its n-th pass, or a moment later."""
    left = life.passes if name and life.point == name else -1

    def passed() -> None:
        nonlocal left
        if left == 0 and seconds:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        elif left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    return passed


def _around(life: Life, function: Any, before: str = "", after: str = "") -> Any:
    first, last = _point(life, before), _point(life, after)

    @wraps(function)
    def wrapped(*given: Any, **named: Any) -> Any:
        first()
        found = function(*given, **named)
        last()
        return found

    return wrapped


def _mine(life: Life) -> None:
    """Put the points at which a life ends into the node."""
    _wrap(life, receiving, "open_all", "before verifying", "after verifying")
    _wrap(life, Taking, "finish", "", "before the commit")
    _wrap(life, Taking, "_effect", "", "in the effect")
    _wrap(life, taker, "receive_all", "", "after the commit")
    _wrap(life, sealing, "keep_sealed", "", "in sealing")
    _wrap(life, sending, "seal_due", "", "after sealing")
    _wrap(life, sending, "keep_receipts", "", "in keeping receipts")
    left = _point(life, "after the receipts left", seconds=0.12)
    take = _around(life, taker.Taker.take, "", "before the receipts leave")
    put(taker.Taker, take=lambda *given: (take(*given), left())[0])
    put(faults, between=_point(life, "before the effects"))


def _wrap(life: Life, where: object, name: str, before: str, after: str) -> None:
    put(where, **{name: _around(life, getattr(where, name), before, after)})
