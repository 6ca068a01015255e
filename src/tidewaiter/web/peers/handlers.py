"""Peers: this node's identity, list, peer page, and actions."""

from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.evidence import is_restricted, write_evidence
from tidewaiter.exchange.protocol.documents import (
    Role,
    SignedDocument,
    fingerprint,
    is_recovery,
    read_chain,
    read_words,
    words,
    write_chain,
)
from tidewaiter.exchange.protocol.markings import Tlp
from tidewaiter.exchange.protocol.relations import Scope, Standing
from tidewaiter.explain.languages import words as said
from tidewaiter.report.qr_codes import svg_code
from tidewaiter.store.core.database import Work
from tidewaiter.store.evidence import evidence_of, log_contradictions, stated_logs, witnessed
from tidewaiter.store.peers.channel import contradictions, conversation, held_items, kept_documents
from tidewaiter.store.peers.directory import Known, documents, set_scope
from tidewaiter.store.peers.directory import peers as known_peers
from tidewaiter.store.peers.outbox import discard_one
from tidewaiter.store.peers.reconcile import missing
from tidewaiter.transport.context import Desk
from tidewaiter.transport.peers import RelationChange, invite, relate_within, say
from tidewaiter.web.core.exchange_terms import kinds_exchanged
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm, sent_file
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.peers.schemas import (
    DocumentTold,
    KeyTold,
    LogTold,
    MessageId,
    PeerKey,
    PeerPage,
    PeerRow,
    odd_of,
    peer_at,
    peer_key,
    row_of,
)
from tidewaiter.web.peers.views import peer_view, peers_view

_MOST = 16 * 1024 * 1024  # maximum bytes of a documents file
_AROUND = 65_536  # bytes of a form around its file


class OwnNode(Record, frozen=True, kw_only=True):
    """This node's identity for peers."""

    node: str
    name: str
    country: str
    role: Role
    document: int  # number of the newest
    endpoints: tuple[str, ...]
    words: tuple[str, ...]  # twelve, in the reader's language
    fingerprint: str  # the same, in hexadecimal


class PeersPage(Record, frozen=True, kw_only=True):
    """This node, and its peers by name."""

    own: OwnNode
    peers: tuple[PeerRow, ...]


class Invitation(Record, frozen=True, kw_only=True):
    """A node to add as a peer."""

    documents: Annotated[str, msgspec.Meta(max_length=_MOST)]  # output of `node document --out`


class Invited(Record, frozen=True, kw_only=True):
    """An added peer."""

    key: str
    node: str
    ours: Standing


@get("/peers", guards=[may("exchange")], sync_to_thread=True)
def peers_page(request: Asked, node: TheNode, user: TheUser) -> Response[PeersPage]:
    """Show this node, and its peers with relations and message counts."""
    with node.exchange(restored=True) as (desk, work):
        own = _own(work, desk.node, request.state.get("language", "en"))
        odd = odd_of(work)
        rows = [row_of(work, each, node.now(), odd) for each in known_peers(work)]
    page = PeersPage(own=own, peers=tuple(rows))
    relates = "relate" in user.rights
    return reply(
        request, "peers.html", page, view=lambda: peers_view(rows, own.role, relates=relates)
    )


@post("/peers", guards=[may("relate")], sync_to_thread=True, makes=True)
def invite_peer(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Invitation]
) -> Response[Invited]:
    """Add a node by its documents, and invite it."""
    return _taken_up(request, node, user, data.documents.encode())


@post(
    "/peers/file",
    guards=[may("relate")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=_MOST + _AROUND,
)
def invite_by_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    data: FileForm,
) -> Response[Invited]:
    """Add a node by an uploaded documents file, and invite it."""
    file = sent_file(data)
    return _taken_up(request, node, user, file.file.read(_MOST))


@get("/peers/own/documents", guards=[may("exchange")], sync_to_thread=True, gives="text/plain")
def own_documents(node: TheNode) -> Response[bytes]:
    """Send this node's documents as a file for a peer."""
    with node.exchange(restored=True) as (desk, work):
        chain = documents(work, desk.node)
        name = desk.node.replace("/", "-")
    return download(write_chain(chain), "text/plain; charset=utf-8", f"{name}.json")


@get("/peers/own/code", guards=[may("exchange")], sync_to_thread=True, gives="image/svg+xml")
def own_code(node: TheNode) -> Response[bytes]:
    """Send this node's fingerprint as a QR code."""
    with node.exchange(restored=True) as (desk, work):
        told = fingerprint(documents(work, desk.node)[-1].read())
    drawn = svg_code(told.upper(), said("The fingerprint of this node"))
    return Response(drawn, media_type="image/svg+xml")


def _own(work: Work, name: str, language: str) -> OwnNode:
    told = documents(work, name)[-1].read()
    found = fingerprint(told)
    return OwnNode(
        node=told.node,
        name=told.name,
        country=told.country,
        role=told.role,
        document=told.number,
        endpoints=told.endpoints,
        words=tuple(words(found, language)),
        fingerprint=found,
    )


def _taken_up(request: Asked, node: Node, user: TheUser, held: bytes) -> Response[Invited]:
    chain = read_chain(held)
    with node.exchange(user, restored=True) as (desk, work):
        known = invite(desk, work, chain)
    key = peer_key(known.node)
    made = Invited(key=key, node=known.node, ours=known.relation.standing)
    return done(request, made, f"/peers/{key}", status=201)


_TALK = 200  # messages shown


