"""Files of cases: added, and sent as attachments; and the case itself as an evidence bundle."""

import tempfile
from collections.abc import Iterator
from typing import IO, Annotated, Any, BinaryIO, cast
from urllib.parse import quote

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, JSONBody
from litestar.response import Stream

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.caserules import load_case_rules
from tidewaiter.casework.steps import Step
from tidewaiter.evidence.gather import Making, record_export, write_case
from tidewaiter.identity import key_file, own_key
from tidewaiter.store.casefiles import Given, add_file, file_parts, find_file
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import case_for, viewer_of
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import done
from tidewaiter.web.security import may

_MEMORY = 1 << 22  # bytes of a file that are kept in memory on their way
_PART = 1 << 16
_AROUND = 65_536  # bytes of a form around its file


class ExportWish(Record, frozen=True, kw_only=True):
    """How a case is given out."""

    restricted: bool = False  # with what is for the authority only


@post(
    "/cases/{number:int}/files",
    guards=[may("case")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=load_case_rules().limits.file_bytes + _AROUND,
)
def add_case_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[Step]:
    """Add a file to a case: it is hashed, kept as it is, and never run."""
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise MissingError("no file was sent", hint="choose one first")
    given = Given(
        name=file.filename, note=str(data.get("note", "")), restricted="restricted" in data
    )
    with node.change(user) as work:
        step = add_file(work, viewer_of(user), number, given, cast("BinaryIO", file.file))
    return done(request, step, f"/cases/{number}#papers")


@get(
    "/cases/{number:int}/files/{step:int}",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/octet-stream",
)
def case_file(node: TheNode, user: TheUser, number: FromPath[int], step: FromPath[int]) -> Stream:
    """Send a file of a case, as an attachment; a browser shows and runs none of it."""
    with node.read() as work:
        told = find_file(work, viewer_of(user), number, step)
        if told is None:
            raise MissingError(f"there is no file {step} in a case {number}", hint="look again")
        kept = _spooled()
        for part in file_parts(work, viewer_of(user), number, step):
            kept.write(part)
    return _attachment(kept, told.name)


@post(
    "/cases/{number:int}/export",
    guards=[may("case")],
    sync_to_thread=True,
    makes=True,
    gives="application/zip",
)
def export_case(
    node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[ExportWish]
) -> Stream:
    """Give a case out as a signed evidence bundle; that stands in the case from then on."""
    with node.read() as work:
        case_for(work, user, number)
    secret = own_key(key_file())
    with node.change(user) as work:
        step = record_export(work, viewer_of(user), number, restricted=data.restricted)
    making = Making(secret=secret, library=node.library(), restricted=data.restricted)
    kept = _spooled()
    with node.read() as work:
        write_case(work, viewer_of(user), step, making, cast("BinaryIO", kept))
    return _attachment(kept, f"case-{number}-{step.id}.zip", kind="application/zip")


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_MEMORY)


def _attachment(kept: IO[bytes], name: str, *, kind: str = "application/octet-stream") -> Stream:
    size = kept.tell()
    kept.seek(0)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Stream(_parts(kept), media_type=kind, headers=headers)


def _parts(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while part := kept.read(_PART):
            yield part


HANDLERS = [add_case_file, case_file, export_case]
