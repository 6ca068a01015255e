"""One alert: why it is here, what stands around it, and what is decided of it."""

from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, Verdict
from tidewaiter.casework.results import Result
from tidewaiter.consignments.types import Alert
from tidewaiter.store import queue as store_queue
from tidewaiter.store.accounts import assignee_of
from tidewaiter.store.alerts import find_alert
from tidewaiter.store.bulkdecisions import Batch, batch_of
from tidewaiter.store.context import Context, context_of
from tidewaiter.store.database import Work
from tidewaiter.store.decisions import (
    Standing,
    Wanted,
    assign,
    decide,
    standings,
    take_back,
    trail,
)
from tidewaiter.store.previews import Rest, rest_of
from tidewaiter.store.proposals import waiting_on
from tidewaiter.store.queuefilter import View
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.sessions import User
from tidewaiter.store.versions import Version, versions_of
from tidewaiter.web.alertview import Around, alert_page_view
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.learnedorder import learned_neighbours
from tidewaiter.web.node import Node
from tidewaiter.web.queuequery import queue_of, read_kept
from tidewaiter.web.rankerview import has_drifted
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may
from tidewaiter.web.toasts import Step, step_told

Note = Annotated[str, msgspec.Meta(max_length=4_000)]


class AlertPage(Record, frozen=True, kw_only=True):
    """One alert, where it stands, and what stands around it."""

    alert: Alert
    standing: Standing
    trail: tuple[Decided, ...]
    context: Context
    results: tuple[Result, ...]  # of inspections and laboratories
    rest: Rest | None  # by which rule it rests; None: it does not
    drifted: bool | None  # what taught the ranker is no longer like alerts now; None: no ranker
    versions: tuple[Version, ...]  # what it said before; none: no other line says anything of it
    step: Step | None  # the decision that led here; None: none did
    proposed: Batch | None  # the bulk decision on it that waits for a second officer


class AlertQuery(Record, frozen=True, kw_only=True):
    """Where an officer comes from."""

    queue: str = ""  # the query of the queue to go on with
    step: int | None = None  # number of the decision that led here
    did: Literal["assign"] | None = None  # or what else did


class Decide(Record, frozen=True, kw_only=True):
    """A decision."""

    verdict: Verdict
    reason: str  # code, as data/rules/decisions.toml has it
    note: Note = ""
    seen: int  # number of the last step that the officer saw; 0: none
    queue: str = ""  # the query of the queue to go on with


class Undo(Record, frozen=True, kw_only=True):
    """Taking back the decision that stands."""

    seen: int
    queue: str = ""


class Assign(Record, frozen=True, kw_only=True):
    """Who is to look at an alert."""

    to: Annotated[str, msgspec.Meta(max_length=60)] = ""  # name of an account; "": nobody
    queue: str = ""


@get("/alerts/{name:str}", guards=[may("see")], sync_to_thread=True, query=AlertQuery)
def alert_page(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str]
) -> Response[AlertPage]:
    """Show one alert: why it is here, what stands around it, and what was decided of it."""
    query = read_query(request, AlertQuery)
    with node.read() as work:
        alert = seen_by(work, user, name)
        page = AlertPage(
            alert=node.taught.beside(alert),
            drifted=_drifted(node, work),
            standing=standings(work, [name])[name],
            trail=tuple(trail(work, name)),
            context=context_of(work, alert, cleared=user.account.cleared),
            results=tuple(results_of(work, [name]).get(name, ())),
            rest=rest_of(work, alert),
            versions=tuple(versions_of(work, name)),
            step=step_told(work, user, query.step),
            proposed=_proposed(work, user, name),
        )
        around = _around(node, work, user, alert, query)
    return reply(
        request,
        "alert-page.html",
        page,
        view=lambda: alert_page_view(page, user, around, node),
    )


