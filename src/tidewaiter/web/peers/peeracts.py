"""What is done with a peer: its relation, what is exchanged, what is held back, and a message."""

from typing import Annotated, Literal

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.courier.nodes import relate_within, say
from tidewaiter.exchange.fingerprints import read_words
from tidewaiter.exchange.markings import Tlp
from tidewaiter.exchange.relations import Scope, Standing
from tidewaiter.store.holding import discard_one
from tidewaiter.store.peers import set_scope
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.kindwords import kinds_exchanged
from tidewaiter.web.peerkeys import PeerKey, peer_at
from tidewaiter.web.replies import done
from tidewaiter.web.security import may

_Reason = Annotated[str, msgspec.Meta(max_length=500)]
_Words = Annotated[str, msgspec.Meta(max_length=400)]
_Id = Annotated[str, msgspec.Meta(max_length=40)]
_Kind = Annotated[str, msgspec.Meta(max_length=80)]


class Turn(Record, frozen=True, kw_only=True):
    """What this node does with a peer from now on."""

    to: Literal["invited", "active", "frozen", "ended"]
    reason: _Reason = ""  # kept here, and not told
    words: _Words = ""  # of the peer, as they were heard: for "active"
    held: Literal["", "release", "discard"] = ""  # what becomes of what was held back


class Turned(Record, frozen=True, kw_only=True):
    """What this node does with a peer now."""

    key: str
    node: str
    ours: Standing
    scope: Scope


class Narrow(Record, frozen=True, kw_only=True):
    """What is exchanged with a peer."""

    kinds: tuple[_Kind, ...] = ()  # of messages; none: all
    tlp: Tlp = "red"  # the closest marking that is sent
    reason: _Reason = ""


class Discarded(Record, frozen=True, kw_only=True):
    """A message that was held back, and is never sent."""

    message: _Id


class Written(Record, frozen=True, kw_only=True):
    """A message to the people at a peer."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


class MessageWritten(Record, frozen=True, kw_only=True):
    """A message that was written."""

    message: str  # id


@post("/peers/{key:str}/relation", guards=[may("relate")], sync_to_thread=True)
def turn_relation(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Turn]
) -> Response[Turned]:
    """Invite a peer again, confirm it by its words, freeze or end; it holds from now on."""
    compared = read_words(data.words) if data.words else ""
    with node.exchange(user, restored=True) as (desk, work):
        known = relate_within(
            desk,
            work,
            peer_at(work, key).node,
            data.to,
            reason=data.reason,
            compared=compared,
            held=data.held,
        )
    made = Turned(
        key=key, node=known.node, ours=known.relation.standing, scope=known.relation.scope
    )
    return done(request, made, f"/peers/{key}")


@post("/peers/{key:str}/scope", guards=[may("relate")], sync_to_thread=True)
def narrow_scope(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Narrow]
) -> Response[Turned]:
    """Say what is exchanged with a peer; what is outside is refused, and not sent."""
    unknown = sorted(set(data.kinds) - set(kinds_exchanged()))
    if unknown:
        hint = f"there are: {', '.join(kinds_exchanged())}"
        raise InputError(f'there is no kind of message "{unknown[0]}"', hint=hint)
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
    """Discard one message that is held back, and destroy what it says."""
    with node.exchange(user, restored=True) as (_, work):
        discard_one(work, peer_at(work, key).node, data.message)
    return done(request, data, f"/peers/{key}#held")


@post("/peers/{key:str}/messages", guards=[may("exchange")], sync_to_thread=True, makes=True)
def write_to_peer(
    request: Asked, node: TheNode, user: TheUser, key: PeerKey, data: JSONBody[Written]
) -> Response[MessageWritten]:
    """Write to the people at a peer; it is sent when both sides can."""
    with node.exchange(user, restored=True) as (desk, work):
        name = say(desk, work, peer_at(work, key).node, data.text)
    return done(request, MessageWritten(message=name), f"/peers/{key}#talk", status=201)


HANDLERS = [turn_relation, narrow_scope, discard_item, write_to_peer]
