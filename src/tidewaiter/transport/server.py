"""The server that peers reach: its routes, the batching of their messages, its process."""

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from anyio.to_thread import run_sync
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server import Server
from granian.server.common import AbstractServer
from granian.server.embed import Server as EmbeddedServer
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException

from tidewaiter.base.errors import InputError, MissingError, StoreError
from tidewaiter.base.processes import handed_over, serve, starting, taken_over
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import write_chain
from tidewaiter.exchange.protocol.receipts import Visit, read_signed, sender_of
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.directory import documents, end_wait, find_peer, judged_by
from tidewaiter.store.peers.key_recovery import recheck
from tidewaiter.transport.context import Desk, desk_of
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import DOCUMENT, HELD, INBOX, VISIT, Line
from tidewaiter.transport.key_rotation import tell_kinds
from tidewaiter.transport.peers import hear_documents
from tidewaiter.transport.rate_limits import REQUESTS, Gate, asker
from tidewaiter.transport.receiving import MOST_BYTES, MOST_LINES, proves_nothing, receive_all
from tidewaiter.transport.reconciliation import answer
from tidewaiter.transport.unreachable_peers import Visiting, Visits, Ways

_TOGETHER = 512  # lines of one commit
_WAITING = 256  # requests that wait at most

Job = tuple[Sequence[str], "Future[list[str]]"]


class Full(Exception):  # noqa: N818 - it is told to the peer as what it is
    """More requests wait than can be taken soon."""


class Taker:
    """Takes what peers send, in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs: queue.Queue[Job | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="taker", daemon=True)
        self._thread.start()

    def take(self, lines: Sequence[str]) -> list[str]:
        """Take the lines of a request; return when they are on the disk.

        Raises:
            Full: Too many wait.
            StoreError: They could not be kept.
        """
        done: Future[list[str]] = Future()
        try:
            self._jobs.put_nowait((lines, done))
        except queue.Full as error:
            raise Full from error
        return done.result()

    def close(self) -> None:
        """Take what waits, and end."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            first = self._jobs.get()
            if first is None:
                return
            jobs, lines = [first], len(first[0])
            while lines < _TOGETHER:
                try:
                    more = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    self._jobs.put(None)  # after this commit
                    break
                jobs.append(more)
                lines += len(more[0])
            self._take(jobs)

    def _take(self, jobs: Sequence[Job]) -> None:
        try:
            receipts = receive_all(self._desk, [lines for lines, _ in jobs])
        except Exception as error:  # noqa: BLE001 - the request is told of it
            if len(jobs) == 1:
                jobs[0][1].set_exception(error)
                return
            for job in jobs:  # what one of them cannot do is not the fault of the others
                self._take([job])
            return
        for (_, done), given in zip(jobs, receipts, strict=True):
            done.set_result(given)


_SECONDS = 30.0  # for all of a request
_BUSY, _TOO_LARGE, _TOO_SLOW, _TOO_OFTEN = 503, 413, 408, 429
_FORBIDDEN, _UNKNOWN = 403, 404
_LATER = "come again later"

Asked = Request[None, None, State]


class House(Record, frozen=True, kw_only=True):
    """What the application serves from."""

    desk: Desk
    gate: Gate  # how much is let in
    behind: tuple[str, ...]  # networks of what ends TLS before this node
    visits: Visits
    seconds: float  # for the body of a request to come