@get("/peers/{key:str}", guards=[may("exchange")], sync_to_thread=True)
def peer_page(request: Asked, node: TheNode, user: TheUser, key: PeerKey) -> Response[PeerPage]:
    """Show a peer and the exchange with it."""
    with node.exchange(restored=True) as (desk, work):
        page = _page(node, desk, work, peer_at(work, key))
    return reply(request, "peer.html", page, view=lambda: peer_view(page, user.rights))


def _page(node: Node, desk: Desk, work: Work, known: Known) -> PeerPage:
    chain = documents(work, known.node)
    last, relation = chain[-1].read(), known.relation
    # Content restored from a backup may have been recalled: hidden until peers confirm.
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
            ours=next((each for each in stated_logs(work) if each.peer == known.node), None),
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
    """Send the evidence of a message, for `tidewaiter verify`."""
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
        raise MissingError("web/message-restricted", message=message)
    return download(write_evidence(found), "application/octet-stream", f"message-{message}.json")


@get(
    "/peers/{key:str}/witnessed", guards=[may("exchange")], sync_to_thread=True, gives="text/plain"
)
def peer_witnessed(node: TheNode, key: PeerKey) -> Response[bytes]:
    """Send a peer's signed statements on its log, one receipt per line."""
    with node.exchange() as (_, work):
        found = witnessed(work, peer_at(work, key).node)
    text = "".join(f"{each}\n" for each in found)
    return download(text.encode(), "text/plain; charset=utf-8", f"witnessed-{key}.txt")


_Reason = Annotated[str, msgspec.Meta(max_length=500)]
_Words = Annotated[str, msgspec.Meta(max_length=400)]
_Id = Annotated[str, msgspec.Meta(max_length=40)]
_Kind = Annotated[str, msgspec.Meta(max_length=80)]


class Turn(Record, frozen=True, kw_only=True):
    """New relation to a peer."""

    to: Literal["invited", "active", "frozen", "ended"]
    reason: _Reason = ""  # internal, not sent
    words: _Words = ""  # the peer's fingerprint words, as heard: for "active"
    held: Literal["", "release", "discard"] = ""  # what to do with messages on hold


class Turned(Record, frozen=True, kw_only=True):
    """Current relation to a peer."""

    key: str
    node: str
    ours: Standing
    scope: Scope


class Narrow(Record, frozen=True, kw_only=True):
    """Scope of a relation."""

    kinds: tuple[_Kind, ...] = ()  # message kinds; empty: all
    tlp: Tlp = "red"  # strictest marking sent
    reason: _Reason = ""


class Discarded(Record, frozen=True, kw_only=True):
    """A message on hold to discard."""

    message: _Id


class Written(Record, frozen=True, kw_only=True):
    """A free-text message to a peer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class MessageWritten(Record, frozen=True, kw_only=True):
    """A written message."""

    message: str  # id


@post("/peers/{key:str}/relation", guards=[may("relate")], sync_to_thread=True)
def turn_relation(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Turn]
) -> Response[Turned]:
    """Invite a peer again, activate it by its fingerprint, freeze or end the relation."""
    compared = read_words(data.words) if data.words else ""
    with node.exchange(user, restored=True) as (desk, work):
        known = relate_within(
            desk,
            work,
            peer_at(work, key).node,
            RelationChange(to=data.to, reason=data.reason, compared=compared, held=data.held),
        )
    made = Turned(
        key=key, node=known.node, ours=known.relation.standing, scope=known.relation.scope
    )
    return done(request, made, f"/peers/{key}")


@post("/peers/{key:str}/scope", guards=[may("relate")], sync_to_thread=True)
def narrow_scope(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Narrow]
) -> Response[Turned]:
    """Set the scope of exchange with a peer; other kinds are neither accepted nor sent."""
    unknown = sorted(set(data.kinds) - set(kinds_exchanged()))
    if unknown:
        raise InputError(
            "web/no-such-kind-of-message",
            unknown=unknown[0],
            kinds_exchanged=", ".join(kinds_exchanged()),
        )
    scope = Scope(kinds=data.kinds, tlp=data.tlp, reason=data.reason)
    with node.exchange(user, restored=True) as (_, work):
        known = set_scope(work, peer_at(work, key).node, scope)
    made = Turned(
        key=key, node=known.node, ours=known.relation.standing, scope=known.relation.scope
    )
    return done(request, made, f"/peers/{key}")


@post("/peers/{key:str}/discarded", guards=[may("relate")], sync_to_thread=True)
def discard_item(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Discarded]
) -> Response[Discarded]:
    """Discard one message on hold, and destroy its content."""
    with node.exchange(user, restored=True) as (_, work):
        discard_one(work, peer_at(work, key).node, data.message)
    return done(request, data, f"/peers/{key}#held")


@post("/peers/{key:str}/messages", guards=[may("exchange")], sync_to_thread=True, makes=True)
def write_to_peer(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Written]
) -> Response[MessageWritten]:
    """Write to a peer's staff; sent when both sides are able to."""
    with node.exchange(user, restored=True) as (desk, work):
        name = say(desk, work, peer_at(work, key).node, data.text)
    return done(request, MessageWritten(message=name), f"/peers/{key}#talk", status=201)


HANDLERS = [
    peers_page,
    invite_peer,
    invite_by_file,
    own_documents,
    own_code,
    peer_page,
    message_evidence,
    peer_witnessed,
    turn_relation,
    narrow_scope,
    discard_item,
    write_to_peer,
]
