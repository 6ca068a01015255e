"""Suppression rules: list, rule page, and proposal form."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.proposals import Offer
from tidewaiter.casework.suppression.rules import Proposal, Suppression, Taken
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.explain.languages import words
from tidewaiter.node.context import go_through
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core.database import Work
from tidewaiter.store.suppression.index import count_suppressed
from tidewaiter.store.suppression.proposals import (
    Learned,
    Preview,
    hidden_by_day,
    learn,
    preview,
    scope_of,
    suppressed_by_rule,
)
from tidewaiter.store.suppression.rules import (
    Changed,
    approve,
    end,
    propose,
    refuse,
    steps_of,
    suppression_of,
    suppressions,
)
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.handlers import seen_by
from tidewaiter.web.alerts.views import ReasonChoice
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.suppression.views import (
    AlertLine,
    Condition,
    Few,
    OfferView,
    PreviewView,
    RuleView,
    ScopeForm,
    StepView,
    WeekChart,
    alert_lines,
    fields_of,
    form_of,
    offer_view,
    preview_view,
    rule_view,
    scope_of_form,
    scope_view,
    severities,
    step_views,
    ways,
    week_chart,
)

Words = Annotated[str, msgspec.Meta(max_length=4_000)]


class SuppressionsPage(Record, frozen=True, kw_only=True):
    """All rules, and the number of suppressed alerts."""

    resting: int
    rules: tuple[Suppression, ...]


class SuppressionPage(Record, frozen=True, kw_only=True):
    """A rule with its history and suppressed alerts."""

    rule: Suppression
    steps: tuple[Taken, ...]
    resting: tuple[str, ...]  # ids, by priority; possibly truncated
    hidden_by_day: dict[str, int]
    preview: Preview | None  # of a proposed rule


class Seen(Record, frozen=True, kw_only=True):
    """A step without a reason."""

    seen: int  # id of the last step the supervisor saw
    words: Words = ""


class Why(Record, frozen=True, kw_only=True):
    """A step with a reason."""

    seen: int
    words: Words


class RulesView(Record, frozen=True, kw_only=True):
    """All rules, as displayed."""

    proposed: tuple[RuleView, ...]
    active: tuple[RuleView, ...]
    over: tuple[RuleView, ...]
    may_propose: bool


class OneRuleView(Record, frozen=True, kw_only=True):
    """One rule, as displayed."""

    rule: RuleView
    steps: tuple[StepView, ...]
    resting: tuple[AlertLine, ...]
    chart: WeekChart | None
    preview: PreviewView | None
    may_approve: bool
    own: bool  # the reader proposed it, and it covers strong alerts


@get("/suppressions", guards=[may("see")], sync_to_thread=True)
def suppressions_page(request: Asked, node: TheNode, user: TheUser) -> Response[SuppressionsPage]:
    """Show all suppression rules, with the number of suppressed alerts."""
    with node.read() as work:
        page = SuppressionsPage(resting=count_suppressed(work), rules=tuple(suppressions(work)))
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
    """Show a suppression rule: scope, history, and suppressed alerts."""
    with node.read() as work:
        rule = suppression_of(work, number)
        scope = rule.proposal.scope
        page = SuppressionPage(
            rule=rule,
            steps=tuple(steps_of(work, number)),
            resting=tuple(suppressed_by_rule(work, number)),
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
    """Approve a proposed rule, with immediate effect."""
    with node.change(user) as work:
        changed = approve(work, _as_seen(work, number, data.seen), data.words)
    changed = go_through(node.database, changed, lambda: node.stamp(user))
    return done(request, changed, f"/suppressions/{number}")


@post("/suppressions/{number:int}/refuse", guards=[may("approve")], sync_to_thread=True)
def refuse_suppression(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Why]
) -> Response[Changed]:
    """Reject a proposed rule, with a reason."""
    with node.change(user) as work:
        changed = refuse(work, _as_seen(work, number, data.seen), data.words)
    return done(request, changed, f"/suppressions/{number}")


@post("/suppressions/{number:int}/end", guards=[may("approve")], sync_to_thread=True)
def end_suppression(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Why]
) -> Response[Changed]:
    """End an active rule, with a reason; its alerts reopen unless decided since."""
    with node.change(user) as work:
        changed = end(work, _as_seen(work, number, data.seen), data.words)
    changed = go_through(node.database, changed, lambda: node.stamp(user))
    return done(request, changed, f"/suppressions/{number}")


def alerts_by_id(work: Work, ids: Sequence[str]) -> dict[str, Alert]:
    """Read unrestricted alerts of rules."""
    return {alert.id: alert for alert in alerts_of(work, ids)}


def previewed(node: Node, work: Work, scope: Scope) -> Preview:
    """Compare a scope with all stored alerts; cached until something changes."""
    return node.kept.find(work, ("preview", scope), lambda: preview(work, scope))


def sampled(work: Work, found: Preview | None) -> dict[str, Alert]:
    """Read the alerts of a preview."""
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


_HALF_YEAR = timedelta(days=182)


class NewQuery(ScopeForm, frozen=True, kw_only=True):
    """Start of a proposal: an alert, or a scope."""

    alert: Few = ""  # id


class NewPage(Record, frozen=True, kw_only=True):
    """A scope not proposed yet, with its preview."""

    form: ScopeForm
    scope: Scope | None  # None: invalid
    problem: str  # why it is invalid
    hint: str
    preview: Preview | None


class Propose(ScopeForm, frozen=True, kw_only=True):
    """A rule to propose."""

    reason: Few
    words: Words = ""
    owner: Annotated[str, msgspec.Meta(max_length=100)]
    expires: date
    strong: bool = False


class NewView(Record, frozen=True, kw_only=True):
    """The page of a proposal, as displayed."""

    scope: tuple[Condition, ...]
    fields: tuple[tuple[str, str], ...]  # scope fields for the proposal form
    preview: PreviewView | None
    substances: tuple[tuple[str, str], ...]  # slug and name
    rules: tuple[tuple[str, str], ...]  # slug and title
    ways: tuple[tuple[str, str], ...]
    severities: tuple[tuple[Severity, str], ...]
    reasons: tuple[ReasonChoice, ...]
    owner: str
    first: date  # earliest permitted end
    expires: date
    last: date


class OffersView(Record, frozen=True, kw_only=True):
    """Suggested patterns, as displayed."""

    offers: tuple[OfferView, ...]
    may_propose: bool


@get("/suppressions/offers", guards=[may("see")], sync_to_thread=True)
def offers_page(request: Asked, node: TheNode, user: TheUser) -> Response[Learned]:
    """Show patterns of dismissed alerts that may become a rule."""
    with node.read() as work:
        learned = node.kept.find(work, "offers", lambda: learn(work))
    return reply(
        request,
        "suppression-offers.html",
        learned,
        view=lambda: _offers_view(learned.offers, node, may_propose="decide" in user.rights),
    )


@get("/suppressions/new", guards=[may("decide")], sync_to_thread=True, query=NewQuery)
def new_page(request: Asked, node: TheNode, user: TheUser) -> Response[NewPage]:
    """Preview a scope before it is proposed."""
    query = read_query(request, NewQuery)
    with node.read() as work:
        form: ScopeForm = query
        if query.alert:
            seen_by(work, user, query.alert)
            form = form_of(scope_of(work, query.alert) or Scope())
        scope, error = _read(form)
        found = previewed(node, work, scope) if scope else None
        known = sampled(work, found)
    page = NewPage(
        form=_bare(form_of(scope) if scope else form),
        scope=scope,
        problem=error.message if error and fields_of(form) != (("most", form.most),) else "",
        hint=error.hint if error else "",
        preview=found,
    )
    return reply(
        request,
        "suppression-new.html",
        page,
        view=lambda: _new_view(page, known, node, user.account.name),
    )


@post("/suppressions", guards=[may("decide")], sync_to_thread=True, makes=True)
def propose_suppression(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Propose]
) -> Response[Suppression]:
    """Propose a rule; it takes effect when a supervisor approves it."""
    proposal = Proposal(
        scope=scope_of_form(data),
        reason=data.reason,
        words=data.words,
        owner=data.owner,
        expires=data.expires,
        strong=data.strong,
    )
    with node.change(user) as work:
        rule = propose(work, proposal)
    return done(request, rule, f"/suppressions/{rule.number}", status=201)


def _read(form: ScopeForm) -> tuple[Scope | None, InputError | None]:
    try:
        return scope_of_form(form), None
    except InputError as error:
        return None, error


def _bare(form: ScopeForm) -> ScopeForm:
    """Return a form without fields outside the scope."""
    return ScopeForm(**{name: getattr(form, name) for name in ScopeForm.__struct_fields__})


def _offers_view(offers: Sequence[Offer], node: Node, *, may_propose: bool) -> OffersView:
    library = node.library()
    shown = tuple(offer_view(each, library) for each in offers)
    return OffersView(offers=shown, may_propose=may_propose)


def _new_view(page: NewPage, known: Mapping[str, Alert], node: Node, owner: str) -> NewView:
    library, today = node.library(), node.today()
    settings = load_suppression_settings()
    return NewView(
        scope=scope_view(page.scope, library) if page.scope else (),
        fields=fields_of(page.form),
        preview=preview_view(page.preview, known, library) if page.preview else None,
        substances=_named(page.form.substances, library.substances),
        rules=tuple((s, words(each)) for s, each in _named(page.form.rules, library.rules)),
        ways=ways(),
        severities=severities(),
        reasons=tuple(
            ReasonChoice(code=code, says=words(reason.says), note=reason.note)
            for code, reason in settings.reason.items()
        ),
        owner=owner,
        first=today + timedelta(days=1),
        expires=today + _HALF_YEAR,
        last=today + timedelta(days=settings.rule.days),
    )


def _named(slugs: Sequence[str], names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((slug, names.get(slug, slug)) for slug in slugs)


HANDLERS = [
    suppressions_page,
    suppression_page,
    approve_suppression,
    refuse_suppression,
    end_suppression,
    offers_page,
    new_page,
    propose_suppression,
]
