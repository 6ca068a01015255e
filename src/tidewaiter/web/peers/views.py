"""Peer views: list, peer page, and the reader's options."""

from collections.abc import Collection, Iterator, Sequence
from typing import get_args

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.members import PATIENCE
from tidewaiter.exchange.protocol.documents import Role
from tidewaiter.exchange.protocol.markings import Tlp, load_marking_rules
from tidewaiter.exchange.protocol.relations import MOVES, Standing
from tidewaiter.explain.languages import counted, numbered, words
from tidewaiter.store.peers.channel import Item, Spoken
from tidewaiter.web.core.exchange_terms import kind_in_words, kinds_exchanged
from tidewaiter.web.peers.schemas import PeerPage, PeerRow


class PeerLine(Record, frozen=True, kw_only=True):
    """A peer, as displayed."""

    key: str
    ours: str
    theirs: str
    between: tuple[str, ...]  # waiting, on hold, in transit
    notes: tuple[str, ...]  # needs attention, most urgent first
    late: bool


class PeersView(Record, frozen=True, kw_only=True):
    """The list, as displayed."""

    lines: tuple[PeerLine, ...]  # those needing attention first, then by name
    role: str  # of this node
    relates: bool
    keys: tuple[tuple[str, str], ...]


def standing_in_words(standing: Standing) -> str:
    """Describe a relation."""
    said = {
        "none": words("nothing"),
        "invited": words("invited"),
        "active": words("active"),
        "frozen": words("frozen"),
        "ended": words("ended"),
    }
    return said[standing]


def role_in_words(role: Role) -> str:
    """Return the name of a node's role."""
    said = {
        "authority": words("authority"),
        "company": words("company"),
        "observer": words("observer"),
    }
    return said[role]


def peers_view(rows: Sequence[PeerRow], own: Role, *, relates: bool) -> PeersView:
    """Render the list as text.

    Args:
        rows: The peers.
        own: Role of this node.
        relates: The reader may change relations.
    """
    lines = [(_rank(each), each.name.casefold(), each.key, line_of(each)) for each in rows]
    keys = [("w", words("Show the verification words of this node"))]
    if relates:
        keys.append(("n", words("Add a peer")))
    return PeersView(
        lines=tuple(each[3] for each in sorted(lines, key=lambda each: each[:3])),
        role=role_in_words(own),
        relates=relates,
        keys=tuple(keys),
    )


def line_of(row: PeerRow) -> PeerLine:
    """Render a peer as text."""
    counts = (
        (row.waiting, numbered("%(num)s queued", "%(num)s queued", row.waiting)),
        (row.held, numbered("%(num)s on hold", "%(num)s on hold", row.held)),
        (
            row.under_way,
            numbered("%(num)s awaiting receipt", "%(num)s awaiting receipt", row.under_way),
        ),
    )
    return PeerLine(
        key=row.key,
        ours=standing_in_words(row.ours),
        theirs=standing_in_words(row.theirs) if row.theirs_since else words("not reported yet"),
        between=tuple(text for count, text in counts if count),
        notes=tuple(_notes(row)),
        late=_rank(row) < 2,  # noqa: PLR2004 - see there
    )


def _rank(row: PeerRow) -> int:
    """Return the sort rank: 0 needs people, 1 stalled, 2 others."""
    if (
        row.contradictions
        or row.log_contradictions
        or row.doubted
        or row.replaced
        or (row.ours in {"invited", "frozen"} and not row.confirmed)
    ):
        return 0
    if row.trouble or row.missing != 0 or row.again or (row.silent or 0) >= PATIENCE:
        return 1
    return 3 if row.ours == "ended" else 2


def _restored(row: PeerRow) -> Iterator[str]:
    """Yield the messages about a restored node."""
    if row.missing is None:
        yield words(
            "This node was restored from an earlier backup and has not reached this peer yet."
        )
    elif row.missing:
        yield numbered(
            "This node was restored from an earlier backup: %(num)s message is being retrieved.",
            (
                "This node was restored from an earlier backup: %(num)s messages are being "
                "retrieved."
            ),
            row.missing,
        )
    if row.again:
        yield numbered(
            "This peer was restored from an earlier backup: %(num)s message is being sent again.",
            (
                "This peer was restored from an earlier backup: %(num)s messages are being "
                "sent again."
            ),
            row.again,
        )


