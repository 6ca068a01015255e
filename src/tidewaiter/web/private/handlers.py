"""Private questions: who may ask whom, what was asked, and what came of it."""

from datetime import UTC

from litestar import Response, get, post
from litestar.params import JSONBody
from msgspec import structs

from tidewaiter.courier.offering import Allowing, allow
from tidewaiter.exchange.private.intersection import is_there
from tidewaiter.exchange.private.parties import Party
from tidewaiter.store.budgets import standing_of
from tidewaiter.store.database import Work
from tidewaiter.store.offers import end_offer
from tidewaiter.store.peers import Known, find_peer, peers
from tidewaiter.store.questionrows import questions
from tidewaiter.store.questions import Shown, ask, find_question
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.peerkeys import peer_key
from tidewaiter.web.privatepages import (
    Asking,
    Ended,
    Ending,
    LetPage,
    Letting,
    PrivatePage,
    PrivatePeer,
    QuestionPage,
)
from tidewaiter.web.privateview import private_view, question_view
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_ROWS = 100  # questions


@get("/private", guards=[may("exchange")], sync_to_thread=True)
def private_page(request: Asked, node: TheNode, user: TheUser) -> Response[PrivatePage]:
    """Show who may ask whom, what is left of today's budgets, and what was asked."""
    page = _page(node)
    return reply(request, "private.html", page, view=lambda: private_view(page, user))


@get("/private/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def question_page(request: Asked, node: TheNode, number: Number) -> Response[QuestionPage]:
    """Show a private question: what was asked, and which of it the peer has."""
    with node.exchange() as (desk, work):
        shown = find_question(work, desk.ring.lock, number)
        known = find_peer(work, shown.line.peer)
    page = QuestionPage(peer_name=known.name if known else "", shown=shown)
    return reply(request, "private-question.html", page, view=lambda: question_view(page))


@post("/private", guards=[may("exchange")], sync_to_thread=True, makes=True)
def ask_privately(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Asking]
) -> Response[Shown]:
    """Ask a peer whether it has seen some parties, without telling it which."""
    parties = [each.party() for each in data.parties]
    said = [each for each in parties if structs.replace(each, country="") != Party()]
    with node.exchange(user) as (desk, work):
        shown = ask(work, desk.ring.lock, data.peer, said, data.purpose)
    return done(request, shown, f"/private/{shown.line.number}", status=201)


@post("/private/offers", guards=[may("relate")], sync_to_thread=True, makes=True)
def let_ask(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Letting]
) -> Response[LetPage]:
    """Let a peer ask; it is answered from what stands here now."""
    allowing = Allowing(
        peer=data.peer,
        budget=data.budget,
        purposes=tuple(dict.fromkeys(data.purposes)),
        days=data.days,
        parts=frozenset(data.parts),
    )
    with node.exchange() as (desk, _):
        pass
    made = allow(desk, node.stamp(user), allowing)
    page = LetPage(offer=made.offer, parties=made.parties, keyless=made.keyless, keys=made.keys)
    return reply(request, "private-let.html", page, status=201)


@post("/private/offers/end", guards=[may("relate")], sync_to_thread=True)
def let_ask_no_more(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Ending]
) -> Response[Ended]:
    """Answer a peer no more questions; the secret by which it was answered is destroyed."""
    with node.exchange(user) as (desk, work):
        end_offer(work, desk.ring.lock, data.peer)
    return done(request, Ended(peer=data.peer), "/private")


def _page(node: Node) -> PrivatePage:
    with node.exchange() as (desk, work):
        return PrivatePage(
            able=is_there(),
            peers=tuple(_peer(work, desk.ring.lock, each, node) for each in peers(work)),
            questions=tuple(questions(work, rows=_ROWS)),
        )


def _peer(work: Work, safe: bytes, known: Known, node: Node) -> PrivatePeer:
    day = node.now().astimezone(UTC).date()  # budgets are of such days
    return PrivatePeer(
        key=peer_key(known.node),
        node=known.node,
        name=known.name,
        country=known.country,
        relation=known.relation.standing,
        may_ask=standing_of(work, safe, "holder", known.node, day),
        may_be_asked=standing_of(work, safe, "asker", known.node, day),
    )


HANDLERS = [private_page, question_page, ask_privately, let_ask, let_ask_no_more]
