"""Downloads of public files: on request only, resumable, stored completely or not at all."""

import hashlib
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import httpcore
import httpx
import msgspec

from tidewaiter import __version__
from tidewaiter.base.errors import FetchError
from tidewaiter.base.files import alone, replacing, writing
from tidewaiter.base.records import Record
from tidewaiter.transport.http_client import Network, looked_up

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_REDIRECTS = 10
_BUSY = (429, 500, 502, 503, 504)
_WEB = ("https", "http")
_MOVED = "the list may have moved: look at its authority's page, and write a definition"


class Validators(Record, frozen=True, kw_only=True):
    """Version information from the server, for conditional requests."""

    etag: str = ""
    modified: str = ""  # Last-Modified, as the server wrote it

    def __bool__(self) -> bool:
        """Return whether there is any."""
        return bool(self.etag or self.modified)


class Limits(Record, frozen=True, kw_only=True):
    """Limits of waiting time and size."""

    timeout: float = 30.0  # seconds without a byte
    size: int = 1 << 30  # bytes
    tries: int = 4  # attempts per download, each resuming the previous one
    pause: float = 1.0  # seconds before the second attempt; doubled for each further one
    public: bool = False  # https and public addresses only, without a proxy


class Fetched(Record, frozen=True, kw_only=True):
    """A downloaded file."""

    path: Path
    name: str  # last part of the address
    size: int
    validators: Validators


class _Part(Record, frozen=True, kw_only=True):
    """State of an incomplete file."""

    address: str
    validators: Validators
    total: int | None  # size of the whole file, from the server


def fetch(
    address: str, folder: Path, *, known: Validators | None = None, limits: Limits | None = None
) -> Fetched | None:
    """Download a file. An interrupted download is resumed if the server supports it.

    Args:
        address: https or http.
        folder: Target folder, also for partial files.
        known: Version information of the existing file.
        limits: Waiting time and size.

    Returns:
        The file; None: the server has no newer version.

    Raises:
        FetchError: No network, no such file, too large, or repeatedly interrupted.
        OutputError: The folder is not writable, or another process downloads the same file.
    """
    limits = limits or Limits()
    loading = _Loading(address, folder, known or Validators(), limits)
    with alone(loading.file, address, hint="wait until it is done"):
        for attempt in range(limits.tries):
            if attempt:
                time.sleep(limits.pause * 2 ** (attempt - 1))
            if loading.go_on():
                return loading.result
    raise FetchError(
        "transport/download-cut",
        tries=limits.tries,
        held=loading.held,
        trouble=loading.trouble,
        at=address,
    )


