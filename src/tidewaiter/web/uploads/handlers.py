"""Uploads: receiving and screening files, correcting columns, downloading results.

A request body is never buffered as a whole: pieces are written to disk as they arrive, up to the
maximum file size.
"""

import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import structs
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
)

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.explain.languages import speaking
from tidewaiter.node.uploads.arrivals import begin_anew, look_at, send_away, take_in
from tidewaiter.node.uploads.storage import Part, Spool, given_name
from tidewaiter.report.alerts.exporters import exporters
from tidewaiter.report.alerts.exports import REFUSED, CsvRefusals
from tidewaiter.report.uploads import Findings
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key, is_alone
from tidewaiter.store.core.database import Work
from tidewaiter.store.screening.lines import refusals
from tidewaiter.store.screening.runs import screening_of
from tidewaiter.store.uploads import (
    Arrived,
    Options,
    Upload,
    cancel_upload,
    last_like,
    queue_upload,
    running_now,
    set_options,
    twins,
    upload_of,
    uploads,
)
from tidewaiter.trade.readers.columns.own_layouts import (
    LARGEST,
    apply_layout,
    make_layout,
    parse_layout,
    write_layout,
)
from tidewaiter.trade.types import ReadOptions, Refusal
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm, sent_file
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.uploads.schemas import (
    Reading,
    Shown,
    Taken,
    UploadPage,
    UploadsPage,
    Wanted,
    phase_of,
    shown_to,
)
from tidewaiter.web.uploads.views import list_view, upload_view

_AT_ONCE = 1 << 20  # bytes written at once, in a thread
_FORM = 1 << 20  # maximum bytes of a form besides its files
_FIELD = 1_000  # maximum bytes of a field
_PARTS = 200  # maximum fields and files of a form
_TOO_LARGE = 413


async def take_files(request: Asked, spool: Spool) -> list[Arrived]:
    """Receive the files of a form into the spool.

    Args:
        request: With a multipart/form-data body; only its files are used.
        spool: Target; its limit applies to all files of a form together.

    Returns:
        The files, in form order; empty ones without a name are ignored.

    Raises:
        ClientException: Too large, or malformed.
        InputError: Not such a form.
        OutputError: Disk full.
    """
    return (await take_form(request, spool))[0]


async def take_form(request: Asked, spool: Spool) -> tuple[list[Arrived], dict[str, str]]:
    """Receive a form with files: the files into the spool, and its other fields.

    Args:
        request: With a multipart/form-data body.
        spool: Target; its limit applies to all files of a form together.

    Returns:
        The files, in form order; the first value of each other field, cut to a thousand bytes.

    Raises:
        ClientException: Too large, or malformed.
        InputError: Not such a form.
        OutputError: Disk full.
    """
    boundary = _boundary(request.headers.get("content-type", ""))
    promised = int(request.headers.get("content-length") or 0)
    if promised > spool.limit + _FORM:
        raise _too_large(spool)
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
    fields = {
        name: bytes(value).decode("utf-8", "replace") for name, value in taking.fields.items()
    }
    return taking.arrived, fields


