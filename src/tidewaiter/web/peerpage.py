"""The page of a peer: both relations, its keys, what is held back, and what people wrote."""

from itertools import pairwise

from litestar import Response, get

from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.documents import SignedDocument, is_recovery
from tidewaiter.store.between import (
    contradictions,
    count_contradictions,
    held_items,
    kept_documents,
)
from tidewaiter.store.conversations import conversation
from tidewaiter.store.database import Work
from tidewaiter.store.peers import Known, documents
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.peerkeys import PeerKey, peer_at
from tidewaiter.web.peerrows import DocumentTold, KeyTold, PeerPage, row_of
from tidewaiter.web.peerview import peer_view
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

_TALK = 200  # messages that are shown


@get("/peers/{key:str}", guards=[may("exchange")], sync_to_thread=True)
def peer_page(request: Asked, node: TheNode, user: TheUser, key: PeerKey) -> Response[PeerPage]:
    """Show a peer, with all that lies between."""
    with node.exchange() as (desk, work):
        page = _page(node, desk, work, peer_at(work, key))
    return reply(request, "peer.html", page, view=lambda: peer_view(page, user.rights))


def _page(node: Node, desk: Desk, work: Work, known: Known) -> PeerPage:
    chain = documents(work, known.node)
    last, relation = chain[-1].read(), known.relation
    return PeerPage(
        row=row_of(work, known, node.now(), count_contradictions(work)),
        role=last.role, reason=relation.reason, scope=relation.scope, endpoints=last.endpoints,
        keys=tuple(
            KeyTold(
                use=each.use, name=each.name, state=each.state,
                untrusted=known.untrusted.get(each.name, 0) if each.state == "revoked" else None,
            )
            for each in last.keys
        ),
        documents=tuple(reversed(_told(work, known.node, chain))),
        held=tuple(held_items(work, known.node, desk.ring.lock)),
        talk=tuple(conversation(work, known.node, desk.ring.lock, desk.ring.openers())[-_TALK:]),
        contradictions=tuple(contradictions(work, known.node)),
    )  # fmt: skip


def _told(work: Work, node: str, chain: list[SignedDocument]) -> list[DocumentTold]:
    came = {each.number: each.came for each in kept_documents(work, node)}
    read = [each.read() for each in chain]
    recovered = [False, *(is_recovery(one.read(), next_) for one, next_ in pairwise(chain))]
    before = [frozenset[str](), *({key.name for key in each.keys} for each in read)]
    return [
        DocumentTold(
            number=told.number, came=came[told.number], digest=signed.digest(), name=told.name,
            endpoints=told.endpoints, recovered=again,
            keys=tuple(key.name for key in told.keys if key.name not in known),
        )
        for signed, told, again, known in zip(chain, read, recovered, before, strict=False)
    ]  # fmt: skip


HANDLERS = [peer_page]
