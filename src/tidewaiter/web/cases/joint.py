"""Joint cases: list, case page, this side's decision, and shared evidence files.

Uploaded bundles are hashed and not stored: the exchange transfers no files.
"""

from typing import Any, BinaryIO, cast

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, JSONBody
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.casework.cases.permissions import load_case_rules
from tidewaiter.exchange.cases import (
    Decision,
    JointCase,
    Redacted,
    Taking,
    Together,
    redact_member,
    refer,
)
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.requests.state import joint_acts, new_id
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.cases.joint import (
    KINDS,
    bring,
    find_joint,
    joint_at,
    joint_cases,
    open_joint,
    say_in_joint,
)
from tidewaiter.store.groups import groups
from tidewaiter.store.peers.statements import Listed, destroyed_of, number_of, said_of
from tidewaiter.store.recalls.compliance import delivery_statuses
from tidewaiter.web.alerts.decision_form import read_decision
from tidewaiter.web.cases.joint_views import (
    BundleBrought,
    Deciding,
    JointCasesPage,
    JointPage,
    JointRow,
    JointSaid,
    OpenJoint,
    Partaking,
    SidePart,
    apart,
    joint_cases_view,
    joint_view,
    said_in_case,
)
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.incidents.handlers import names_of
from tidewaiter.web.incidents.schemas import UnheededTold

_ROWS = 200
_TITLE = 200  # characters of a row: peers may send any length


@get("/joint", guards=[may("exchange")], sync_to_thread=True)
def joint_cases_page(request: Asked, node: TheNode) -> Response[JointCasesPage]:
    """Show joint cases: open invitations first, then by recent activity."""
    with node.exchange() as (desk, work):
        found = joint_cases(work, desk.ring.lock, rows=_ROWS + 1)
        own, names = desk.node, names_of(work, desk.node)
    rows = [_row(*each, own) for each in found[:_ROWS]]
    rows.sort(key=lambda each: each.part != "invited")
    page = JointCasesPage(rows=tuple(rows), own=own, names=names, cut=len(found) > _ROWS)
    return reply(request, "joint-cases.html", page, view=lambda: joint_cases_view(page))


@get("/joint/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def joint_case_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[JointPage]:
    """Show a joint case: contributions and decisions, side by side."""
    with node.exchange() as (desk, work):
        of = joint_at(work, number)
        known, names = find_joint(work, desk.ring.lock, *of), names_of(work, desk.node)
        said = said_of(work, desk.ring.lock, KINDS, *of)
        case = known.case.body if known.case else None
        group = case.marking.group if case else ""
        page = JointPage(
            number=number,
            id=of[1],
            opener=of[0],
            own=desk.node,
            case=case,
            sides=tuple(known.sides.values()),
            side_by_side=known.side_by_side(),
            said=tuple(map(said_in_case, said)),
            destroyed=destroyed_of(work, KINDS, *of),
            unheeded=tuple(
                UnheededTold(sender=each.said.sender, at=each.said.at, why=each.why)
                for each in known.unheeded
            ),
            acts=joint_acts(known, desk.node),
            fates=delivery_statuses(work, desk.ring.lock, desk.node, KINDS, of),
            untold=tuple(each for each in known.sides if each != desk.node and each not in names),
            names=names,
            group=next((each.name for each in groups(work) if each.id == group), ""),
        )
    return reply(request, "joint.html", page, view=lambda: joint_view(page, user.rights))


@post("/joint", guards=[may("exchange")], sync_to_thread=True, makes=True)
def open_joint_case(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[OpenJoint]
) -> Response[JointSaid]:
    """Open a joint case, and invite peers that its marking permits."""
    name = new_id()
    with node.exchange(user) as (desk, work):
        case = JointCase(
            id=name,
            opener=desk.node,
            partners=data.partners,
            title=data.title,
            purpose=data.purpose,
            basis=data.basis,
            day=desk.stamp().at.date(),
            marking=Marking(tlp=data.tlp, purposes=(data.purpose,)),
        )
        open_joint(work, desk.ring.lock, desk.node, case)
        number = number_of(work, KINDS, desk.node, name)
    made = JointSaid(number=number, id=name, untold=())
    return done(request, made, f"/joint/{number}", status=201)


@post("/joint/{number:int}/part", guards=[may("exchange")], sync_to_thread=True, makes=True)
def reply_joint(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Partaking]
) -> Response[JointSaid]:
    """Join, decline or leave a case."""
    return _say(request, node, user, number, data)


