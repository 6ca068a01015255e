"""Bulk actions: assign or decide many alerts at once, after a preview."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal, Protocol

import msgspec
from litestar import Response, post
from litestar.exceptions import PermissionDeniedException
from litestar.params import JSONBody

from tidewaiter.accounts.roles import Right
from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.severity import SEVERITIES
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.explain.languages import numbered, words
from tidewaiter.explain.words import alerts_in_words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import assignee_of
from tidewaiter.store.alerts.bulk_decisions import decide_many, look_over, sort_out
from tidewaiter.store.alerts.decisions import (
    Wanted,
    assign,
    decide,
    last_decision,
    standings,
)
from tidewaiter.store.alerts.queue import matching_ids, visible_ids
from tidewaiter.store.alerts.storage import alerts_of, next_number
from tidewaiter.store.core.database import Work
from tidewaiter.trade.alerts import priority_of
from tidewaiter.trade.types import Alert, Severity
from tidewaiter.web.alerts.decision_form import read_decision
from tidewaiter.web.alerts.queue_query import queue_of, read_kept, written
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may


class BulkRequest(Protocol):
    """The request."""

    @property
    def to(self) -> str:
        """The assignee."""

    @property
    def do(self) -> str:
        """The action."""

    @property
    def decision(self) -> str:
        """Verdict and reason."""

    @property
    def queue(self) -> str:
        """The query of the queue."""


class Preview(Protocol):
    """Preview of an act."""

    @property
    def asked(self) -> BulkRequest:
        """The request."""

    @property
    def verdict(self) -> Verdict | None:
        """The verdict."""

    @property
    def change(self) -> int:
        """Number of alerts that would change."""

    @property
    def severities(self) -> Mapping[str, int]:
        """Of these, by severity."""

    @property
    def second(self) -> Mapping[str, int]:
        """Of those that need a second officer, by severity."""

    @property
    def listed(self) -> int:
        """Of those: with a list match."""

    @property
    def left(self) -> int:
        """Skipped."""

    @property
    def replaced(self) -> int:
        """Already decided or assigned."""

    @property
    def beyond(self) -> int:
        """Beyond the limit of one act."""


class SeverityRow(Record, frozen=True, kw_only=True):
    """Alerts of a severity that an act would change, and propose."""

    severity: Severity
    change: int
    second: int


class ConfirmView(Record, frozen=True, kw_only=True):
    """A preview of an act, as displayed."""

    title: str
    reason: str  # "": assignment
    rows: tuple[SeverityRow, ...]
    told: tuple[str, ...]  # remarks
    button: str
    back: str  # address
    decides: bool
    nothing: bool  # it would have no effect


def confirm_view(page: Preview) -> ConfirmView:
    """Render a preview as text."""
    second = sum(page.second.values())
    total = page.change + second
    alerts = alerts_in_words(total)
    if page.verdict is None:
        who = page.asked.to.strip()
        title = words("Assign {alerts} to {who}?") if who else words("Unassign {alerts}?")
        if page.asked.do == "take":
            title = words("Assign {alerts} to yourself?")
        title, button, reason = title.format(alerts=alerts, who=who), words("Assign"), ""
    else:
        rules = load_decision_rules()
        verdict = words(rules.verdict[page.verdict].says)
        title = words("{verdict}: {alerts}?").format(verdict=verdict, alerts=alerts)
        reason = words(rules.reason[page.asked.decision.partition("/")[2]].says)
        button = words("Propose") if not page.change else verdict
    return ConfirmView(
        title=title,
        reason=reason,
        rows=tuple(
            SeverityRow(
                severity=each,
                change=page.severities.get(each, 0),
                second=page.second.get(each, 0),
            )
            for each in SEVERITIES
            if each in page.severities or each in page.second
        ),
        told=tuple(_told(page, second)),
        button=button,
        back=f"/queue?{page.asked.queue}" if page.asked.queue else "/queue",
        decides=page.verdict is not None,
        nothing=not total,
    )


def _told(page: Preview, second: int) -> Iterator[str]:
    if second:
        yield numbered(
            (
                "%(num)s alert is critical or has a list hit. It is not decided yet: a "
                "second officer must confirm or reject it."
            ),
            (
                "%(num)s alerts are critical or have a list hit. They are not decided yet: a "
                "second officer must confirm or reject them."
            ),
            second,
        )
    if page.listed:
        yield numbered(
            "%(num)s of them has a list hit.", "%(num)s of them have a list hit.", page.listed
        )
    if page.left:
        yield numbered(
            (
                "%(num)s alert is skipped: a colleague has decided it, or a decision on it "
                "is pending."
            ),
            (
                "%(num)s alerts are skipped: a colleague has decided them, or a decision on "
                "them is pending."
            ),
            page.left,
        )
    if page.replaced and page.verdict is None:
        yield numbered(
            "%(num)s alert is currently assigned to someone else.",
            "%(num)s alerts are currently assigned to someone else.",
            page.replaced,
        )
    elif page.replaced:
        yield numbered(
            "%(num)s alert already has a decision, which will be replaced.",
            "%(num)s alerts already have a decision, which will be replaced.",
            page.replaced,
        )
    if page.beyond:
        yield numbered(
            "%(num)s alert exceeds the limit for one action and is not changed.",
            "%(num)s alerts exceed the limit for one action and are not changed.",
            page.beyond,
        )


AT_ONCE = 10_000  # maximum alerts per act
_STEP = 250  # assigned per transaction, so that other writers get their turn
_WORST = 3  # alerts shown in a preview

Do = Literal["assign", "take", "decide"]
_NEEDS: dict[Do, Right] = {"assign": "assign", "take": "assign", "decide": "decide"}


class Bulk(Record, frozen=True, kw_only=True):
    """An action on alerts."""

    do: Do
    alert: Annotated[tuple[str, ...], msgspec.Meta(max_length=AT_ONCE)] = ()  # ids
    everything: bool = False  # all that match the filter, up to 10,000, not only these
    expected: int = 0  # their number when the officer looked
    stored: int | None = None  # number of all alerts at that time: later ones are excluded
    to: Annotated[str, msgspec.Meta(max_length=60)] = ""  # account name; "": unassigned
    decision: str = ""  # verdict and code of the reason: "dismiss/other-goods"
    note: Annotated[str, msgspec.Meta(max_length=4_000)] = ""  # required for several alerts
    seen: int | None = None  # id of the last decision when the officer looked; 0: none
    queue: str = ""  # query of the queue
    confirmed: bool = False  # the preview was seen; required for several alerts


class Worst(Record, frozen=True, kw_only=True):
    """One of the most severe alerts affected."""

    alert: str  # id
    severity: Severity
    consignment: str
    seq: int
    title: Phrase


class BulkPreview(Record, frozen=True, kw_only=True):
    """Preview of an act on many alerts."""

    asked: Bulk  # request to send again, confirmed
    verdict: Verdict | None  # None: assignment
    change: int  # alerts that would be decided or assigned
    severities: Mapping[str, int]  # of these, most severe first
    second: Mapping[str, int]  # of those that need a second officer
    listed: int  # of those: with a list match
    left: int  # decided by someone else, or with a pending decision
    replaced: int  # already decided, or assigned to someone else
    beyond: int  # beyond the limit of one act
    worst: tuple[Worst, ...]


class BulkDone(Record, frozen=True, kw_only=True):
    """Result of an act."""

    done: int
    proposed: int  # waiting for a second officer
    left: int  # decided by someone else, or no longer in the queue
    beyond: int  # beyond the limit of one act
    batch: int | None  # number of the bulk decision, for undo; None: none


@post("/queue/bulk", guards=[may("see")], sync_to_thread=True)
def change_many(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Bulk]
) -> Response[BulkDone]:
    """Assign or decide many alerts in one act."""
    wanted = _wanted(user, data)
    with node.read() as work:
        ids = _ids(node, work, user, data)
        preview = None if data.confirmed else _preview(work, user, data, ids)
    if preview is not None and _asks(preview, program=request.wants_json):
        if request.wants_json:
            raise InputError("web/bulk-decision-not-confirmed")
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
    """Preview an act on many alerts, by severity."""
    _wanted(user, data)
    with node.read() as work:
        preview = _preview(work, user, data, _ids(node, work, user, data))
    return reply(request, "bulk-confirm.html", preview, view=lambda: confirm_view(preview))


def _wanted(user: User, data: Bulk) -> Wanted | None:
    """Parse the decision; None: an assignment."""
    if _NEEDS[data.do] not in user.rights:
        raise PermissionDeniedException(f"this needs the right “{_NEEDS[data.do]}”")
    if data.do != "decide":
        return None
    # A preview does not need the note yet.
    read, reason = read_decision(data.decision, data.note if data.confirmed else data.note or "…")
    return Wanted(verdict=read, reason=reason, note=data.note)


def _ids(node: Node, work: Work, user: User, data: Bulk) -> list[str]:
    if data.everything:
        queue = queue_of(read_kept(data.queue), node, user)
        return matching_ids(work, queue, AT_ONCE, stored=data.stored)
    found = visible_ids(work, data.alert, cleared=user.account.cleared)
    if not found:
        raise InputError("web/no-alert-chosen")
    return found


def _asks(preview: BulkPreview, *, program: bool) -> bool:
    """Return whether an act needs a preview.

    Assignments do not, unless they cover all matches or reassign alerts; programs name the alerts
    explicitly.
    """
    if preview.verdict is not None:
        return preview.asked.everything or len(preview.asked.alert) > 1
    return not program and (preview.asked.everything or preview.replaced > 0)


def _preview(work: Work, user: User, data: Bulk, ids: Sequence[str]) -> BulkPreview:
    """Return the preview of an act, and the request to perform it."""
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
            stored=next_number(work) if data.stored is None else data.stored,
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
    """Count the alerts assigned to someone else."""
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
    """Decide; return the result, and the step if it was a single alert."""
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
