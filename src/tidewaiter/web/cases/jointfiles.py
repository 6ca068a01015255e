"""Files of joint cases: a bundle is brought by its hashes, and a file of it without some fields.

A bundle that is sent here is read, hashed and let go: the exchange carries no files, and this
installation keeps none of it.
"""

from typing import Annotated, Any, BinaryIO, cast

from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.casework.caserules import load_case_rules
from tidewaiter.exchange.requests.redaction import Redacted
from tidewaiter.exchange.requests.referring import redact_member, refer
from tidewaiter.store.jointcases import bring, joint_at
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.jointrows import BundleBrought
from tidewaiter.web.replies import done, download
from tidewaiter.web.security import may

_AROUND = 65_536  # bytes of a form around its file
_BYTES = load_case_rules().limits.file_bytes + _AROUND
_FIELDS = 200  # that are taken out of one file
_WHY = 2_000  # characters

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@post(
    "/joint/{number:int}/bundles",
    guards=[may("exchange")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=_BYTES,
)
def bring_bundle(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: Form
) -> Response[BundleBrought]:
    """Bring an exported case by its hashes: the file itself stays with its owner."""
    told = refer(_file(data))
    with node.exchange(user) as (desk, work):
        untold = bring(work, desk.ring.lock, desk.node, joint_at(work, number), told)
    made = BundleBrought(number=number, sha256=told.sha256, untold=untold)
    return done(request, made, f"/joint/{number}#bundles", status=201)


@post(
    "/joint/{number:int}/redactions",
    guards=[may("exchange")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=_BYTES,
)
def redact_file(node: TheNode, user: TheUser, number: FromPath[int], data: Form) -> Response[bytes]:
    """Send a file of a bundle without some fields, and tell the case what was taken out."""
    file, member = _file(data), str(data.get("member", "")).strip()
    why = str(data.get("why", "")).strip()[:_WHY]
    pointers = [each.strip() for each in str(data.get("fields", "")).splitlines() if each.strip()]
    if not (member and why and 0 < len(pointers) <= _FIELDS):
        hint = f"name the file, 1 to {_FIELDS} places in it, a line each, and why"
        raise InputError("it does not say what is taken out, or why", hint=hint)
    told = refer(file)
    given, redacted = redact_member(file, member, [Redacted(pointer=p, why=why) for p in pointers])
    with node.exchange(user) as (desk, work):
        whole = structs.replace(told, redacted=(redacted,))
        bring(work, desk.ring.lock, desk.node, joint_at(work, number), whole)
    return download(given, "application/octet-stream", f"redacted-{redacted.given[:16]}.json")


def _file(data: dict[str, Any]) -> BinaryIO:
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise InputError("no file was sent", hint="choose an exported case first")
    return cast("BinaryIO", file.file)


HANDLERS = [bring_bundle, redact_file]
