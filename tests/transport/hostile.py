"""A hostile peer in a separate process: python -m tests.transport.hostile WAY PORT SECONDS.

It connects from 127.0.0.2, so that limits per address do not affect honest peers.
"""

import asyncio
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from tidewaiter.exchange.protocol.signing import wrapped

FROM = ("127.0.0.2", 0)
HEAD = b"POST /tw/v1/inbox HTTP/1.1\r\nhost: node\r\ncontent-type: text/plain\r\n"


async def endless(_until: float) -> AsyncIterator[bytes]:
    """A body that has no end."""
    yield HEAD + b"transfer-encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"a" * 0x10000 + b"\r\n"


async def large(_until: float) -> AsyncIterator[bytes]:
    """100 MB, and the head says so."""
    yield HEAD + b"content-length: 104857600\r\n\r\n"
    for _ in range(1600):
        yield b"b" * 65_536


async def slow_heads(until: float) -> AsyncIterator[bytes]:
    """A head that comes letter by letter."""
    for letter in HEAD * 1000:
        yield bytes([letter])
        await asyncio.sleep(min(0.5, max(0.0, until - time.monotonic())))


async def slow_bodies(until: float) -> AsyncIterator[bytes]:
    """A body that comes letter by letter."""
    yield HEAD + b"content-length: 1000000\r\n\r\n"
    while True:
        yield b"c"
        await asyncio.sleep(min(0.5, max(0.0, until - time.monotonic())))


async def almost(until: float) -> AsyncIterator[bytes]:
    """Nearly all of a large body, and then nothing."""
    yield HEAD + b"content-length: 1000000\r\n\r\n" + b"d" * 999_990
    await asyncio.sleep(until - time.monotonic())


async def idle(until: float) -> AsyncIterator[bytes]:
    """Nothing at all."""
    yield b""
    await asyncio.sleep(until - time.monotonic())


def whole(*lines: bytes) -> Callable[[float], AsyncIterator[bytes]]:
    """Return what sends the same lines again and again."""

    async def send(_until: float) -> AsyncIterator[bytes]:
        body = b"\n".join(lines)
        yield HEAD + b"content-length: " + str(len(body)).encode() + b"\r\n\r\n" + body

    return send


def _signed(payload: bytes) -> bytes:
    head = wrapped(b'{"alg":"Ed25519","typ":"tw+jws","kid":"a#b"}')
    return f"{head}.{wrapped(payload)}.{wrapped(bytes(64))} box".encode()


WAYS: dict[str, tuple[int, Callable[[float], AsyncIterator[bytes]]]] = {
    "endless body": (20, endless),
    "100 MB": (20, large),
    "slow heads": (300, slow_heads),
    "slow bodies": (300, slow_bodies),
    "almost all of it": (100, almost),
    "1,000 connections": (1_000, idle),
    "deep JSON": (4, whole(*[_signed(b'{"a":' + b"[" * 10_000)] * 40)),
    "texts without end": (4, whole(*[_signed(b"[" * 40 + b'"' + b'\\"' * 80_000)] * 4)),
    "keys twice": (4, whole(*[_signed(b'{"v":1,"v":1}')] * 64)),
    "XML": (4, whole(b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 9000 + b'">]><a>&b;</a>' * 20)),
    "zip": (4, whole(b"PK\x03\x04" + bytes(200_000))),
    "log lines": (4, whole(b"\x1b[2J\rroot: all is well\x0b\x0c\x1c\x85", b"%s%n{0}" * 50)),
}
"""What it does: how many at a time, and each of them."""


async def one(
    way: Callable[[float], AsyncIterator[bytes]], port: int, until: float, told: Counter[str]
) -> None:
    """Do it again and again on one connection after another."""
    while time.monotonic() < until:
        with suppress(OSError, asyncio.TimeoutError, EOFError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=FROM)
            try:
                async with asyncio.timeout_at(
                    asyncio.get_running_loop().time() + until - time.monotonic()
                ):
                    async for piece in way(until):
                        writer.write(piece)
                        await writer.drain()
                        if time.monotonic() > until:
                            return
                    line = await reader.readline()
                    told[line.decode("latin-1").strip()[:12]] += 1
            finally:
                writer.close()
        await asyncio.sleep(0.002)


async def main(name: str, port: int, seconds: float) -> None:
    """Do it for so many seconds."""
    number, way = WAYS[name]
    until, told = time.monotonic() + seconds, Counter[str]()
    await asyncio.gather(*(one(way, port, until, told) for _ in range(number)))
    sys.stdout.write(f"{dict(told)}\n")


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
