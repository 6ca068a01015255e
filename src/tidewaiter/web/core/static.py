"""Our own styles, scripts and pictures: read once, and told by their digest, so kept for ever."""

import hashlib
from functools import cache
from importlib.resources import files

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from tidewaiter.base.records import Record

_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "json": "application/json",
}
_PLACES = ("tidewaiter.web", "tidewaiter.report")


class Asset(Record, frozen=True, kw_only=True):
    """A file of ours."""

    content: bytes
    kind: str
    digest: str


@cache
def asset(name: str) -> Asset | None:
    """Return a file of the folders `static`; None: there is none of that name."""
    kind = _KINDS.get(name.rpartition(".")[2])
    if kind is None or not name.replace(".", "").replace("-", "").isalnum():
        return None
    for place in _PLACES:
        file = files(place).joinpath("static", name)
        if file.is_file():
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            return Asset(content=content, kind=kind, digest=digest)
    return None


def address(name: str) -> str:
    """Return the address of a file of ours; another content has another address."""
    found = asset(name)
    if found is None:
        raise LookupError(f'there is no static file "{name}"')
    return f"/static/{found.digest}/{name}"


@get("/static/{digest:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
def static_file(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Send a file of ours."""
    found = asset(name)
    if found is None or digest != found.digest:
        raise NotFoundException
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found.content, media_type=found.kind, headers=headers)


HANDLERS = [static_file]
