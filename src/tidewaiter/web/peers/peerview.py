"""The page of a peer in words, and what the reader may do with it."""

from collections.abc import Collection
from typing import get_args

from tidewaiter.accounts.roles import Right
from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Tlp, load_marking_rules
from tidewaiter.exchange.relations import MOVES
from tidewaiter.report.languages import words
from tidewaiter.store.between import Item
from tidewaiter.store.conversations import Spoken
from tidewaiter.web.kindwords import kind_in_words, kinds_exchanged
from tidewaiter.web.peerrows import PeerPage
from tidewaiter.web.peersview import PeerLine, line_of, role_in_words


class Said(Record, frozen=True, kw_only=True):
    """A message of the conversation in words."""

    spoken: Spoken
    became: str


class HeldLine(Record, frozen=True, kw_only=True):
    """A message that is held back, in words."""

    item: Item
    kind: str


class PeerView(Record, frozen=True, kw_only=True):
    """The page in words."""

    line: PeerLine
    role: str
    moves: tuple[str, ...]  # what the relation can become, by this reader
    writes: bool  # the reader may write to the people there
    relates: bool
    kinds: tuple[tuple[str, str], ...]  # that can be exchanged
    named: tuple[str, ...]  # kinds of the scope, in words; (): all
    tlps: tuple[tuple[str, str], ...]
    tlp: str  # the closest that is sent
    held: tuple[HeldLine, ...]
    talk: tuple[Said, ...]
    keys: tuple[tuple[str, str], ...]


def peer_view(page: PeerPage, rights: Collection[Right]) -> PeerView:
    """Put the page into words.

    Args:
        page: All that is told.
        rights: Of the reader.
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
        talk=tuple(Said(spoken=each, became=became(each)) for each in page.talk),
        keys=tuple(keys),
    )


def became(spoken: Spoken) -> str:
    """Say what became of a message."""
    if spoken.ours:
        return state_in_words(spoken.state, spoken.code)
    told = {
        "processed": words("came"),
        "refused": words("refused here"),
        "recalled": words("recalled"),
    }
    return told.get(spoken.state, spoken.state)


def state_in_words(state: str, code: str = "") -> str:
    """Say what became of what this node wrote.

    Args:
        state: Of the message.
        code: Why it was refused; "": it was not.
    """
    told = {
        "waiting": words("waits"),
        "held": words("held back"),
        "sealed": words("under way"),
        "processed": words("received there: its receipt is kept"),
        "refused": words("refused there"),
        "recalled": words("recalled"),
        "discarded": words("discarded"),
    }
    return f"{told[state]}: {code}" if code else told[state]
