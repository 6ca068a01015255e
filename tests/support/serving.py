"""An application that listens at a port of this machine while it is needed."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar


@contextmanager
def listening(app: Litestar, port: int) -> Iterator[None]:
    """Serve an application from a thread of this process."""
    server = Server(
        app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False
    )
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve()

    context = copy_context()  # what the caller has set for its own block holds for the pages too
    thread = threading.Thread(target=lambda: context.run(asyncio.run, serve()), daemon=True)
    thread.start()
    yield
    loops[0].call_soon_threadsafe(server.stop)  # its loop sleeps, and hears of nothing else
    thread.join(10)


def wait_for(address: str, *, seconds: int = 10) -> None:
    """Wait until the server at an address is up.

    Raises:
        TimeoutError: It does not answer.
    """
    for _ in range(10 * seconds):
        try:
            httpx.get(f"{address}/health").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"the server at {address} does not answer")