async def _pieces(request: Asked, spool: Spool) -> AsyncIterator[bytes]:
    """Yield the body in pieces, up to the limit."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > spool.limit + _FORM:
            raise _too_large(spool)
        yield chunk


class _Taking:
    """State of a form being parsed."""

    def __init__(self, spool: Spool) -> None:
        self.arrived: list[Arrived] = []
        self.fields: dict[str, bytearray] = {}
        self._field: bytearray | None = None
        self._spool = spool
        self._part: Part | None = None
        self._name = ""
        self._held = bytearray()

    async def hear(self, event: MultipartSegment | bytearray | None) -> None:
        """Handle a parser event: start of a field, data, or end."""
        if isinstance(event, MultipartSegment):
            self._field = None
            if event.filename is not None:
                self._name = event.filename
                self._part = await run_sync(self._spool.receive)
            else:
                self._field = self.fields.setdefault(event.name, bytearray())
        elif self._field is not None and event:
            self._field += event[: max(0, _FIELD - len(self._field))]
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
                raise _too_large(self._spool)
            await run_sync(self._part.write, bytes(self._held))
            self._held.clear()

    def _keep(self) -> None:
        part = self._part
        if part is not None and (part.size or self._name):
            arrived = Arrived(name=given_name(self._name), sha256=part.keep(), size=part.size)
            self.arrived.append(arrived)
        self.close()

    def close(self) -> None:
        """Delete incomplete files."""
        if self._part is not None:
            self._part.__exit__(None, None, None)
            self._part = None


def _boundary(kind: str) -> str:
    told = Message()
    told["content-type"] = kind
    boundary = told.get_boundary()
    if told.get_content_type() != "multipart/form-data" or not boundary:
        raise InputError("web/files-not-sent-so")
    return boundary


def _too_large(spool: Spool) -> ClientException:
    most = (
        f"{spool.limit / (1 << 30):.3g} GB" if spool.limit >= 1 << 30 else f"{spool.limit >> 20} MB"
    )
    return ClientException(f"this is more than {most} at once", status_code=_TOO_LARGE)


_REFUSED = 200  # refusals per page; the file has all
_ROWS = 50


@get("/screen", guards=[may("see")], sync_to_thread=True)
def uploads_page(
    request: Asked, node: TheNode, user: TheUser, before: FromQuery[int | None] = None
) -> Response[UploadsPage]:
    """Show the uploads, and the form for new ones."""
    with node.read() as work:
        found = uploads(work, before=before, rows=_ROWS)
        alone = is_alone(work, user.account)
    page = UploadsPage(
        uploads=tuple(shown_in(user, found)),
        next=found[-1].id if len(found) == _ROWS else None,
        ready=sum(each.state == "mapped" for each in found),
        limit=node.desk.spool.limit,
        days=node.desk.days,
        alone=alone,
    )
    return reply(request, "screen.html", page, view=lambda: list_view(page, user))


# `async`, as also for files of lists: it must read the body in pieces, as otherwise gigabytes would
# be buffered before a handler is called. Blocking work runs in threads.
@post(
    "/screen/files", guards=[may("upload")], request_max_body_size=None, makes=True, files="files"
)
async def receive_files(request: Asked, node: TheNode, user: TheUser) -> Response[Taken]:
    """Receive files, and preview them."""
    arrived = await take_files(request, node.desk.spool)
    if not arrived:
        raise InputError("web/no-file-sent")
    taken = await run_sync(_take_in, node, user, arrived)
    record = Taken(uploads=tuple(shown_to(user, each) for each in taken))
    where = f"/screen/{taken[0].id}" if len(taken) == 1 else "/screen"
    return await run_sync(lambda: done(request, record, where, status=201))


def _take_in(node: Node, user: User, arrived: Sequence[Arrived]) -> list[Upload]:
    return [take_in(node.database, node.desk, each, _who(user)) for each in arrived]


@get("/screen/{number:int}", guards=[may("see")], sync_to_thread=True)
def upload_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[UploadPage]:
    """Show one upload."""
    with node.read() as work:
        page = _page(work, user, upload_of(work, number))
    return reply(request, "upload.html", page, view=lambda: upload_view(page, user))


@get(
    "/screen/{number:int}/progress",
    guards=[may("see")],
    include_in_schema=False,
    sync_to_thread=True,
)
def upload_progress(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[UploadPage]:
    """Show the progress of an upload's screening; polled while it runs."""
    with node.read() as work:
        page = _page(work, user, upload_of(work, number))
    answer = reply(request, "upload-progress.html", page, view=lambda: upload_view(page, user))
    if page.upload.state not in {"queued", "running"}:
        answer.headers["HX-Refresh"] = "true"  # it has ended: reload the page
    return answer


@post("/screen/{number:int}/reading", guards=[may("upload")], sync_to_thread=True)
def set_reading(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Reading]
) -> Response[Shown]:
    """Set the reading options of an upload, preview it, and screen it if requested."""
    seen = _seen(node, number, data.version)
    options = _options(data, seen.options)
    inspection = look_at(node.desk, seen, options.reading)
    with node.change(user) as work:
        upload = set_options(work, seen, options, inspection)
        if data.then == "screen" and inspection.is_clear:
            upload = queue_upload(work, upload, node.today())
    return done(request, shown_to(user, upload), f"/screen/{number}")


@get(
    "/screen/{number:int}/layout.toml",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/toml",
)
def layout_toml(node: TheNode, number: FromPath[int]) -> Response[Any]:
    """Send the reading options of an upload as a layout file, for other files with its columns."""
    with node.read() as work:
        upload = upload_of(work, number)
    layout = make_layout(
        upload.options.reading, _header(upload), upload.name, "saved from an upload in Tidewaiter"
    )
    return download(write_layout(layout), "application/toml", f"layout-{number}.toml")


