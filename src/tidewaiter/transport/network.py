"""The network below the line: where a connection may go, and until when it may last."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore

Resolver = Callable[[str, int], list[str]]
"""Looks up the addresses of a host."""

_UNTIL = ContextVar("_UNTIL", default=float("inf"))  # of the clock that only goes on

# What is global by its number alone, and leads inside: 6to4 and its relays carry addresses of IPv4.
_ELSEWHERE = [ipaddress.ip_network(each) for each in ("2002::/16", "192.88.99.0/24", "3fff::/20")]
_GLOBAL = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out


@contextmanager
def until(moment: float) -> Iterator[None]:
    """Let all that is read and written here end at a moment, however slowly a peer drips."""
    token = _UNTIL.set(moment)
    try:
        yield
    finally:
        _UNTIL.reset(token)


def may_reach(found: str, inside: Iterable[Any] = ()) -> bool:
    """Say whether an address is one of the world, or inside a network that was named.

    Args:
        found: The address.
        inside: Networks.
    """
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if any(address in net for net in inside):
        return True
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL:
        return False
    if any(address in net for net in _ELSEWHERE):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def looked_up(host: str, port: int) -> list[str]:
    """Look up a host.

    Raises:
        ConnectError: It is not known.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host} is not known") from error
    return [str(each[4][0]).partition("%")[0] for each in found]


class Network(httpcore.NetworkBackend):
    """Connects to what a host is looked up as, where that may be reached."""

    def __init__(self, inside: Iterable[str], resolver: Resolver) -> None:
        self._inside = [ipaddress.ip_network(each) for each in inside]
        self._resolver = resolver
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that may be reached."""
        for found in self._resolver(host.strip("[]"), port):
            if may_reach(found, self._inside):
                waits = _left(timeout)
                stream = self._plain.connect_tcp(found, port, waits, local_address, socket_options)
                return _Timed(stream)
        raise httpcore.ConnectError(f"{host} is inside a network that was not named to be reached")


class _Timed(httpcore.NetworkStream):
    """A connection of which nothing lasts longer than the request that it is used for."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    """Return how many seconds something may take.

    Raises:
        ReadTimeout: None is left.
    """
    left = _UNTIL.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("it takes too long")
    return min(left, timeout) if timeout is not None else left