@post("/joint/{number:int}/decisions", guards=[may("exchange")], sync_to_thread=True, makes=True)
def decide_joint(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Deciding]
) -> Response[JointSaid]:
    """Report this side's decision on a subject."""
    return _say(request, node, user, number, data)


def _say(
    request: Asked, node: Node, user: User, number: int, data: Partaking | Deciding
) -> Response[Any]:
    with node.exchange(user) as (desk, work):
        opener, case = joint_at(work, number)
        said: Taking | Decision
        if isinstance(data, Partaking):
            said = Taking(case=case, opener=opener, number=0, part=data.part, note=data.note)
        else:
            verdict, reason = read_decision(data.decision, data.note)
            said = Decision(
                case=case,
                opener=opener,
                number=0,
                subject=data.subject,
                verdict=verdict,
                reason=reason,
                note=data.note,
                day=desk.stamp().at.date(),
            )
        untold = say_in_joint(work, desk.ring.lock, desk.node, said)
    made = JointSaid(number=number, id=case, untold=untold)
    return done(request, made, f"/joint/{number}", status=201)


def _row(listed: Listed, known: Together, own: str) -> JointRow:
    case = known.case.body if known.case else None
    return JointRow(
        number=listed.first,
        id=listed.id,
        opener=listed.owner,
        title=case.title[:_TITLE] if case else None,
        purpose=case.purpose if case else None,
        tlp=case.marking.tlp if case else None,
        day=case.day if case else None,
        sides=tuple(SidePart(node=each.node, part=each.part) for each in known.sides.values()),
        part=known.sides[own].part if own in known.sides else None,
        bundles=sum(len(each.bundles) for each in known.sides.values()),
        subjects=len(known.side_by_side()),
        apart=apart(known),
    )


_AROUND = 65_536  # bytes of a form around its file
_BYTES = load_case_rules().limits.file_bytes + _AROUND
_FIELDS = 200  # maximum fields redacted in one file
_WHY = 2_000  # maximum characters


@post(
    "/joint/{number:int}/bundles",
    guards=[may("exchange")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=_BYTES,
)
def bring_bundle(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: FileForm
) -> Response[BundleBrought]:
    """Contribute an exported case by its hashes: the file stays with its owner."""
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
def redact_file(
    node: TheNode, user: TheUser, number: FromPath[int], data: FileForm
) -> Response[bytes]:
    """Send a redacted bundle file, and report the redactions to the case."""
    file, member = _file(data), str(data.get("member", "")).strip()
    why = str(data.get("why", "")).strip()[:_WHY]
    pointers = [each.strip() for each in str(data.get("fields", "")).splitlines() if each.strip()]
    if not (member and why and 0 < len(pointers) <= _FIELDS):
        raise InputError("web/redaction-not-said", fields=_FIELDS)
    told = refer(file)
    given, redacted = redact_member(file, member, [Redacted(pointer=p, why=why) for p in pointers])
    with node.exchange(user) as (desk, work):
        whole = structs.replace(told, redacted=(redacted,))
        bring(work, desk.ring.lock, desk.node, joint_at(work, number), whole)
    return download(given, "application/octet-stream", f"redacted-{redacted.given[:16]}.json")


def _file(data: dict[str, Any]) -> BinaryIO:
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise InputError("web/no-bundle-sent")
    return cast("BinaryIO", file.file)


HANDLERS = [
    joint_cases_page,
    joint_case_page,
    open_joint_case,
    reply_joint,
    decide_joint,
    bring_bundle,
    redact_file,
]
