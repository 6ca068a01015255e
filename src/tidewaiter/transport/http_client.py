"""The line to a peer: requests to addresses that a stranger names, and what may come of them.

An address is looked up once, and the connection goes to what was found: a name that leads somewhere
else the second time leads nowhere. Addresses inside a network are reached only where the operator
of this node named them. Nobody is followed elsewhere, and no proxy of the surroundings is asked.
"""

import re
import ssl
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

import httpcore

from tidewaiter.base.errors import InputError, OutputError
from tidewaiter.courier.network import Network, Resolver, looked_up, until

INBOX = "/tw/v1/inbox"
HELD = "/tw/v1/held"
DOCUMENT = "/tw/v1/document"
VISIT = "/tw/v1/visit"
REFUSED = "refused"
"""What a visitor answers in place of 403."""
UNREACHED = "it is tried again later"
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

    def __init__(self) -> None:
        super().__init__("it does not know this node, or its key", hint=UNREACHED)


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
                    raise UnknownError
                if answer.status not in _DONE:
                    raise OutputError(f"it answered {answer.status}", hint=UNREACHED)
                return _bounded(answer)
        except _TROUBLES as error:
            raise OutputError(
                f"it cannot be reached: {str(error)[:200]}", hint=UNREACHED
            ) from error


_TROUBLES = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    OSError,
    ValueError,
)


def as_lines(text: str) -> list[str]:
    """Return the lines of an answer; what is no ASCII stands in none of ours."""
    return text.encode("ascii", "replace").decode().splitlines()


def _first(endpoints: Sequence[str], attempt: Callable[[str], T]) -> T:
    trouble = OutputError("it has no address", hint=UNREACHED)
    for endpoint in endpoints:
        try:
            return attempt(endpoint)
        except OutputError as error:
            trouble = error
        except InputError as error:
            trouble = OutputError(error.message, hint=error.hint)
    raise trouble


def _parts(url: str) -> SplitResult:
    """Take an address of a node apart: letters that every reader reads alike, and nothing odd.

    Raises:
        InputError: It is none.
    """
    hint = "write https://host:port"
    wrong = InputError(f'"{url[:80]}" is no address of a node', hint=hint)
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
            raise OutputError("its answer is too long", hint=UNREACHED)
    return bytes(held)


def tls() -> ssl.SSLContext:
    """Return what a peer's certificate is checked by: the authorities of this machine."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
