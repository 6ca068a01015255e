"""Many alerts at once: assigned or decided in one act, after a look at what it would do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Right
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Verdict
from tidewaiter.consignments.priority import priority_of
from tidewaiter.consignments.types import Alert, Severity
from tidewaiter.store.accounts import assignee_of
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.bulkdecisions import decide_many, look_over, sort_out
from tidewaiter.store.database import Work
from tidewaiter.store.decisions import Wanted, assign, decide, last_decision, standings
from tidewaiter.store.queue import matching_ids, stored_alerts, visible_ids
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.bulkview import confirm_view
from tidewaiter.web.decisionform import read_decision
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.queuequery import queue_of, read_kept, written
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

AT_ONCE = 10_000  # alerts of one action
_STEP = 250  # assigned in one transaction, so that others get their turn
_WORST = 3  # shown before a decision on many

Do = Literal["assign", "take", "decide"]
_NEEDS: dict[Do, Right] = {"assign": "assign", "take": "assign", "decide": "decide"}


class Bulk(Record, frozen=True, kw_only=True):
    """What is to be done with which alerts."""

    do: Do
    alert: Annotated[tuple[str, ...], msgspec.Meta(max_length=AT_ONCE)] = ()  # ids
    everything: bool = False  # all that the queue lets through, up to 10,000, not only these
    expected: int = 0  # how many those were when the officer looked
    stored: int | None = None  # and how many alerts there were at all: later ones are left alone
    to: Annotated[str, msgspec.Meta(max_length=60)] = ""  # name of an account; "": nobody
    decision: str = ""  # verdict and code of the reason: "dismiss/other-goods"
    note: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # several alerts need one
    seen: int | None = None  # id of the last decision of any alert when the officer looked; 0: none
    queue: str = ""  # query of the queue
    confirmed: bool = False  # what it would do was looked at: a decision on several needs it


class Worst(Record, frozen=True, kw_only=True):
    """One of the most severe alerts that an act would change."""

    alert: str  # id
    severity: Severity
    consignment: str
    seq: int
    title: str


class BulkPreview(Record, frozen=True, kw_only=True):
    """What an act on many alerts would do; nothing is done yet."""

    asked: Bulk  # to be sent again, confirmed
    verdict: Verdict | None  # None: they would be assigned
    change: int  # alerts that would be decided or assigned
    severities: Mapping[str, int]  # of these, the most severe first
    second: Mapping[str, int]  # of those that a second officer would have to agree to
    listed: int  # of those: that rest on a list of parties
    left: int  # that someone else decided, or on which a decision waits
    replaced: int  # that are decided, or assigned to someone else, already
    beyond: int  # more than are done at once
    worst: tuple[Worst, ...]


class BulkDone(Record, frozen=True, kw_only=True):
    """What was done."""

    done: int
    proposed: int  # that wait for a second officer
    left: int  # someone else decided, or they are no longer in the queue
    beyond: int  # more than are done at once
    batch: int | None  # number of the bulk decision, by which it is undone; None: there is none


@post("/queue/bulk", guards=[may("see")], sync_to_thread=True)
def change_many(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Bulk]
) -> Response[BulkDone]:
    """Assign or decide many alerts in one act, which counts as one decision."""
    wanted = _wanted(user, data)
    with node.read() as work:
        ids = _ids(node, work, user, data)
        preview = None if data.confirmed else _preview(work, user, data, ids)
    if preview is not None and _asks(preview, program=request.wants_json):
        if request.wants_json:
            hint = "ask /queue/bulk/preview what it would do, then send it with confirmed: true"
            raise InputError("A decision on several alerts has to be confirmed.", hint=hint)
        return reply(request, "bulk-confirm.html", preview, view=lambda: confirm_view(preview))
    if wanted is None:
        told, step = _assigned(node, user, data, ids), None
    else:
        told, step = _decided(node, user, data, ids, wanted)
    asked = max(data.expected, len(ids)) if data.everything else len(set(data.alert))
    beyond = max(0, asked - AT_ONCE)
    gone = max(0, asked - beyond - len(ids))
    told = msgspec.structs.replace(told, left=told.left + gone, beyond=beyond)
    back = written(
        read_kept(data.queue),
        did=data.do,
        done=told.done,
        left=told.left,
        batch=told.batch,
        step=step,
    )
    return done(request, told, f"/queue?{back}")


@post("/queue/bulk/preview", guards=[may("see")], sync_to_thread=True)
def preview_many(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Bulk]
) -> Response[BulkPreview]:
    """Say what an act on many alerts would do, by severity; nothing is done."""
    _wanted(user, data)
    with node.read() as work:
        preview = _preview(work, user, data, _ids(node, work, user, data))
    return reply(request, "bulk-confirm.html", preview, view=lambda: confirm_view(preview))


def _wanted(user: User, data: Bulk) -> Wanted | None:
    """Read what is to be decided; None: alerts are to be assigned."""
    if _NEEDS[data.do] not in user.rights:
        raise PermissionDeniedException(f"this needs the right “{_NEEDS[data.do]}”")
    if data.do != "decide":
        return None
    # The note of an act that is only looked at is still to be written.
    read, reason = read_decision(data.decision, data.note if data.confirmed else data.note or "…")
    return Wanted(verdict=read, reason=reason, note=data.note)


def _ids(node: Node, work: Work, user: User, data: Bulk) -> list[str]:
    if data.everything:
        queue = queue_of(read_kept(data.queue), node, user)
        return matching_ids(work, queue, AT_ONCE, stored=data.stored)
    found = visible_ids(work, data.alert, cleared=user.account.cleared)
    if not found:
        raise InputError("no alert is chosen", hint="tick some, or choose all that match")
    return found


def _asks(preview: BulkPreview, *, program: bool) -> bool:
    """Tell whether an act is looked at before it is done.

    To assign takes nothing away, unless it is all that match or from someone else; a program that
    assigns knows which alerts it names.
    """
    if preview.verdict is not None:
        return preview.asked.everything or len(preview.asked.alert) > 1
    return not program and (preview.asked.everything or preview.replaced > 0)


def _preview(work: Work, user: User, data: Bulk, ids: Sequence[str]) -> BulkPreview:
    """Say what an act would do, and what is to be sent to do just that."""
    beyond = max(0, data.expected - AT_ONCE) if data.everything else 0
    seen = last_decision(work) if data.seen is None else data.seen
    if data.do == "decide":
        verdict, _ = read_decision(data.decision, data.note or "…")
        told = sort_out(work, ids, verdict, last=seen)
    else:
        verdict, told = None, look_over(work, ids)
        told = msgspec.structs.replace(told, replaced=_taken(work, user, data, ids))
    alerts = sorted(alerts_of(work, told.worst), key=priority_of, reverse=True)
    return BulkPreview(
        asked=msgspec.structs.replace(
            data,
            alert=() if data.everything else tuple(ids),
            expected=len(ids) + beyond,
            stored=stored_alerts(work) if data.stored is None else data.stored,
            seen=seen,
            confirmed=True,
        ),
        verdict=verdict,
        change=len(told.decide),
        severities=told.severities,
        second=told.second,
        listed=told.listed,
        left=len(told.left),
        replaced=told.replaced,
        beyond=beyond,
        worst=tuple(map(_short, alerts[:_WORST])),
    )


def _taken(work: Work, user: User, data: Bulk, ids: Sequence[str]) -> int:
    """Count the alerts that are assigned to someone else than they would be."""
    to = assignee_of(work, _assignee(user, data))
    return sum(each.assignee not in {None, to} for each in standings(work, ids).values())


def _assignee(user: User, data: Bulk) -> str:
    return user.account.name if data.do == "take" else data.to


def _short(alert: Alert) -> Worst:
    return Worst(
        alert=alert.id,
        severity=alert.severity,
        consignment=alert.consignment,
        seq=alert.seq,
        title=alert.title,
    )


def _assigned(node: Node, user: User, data: Bulk, ids: Sequence[str]) -> BulkDone:
    changed = 0
    for start in range(0, len(ids), _STEP):
        with node.change(user) as work:
            to = assignee_of(work, _assignee(user, data))
            changed += assign(work, ids[start : start + _STEP], to)
    return BulkDone(done=changed, proposed=0, left=0, beyond=0, batch=None)


def _decided(
    node: Node, user: User, data: Bulk, ids: Sequence[str], wanted: Wanted
) -> tuple[BulkDone, int | None]:
    """Decide; return what was done, and the step where it was one alert."""
    with node.change(user) as work:
        if len(ids) != 1:
            made = decide_many(work, ids, wanted, last=data.seen or 0)
            return BulkDone(
                done=made.decided,
                proposed=made.proposed,
                left=made.left,
                beyond=0,
                batch=made.batch,
            ), None
        now = standings(work, ids)[ids[0]]
        if (now.decided or 0) > (data.seen or 0):
            return BulkDone(done=0, proposed=0, left=1, beyond=0, batch=None), None
        step = decide(work, now, wanted).decided
    return BulkDone(done=1, proposed=0, left=0, beyond=0, batch=None), step


HANDLERS = [change_many, preview_many]
