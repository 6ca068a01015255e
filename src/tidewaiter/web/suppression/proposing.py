"""Proposing a suppression rule: from an offer or an alert, by a preview, to a proposal."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.offers import Offer
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.casework.suppression.suppression import Proposal, Suppression
from tidewaiter.consignments.types import Alert
from tidewaiter.report.languages import words
from tidewaiter.store.learning import Learned, learn, scope_of
from tidewaiter.store.previews import Preview
from tidewaiter.store.suppression import propose
from tidewaiter.web.alerts import seen_by
from tidewaiter.web.alertview import ReasonChoice
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.scopeform import Few, ScopeForm, fields_of, form_of, scope_of_form
from tidewaiter.web.security import may
from tidewaiter.web.suppressions import Words, previewed, sampled
from tidewaiter.web.suppressionview import (
    Condition,
    OfferView,
    PreviewView,
    offer_view,
    preview_view,
    scope_view,
    severities,
    ways,
)

_HALF_YEAR = timedelta(days=182)


class NewQuery(ScopeForm, frozen=True, kw_only=True):
    """Where a proposal begins: at an alert, or at a scope."""

    alert: Few = ""  # id


class NewPage(Record, frozen=True, kw_only=True):
    """A scope that is not proposed yet, and what a rule of it would hide."""

    form: ScopeForm
    scope: Scope | None  # None: it is not one yet
    problem: str  # why not
    hint: str
    preview: Preview | None


class Propose(ScopeForm, frozen=True, kw_only=True):
    """A rule to be proposed."""

    reason: Few
    words: Words = ""
    owner: Annotated[str, msgspec.Meta(max_length=100)]
    expires: date
    strong: bool = False


class NewView(Record, frozen=True, kw_only=True):
    """The page of a proposal in words."""

    scope: tuple[Condition, ...]
    fields: tuple[tuple[str, str], ...]  # of the scope, for the form that proposes it
    preview: PreviewView | None
    substances: tuple[tuple[str, str], ...]  # slug and name
    rules: tuple[tuple[str, str], ...]  # slug and title
    ways: tuple[tuple[str, str], ...]
    severities: tuple[tuple[Severity, str], ...]
    reasons: tuple[ReasonChoice, ...]
    owner: str
    first: date  # the first day on which it may end
    expires: date
    last: date


class OffersView(Record, frozen=True, kw_only=True):
    """Offers in words."""

    offers: tuple[OfferView, ...]
    may_propose: bool


@get("/suppressions/offers", guards=[may("see")], sync_to_thread=True)
def offers_page(request: Asked, node: TheNode, user: TheUser) -> Response[Learned]:
    """Show the patterns of dismissed alerts that may become a rule."""
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
    """Show a scope, with what a rule of it would hide, before it is proposed."""
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
    """Propose a rule; it hides nothing until a supervisor approves it."""
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
    """Return a form without what stands beside the scope."""
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


HANDLERS = [offers_page, new_page, propose_suppression]
