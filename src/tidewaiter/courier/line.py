"""The line to a peer: requests to addresses that a stranger names, and what may come of them.

An address is looked up once, and the connection goes to what was found: a name that leads somewhere
else the second time leads nowhere. Addresses inside a network are reached only where the operator
of this node named them.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore
import httpx

from tidewaiter.base.errors import InputError, OutputError

INBOX = "/tw/v1/inbox"
HELD = "/tw/v1/held"
_SECONDS = 30.0  # for all of a request
_MOST_RECEIPTS = 256 * 1024  # bytes
_MOST_HELD = 1024 * 1024  # bytes
_HINT = "it is tried again later"


def checked_endpoint(url: str) -> str:
    """Check the address of a node; return it without the last slash.

    Raises:
        InputError: It is none, or says who asks.
    """
    try:
        told = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError(f'"{url[:80]}" is no address', hint="write https://host:port") from error
    if told.scheme not in {"https", "http"} or not told.host or told.userinfo or told.query:
        raise InputError(f'"{url[:80]}" is no address of a node', hint="write https://host:port")
    return str(told).rstrip("/")


class Line:
    """Sends lines to peers; one for all of them."""

    def __init__(self, *, inside: Iterable[str] = (), seconds: float = _SECONDS) -> None:
        """Say what may be reached.

        Args:
            inside: Networks that are reached although they are private, like "127.0.0.0/8".
            seconds: For all of a request.
        """
        self._seconds = seconds
        backend, tls = _Checked([ipaddress.ip_network(each) for each in inside]), _tls()
        transport = httpx.HTTPTransport(verify=tls)
        # httpx has no place for a network of one's own; httpcore, which it is made on, has.
        transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
            ssl_context=tls, network_backend=backend, max_connections=64,
        )  # fmt: skip
        self._client = httpx.Client(
            transport=transport, follow_redirects=False, timeout=seconds / 3, trust_env=False
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def post(self, endpoints: Sequence[str], lines: Sequence[str]) -> list[str]:
        """Send lines to the first address that answers; return the receipts.

        Raises:
            OutputError: None answers, or what comes are no receipts.
        """
        return self._first(endpoints, INBOX, lines, _MOST_RECEIPTS)

    def ask(self, endpoints: Sequence[str], text: str) -> list[str]:
        """Ask a peer what it has of this node; return its lines.

        Raises:
            OutputError: No address answers, or it does not know this node.
        """
        return self._first(endpoints, HELD, [text], _MOST_HELD)

    def _first(
        self, endpoints: Sequence[str], path: str, lines: Sequence[str], most: int
    ) -> list[str]:
        trouble = OutputError("it has no address", hint=_HINT)
        for endpoint in endpoints:
            try:
                return self._post(f"{checked_endpoint(endpoint)}{path}", lines, most)
            except OutputError as error:
                trouble = error
            except InputError as error:
                trouble = OutputError(error.message, hint=error.hint)
        raise trouble

    def _post(self, url: str, lines: Sequence[str], most: int) -> list[str]:
        until = time.monotonic() + self._seconds
        body = "".join(f"{line}\n" for line in lines).encode()
        headers = {"content-type": "text/plain; charset=us-ascii"}
        try:
            with self._client.stream("POST", url, content=body, headers=headers) as answer:
                held = _bounded(answer, until, most)
                if answer.status_code == httpx.codes.FORBIDDEN:
                    raise OutputError("it does not know this node, or its key", hint=_HINT)
                if answer.status_code != httpx.codes.OK:
                    raise OutputError(f"it answered {answer.status_code}", hint=_HINT)
        except (httpx.HTTPError, OSError, ValueError) as error:
            raise OutputError(f"it cannot be reached: {error}", hint=_HINT) from error
        return held.decode("ascii", "replace").splitlines()


def _bounded(answer: httpx.Response, until: float, most: int) -> bytes:
    """Read an answer, however slowly it comes, within a time and a size."""
    held = bytearray()
    for piece in answer.iter_raw():
        held += piece
        if len(held) > most:
            raise OutputError("its answer is too long", hint=_HINT)
        if time.monotonic() > until:
            raise OutputError("its answer takes too long", hint=_HINT)
    return bytes(held)


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context


class _Checked(httpcore.NetworkBackend):
    """Connects to what an address is looked up as, where that may be reached."""

    def __init__(self, inside: Sequence[Any]) -> None:
        self._inside = inside
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        """Connect to the first address that may be reached."""
        for found in _looked_up(host, port):
            if self._may(found):
                return self._plain.connect_tcp(found, port, timeout, local_address, socket_options)
        raise httpcore.ConnectError(f"{host} is inside a network that was not named to be reached")

    def _may(self, found: str) -> bool:
        address = ipaddress.ip_address(found)
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        if any(address.version == net.version and address in net for net in self._inside):
            return True
        return address.is_global and not address.is_multicast


def _looked_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"{host} is not known") from error
    return [str(each[4][0]).partition("%")[0] for each in found]
