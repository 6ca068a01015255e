"""Records of the pages of peers, and the keys of peers in addresses."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from litestar.params import PathParameter

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.documents import Role, State
from tidewaiter.exchange.protocol.relations import Scope, Standing
from tidewaiter.exchange.protocol.signing import Use
from tidewaiter.store.core.database import Work
from tidewaiter.store.evidence import LogContradiction, ToldLog, count_log_contradictions
from tidewaiter.store.peers.channel import (
    Contradiction,
    Item,
    Spoken,
    count_contradictions,
    count_unsettled,
    doubted_messages,
    waits_since,
)
from tidewaiter.store.peers.directory import Known, peers, replaced_documents
from tidewaiter.store.peers.outbox import count_again
from tidewaiter.store.peers.reconcile import missing_from

_LENGTH = 16  # hexadecimal digits

MessageId = Annotated[str, PathParameter(max_length=64)]
PeerKey = Annotated[str, PathParameter(max_length=64)]


def peer_key(node: str) -> str:
    """Return by what a peer stands in an address."""
    return hashlib.sha256(node.encode()).hexdigest()[:_LENGTH]


def peer_at(work: Work, key: str) -> Known:
    """Return the peer of an address.

    Raises:
        MissingError: There is none.
    """
    for each in peers(work):
        if peer_key(each.node) == key:
            return each
    raise MissingError("web/no-such-peer")


class PeerRow(Record, frozen=True, kw_only=True):
    """A peer, and what lies between."""

    key: str  # in the address of its page
    node: str
    name: str
    country: str
    role: str
    ours: Standing
    since: str  # ISO 8601, UTC
    theirs: Standing  # as it told last
    theirs_since: str  # "": it has told nothing
    confirmed: bool  # somebody has compared its words
    waiting: int  # messages that are not sealed yet
    held: int
    under_way: int  # sealed, without a receipt
    waits_since: str  # when the oldest of these was written, but for those held; "": there is none
    heard: str  # last sign of it; "": none yet
    silent: int | None  # days without a sign though something waits; None: nothing does
    tries: int  # that failed since the last sign
    due: str
    trouble: str
    contradictions: int  # messages that it signed twice
    log_contradictions: int  # what it said of its log that does not fit
    missing: int | None  # that came from it and were forgotten by a restore; None: not asked yet
    again: int  # that it had and are sent again: it was restored from an older state
    doubted: int  # that came from it and may be somebody else's, who had its keys
    replaced: int  # documents that its root has replaced: somebody else wrote them


class Odd(Record, frozen=True, kw_only=True):
    """How often peers have contradicted themselves, by node."""

    messages: dict[str, int]
    logs: dict[str, int]


class LogTold(Record, frozen=True, kw_only=True):
    """The log of a peer, as its receipts tell it; and what this node has told it of its own."""

    size: int  # 0: it has told nothing
    root: str
    contradictions: tuple[LogContradiction, ...]
    ours: ToldLog | None  # None: nothing was told


class KeyTold(Record, frozen=True, kw_only=True):
    """A key of a peer."""

    use: Use
    name: str
    state: State
    untrusted: int | None  # from which message on nothing that it signed is trusted; None: all is


class DocumentTold(Record, frozen=True, kw_only=True):
    """A document of a peer."""

    number: int
    came: str  # ISO 8601, UTC
    digest: str
    name: str
    endpoints: tuple[str, ...]
    keys: tuple[str, ...]  # names of those that are new in it
    recovered: bool  # by a root: its keys were lost, or somebody else had them


class PeerPage(Record, frozen=True, kw_only=True):
    """A peer: what this node does with it, and what has passed between the two.

    Its words stand nowhere here: whoever types them has heard them.
    """

    row: PeerRow
    role: Role
    reason: str  # of what this node does
    scope: Scope
    endpoints: tuple[str, ...]
    keys: tuple[KeyTold, ...]
    documents: tuple[DocumentTold, ...]  # the latest first
    held: tuple[Item, ...]
    talk: tuple[Spoken, ...]  # the latest, the oldest of them first
    contradictions: tuple[Contradiction, ...]
    log: LogTold


def odd_of(work: Work) -> Odd:
    """Count what does not fit, of all peers."""
    return Odd(messages=count_contradictions(work), logs=count_log_contradictions(work))


def row_of(work: Work, known: Known, now: datetime, odd: Odd) -> PeerRow:
    """Tell how this node stands with a peer.

    Args:
        work: Any.
        known: The peer.
        now: The moment.
        odd: What does not fit, of all peers.
    """
    ways, since = count_unsettled(work, known.node), waits_since(work, known.node)
    return PeerRow(
        key=peer_key(known.node),
        node=known.node,
        name=known.name,
        country=known.country,
        role=known.role,
        ours=known.relation.standing,
        since=known.since,
        theirs=known.theirs,
        theirs_since=known.theirs_since,
        confirmed=bool(known.relation.confirmed),
        waiting=ways.get("waiting", 0),
        held=ways.get("held", 0),
        under_way=ways.get("sealed", 0),
        waits_since=since,
        heard=known.heard,
        silent=days_silent(since, known.heard, now),
        tries=known.tries,
        due=known.due,
        trouble=known.trouble,
        contradictions=odd.messages.get(known.node, 0),
        log_contradictions=odd.logs.get(known.node, 0),
        missing=missing_from(known),
        again=count_again(work, known),
        doubted=len(doubted_messages(work, known)),
        replaced=len(replaced_documents(work, known.node)),
    )


def days_silent(waits: str, heard: str, now: datetime) -> int | None:
    """Count the days without a sign of a peer for which something waits.

    Args:
        waits: When the oldest of it was written, in ISO 8601; "": nothing waits.
        heard: The last sign; "": none yet.
        now: The moment.

    Returns:
        Whole days since the last sign, or since it waits, whichever is later; None: nothing waits.
    """
    if not waits:
        return None
    last = max(datetime.fromisoformat(each) for each in (waits, heard) if each)
    return max(0, (now.astimezone(UTC) - last).days)
