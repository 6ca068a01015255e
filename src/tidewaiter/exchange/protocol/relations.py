"""Relations with peers: the state and the scope of each; each side decides for itself.

Between two nodes stand two relations, one each way. A node knows its own, and of the other what it
was told last. No change needs consent. That a peer is silent is not a state of a relation: it
follows from what has not come.
"""

from typing import Literal, get_args

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.protocol.markings import Tlp

Standing = Literal["none", "invited", "active", "frozen", "ended"]

MOVES: dict[Standing, tuple[Standing, ...]] = {
    "none": ("invited",),
    "invited": ("active", "ended"),
    "active": ("frozen", "ended"),
    "frozen": ("active", "ended"),
    "ended": ("invited",),
}
"""What may follow what."""

MET: frozenset[Standing] = frozenset({"invited", "active", "frozen"})
"""Where a peer is told of this node."""

CONTROL = frozenset({"relation", "document"})
"""Kinds of message that pass while a relation is frozen: by them it can end."""

ALWAYS = CONTROL | {"recall", "recall-outcome"}
"""Kinds of message that are within any scope: what was given can always be asked back."""

_TLP: tuple[Tlp, ...] = get_args(Tlp)


class Scope(Record, frozen=True, kw_only=True):
    """What is exchanged in a relation."""

    kinds: tuple[str, ...] = ()  # of messages; none named: all
    tlp: Tlp = "red"  # the closest marking that is sent
    reason: str = ""  # why it is so; kept here, and told to nobody

    def takes(self, kind: str) -> bool:
        """Say whether a kind of message is within it."""
        return kind in ALWAYS or not self.kinds or kind in self.kinds

    def sends(self, kind: str, tlp: Tlp) -> bool:
        """Say whether a message may be sent."""
        return kind in ALWAYS or (self.takes(kind) and _TLP.index(tlp) <= _TLP.index(self.tlp))


class Relation(Record, frozen=True, kw_only=True):
    """What this node does with a peer."""

    standing: Standing = "none"
    scope: Scope = Scope()
    reason: str = ""
    confirmed: str = ""  # the fingerprint that was compared by another way; "": none yet


def moved(relation: Relation, to: Standing, *, reason: str = "", fingerprint: str = "") -> Relation:
    """Change a relation.

    Args:
        relation: As it is.
        to: What it becomes.
        reason: Why; kept here, and told to the peer only where that is asked for.
        fingerprint: Of the peer's root, where someone has compared it for this change.

    Raises:
        ConflictError: The one does not follow from the other.
        InputError: It becomes active, and nobody has compared the fingerprint.
    """
    if to not in MOVES[relation.standing]:
        may = ", ".join(MOVES[relation.standing])
        raise ConflictError(
            "exchange/relation-cannot-become", standing=relation.standing, to=to, may=may
        )
    # What was frozen may have changed hands meanwhile: keys are compared anew.
    confirmed = fingerprint or ("" if relation.standing == "frozen" else relation.confirmed)
    if to == "active" and not confirmed:
        raise InputError("exchange/fingerprint-not-compared")
    kept = "" if to == "ended" else confirmed or relation.confirmed
    return Relation(standing=to, scope=relation.scope, reason=reason, confirmed=kept)
