"""Suppression rules: what rests, by which rule, until when, and who approved."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.records import Record
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.suppression import Suppression, Taken
from tidewaiter.consignments.types import Alert
from tidewaiter.node import go_through
from tidewaiter.store.accounts import account_key
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.database import Work
from tidewaiter.store.hiding import count_resting
from tidewaiter.store.previews import Preview, hidden_by_day, preview, resting
from tidewaiter.store.sessions import User
from tidewaiter.store.suppression import (
    Changed,
    approve,
    end,
    refuse,
    steps_of,
    suppression_of,
    suppressions,
)
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may
from tidewaiter.web.suppressionview import (
    AlertLine,
    PreviewView,
    RuleView,
    StepView,
    WeekChart,
    alert_lines,
    preview_view,
    rule_view,
    step_views,
    week_chart,
)

Words = Annotated[str, msgspec.Meta(max_length=4_000)]


class SuppressionsPage(Record, frozen=True, kw_only=True):
    """All rules, and how many alerts rest."""

    resting: int
    rules: tuple[Suppression, ...]


class SuppressionPage(Record, frozen=True, kw_only=True):
    """One rule, its steps, and what it hides."""

    rule: Suppression
    steps: tuple[Taken, ...]
    resting: tuple[str, ...]  # ids, in order of work; not all where there are many
    hidden_by_day: dict[str, int]
    preview: Preview | None  # of a proposed rule


class Seen(Record, frozen=True, kw_only=True):
    """A step that needs no words."""

    seen: int  # id of the last step that the supervisor saw
    words: Words = ""


class Why(Record, frozen=True, kw_only=True):
    """A step that says why."""

    seen: int
    words: Words


class RulesView(Record, frozen=True, kw_only=True):
    """All rules in words."""

    proposed: tuple[RuleView, ...]
    active: tuple[RuleView, ...]
    over: tuple[RuleView, ...]
    may_propose: bool


class OneRuleView(Record, frozen=True, kw_only=True):
    """One rule in words."""

    rule: RuleView
    steps: tuple[StepView, ...]
    resting: tuple[AlertLine, ...]
    chart: WeekChart | None
    preview: PreviewView | None
    may_approve: bool
    own: bool  # whoever reads has proposed it, and it hides strong alerts


@get("/suppressions", guards=[may("see")], sync_to_thread=True)
def suppressions_page(request: Asked, node: TheNode, user: TheUser) -> Response[SuppressionsPage]:
    """Show all suppression rules, and how many alerts rest by each."""
    with node.read() as work:
        page = SuppressionsPage(resting=count_resting(work), rules=tuple(suppressions(work)))
    return reply(
        request,
        "suppressions.html",
        page,
        view=lambda: _rules_view(page, node, may_propose="decide" in user.rights),
    )


@get("/suppressions/{number:int}", guards=[may("see")], sync_to_thread=True)
def suppression_page(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[SuppressionPage]:
    """Show one suppression rule: its scope, its steps, and what it hides."""
    with node.read() as work:
        rule = suppression_of(work, number)
        scope = rule.proposal.scope
        page = SuppressionPage(
            rule=rule,
            steps=tuple(steps_of(work, number)),
            resting=tuple(resting(work, number)),
            hidden_by_day=hidden_by_day(work, number),
            preview=previewed(node, work, scope) if rule.state == "proposed" else None,
        )
        known = alerts_by_id(work, page.resting) | sampled(work, page.preview)
    return reply(
        request, "suppression.html", page, view=lambda: _rule_view(page, user, node, known)
    )


@post("/suppressions/{number:int}/approve", guards=[may("approve")], sync_to_thread=True)
def approve_suppression(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Seen]
) -> Response[Changed]:
    """Approve a proposed rule: from now on it hides what it is about."""
    with node.change(user) as work:
        changed = approve(work, _as_seen(work, number, data.seen), data.words)
    changed = go_through(node.database, changed, lambda: node.stamp(user))
    return done(request, changed, f"/suppressions/{number}")


@post("/suppressions/{number:int}/refuse", guards=[may("approve")], sync_to_thread=True)
def refuse_suppression(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Why]
) -> Response[Changed]:
    """Refuse a proposed rule, and say why."""
    with node.change(user) as work:
        changed = refuse(work, _as_seen(work, number, data.seen), data.words)
    return done(request, changed, f"/suppressions/{number}")


@post("/suppressions/{number:int}/end", guards=[may("approve")], sync_to_thread=True)
def end_suppression(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Why]
) -> Response[Changed]:
    """End an active rule, and say why; what rests by it is open again unless decided since."""
    with node.change(user) as work:
        changed = end(work, _as_seen(work, number, data.seen), data.words)
    changed = go_through(node.database, changed, lambda: node.stamp(user))
    return done(request, changed, f"/suppressions/{number}")


def alerts_by_id(work: Work, ids: Sequence[str]) -> dict[str, Alert]:
    """Read alerts that rules are about, of which none is restricted."""
    return {alert.id: alert for alert in alerts_of(work, ids)}


def previewed(node: Node, work: Work, scope: Scope) -> Preview:
    """Compare a scope with all stored alerts, once until something changes."""
    return node.kept.find(work, ("preview", scope), lambda: preview(work, scope))


def sampled(work: Work, found: Preview | None) -> dict[str, Alert]:
    """Read the alerts that a preview shows."""
    if found is None:
        return {}
    return alerts_by_id(work, (*found.plain.sample, *found.strong.sample, *found.against))


def _rules_view(page: SuppressionsPage, node: Node, *, may_propose: bool) -> RulesView:
    library, today = node.library(), node.today()
    shown = [rule_view(rule, library, today) for rule in page.rules]
    return RulesView(
        proposed=tuple(each for each in shown if each.rule.state == "proposed"),
        active=tuple(each for each in shown if each.rule.state == "active"),
        over=tuple(each for each in shown if each.rule.state not in {"proposed", "active"}),
        may_propose=may_propose,
    )


def _rule_view(
    page: SuppressionPage, user: User, node: Node, known: Mapping[str, Alert]
) -> OneRuleView:
    library = node.library()
    who = account_key(user.account.id)
    return OneRuleView(
        rule=rule_view(page.rule, library, node.today()),
        steps=step_views(page.steps),
        resting=alert_lines([known[name] for name in page.resting if name in known], library),
        chart=week_chart(page.hidden_by_day),
        preview=preview_view(page.preview, known, library) if page.preview else None,
        may_approve="approve" in user.rights,
        own=page.rule.proposal.strong and page.steps[0].by == who,
    )


def _as_seen(work: Work, number: int, seen: int) -> Suppression:
    return msgspec.structs.replace(suppression_of(work, number), last=seen)


HANDLERS = [
    suppressions_page,
    suppression_page,
    approve_suppression,
    refuse_suppression,
    end_suppression,
]
