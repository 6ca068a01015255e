"""Downloads of public files: on request only, resumable, stored completely or not at all."""

import hashlib
import http.client
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit

import msgspec

from tidewaiter.base.errors import FetchError
from tidewaiter.base.files import alone, replacing, writing
from tidewaiter.base.records import Record

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class Answer:
    """What a server answers."""

    def __init__(self, response: IO[bytes], status: int, headers: HTTPMessage) -> None:
        self.status = status
        self._response = response
        self._headers = headers

    def read(self, size: int) -> bytes:
        """Read up to so many bytes; none: the end."""
        return self._response.read(size)

    @property
    def strong_etag(self) -> str:
        """The entity tag; "": none, or a weak one, which says nothing of bytes."""
        tag = self._headers.get("ETag", "")
        return "" if tag.startswith("W/") else tag

    @property
    def modified(self) -> str:
        """The day and time of the last change, as the server wrote it."""
        return self._headers.get("Last-Modified", "")

    @property
    def start(self) -> int:
        """The first byte of a piece."""
        found = self._range()
        return int(found[1]) if found else 0

    @property
    def total(self) -> int | None:
        """Bytes of the whole file; None: the server does not say."""
        found = self._range()
        if found:
            return None if found[2] == "*" else int(found[2])
        length = self._headers.get("Content-Length", "")
        return int(length) if length.isdecimal() else None

    def _range(self) -> re.Match[str] | None:
        return _RANGE.fullmatch(self._headers.get("Content-Range", ""))