def _notes(row: PeerRow) -> Iterator[str]:
    yield from _restored(row)
    if row.contradictions:
        yield numbered(
            "contradicted itself %(num)s time",
            "contradicted itself %(num)s times",
            row.contradictions,
        )
    if row.log_contradictions:
        yield words("inconsistent statements about its log")
    if row.replaced:
        yield numbered(
            "The peer used its root key to replace %(num)s document: its keys were compromised.",
            "The peer used its root key to replace %(num)s documents: its keys were compromised.",
            row.replaced,
        )
    if row.doubted:
        yield numbered(
            "%(num)s message from it may be forged.",
            "%(num)s messages from it may be forged.",
            row.doubted,
        )
    if row.ours in {"invited", "frozen"} and not row.confirmed:
        yield words("not verified")
    if (row.silent or 0) >= PATIENCE:
        yield numbered("no contact for %(num)s day", "no contact for %(num)s days", row.silent or 0)
    if row.trouble:
        text = counted(
            "%(num)s failed attempt: %(why)s", "%(num)s failed attempts: %(why)s", row.tries
        )
        yield text % {"num": row.tries, "why": row.trouble}


class Said(Record, frozen=True, kw_only=True):
    """A conversation message, as displayed."""

    spoken: Spoken
    became: str


class HeldLine(Record, frozen=True, kw_only=True):
    """A message on hold, as displayed."""

    item: Item
    kind: str


class PeerView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    line: PeerLine
    role: str
    moves: tuple[str, ...]  # transitions available to the reader
    writes: bool  # the reader may write to the peer's staff
    relates: bool
    kinds: tuple[tuple[str, str], ...]  # selectable ones
    named: tuple[str, ...]  # kinds in scope, as text; (): all
    tlps: tuple[tuple[str, str], ...]
    tlp: str  # strictest marking sent
    held: tuple[HeldLine, ...]
    talk: tuple[Said, ...]
    keys: tuple[tuple[str, str], ...]


def peer_view(page: PeerPage, rights: Collection[Right]) -> PeerView:
    """Render the page as text.

    Args:
        page: The page record.
        rights: Rights of the reader.
    """
    relates, ours = "relate" in rights, page.row.ours
    labels = {tlp: rule.label for tlp, rule in load_marking_rules().tlp.items()}
    writes = "exchange" in rights and ours in {"active", "frozen", "invited"}
    keys = [("l", words("Back to the list"))]
    if writes:
        keys.append(("n", words("Write a message")))
    return PeerView(
        line=line_of(page.row),
        role=role_in_words(page.role),
        moves=MOVES[ours] if relates else (),
        writes=writes,
        relates=relates,
        kinds=tuple((kind, kind_in_words(kind)) for kind in kinds_exchanged()),
        named=tuple(map(kind_in_words, page.scope.kinds)),
        tlps=tuple((tlp, labels[tlp]) for tlp in get_args(Tlp)),
        tlp=labels[page.scope.tlp],
        held=tuple(HeldLine(item=each, kind=kind_in_words(each.kind)) for each in page.held),
        talk=tuple(Said(spoken=each, became=delivery_words(each)) for each in page.talk),
        keys=tuple(keys),
    )


def delivery_words(spoken: Spoken) -> str:
    """Return the delivery status of a message as text."""
    if spoken.ours:
        return state_in_words(spoken.state, spoken.code)
    told = {
        "processed": words("received"),
        "refused": words("rejected by this node"),
        "recalled": words("recalled"),
    }
    return told.get(spoken.state, spoken.state)


def state_in_words(state: str, code: str = "") -> str:
    """Return the delivery status of this node's message as text.

    Args:
        state: Message state.
        code: Reason of rejection; "": none.
    """
    told = {
        "waiting": words("queued"),
        "held": words("on hold"),
        "sealed": words("awaiting receipt"),
        "processed": words("delivered, receipt on file"),
        "refused": words("rejected by the peer"),
        "recalled": words("recalled"),
        "discarded": words("discarded"),
    }
    return f"{told[state]}: {code}" if code else told[state]
