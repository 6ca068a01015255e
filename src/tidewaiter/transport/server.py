"""Server for peers: routes, batching of incoming messages, and its process."""

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio.to_thread import run_sync
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server as EmbeddedServer
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException

from tidewaiter.base.errors import InputError, MissingError, StoreError
from tidewaiter.base.processes import handed_over, received_record, serve, starting
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import write_chain
from tidewaiter.exchange.protocol.receipts import Visit, read_signed, sender_of
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.directory import documents, end_wait, find_peer, judged_by
from tidewaiter.store.peers.key_recovery import recheck
from tidewaiter.transport.context import Desk, desk_of
from tidewaiter.transport.delivery_rounds import Rounds
from tidewaiter.transport.http_client import DOCUMENT, HELD, INBOX, VISIT, Line
from tidewaiter.transport.key_rotation import announce_kinds
from tidewaiter.transport.peers import hear_documents
from tidewaiter.transport.rate_limits import REQUESTS, Gate, asker
from tidewaiter.transport.receiving import MOST_BYTES, MOST_LINES, proves_nothing, receive_all
from tidewaiter.transport.reconciliation import answer
from tidewaiter.transport.server_process import server_of
from tidewaiter.transport.unreachable_peers import Visiting, Visits, Ways

_TOGETHER = 512  # lines per commit
_WAITING = 256  # maximum waiting requests

Job = tuple[Sequence[str], "Future[list[str]]"]


class Full(Exception):  # noqa: N818 - reported to the peer under this name
    """Too many waiting requests."""


class Taker:
    """Processes incoming messages in a separate thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._jobs: queue.Queue[Job | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._run, name="taker", daemon=True)
        self._thread.start()

    def take(self, lines: Sequence[str]) -> list[str]:
        """Process the lines of a request; return after the commit.

        Raises:
            Full: Too many waiting requests.
            StoreError: They could not be stored.
        """
        done: Future[list[str]] = Future()
        try:
            self._jobs.put_nowait((lines, done))
        except queue.Full as error:
            raise Full from error
        return done.result()

    def close(self) -> None:
        """Process the waiting requests, and stop."""
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
        except Exception as error:  # noqa: BLE001 - reported to the request
            if len(jobs) == 1:
                jobs[0][1].set_exception(error)
                return
            for job in jobs:  # isolates a failing request
                self._take([job])
            return
        for (_, done), given in zip(jobs, receipts, strict=True):
            done.set_result(given)


_SECONDS = 30.0  # per request
_BUSY, _TOO_LARGE, _TOO_SLOW, _TOO_OFTEN = 503, 413, 408, 429
_FORBIDDEN, _UNKNOWN = 403, 404
_LATER = "come again later"

Asked = Request[None, None, State]


class House(Record, frozen=True, kw_only=True):
    """Context of the application."""

    desk: Desk
    gate: Gate  # rate limits
    behind: tuple[str, ...]  # networks of reverse proxies that terminate TLS
    visits: Visits
    seconds: float  # time limit for a request body


def make_app(
    desk: Desk,
    leave: Callable[[], None] = lambda: None,
    *,
    gate: Gate | None = None,
    behind: tuple[str, ...] = (),
    visits: Visits | None = None,
    seconds: float = _SECONDS,
) -> Litestar:
    """Build the application.

    Args:
        desk: The node's context.
        leave: Called at shutdown.
        gate: Rate limits.
        behind: Networks of reverse proxies that terminate TLS.
        visits: Polling peers.
        seconds: Time limit for a request body.
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
    """Accept envelopes, one per line; return receipts, one per line."""
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
    """Return a peer's messages held here, one per line."""
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
    """Return the documents of this node, from the first."""
    return Response(await run_sync(_chain, _house(request).desk), media_type=MediaType.JSON)


def _chain(desk: Desk) -> bytes:
    with desk.database.work() as work:
        return write_chain(documents(work, desk.node))


@post(DOCUMENT, status_code=204)
async def _news(request: Asked) -> None:
    """Accept new documents of a peer; they are self-authenticating."""
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
    """Serve a polling peer: accept its answer, and wait for a request to it."""
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
    """Check the rate limit of a request."""
    if not _house(request).gate.admits(_asker(request), time.monotonic()):
        raise HTTPException(status_code=_TOO_OFTEN, detail="come again in a minute")


def _house(request: Asked) -> House:
    house: House = request.app.state.house
    return house


def _asker(request: Asked) -> str:
    client = request.client.host if request.client else ""
    return asker(client, request.headers.get("x-forwarded-for", ""), _house(request).behind)


async def _body(request: Asked, more: Callable[[int], bool]) -> bytes:
    """Read a body within size and time limits."""
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


_HEADERS = 10_000  # milliseconds for request headers


class Serving(Record, frozen=True, kw_only=True):
    """Start options of the node."""

    db: str  # path or URL
    ring: str  # key ring file
    host: str = "127.0.0.1"
    port: int = 8478
    inside: tuple[str, ...] = ()  # private networks permitted
    behind: tuple[str, ...] = ()  # networks of reverse proxies that terminate TLS
    requests: int = REQUESTS  # per address and minute


def run(serving: Serving) -> None:
    """Serve until the process is stopped.

    Args:
        serving: Application and address.
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
    """Run start-up tasks: reset back-offs, and check stored data.

    Args:
        desk: The node's context.
    """
    with desk.database.work(desk.stamp()) as work:
        recheck(work)
        end_wait(work)


@starting()
def served() -> Litestar:
    """Create the application in its worker process."""
    serving = received_record(Serving)
    desk = desk_of(open_database(serving.db), Path(serving.ring))
    announce_kinds(desk)
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