class _Redirects(request.HTTPRedirectHandler):
    """Redirects that stay on the web, and do not lead from https to http."""

    def redirect_request(  # noqa: PLR0917 - as the library calls it
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        """Follow a redirect, or refuse it."""
        here, there = urlsplit(req.full_url).scheme, urlsplit(newurl).scheme
        if there not in ("https", "http") or (here == "https" and there != "https"):
            raise HTTPError(newurl, code, f"leads from {here} to {there}", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> request.OpenerDirector:
    """Make an opener that knows no files, no FTP and no data addresses."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        _Redirects(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


@contextmanager
def open_address(address: str, headers: Mapping[str, str], timeout: float) -> Iterator[Answer]:
    """Open an address.

    Args:
        address: https or http.
        headers: Of the request.
        timeout: Seconds without a byte after which it is given up.

    Raises:
        HTTPError: The server refuses.
        URLError: It cannot be reached.
    """
    asked = request.Request(address, headers=dict(headers))  # noqa: S310 - the opener knows the web only
    asked.add_header("User-Agent", f"tidewaiter/{version('tidewaiter')}")
    asked.add_header("Accept-Encoding", "identity")
    with _opener().open(asked, timeout=timeout) as response:
        yield Answer(response, response.status, response.headers)


_PIECE = 1 << 16
_CUT = (http.client.IncompleteRead, http.client.HTTPException, ConnectionError, TimeoutError)


class Validators(Record, frozen=True, kw_only=True):
    """What a server said of a file, to ask it later whether there is a newer one."""

    etag: str = ""
    modified: str = ""  # Last-Modified, as the server wrote it

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.etag or self.modified)


class Limits(Record, frozen=True, kw_only=True):
    """How long and how much is waited for."""

    timeout: float = 30.0  # seconds without a byte
    size: int = 1 << 30  # bytes
    tries: int = 4  # of one download, each going on where the last was cut
    pause: float = 1.0  # seconds before the second try; twice as long before each further one


class Fetched(Record, frozen=True, kw_only=True):
    """A file as it was downloaded."""

    path: Path
    name: str  # as the address ends
    size: int
    validators: Validators


class _Part(Record, frozen=True, kw_only=True):
    """What is known of a file that is not whole yet."""

    address: str
    validators: Validators
    total: int | None  # bytes of the whole file, as the server says


def fetch(
    address: str, folder: Path, *, known: Validators | None = None, limits: Limits | None = None
) -> Fetched | None:
    """Download a file. One that was cut goes on there the next time, where the server can do it.

    Args:
        address: https or http.
        folder: Where the file is put; a part of it waits there too.
        known: What the server said of the file that is there already.
        limits: How long and how much is waited for.

    Returns:
        The file; None: the server has none newer than what is known.

    Raises:
        FetchError: There is no network, no such file, too much of it, or it stays cut.
        OutputError: The folder cannot be written, or another process downloads the same.
    """
    limits = limits or Limits()
    _check(address)
    loading = _Loading(address, folder, known or Validators(), limits)
    with alone(loading.file, address, hint="wait until it is done"):
        for attempt in range(limits.tries):
            if attempt:
                time.sleep(limits.pause * 2 ** (attempt - 1))
            if loading.go_on():
                return loading.result
    raise FetchError(
        f"was cut {limits.tries} times, last at {loading.held:,} bytes",
        at=address,
        hint="give the command again: it goes on where it was",
    )


def _check(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise FetchError(
            f'"{address}" is no address of the web', hint="write one like https://example.org/list"
        )


class _Loading:
    """One download, with what several tries have."""

    def __init__(self, address: str, folder: Path, known: Validators, limits: Limits) -> None:
        self.result: Fetched | None = None
        self._address = address
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
        """Bytes that are there already."""
        return self.file.stat().st_size if self.file.is_file() else 0

    def go_on(self) -> bool:
        """Try once; False: it was cut."""
        part = self._read_note()
        try:
            with open_address(self._address, self._asked(part), self._limits.timeout) as answer:
                return self._take(answer, part)
        except HTTPError as error:
            return self._refused(error)
        except URLError as error:
            raise _unreachable(self._address, error) from error
        except _CUT:
            return False

    def _asked(self, part: _Part | None) -> dict[str, str]:
        """Return the headers: for the rest of a file that was cut, or for a newer one."""
        if part and (mark := part.validators.etag or part.validators.modified):
            return {"Range": f"bytes={self.held}-", "If-Range": mark}
        asked = {"If-None-Match": self._known.etag, "If-Modified-Since": self._known.modified}
        return {name: text for name, text in asked.items() if text}

    def _take(self, answer: Answer, part: _Part | None) -> bool:
        start = answer.start if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
        if start != (self.held if start else 0):
            self._drop()  # the server sent another piece than was asked for
            return False
        validators = Validators(etag=answer.strong_etag, modified=answer.modified)
        total = answer.total
        if total is not None and total > self._limits.size:
            raise self._too_big()
        if not (start and part):
            self._write_note(_Part(address=self._address, validators=validators, total=total))
        with writing(str(self.file)), self.file.open("ab" if start else "wb") as file:
            self._copy(answer, file)
        return self._finish(total, validators if validators or not part else part.validators)

    def _copy(self, answer: Answer, file: BinaryIO) -> None:
        size = file.tell()
        while piece := answer.read(_PIECE):
            size += len(piece)
            if size > self._limits.size:
                raise self._too_big()
            file.write(piece)

    def _finish(self, total: int | None, validators: Validators) -> bool:
        """Check the length, and put the file in its place; False: it is too short."""
        size = self.held
        if total is not None and size < total:
            return False
        if total is not None and size > total:
            self._drop()
            raise FetchError(
                f"sent {size:,} bytes and had said {total:,}",
                at=self._address,
                hint="try again later, or fetch the file another way and add it",
            )
        with writing(str(self._done)):
            self.file.replace(self._done)
        self._note.unlink(missing_ok=True)
        name = PurePosixPath(unquote(urlsplit(self._address).path)).name or "download"
        self.result = Fetched(path=self._done, name=name, size=size, validators=validators)
        return True

    def _refused(self, error: HTTPError) -> bool:
        error.close()
        if error.code == http.HTTPStatus.NOT_MODIFIED:
            return True
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._drop()
            return False
        if error.code in (429, 500, 502, 503, 504):
            raise FetchError(
                f"the server answers {error.code}: {error.reason}",
                at=self._address,
                hint="try again later",
            ) from error
        raise FetchError(
            f"the server answers {error.code}: {error.reason}",
            at=self._address,
            hint="the list may have moved: look at its authority's page, and write a definition",
        ) from error

    def _too_big(self) -> FetchError:
        self._drop()
        return FetchError(
            f"is larger than {self._limits.size >> 20:,} MB",
            at=self._address,
            hint="look whether the address is right",
        )

    def _drop(self) -> None:
        self.file.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _read_note(self) -> _Part | None:
        """Return what is known of a part that can go on; a part without is dropped."""
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


def _unreachable(address: str, error: URLError) -> FetchError:
    reason = error.reason
    if isinstance(reason, ssl.SSLError):
        hint = "the server's certificate is not trusted: look at the clock and at your proxy"
    else:
        hint = "look at the network; lists can be added from files without it"
    return FetchError(f"cannot be reached: {reason}", at=address, hint=hint)