@post(
    "/screen/{number:int}/layout",
    guards=[may("upload")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=LARGEST + _FORM,
)
def use_layout(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: FileForm
) -> Response[Shown]:
    """Read an upload in the layout of a file, and preview it."""
    file = sent_file(data)
    layout = parse_layout(file.file.read(LARGEST + 1), at=file.filename)
    with node.read() as work:
        seen = upload_of(work, number)
    reading = apply_layout(layout, _header(seen), structs.replace(seen.options.reading, columns={}))
    if reading is None:
        raise InputError("web/layout-of-other-columns", title=layout.title, at=file.filename)
    options = structs.replace(seen.options, reading=reading)
    inspection = look_at(node.desk, seen, reading)
    with node.change(user) as work:
        upload = set_options(work, seen, options, inspection)
    return done(request, shown_to(user, upload), f"/screen/{number}")


def _header(upload: Upload) -> tuple[str, ...]:
    return tuple(column.name for column in upload.inspection.columns) if upload.inspection else ()


@post("/screen/ready", guards=[may("upload")], sync_to_thread=True)
def screen_ready(request: Asked, node: TheNode, user: TheUser) -> Response[Taken]:
    """Screen all of a user's uploads without open questions, identical content once."""
    with node.change(user) as work:
        ready = [each for each in uploads(work, rows=500) if each.state == "mapped"]
        mine = [each for each in ready if each.who == _who(user) and each.held]
        # Sequential: the first of several copies is queued, and the next ones see it.
        fresh = (each for each in reversed(mine) if not _is_copy(work, each))
        queued = [queue_upload(work, each, node.today()) for each in fresh]
    return done(request, Taken(uploads=tuple(shown_to(user, each) for each in queued)), "/screen")


def _is_copy(work: Work, upload: Upload) -> bool:
    """Return whether the same content with the same options is screened or waiting."""
    same = twins(work, upload.sha256, but=upload.id)
    going = (each for each in same if each.state in {"queued", "running", "done"})
    return any(each.options.reading == upload.options.reading for each in going)


@post("/screen/{number:int}/cancel", guards=[may("upload")], sync_to_thread=True)
def cancel(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Wanted]
) -> Response[Shown]:
    """Cancel an upload, or stop its screening after the next step."""
    with node.change(user) as work:
        now = upload_of(work, number)
        # A worker that takes it meanwhile does not conflict with this.
        version = now.version if now.state == "running" else data.version
        upload = cancel_upload(work, structs.replace(now, version=version))
    return done(request, shown_to(user, upload), f"/screen/{number}")


@post("/screen/{number:int}/again", guards=[may("upload")], sync_to_thread=True, makes=True)
def read_again(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[Shown]:
    """Create a new upload of the same file, to read it differently."""
    with node.read() as work:
        seen = upload_of(work, number)
    made = begin_anew(node.database, node.desk, seen, _who(user))
    return done(request, shown_to(user, made), f"/screen/{made.id}", status=201)


@post("/screen/{number:int}/drop", guards=[may("upload")], sync_to_thread=True)
def drop(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Wanted]
) -> Response[Shown]:
    """Delete the file of an upload; its results stay."""
    seen = _seen(node, number, data.version)
    dropped = send_away(node.database, node.desk, seen, _who(user))
    return done(request, shown_to(user, dropped), f"/screen/{number}")


def _seen(node: Node, number: int, version: int) -> Upload:
    """Read an upload at a given version: changes based on older ones are refused."""
    with node.read() as work:
        return structs.replace(upload_of(work, number), version=version)


def shown_in(user: User, found: Sequence[Upload]) -> Iterator[Shown]:
    """Yield uploads as visible to a user, with their current phase."""
    going = [each for each in found if each.state in {"queued", "running"}]
    first = min(going, key=lambda each: (each.state != "running", each.id), default=None)
    for each in found:
        yield shown_to(user, each, phase_of(each, first=each is first))


def _page(work: Work, user: User, upload: Upload) -> UploadPage:
    waits = upload.state in {"received", "mapped"}
    like = last_like(work, upload) if waits else None
    same = twins(work, upload.sha256, but=upload.id) if waits else []
    refused = _refusals(work, upload)
    before = [each for each in running_now(work) if each.id != upload.id]
    first = upload.state == "running" or not any(
        each.state == "running" or each.id < upload.id for each in before
    )
    return UploadPage(
        upload=shown_to(user, upload, phase_of(upload, first=first)),
        twins=tuple(shown_to(user, each) for each in same),
        like=shown_to(user, like) if like else None,
        refusals=refused,
    )


def _refusals(work: Work, upload: Upload) -> tuple[Refusal, ...]:
    """Return the first refusals: of the screening, otherwise of the preview."""
    if upload.screening is None:
        return upload.inspection.refusals if upload.inspection else ()
    source = screening_of(work, upload.screening).source_id
    return tuple(each.refusal for each in refusals(work, source=source, rows=_REFUSED))