@post("/alerts/{name:str}/decision", guards=[may("decide")], sync_to_thread=True)
def decide_alert(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Decide]
) -> Response[Standing]:
    """Decide of an alert, and go on to the next."""
    with node.change(user) as work:
        alert = seen_by(work, user, name)
        before = msgspec.structs.replace(standings(work, [name])[name], decided=data.seen or None)
        after = decide(
            work, before, Wanted(verdict=data.verdict, reason=data.reason, note=data.note)
        )
        further = _next(node, work, user, alert, data.queue)
    return done(request, after, _address(further or name, data.queue, step=after.decided))


@post("/alerts/{name:str}/undo", guards=[may("decide")], sync_to_thread=True)
def undo_decision(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Undo]
) -> Response[Standing]:
    """Take back the decision that stands; the one before it stands again."""
    with node.change(user) as work:
        seen_by(work, user, name)
        before = msgspec.structs.replace(standings(work, [name])[name], decided=data.seen or None)
        after = take_back(work, before)
    return done(request, after, _address(name, data.queue, step=after.decided))


@post("/alerts/{name:str}/assign", guards=[may("assign")], sync_to_thread=True)
def assign_alert(
    request: Asked, node: TheNode, user: TheUser, name: FromPath[str], data: JSONBody[Assign]
) -> Response[Standing]:
    """Say who is to look at an alert."""
    with node.change(user) as work:
        seen_by(work, user, name)
        assign(work, [name], assignee_of(work, data.to))
        after = standings(work, [name])[name]
    return done(request, after, _address(name, data.queue, did="assign"))


def _drifted(node: Node, work: Work) -> bool | None:
    ranker = node.taught.sound()
    return (
        None if ranker is None else has_drifted(node.taught.drifted(work, ranker, node.now).drift)
    )


def seen_by(work: Work, user: User, name: str) -> Alert:
    """Read an alert that a user may see.

    Raises:
        MissingError: There is none, or it rests on entries that are not for them.
    """
    alert = find_alert(work, name)
    if alert is None or (alert.restricted and not user.account.cleared):
        raise MissingError(f'there is no alert "{name[:80]}"', hint="look it up in the queue")
    return alert


def _around(node: Node, work: Work, user: User, alert: Alert, query: AlertQuery) -> Around:
    """Return which alerts come before this one and after it in the queue."""
    kept = query.queue
    learned = _learned(node, work, user, alert, kept)
    if learned is not None:
        before, further = learned
    else:
        before = _beside(node, work, user, kept, View(before=alert.id))
        further = _beside(node, work, user, kept, View(after=alert.id))
    return Around(query=kept, before=before, next=further, did=query.did)


def _next(node: Node, work: Work, user: User, alert: Alert, kept: str) -> str | None:
    """Return the id of the alert that comes after this one in the queue."""
    learned = _learned(node, work, user, alert, kept)
    return learned[1] if learned else _beside(node, work, user, kept, View(after=alert.id))


def _learned(
    node: Node, work: Work, user: User, alert: Alert, kept: str
) -> tuple[str | None, str | None] | None:
    """Return the ids of both neighbours in the order that decisions taught; None: in another."""
    query = read_kept(kept)
    ranker = node.taught.sound() if query.sort == "learned" else None
    if ranker is None:
        return None
    return learned_neighbours(work, queue_of(query, node, user), ranker, alert)


def _beside(node: Node, work: Work, user: User, kept: str, view: View) -> str | None:
    query = read_kept(kept)
    one = msgspec.structs.replace(view, sort=query.kept_sort(), rows=1)
    page = store_queue.queue_page(work, queue_of(query, node, user), one)
    return page.alerts[0].id if page.alerts else None


def _address(name: str, query: str, **told: object) -> str:
    """Return the address of an alert, with what led there."""
    said = {"queue": query, **told}
    pairs = {key: value for key, value in said.items() if value}
    return f"/alerts/{name}" + (f"?{urlencode(pairs)}" if pairs else "")


def _proposed(work: Work, user: User, name: str) -> Batch | None:
    waits = waiting_on(work, [name])
    return batch_of(work, waits[name], cleared=user.account.cleared) if waits else None


HANDLERS = [alert_page, decide_alert, undo_decision, assign_alert]
