"""Many alerts at once: assigned or decided, each by itself, and none that someone else decided."""

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Right
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store.accounts import assignee_of
from tidewaiter.store.decisions import Wanted, assign, decide_each
from tidewaiter.store.queue import matching_ids, visible_ids
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.decisionform import read_decision
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.queuequery import queue_of, read_kept, written
from tidewaiter.web.replies import done
from tidewaiter.web.security import may

AT_ONCE = 10_000  # alerts of one action
_STEP = 250  # of one transaction, so that others get their turn

Do = Literal["assign", "take", "decide"]
_NEEDS: dict[Do, Right] = {"assign": "assign", "take": "assign", "decide": "decide"}


class Bulk(Record, frozen=True, kw_only=True):
    """What is to be done with which alerts."""

    do: Do
    alert: Annotated[tuple[str, ...], msgspec.Meta(max_length=AT_ONCE)] = ()  # ids
    everything: bool = False  # all that the queue lets through, up to 10,000, not only these
    expected: int = 0  # how many those were when the officer looked
    to: Annotated[str, msgspec.Meta(max_length=60)] = ""  # name of an account; "": nobody
    decision: str = ""  # verdict and code of the reason: "dismiss/other-goods"
    note: Annotated[str, msgspec.Meta(max_length=4_000)] = ""
    seen: int = 0  # id of the last decision of any alert when the officer looked
    queue: str = ""  # query of the queue


class BulkDone(Record, frozen=True, kw_only=True):
    """What was done."""

    done: int
    left: int  # someone else decided, or they are no longer in the queue
    beyond: int  # more than are done at once


@post("/queue/bulk", guards=[may("see")], sync_to_thread=True)
def change_many(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Bulk]
) -> Response[BulkDone]:
    """Assign or decide many alerts; each decision is one of its own."""
    if _NEEDS[data.do] not in user.rights:
        raise PermissionDeniedException(f"this needs the right “{_NEEDS[data.do]}”")
    wanted = _wanted(data) if data.do == "decide" else None
    ids = _ids(node, user, data)
    asked = max(data.expected, len(ids)) if data.everything else len(set(data.alert))
    changed = sum(
        _change(node, user, ids[start : start + _STEP], (data, wanted))
        for start in range(0, len(ids), _STEP)
    )
    beyond = max(0, asked - AT_ONCE)
    told = BulkDone(done=changed, left=max(0, asked - beyond - changed), beyond=beyond)
    if wanted is None:  # those that were assigned so before are not left: they are as wanted
        told = BulkDone(done=changed, left=max(0, asked - beyond - len(ids)), beyond=beyond)
    back = written(read_kept(data.queue), done=told.done, left=told.left)
    return done(request, told, f"/queue?{back}")


def _wanted(data: Bulk) -> Wanted:
    read, reason = read_decision(data.decision, data.note)
    return Wanted(verdict=read, reason=reason, note=data.note)


def _ids(node: Node, user: User, data: Bulk) -> list[str]:
    with node.read() as work:
        if data.everything:
            queue = queue_of(read_kept(data.queue), node, user)
            return matching_ids(work, queue, AT_ONCE)
        found = visible_ids(work, data.alert, cleared=user.account.cleared)
    if not found:
        raise InputError("no alert is chosen", hint="tick some, or choose all that match")
    return found


def _change(node: Node, user: User, ids: Sequence[str], asked: tuple[Bulk, Wanted | None]) -> int:
    """Change some alerts in one transaction; return how many."""
    data, wanted = asked
    with node.change(user) as work:
        if wanted is not None:
            return decide_each(work, ids, wanted, last=data.seen).decided
        to = user.account.name if data.do == "take" else data.to
        return assign(work, ids, assignee_of(work, to))


HANDLERS = [change_many]
