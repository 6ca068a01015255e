"""The HTTP client for peers: permitted addresses, time limits, size limits and error statuses.

An address is looked up once, and the connection goes to what was found: a name that leads somewhere
else the second time leads nowhere. Addresses inside a network are reached only where the operator
of this node named them. Nobody is followed elsewhere, and no proxy of the surroundings is asked.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

import httpcore

from tidewaiter.base.errors import InputError, OutputError

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


INBOX = "/tw/v1/inbox"
HELD = "/tw/v1/held"
DOCUMENT = "/tw/v1/document"
VISIT = "/tw/v1/visit"
REFUSED = "refused"
"""What a visitor answers in place of 403."""
_SECONDS = 30.0  # for all of a request
_MOST_ANSWER = 1024 * 1024  # bytes
_FORBIDDEN = 403
_LONGEST = 200  # characters of an address
_DONE = (200, 204)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,120}|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*/?")

T = TypeVar("T")


class UnknownError(OutputError):
    """A peer that does not know this node, or not the key that it has now."""


def checked_endpoint(url: str) -> str:
    """Check the address of a node; return it without the last slash.

    Raises:
        InputError: It is none, or says who asks.
    """
    _parts(url)
    return url.rstrip("/")


class Line:
    """Sends to peers; one for all of them, and for several threads."""

    def __init__(
        self,
        *,
        inside: Iterable[str] = (),
        seconds: float = _SECONDS,
        resolver: Resolver = looked_up,
    ) -> None:
        """Say what may be reached.

        Args:
            inside: Networks that are reached although they are private, like "127.0.0.0/8".
            seconds: For all of a request.
            resolver: Looks up a name.
        """
        self._seconds = seconds
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls(),
            network_backend=Network(inside, resolver),
            max_connections=64,
            keepalive_expiry=60.0,
            retries=0,
        )

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def post(self, endpoints: Sequence[str], lines: Sequence[str]) -> list[str]:
        """Send lines to the first address that answers; return the receipts.

        Raises:
            OutputError: None answers, or what comes are no receipts.
        """
        body = "".join(f"{line}\n" for line in lines).encode()
        return as_lines(self._text(endpoints, INBOX, body))

    def ask(self, endpoints: Sequence[str], text: str) -> list[str]:
        """Ask a peer what it has of this node; return its lines.

        Raises:
            OutputError: No address answers, or it does not know this node.
        """
        return as_lines(self._text(endpoints, HELD, f"{text}\n".encode()))

    def visit(self, endpoints: Sequence[str], text: str) -> str:
        """Go to a peer that cannot come; return what it asks for.

        Raises:
            OutputError: No address answers, or it does not know this node.
        """
        return self._text(endpoints, VISIT, text.encode())

    def tell(self, endpoints: Sequence[str], documents: bytes) -> None:
        """Send documents of this node to the first address that takes them.

        Raises:
            OutputError: None does.
        """
        _first(endpoints, lambda each: self._post(each, DOCUMENT, documents, "application/json"))

    def _text(self, endpoints: Sequence[str], path: str, body: bytes) -> str:
        held = _first(endpoints, lambda each: self._post(each, path, body, "text/plain"))
        return held.decode("utf-8", "replace")

    def _post(self, endpoint: str, path: str, body: bytes, kind: str) -> bytes:
        told = _parts(endpoint)
        host = told.hostname or ""
        ports = {"https": 443, "http": 80}
        port = told.port or ports[told.scheme]
        shown = f"[{host}]" if ":" in host else host
        url = httpcore.URL(
            scheme=told.scheme, host=shown, port=port, target=f"{told.path.rstrip('/')}{path}"
        )
        headers: dict[bytes | str, bytes | str] = {
            "host": f"{shown}:{port}",
            "content-type": kind,
            "content-length": str(len(body)),
            "user-agent": "tidewaiter",
            "accept-encoding": "identity",
        }
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._seconds / 3)
        try:
            with (
                until(time.monotonic() + self._seconds),
                self._pool.stream(
                    "POST", url, headers=headers, content=body, extensions={"timeout": waits}
                ) as answer,
            ):
                if answer.status == _FORBIDDEN:
                    raise UnknownError("transport/node-or-key-not-known")
                if answer.status not in _DONE:
                    raise OutputError("transport/answered-otherwise", status=answer.status)
                return _bounded(answer)
        except _TROUBLES as error:
            raise OutputError("transport/peer-not-reached", error=str(error)[:200]) from error


_TROUBLES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


def is_up(address: str) -> bool:
    """Return whether a node on this machine shows its document yet."""
    try:
        return httpcore.request("GET", f"{address}{DOCUMENT}").status in _DONE
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return False


def as_lines(text: str) -> list[str]:
    """Return the lines of an answer; what is no ASCII stands in none of ours."""
    return text.encode("ascii", "replace").decode().splitlines()


def _first(endpoints: Sequence[str], attempt: Callable[[str], T]) -> T:
    trouble = OutputError("transport/no-address")
    for endpoint in endpoints:
        try:
            return attempt(endpoint)
        except OutputError as error:
            trouble = error
        except InputError as error:
            trouble = OutputError.like(error)
    raise trouble


def _parts(url: str) -> SplitResult:
    """Take an address of a node apart: letters that every reader reads alike, and nothing odd.

    Raises:
        InputError: It is none.
    """
    wrong = InputError("transport/not-an-address-of-a-node", url=url[:80])
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable():
        raise wrong
    try:
        told = urlsplit(url)
        port = told.port
    except ValueError as error:
        raise wrong from error
    host = told.netloc if port is None else told.netloc.rpartition(":")[0]
    whole = f"{told.scheme}://{told.netloc}{told.path}" == url
    if told.scheme not in {"https", "http"} or not whole or port == 0:
        raise wrong
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(told.path):
        raise wrong
    return told


def _bounded(answer: httpcore.Response) -> bytes:
    """Read an answer, within a size."""
    held = bytearray()
    for piece in answer.iter_stream():
        held += piece
        if len(held) > _MOST_ANSWER:
            raise OutputError("transport/answer-too-long")
    return bytes(held)


def tls() -> ssl.SSLContext:
    """Return what a peer's certificate is checked by: the authorities of this machine."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
