"""The application that peers reach: it takes messages, and says who this node is."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
from anyio.to_thread import run_sync
from litestar import Litestar, MediaType, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import ClientException, HTTPException

from tidewaiter.base.errors import InputError, StoreError
from tidewaiter.courier.asking import answer
from tidewaiter.courier.desk import Desk
from tidewaiter.courier.line import HELD, INBOX
from tidewaiter.courier.receiving import MOST_BYTES, MOST_LINES
from tidewaiter.courier.taker import Full, Taker
from tidewaiter.exchange.documents import SignedDocument
from tidewaiter.store.peers import documents

DOCUMENT = "/tw/v1/document"
_SECONDS = 30.0  # for all of a request
_FORBIDDEN, _BUSY, _TOO_LARGE, _TOO_SLOW = 403, 503, 413, 408

Asked = Request[None, None, State]


def make_app(desk: Desk, leave: Callable[[], None] = lambda: None) -> Litestar:
    """Make the application.

    Args:
        desk: Of this node.
        leave: What is done at the end.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        taker = Taker(desk)
        app.state.taker = taker
        try:
            yield
        finally:
            await run_sync(taker.close)
            await run_sync(leave)

    @post(INBOX, status_code=200, media_type=MediaType.TEXT)
    async def inbox(request: Asked) -> Response[str]:
        """Take envelopes, one a line; give a receipt for each, one a line."""
        lines = (await _body(request)).decode("ascii", "replace").splitlines()
        if not 0 < len(lines) <= MOST_LINES:
            raise ClientException(f"a request holds 1 to {MOST_LINES} lines")
        taker: Taker = request.app.state.taker
        try:
            receipts = await run_sync(taker.take, lines)
        except (Full, StoreError) as error:
            raise HTTPException(status_code=_BUSY, detail="come again later") from error
        return Response("".join(f"{each}\n" for each in receipts), media_type=MediaType.TEXT)

    @post(HELD, status_code=200, media_type=MediaType.TEXT)
    async def held(request: Asked) -> Response[str]:
        """Tell a peer what this node has of it, a message a line."""
        asked = (await _body(request)).decode("ascii", "replace").strip()
        try:
            lines = await run_sync(answer, desk, asked)
        except InputError as error:
            raise HTTPException(status_code=_FORBIDDEN, detail=error.message) from error
        except StoreError as error:
            raise HTTPException(status_code=_BUSY, detail="come again later") from error
        return Response("".join(f"{each}\n" for each in lines), media_type=MediaType.TEXT)

    @get(DOCUMENT, media_type=MediaType.JSON, sync_to_thread=True)
    def document() -> Response[bytes]:
        """Give the documents of this node, from the first."""
        with desk.database.work() as work:
            chain = documents(work, desk.node)
        return Response(write_chain(chain), media_type=MediaType.JSON)

    return Litestar([inbox, held, document], lifespan=[lifespan], openapi_config=None)


def write_chain(chain: list[SignedDocument]) -> bytes:
    """Write documents as a file, or as an answer."""
    return msgspec.json.encode(chain)


async def _body(request: Asked) -> bytes:
    """Read what is sent, within a size and a time."""
    held, until = bytearray(), time.monotonic() + _SECONDS
    async for piece in request.stream():
        held += piece
        if len(held) > MOST_BYTES + MOST_LINES:
            raise HTTPException(status_code=_TOO_LARGE, detail=f"at most {MOST_BYTES:,} bytes")
        if time.monotonic() > until:
            raise HTTPException(status_code=_TOO_SLOW, detail="this takes too long")
    return bytes(held)