def _options(data: Reading, before: Options) -> Options:
    """Convert form values to options.

    Raises:
        InputError: Two columns are mapped to one field.
    """
    columns: dict[str, str] = {}
    for pair in data.map:
        field, _, column = pair.partition("=")
        if field in columns and columns[field] != column:
            raise InputError(
                "web/field-said-twice", field=field, columns=columns[field], column=column
            )
        columns[field] = column
    units = {name: unit for name, unit in (("net", data.net), ("gross", data.gross)) if unit}
    reading = ReadOptions(
        columns=columns,
        encoding=data.encoding or None,
        delimiter=data.delimiter or None,
        decimal=data.decimal or None,
        dates=data.dates or None,
        units=units,
        sheet=data.sheet or None,
        format=data.format or None,
        batch_rows=before.reading.batch_rows,
    )
    return Options(reading=reading, day=data.day, street=data.street)


def _who(user: User) -> str:
    return account_key(user.account.id)


_PAGE = 1_000  # refusals read at a time


@get("/screen/{number:int}/refused.csv", guards=[may("see")], sync_to_thread=True, gives="text/csv")
def refused_csv(node: TheNode, number: FromPath[int]) -> Response[Any]:
    """Send the refusals, one per row."""
    with node.read() as work:
        screening = upload_of(work, number).screening
        if screening is None:
            raise MissingError("web/no-refusals-yet", number=number)
        source = screening_of(work, screening).source_id
    return download(
        _write_refusals(node, source), "text/csv; charset=utf-8", f"refused-{number}.csv"
    )


@get(
    "/screen/{number:int}/alerts.jsonl",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/x-ndjson",
)
def alerts_jsonl(node: TheNode, user: TheUser, number: FromPath[int]) -> Response[Any]:
    """Send the complete alerts as JSON Lines."""
    pieces = _findings(node, number, cleared=user.account.cleared).jsonl()
    return download(pieces, "application/x-ndjson", f"alerts-{number}.jsonl")


@get("/screen/{number:int}/alerts.csv", guards=[may("see")], sync_to_thread=True, gives="text/csv")
def alerts_csv(node: TheNode, user: TheUser, number: FromPath[int]) -> Response[Any]:
    """Send the alerts, one per row."""
    pieces = _findings(node, number, cleared=user.account.cleared).csv()
    return download(pieces, "text/csv; charset=utf-8", f"alerts-{number}.csv")


@get(
    "/screen/{number:int}/exports/{name:str}",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/octet-stream",
)
def alerts_exported(
    node: TheNode, user: TheUser, number: FromPath[int], name: FromPath[str]
) -> Response[Any]:
    """Send the alerts in a plug-in's format."""
    exporter = exporters().get(name)
    if exporter is None:
        raise MissingError("web/no-such-format", name=name)
    findings = _findings(node, number, cleared=user.account.cleared)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "alerts"
        findings.exported(path, name)
        content = path.read_bytes()
    return download(content, exporter.media_type, f"alerts-{number}.{name}")


@get(
    "/screen/{number:int}/report.html", guards=[may("see")], sync_to_thread=True, gives="text/html"
)
def report_html(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[Any]:
    """Send the report as a self-contained page."""
    findings = _findings(node, number, cleared=user.account.cleared)
    with (
        speaking(request.state.get("language", "en")),
        tempfile.TemporaryDirectory() as folder,
    ):
        path = Path(folder) / "report.html"
        findings.report(path)
        content = path.read_bytes()
    return download(content, "text/html; charset=utf-8", f"report-{number}.html")


def _findings(node: Node, number: int, *, cleared: bool) -> Findings:
    with node.read() as work:
        upload = upload_of(work, number)
    beside = node.taught.telling()
    return Findings(node.desk, upload, node.database, beside, cleared=cleared)


def _write_refusals(node: Node, source: int) -> Iterator[bytes]:
    """Write refusals as CSV, one database page at a time."""
    piece, after = io.BytesIO(), 0
    table = CsvRefusals(piece, REFUSED)
    while True:
        with node.read() as work:
            found = refusals(work, source=source, after=after, rows=_PAGE)
        some: list[Refusal] = [each.refusal for each in found]
        table.add(some)
        yield piece.getvalue()
        if not found:
            return
        after = found[-1].id
        piece.seek(0)
        piece.truncate()


HANDLERS = [
    uploads_page,
    receive_files,
    upload_page,
    upload_progress,
    set_reading,
    layout_toml,
    use_layout,
    screen_ready,
    cancel,
    read_again,
    drop,
    refused_csv,
    alerts_jsonl,
    alerts_csv,
    alerts_exported,
    report_html,
]
