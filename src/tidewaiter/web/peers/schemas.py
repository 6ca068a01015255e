"""Records of the peer pages, and peer keys in addresses."""

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
    """Return a peer's key in addresses."""
    return hashlib.sha256(node.encode()).hexdigest()[:_LENGTH]


def peer_at(work: Work, key: str) -> Known:
    """Return the peer of an address key.

    Raises:
        MissingError: Unknown key.
    """
    for each in peers(work):
        if peer_key(each.node) == key:
            return each
    raise MissingError("web/no-such-peer")


class PeerRow(Record, frozen=True, kw_only=True):
    """A peer and its message counts."""

    key: str  # in its page address
    node: str
    name: str
    country: str
    role: str
    ours: Standing
    since: str  # ISO 8601, UTC
    theirs: Standing  # as last reported
    theirs_since: str  # "": nothing reported
    confirmed: bool  # its fingerprint was compared
    waiting: int  # messages not sealed yet
    held: int
    under_way: int  # sealed, not receipted
    waits_since: str  # time of writing of the oldest of these, without those on hold; "": none
    heard: str  # last activity; "": none yet
    silent: int | None  # days without activity although something is pending; None: nothing is
    tries: int  # failed attempts since the last activity
    due: str
    trouble: str
    contradictions: int  # contradictory messages
    log_contradictions: int  # contradictory statements on its log
    missing: int | None  # its messages lost in a restore; None: not asked yet
    again: int  # receipted messages resent, as it was restored from a backup
    doubted: int  # its messages that may be forged with stolen keys
    replaced: int  # documents replaced by its root, as others wrote them


class Odd(Record, frozen=True, kw_only=True):
    """Number of contradictions by node."""

    messages: dict[str, int]
    logs: dict[str, int]


class LogTold(Record, frozen=True, kw_only=True):
    """A peer's log as stated in its receipts, and this node's statements to it."""

    size: int  # 0: none stated
    root: str
    contradictions: tuple[LogContradiction, ...]
    ours: ToldLog | None  # None: none stated


class KeyTold(Record, frozen=True, kw_only=True):
    """A key of a peer."""

    use: Use
    name: str
    state: State
    untrusted: int | None  # first message no longer trusted; None: trusted


class DocumentTold(Record, frozen=True, kw_only=True):
    """A document of a peer."""

    number: int
    came: str  # ISO 8601, UTC
    digest: str
    name: str
    endpoints: tuple[str, ...]
    keys: tuple[str, ...]  # names of new keys
    recovered: bool  # key recovery: keys were lost or compromised


class PeerPage(Record, frozen=True, kw_only=True):
    """A peer: relation and exchange.

    Its fingerprint words are not included: users must hear them from the peer.
    """

    row: PeerRow
    role: Role
    reason: str  # of this node's relation
    scope: Scope
    endpoints: tuple[str, ...]
    keys: tuple[KeyTold, ...]
    documents: tuple[DocumentTold, ...]  # latest first
    held: tuple[Item, ...]
    talk: tuple[Spoken, ...]  # latest messages, oldest first
    contradictions: tuple[Contradiction, ...]
    log: LogTold


def odd_of(work: Work) -> Odd:
    """Count the contradictions of all peers."""
    return Odd(messages=count_contradictions(work), logs=count_log_contradictions(work))


def row_of(work: Work, known: Known, now: datetime, odd: Odd) -> PeerRow:
    """Return the relation and counts of a peer.

    Args:
        work: Any transaction.
        known: The peer.
        now: The moment.
        odd: Contradictions of all peers.
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
    """Count the days without activity of a peer with pending items.

    Args:
        waits: Time of writing of the oldest, ISO 8601; "": none.
        heard: Last activity; "": none yet.
        now: The moment.

    Returns:
        Whole days since the later of both; None: nothing is pending.
    """
    if not waits:
        return None
    last = max(datetime.fromisoformat(each) for each in (waits, heard) if each)
    return max(0, (now.astimezone(UTC) - last).days)
