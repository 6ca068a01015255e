"""The page of a peer: both relations, its keys, what is held back, and what people wrote."""

from itertools import pairwise

from litestar import Response, get

from tidewaiter.base.errors import MissingError
from tidewaiter.courier.desk import Desk
from tidewaiter.exchange.documents import SignedDocument, is_recovery
from tidewaiter.exchange.evidence import is_restricted, write_evidence
from tidewaiter.store.between import (
    contradictions,
    held_items,
    kept_documents,
)
from tidewaiter.store.conversations import conversation
from tidewaiter.store.database import Work
from tidewaiter.store.documents import documents
from tidewaiter.store.evidence import evidence_of
from tidewaiter.store.peers import Known
from tidewaiter.store.restored import missing
from tidewaiter.store.witnesses import log_contradictions, told_logs, witnessed
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.peerkeys import MessageId, PeerKey, peer_at
from tidewaiter.web.peerrows import (
    DocumentTold,
    KeyTold,
    LogTold,
    PeerPage,
    odd_of,
    row_of,
)
from tidewaiter.web.peerview import peer_view
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

_TALK = 200  # messages that are shown


@get("/peers/{key:str}", guards=[may("exchange")], sync_to_thread=True)
def peer_page(request: Asked, node: TheNode, user: TheUser, key: PeerKey) -> Response[PeerPage]:
    """Show a peer, with all that lies between."""
    with node.exchange(restored=True) as (desk, work):
        page = _page(node, desk, work, peer_at(work, key))
    return reply(request, "peer.html", page, view=lambda: peer_view(page, user.rights))


def _page(node: Node, desk: Desk, work: Work, known: Known) -> PeerPage:
    chain = documents(work, known.node)
    last, relation = chain[-1].read(), known.relation
    # Some of what is here again may have been recalled: it is not shown before the peers said so.
    whole = not missing(work)
    said = conversation(work, known.node, desk.ring.lock, desk.ring.openers()) if whole else []
    return PeerPage(
        row=row_of(work, known, node.now(), odd_of(work)),
        role=last.role,
        reason=relation.reason,
        scope=relation.scope,
        endpoints=last.endpoints,
        keys=tuple(
            KeyTold(
                use=each.use,
                name=each.name,
                state=each.state,
                untrusted=known.untrusted.get(each.name, 0) if each.state == "revoked" else None,
            )
            for each in last.keys
        ),
        documents=tuple(reversed(_told(work, known.node, chain))),
        held=tuple(held_items(work, known.node, desk.ring.lock)),
        talk=tuple(said[-_TALK:]),
        contradictions=tuple(contradictions(work, known.node)),
        log=LogTold(
            size=known.log_size,
            root=known.log_root,
            contradictions=tuple(log_contradictions(work, known.node)),
            ours=next((each for each in told_logs(work) if each.peer == known.node), None),
        ),
    )


def _told(work: Work, node: str, chain: list[SignedDocument]) -> list[DocumentTold]:
    came = {each.number: each.came for each in kept_documents(work, node)}
    read = [each.read() for each in chain]
    recovered = [False, *(is_recovery(one.read(), next_) for one, next_ in pairwise(chain))]
    before = [frozenset[str](), *({key.name for key in each.keys} for each in read)]
    return [
        DocumentTold(
            number=told.number,
            came=came[told.number],
            digest=signed.digest(),
            name=told.name,
            endpoints=told.endpoints,
            recovered=again,
            keys=tuple(key.name for key in told.keys if key.name not in known),
        )
        for signed, told, again, known in zip(chain, read, recovered, before, strict=False)
    ]


@get(
    "/peers/{key:str}/evidence/{message:str}",
    guards=[may("exchange")],
    sync_to_thread=True,
    gives="application/octet-stream",
)
def message_evidence(
    node: TheNode, user: TheUser, key: PeerKey, message: MessageId
) -> Response[bytes]:
    """Give out what proves a message of a peer or to it, to be checked by `tidewaiter verify`."""
    with node.exchange() as (desk, work):
        found = evidence_of(
            work,
            desk.node,
            peer_at(work, key).node,
            message,
            openers=desk.ring.openers(),
            stamp=node.stamp(user),
        )
    if not user.account.cleared and is_restricted(found):
        hint = "ask someone who is cleared"
        raise MissingError(f"message {message} tells what is for the authority only", hint=hint)
    return download(write_evidence(found), "application/octet-stream", f"message-{message}.json")


@get(
    "/peers/{key:str}/witnessed", guards=[may("exchange")], sync_to_thread=True, gives="text/plain"
)
def peer_witnessed(node: TheNode, key: PeerKey) -> Response[bytes]:
    """Give out what a peer has signed of its own log, a receipt in a line."""
    with node.exchange() as (_, work):
        found = witnessed(work, peer_at(work, key).node)
    text = "".join(f"{each}\n" for each in found)
    return download(text.encode(), "text/plain; charset=utf-8", f"witnessed-{key}.txt")


HANDLERS = [peer_page, message_evidence, peer_witnessed]
