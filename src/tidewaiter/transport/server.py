"""The application that peers reach: it takes messages, and says who this node is."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from anyio.to_thread import run_sync
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException

from tidewaiter.base.errors import InputError, MissingError, StoreError
from tidewaiter.base.records import Record
from tidewaiter.courier.asking import answer
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.gates import Gate, asker
from tidewaiter.courier.hearing import hear_documents
from tidewaiter.courier.line import DOCUMENT, HELD, INBOX, VISIT
from tidewaiter.courier.receiving import MOST_BYTES, MOST_LINES, proves_nothing
from tidewaiter.courier.taker import Full, Taker
from tidewaiter.courier.visits import Visits
from tidewaiter.exchange.asking import Visit, read_signed, sender_of
from tidewaiter.exchange.documents import write_chain
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import find_peer, judged_by

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
            raise InputError("this node is not known here")
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