def make_app(
    desk: Desk,
    leave: Callable[[], None] = lambda: None,
    *,
    gate: Gate | None = None,
    behind: tuple[str, ...] = (),
    visits: Visits | None = None,
    seconds: float = _SECONDS,
) -> Litestar:
    """Make the application.

    Args:
        desk: Of this node.
        leave: What is done at the end.
        gate: How much is let in.
        behind: Networks of what ends TLS before this node.
        visits: Of peers that have no address.
        seconds: For the body of a request to come.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        app.state.taker = taker = Taker(desk)
        try:
            yield
        finally:
            await run_sync(taker.close)
            await run_sync(leave)

    house = House(
        desk=desk, gate=gate or Gate(), behind=behind, visits=visits or Visits(), seconds=seconds
    )
    return Litestar(
        [_inbox, _held, _document, _news, _visit],
        lifespan=[lifespan],
        openapi_config=None,
        before_request=_admit,
        state=State({"house": house}),
    )


@post(INBOX, status_code=200, media_type=MediaType.TEXT)
async def _inbox(request: Asked) -> Response[str]:
    """Take envelopes, one a line; give a receipt for each, one a line."""
    gate, address = _house(request).gate, _asker(request)
    with gate.holding(address) as more:
        held = await _body(request, more)
        lines = held.decode("ascii", "replace").splitlines()
        if not 0 < len(lines) <= MOST_LINES:
            gate.charge(address, len(held), time.monotonic())
            raise ClientException(f"a request holds 1 to {MOST_LINES} lines")
        taker: Taker = request.app.state.taker
        try:
            receipts = await run_sync(taker.take, lines)
        except (Full, StoreError) as error:
            raise HTTPException(status_code=_BUSY, detail=_LATER) from error
        if all(map(proves_nothing, receipts)):
            gate.charge(address, len(held), time.monotonic())
    return Response("".join(f"{each}\n" for each in receipts), media_type=MediaType.TEXT)


@post(HELD, status_code=200, media_type=MediaType.TEXT)
async def _held(request: Asked) -> Response[str]:
    """Tell a peer what this node has of it, a message a line."""
    house = _house(request)
    with house.gate.holding(_asker(request)) as more:
        asked = (await _body(request, more)).decode("ascii", "replace").strip()
        try:
            lines = await run_sync(answer, house.desk, asked)
        except InputError as error:
            raise HTTPException(status_code=_FORBIDDEN, detail=error.message) from error
        except StoreError as error:
            raise HTTPException(status_code=_BUSY, detail=_LATER) from error
    return Response("".join(f"{each}\n" for each in lines), media_type=MediaType.TEXT)


@get(DOCUMENT, media_type=MediaType.JSON)
async def _document(request: Asked) -> Response[bytes]:
    """Give the documents of this node, from the first."""
    return Response(await run_sync(_chain, _house(request).desk), media_type=MediaType.JSON)


def _chain(desk: Desk) -> bytes:
    with desk.database.work() as work:
        return write_chain(documents(work, desk.node))


@post(DOCUMENT, status_code=204)
async def _news(request: Asked) -> None:
    """Take what is new of a peer's documents: they say by themselves who wrote them."""
    house = _house(request)
    with house.gate.holding(_asker(request)) as more:
        held = await _body(request, more)
        try:
            await run_sync(hear_documents, house.desk, held)
        except MissingError as error:
            raise HTTPException(status_code=_UNKNOWN, detail="it is no peer") from error
        except InputError as error:
            raise ClientException(error.message) from error
        except StoreError as error:
            raise HTTPException(status_code=_BUSY, detail=_LATER) from error


@post(VISIT, status_code=200, media_type=MediaType.TEXT)
async def _visit(request: Asked) -> Response[str]:
    """Let a peer without an address in: it answers what it was asked, and waits to be asked."""
    house = _house(request)
    with house.gate.holding(_asker(request)) as more:
        told, _, answered = (await _body(request, more)).decode("utf-8", "replace").partition("\n")
        try:
            visitor = await run_sync(_read_visit, house.desk, told)
        except InputError as error:
            raise HTTPException(status_code=_FORBIDDEN, detail=error.message) from error
        except StoreError as error:
            raise HTTPException(status_code=_BUSY, detail=_LATER) from error
    job = await house.visits.receive(visitor.sender, visitor.answers, answered)
    return Response(job.text() if job else "", media_type=MediaType.TEXT)


def _read_visit(desk: Desk, text: str) -> Visit:
    node = sender_of(text, Visit)
    with desk.database.work() as work:
        known = find_peer(work, node)
        if known is None:
            raise InputError("transport/node-not-known")
        return read_signed(text, Visit, judged_by(work, known).document, desk.node)


async def _admit(request: Asked) -> None:
    """Let a request in, where its address has not asked for too much."""
    if not _house(request).gate.admits(_asker(request), time.monotonic()):
        raise HTTPException(status_code=_TOO_OFTEN, detail="come again in a minute")


def _house(request: Asked) -> House:
    house: House = request.app.state.house
    return house


def _asker(request: Asked) -> str:
    client = request.client.host if request.client else ""
    return asker(client, request.headers.get("x-forwarded-for", ""), _house(request).behind)


async def _body(request: Asked, more: Callable[[int], bool]) -> bytes:
    """Read what is sent, within a size and a time."""
    held, house = bytearray(), _house(request)
    try:
        with anyio.fail_after(house.seconds):
            async for piece in request.stream():
                if len(held) + len(piece) > MOST_BYTES + MOST_LINES:
                    house.gate.charge(_asker(request), len(held), time.monotonic())
                    raise HTTPException(
                        status_code=_TOO_LARGE, detail=f"at most {MOST_BYTES:,} bytes"
                    )
                if not more(len(piece)):
                    raise HTTPException(status_code=_BUSY, detail=_LATER)
                held += piece
    except TimeoutError as error:
        raise HTTPException(status_code=_TOO_SLOW, detail="this takes too long") from error
    return bytes(held)


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


def server_of(target: str, host: str, port: int, **options: Any) -> AbstractServer[Any]:
    """Make the server of an application that its one worker process builds.

    Args:
        target: The function that builds it, "module:function".
        host: The address to listen on.
        port: Of it.
        options: Further options of the server.
    """
    return Server(
        target,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        factory=True,
        workers=1,
        log_enabled=False,
        **options,
    )


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: What is served, and where.
    """
    server = server_of(
        "tidewaiter.transport.server:served",
        serving.host,
        serving.port,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS),
    )
    with handed_over(serving):
        serve(server)


def serve_here(app: Litestar, port: int) -> None:
    """Serve an application on the loopback address, in this process, until it is stopped."""
    server = EmbeddedServer(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    asyncio.run(server.serve())


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
