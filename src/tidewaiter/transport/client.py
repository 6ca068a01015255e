"""The HTTP client: https and http only, redirects checked, nothing but what was asked for."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from importlib.metadata import version
from typing import IO
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urlsplit

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
