"""Intake: the files of a form, taken from the wire straight into the spool.

The body of a request is never gathered, neither in memory nor in a temporary folder: each piece
goes to the disk as it comes, and no more is read than a file may have.
"""

from collections.abc import AsyncIterator
from email.message import Message

from anyio.to_thread import run_sync
from litestar.exceptions import ClientException
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from tidewaiter.base.errors import InputError
from tidewaiter.store.uploads import Arrived
from tidewaiter.uploads.names import given_name
from tidewaiter.uploads.spool import Part, Spool
from tidewaiter.web.asking import Asked

_AT_ONCE = 1 << 20  # bytes that are written together, in a thread
_FORM = 1 << 20  # bytes of a form beside its files
_PARTS = 200  # fields and files of a form
_TOO_LARGE = 413


async def take_files(request: Asked, spool: Spool) -> list[Arrived]:
    """Take the files of a form into the spool.

    Args:
        request: Its body is a form of the kind multipart/form-data; only its files matter.
        spool: Where they go; its limit holds for all files of one form together.

    Returns:
        The files, in the order of the form; those of no bytes and no name are left out.

    Raises:
        ClientException: The form is too large, or broken.
        InputError: It is no such form.
        OutputError: The disk takes no more.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    promised = int(request.headers.get("content-length") or 0)
    if promised > spool.limit + _FORM:
        raise _refused(spool)
    await run_sync(spool.check, promised)
    taking = _Taking(spool)
    try:
        with PushMultipartParser(
            boundary, max_segment_count=_PARTS, max_header_size=64 << 10
        ) as parser:
            async for chunk in _pieces(request, spool):
                for event in parser.parse(chunk):
                    await taking.hear(event)
    except MultipartError as error:
        raise ClientException(f"the form is broken: {error}") from error
    finally:
        await run_sync(taking.close)
    return taking.arrived


async def _pieces(request: Asked, spool: Spool) -> AsyncIterator[bytes]:
    """Yield the body piece by piece, up to the limit."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > spool.limit + _FORM:
            raise _refused(spool)
        yield chunk


class _Taking:
    """What of a form is under way."""

    def __init__(self, spool: Spool) -> None:
        self.arrived: list[Arrived] = []
        self._spool = spool
        self._part: Part | None = None
        self._name = ""
        self._held = bytearray()

    async def hear(self, event: MultipartSegment | bytearray | None) -> None:
        """Take what the parser tells: a field begins, some of its bytes, or its end."""
        if isinstance(event, MultipartSegment):
            if event.filename is not None:
                self._name = event.filename
                self._part = await run_sync(self._spool.receive)
        elif self._part is not None and event:
            self._held += event
            if len(self._held) >= _AT_ONCE:
                await self._write()
        elif self._part is not None and event is None:
            await self._write()
            await run_sync(self._keep)

    async def _write(self) -> None:
        if self._part is not None and self._held:
            if self._part.size + len(self._held) > self._spool.limit:
                raise _refused(self._spool)
            await run_sync(self._part.write, bytes(self._held))
            self._held.clear()

    def _keep(self) -> None:
        part = self._part
        if part is not None and (part.size or self._name):
            arrived = Arrived(name=given_name(self._name), sha256=part.keep(), size=part.size)
            self.arrived.append(arrived)
        self.close()

    def close(self) -> None:
        """Remove what has not arrived whole."""
        if self._part is not None:
            self._part.__exit__(None, None, None)
            self._part = None


def _boundary(kind: str) -> str:
    told = Message()
    told["content-type"] = kind
    boundary = told.get_boundary()
    if told.get_content_type() != "multipart/form-data" or not boundary:
        hint = "send them as a form does: multipart/form-data"
        raise InputError("files are not sent so", hint=hint)
    return boundary


def _refused(spool: Spool) -> ClientException:
    most = (
        f"{spool.limit / (1 << 30):.3g} GB" if spool.limit >= 1 << 30 else f"{spool.limit >> 20} MB"
    )
    return ClientException(f"this is more than {most} at once", status_code=_TOO_LARGE)
