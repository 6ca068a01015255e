"""Peers: this node as others know it, and with whom it exchanges."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.courier.nodes import invite
from tidewaiter.exchange.documents import Role, read_chain, write_chain
from tidewaiter.exchange.fingerprints import fingerprint, words
from tidewaiter.exchange.relations import Standing
from tidewaiter.report.codes import svg_code
from tidewaiter.report.languages import words as said
from tidewaiter.store.database import Work
from tidewaiter.store.documents import documents
from tidewaiter.store.peers import peers as known_peers
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.peerkeys import peer_key
from tidewaiter.web.peerrows import PeerRow, odd_of, row_of
from tidewaiter.web.peersview import peers_view
from tidewaiter.web.replies import done, download, reply
from tidewaiter.web.security import may

_MOST = 16 * 1024 * 1024  # bytes of a file of documents
_AROUND = 65_536  # bytes of a form around its file


class OwnNode(Record, frozen=True, kw_only=True):
    """This node, as its peers know it."""

    node: str
    name: str
    country: str
    role: Role
    document: int  # number of the newest
    endpoints: tuple[str, ...]
    words: tuple[str, ...]  # twelve, in the language of the reader
    fingerprint: str  # the same, in hexadecimal


class PeersPage(Record, frozen=True, kw_only=True):
    """This node, and its peers by name."""

    own: OwnNode
    peers: tuple[PeerRow, ...]


class Invitation(Record, frozen=True, kw_only=True):
    """A node that is to be a peer."""

    documents: Annotated[str, msgspec.Meta(max_length=_MOST)]  # what `node document --out` writes


class Invited(Record, frozen=True, kw_only=True):
    """A peer that was taken up."""

    key: str
    node: str
    ours: Standing


@get("/peers", guards=[may("exchange")], sync_to_thread=True)
def peers_page(request: Asked, node: TheNode, user: TheUser) -> Response[PeersPage]:
    """Show this node, and its peers with both relations and what lies between."""
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
    """Take up the node whose documents these are, and invite it."""
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
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[Invited]:
    """Take up the node whose file of documents was sent, and invite it."""
    file = data.get("file")
    if not isinstance(file, UploadFile):
        raise MissingError("no file was sent", hint="choose one first")
    return _taken_up(request, node, user, file.file.read(_MOST))


@get("/peers/own/documents", guards=[may("exchange")], sync_to_thread=True, gives="text/plain")
def own_documents(node: TheNode) -> Response[bytes]:
    """Give the documents of this node out, as a file for a peer."""
    with node.exchange(restored=True) as (desk, work):
        chain = documents(work, desk.node)
        name = desk.node.replace("/", "-")
    return download(write_chain(chain), "text/plain; charset=utf-8", f"{name}.json")


@get("/peers/own/code", guards=[may("exchange")], sync_to_thread=True, gives="image/svg+xml")
def own_code(node: TheNode) -> Response[bytes]:
    """Draw the fingerprint of this node as a QR code."""
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


HANDLERS = [peers_page, invite_peer, invite_by_file, own_documents, own_code]