def _parse_url(address: str, *, public: bool) -> httpx.URL:
    """Parse the address of a file.

    Raises:
        FetchError: Not an https or http address; or not https, where only that is permitted.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in _WEB or not url.host:
        raise FetchError("transport/not-a-web-address", address=address)
    if public and url.scheme != "https":
        raise FetchError("transport/not-an-https-address", address=address)
    return url


class _Public(httpx.HTTPTransport):
    """Connects to public addresses only: what a user types must not reach this network."""

    def __init__(self, authorities: ssl.SSLContext) -> None:
        super().__init__(verify=authorities, trust_env=False)
        network = Network((), looked_up)
        self._pool = httpcore.ConnectionPool(ssl_context=authorities, network_backend=network)


def connect(timeout: float, *, public: bool = False) -> httpx.Client:
    """Return a client that verifies certificates with the system's authorities.

    Args:
        timeout: Seconds without a byte.
        public: Connect to public addresses only. Proxies of the environment are not used then, as
            they could reach others.

    Raises:
        FetchError: The proxy set in the environment cannot be used.
    """
    agent = f"tidewaiter/{__version__}"
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    authorities = ssl.create_default_context()  # not certifi's: an authority may have its own
    if public:
        inner = _Public(authorities)
        return httpx.Client(headers=headers, timeout=timeout, transport=inner, trust_env=False)
    try:
        return httpx.Client(headers=headers, timeout=timeout, verify=authorities)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise FetchError("transport/proxy-unusable", error=error) from error


@contextmanager
def open_url(
    http: httpx.Client, url: httpx.URL, headers: dict[str, str]
) -> Iterator[httpx.Response]:
    """Get an address, following redirects that never downgrade from https.

    The client's own redirects would allow a downgrade, and read intermediate bodies completely.

    Raises:
        FetchError: An invalid redirect, or too many.
        httpx.TransportError: No response.
    """
    told = [(name.encode(), text.encode()) for name, text in headers.items()]
    request = http.build_request("GET", url, headers=told)
    for _ in range(_REDIRECTS):
        with closing(http.send(request, stream=True)) as answer:
            following = answer.next_request
            if following is None:
                yield answer
                return
        here, there = request.url.scheme, following.url.scheme
        if there not in _WEB or (here == "https" and there != "https"):
            raise FetchError("transport/redirected-elsewhere", here=here, there=there, at=str(url))
        request = following
    raise FetchError("transport/too-many-redirects", redirects=_REDIRECTS, at=str(url))


class _Loading:
    """One download over several attempts."""

    def __init__(self, address: str, folder: Path, known: Validators, limits: Limits) -> None:
        self.result: Fetched | None = None
        self.trouble = ""  # of the last attempt
        self._address = address
        self._url = _parse_url(address, public=limits.public)
        self._known = known
        self._limits = limits
        name = hashlib.sha256(address.encode()).hexdigest()[:24]
        self.file = folder / f"{name}.part"
        self._note = folder / f"{name}.json"
        self._done = folder / f"{name}.file"
        with writing(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def held(self) -> int:
        """Size of the partial file."""
        return self.file.stat().st_size if self.file.is_file() else 0

    def go_on(self) -> bool:
        """Try once; False: interrupted."""
        part = self._read_note()
        try:
            with (
                connect(self._limits.timeout, public=self._limits.public) as http,
                open_url(http, self._url, self._asked(part)) as answer,
            ):
                return self._take(answer, part) if answer.is_success else self._refused(answer)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise _unreachable(self._address, error) from error
        except httpx.TransportError as error:  # interrupted, timed out, or not HTTP
            self.trouble = f": {error}" if str(error) else ""
            return False

    def _asked(self, part: _Part | None) -> dict[str, str]:
        """Return headers to resume a partial file, or to request a newer version."""
        if part and (mark := part.validators.etag or part.validators.modified):
            return {"Range": f"bytes={self.held}-", "If-Range": mark}
        asked = {"If-None-Match": self._known.etag, "If-Modified-Since": self._known.modified}
        return {name: text for name, text in asked.items() if text}

    def _take(self, answer: httpx.Response, part: _Part | None) -> bool:
        start, total = _span(answer)
        if start != (self.held if start else 0):
            self._drop()  # the server sent a different range
            return False
        validators = _validators(answer)
        if total is not None and total > self._limits.size:
            raise self._too_big()
        if not (start and part):
            self._write_note(_Part(address=self._address, validators=validators, total=total))
        with writing(str(self.file)), self.file.open("ab" if start else "wb") as file:
            self._copy(answer, file)
        return self._finish(total, validators if validators or not part else part.validators)

    def _copy(self, answer: httpx.Response, file: BinaryIO) -> None:
        size = file.tell()
        for piece in answer.iter_raw():  # unbuffered: an interruption loses nothing
            size += len(piece)
            if size > self._limits.size:
                raise self._too_big()
            file.write(piece)

    def _finish(self, total: int | None, validators: Validators) -> bool:
        """Check the length, and move the file into place; False: it is too short."""
        size = self.held
        if total is not None and size < total:
            return False
        if total is not None and size > total:
            self._drop()
            raise FetchError(
                "transport/sent-another-size", size=size, total=total, at=self._address
            )
        with writing(str(self._done)):
            self.file.replace(self._done)
        self._note.unlink(missing_ok=True)
        name = PurePosixPath(self._url.path).name or "download"
        self.result = Fetched(path=self._done, name=name, size=size, validators=validators)
        return True

    def _refused(self, answer: httpx.Response) -> bool:
        status = answer.status_code
        if status == HTTPStatus.NOT_MODIFIED:
            return True
        if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._drop()
            return False
        raise FetchError(
            "transport/server-answers-otherwise",
            status=status,
            reason_phrase=answer.reason_phrase,
            moved="try again later" if status in _BUSY else _MOVED,
            at=self._address,
        )

    def _too_big(self) -> FetchError:
        self._drop()
        return FetchError(
            "transport/download-too-large", size=self._limits.size >> 20, at=self._address
        )

    def _drop(self) -> None:
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _read_note(self) -> _Part | None:
        """Return the state of a resumable partial file; one without state is deleted."""
        try:
            part = msgspec.json.decode(self._note.read_bytes(), type=_Part)
        except (OSError, msgspec.MsgspecError):
            part = None
        if part and part.address == self._address and part.validators and self.held:
            return part
        self._drop()
        return None

    def _write_note(self, part: _Part) -> None:
        with replacing(self._note, "new") as place:
            place.write_bytes(msgspec.json.encode(part))


def _span(answer: httpx.Response) -> tuple[int, int | None]:
    """Return the first byte and total size of a range; None: unknown."""
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if answer.status_code == HTTPStatus.PARTIAL_CONTENT and found:
        return int(found[1]), None if found[2] == "*" else int(found[2])
    length = answer.headers.get("Content-Length", "")
    return 0, int(length) if length.isdecimal() else None


def _validators(answer: httpx.Response) -> Validators:
    """Return the version information of a response; weak entity tags do not identify bytes."""
    etag = answer.headers.get("ETag", "")
    modified = answer.headers.get("Last-Modified", "")
    return Validators(etag="" if etag.startswith("W/") else etag, modified=modified)


def _unreachable(address: str, error: httpx.TransportError) -> FetchError:
    cause: BaseException | None = error
    while cause and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__
    code = "transport/certificate-not-trusted" if cause else "transport/cannot-be-reached"
    return FetchError(code, error=error, at=address)
