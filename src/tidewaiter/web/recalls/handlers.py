"""Recalls: overview, legal holds, and new recalls.

Recalling needs the right to write to other nodes. Setting or lifting a hold asserts a legal basis
against the owner's request, or destroys content: it needs the right to manage relations with other
nodes.
"""

from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.store.recalls.compliance import Custody, hold, kept, lift, pass_on
from tidewaiter.store.recalls.issued import RecallFilter, Why, recall
from tidewaiter.store.recalls.issued import items as kept_items
from tidewaiter.store.recalls.issued import recalls as kept_recalls
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.incidents.handlers import names_of
from tidewaiter.web.recalls.views import (
    Became,
    HoldIt,
    LiftIt,
    PassedOn,
    RecalledNow,
    RecallIt,
    RecallsAsked,
    RecallsPage,
    recalls_view,
)

_ROWS = 50


def _wanted(asked: RecallsAsked, own: str) -> RecallFilter:
    if asked.show == "ours":
        return RecallFilter(by=own, node=asked.node)
    return RecallFilter(but=own, node=asked.node)


@get("/recalls", guards=[may("exchange")], sync_to_thread=True, query=RecallsAsked)
def recalls_page(request: Asked, node: TheNode, user: TheUser) -> Response[RecallsPage]:
    """Show recalls and their outcome, holds, and messages that can be recalled or held."""
    asked = read_query(request, RecallsAsked)
    show, page = asked.show, {"rows": _ROWS + 1, "after": asked.after}
    with node.exchange() as (desk, work):
        safe, names = desk.ring.lock, names_of(work, desk.node)
        found = (
            []
            if show not in {"ours", "theirs"}
            else kept_recalls(work, safe, _wanted(asked, desk.node), **page)
        )
        held = kept(work, safe, **page) if show == "kept" else []
        some = (
            kept_items(work, came=show == "came", node=asked.node, **page)
            if show in {"sent", "came"}
            else []
        )
    more = len(found) + len(held) + len(some) > _ROWS
    made = RecallsPage(
        asked=asked,
        day=node.today(),
        recalls=tuple(found[:_ROWS]),
        kept=tuple(held[:_ROWS]),
        items=tuple(some[:_ROWS]),
        names=names,
        more=asked.after + _ROWS if more else None,
    )
    holds = "relate" in user.rights
    return reply(request, "recalls.html", made, view=lambda: recalls_view(made, holds=holds))


@post("/recalls", guards=[may("exchange")], sync_to_thread=True, makes=True)
def recall_message(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[RecallIt]
) -> Response[RecalledNow]:
    """Recall a message of this node from all recipients of the same statement."""
    why = Why(reason=data.reason, basis=data.basis, note=data.note)
    with node.exchange(user) as (desk, work):
        messages = recall(work, desk.ring.lock, desk.node, data.item, why, only=data.only)
    return done(request, RecalledNow(messages=tuple(messages)), "/recalls", status=201)


@post("/recalls/held", guards=[may("relate")], sync_to_thread=True)
def hold_message(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[HoldIt]
) -> Response[HoldIt]:
    """Put a legal hold on a received message, based on law, an order or a case."""
    custody = Custody(basis=data.basis, until=data.until, case=data.case)
    with node.exchange(user) as (desk, work):
        hold(work, desk.ring.lock, data.item, custody)
    return done(request, data, "/recalls?show=kept")


@post("/recalls/lifted", guards=[may("relate")], sync_to_thread=True)
def lift_hold(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[LiftIt]
) -> Response[Became]:
    """Lift the legal hold on a message; if recalled meanwhile, it is destroyed."""
    with node.exchange(user) as (desk, work):
        became = lift(work, desk.ring.lock, desk.node, data.item)
    return done(request, Became(item=data.item, became=became), "/recalls?show=theirs")


@post("/recalls/passed", guards=[may("exchange")], sync_to_thread=True)
def pass_on_message(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[PassedOn]
) -> Response[Became]:
    """Record onward recipients of a received message; reported to the source of a recall."""
    with node.exchange(user) as (desk, work):
        became = pass_on(work, desk.ring.lock, data.item, data.others, data.asked, own=desk.node)
    return done(request, Became(item=data.item, became=became), "/recalls?show=kept")


HANDLERS = [recalls_page, recall_message, hold_message, lift_hold, pass_on_message]
