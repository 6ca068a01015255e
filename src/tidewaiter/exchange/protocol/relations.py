"""Relations with peers: state and scope of each; each side decides for itself.

Two nodes have two relations, one each way. A node knows its own, and the other's as last reported.
No change needs consent. Silence is not a state of a relation: it is derived from missing
activity.
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
"""Permitted transitions."""

MET: frozenset[Standing] = frozenset({"invited", "active", "frozen"})
"""States in which a peer is informed of this node."""

CONTROL = frozenset({"relation", "document"})
"""Message kinds that pass while a relation is frozen, needed to end it."""

ALWAYS = CONTROL | {"recall", "recall-outcome"}
"""Message kinds within any scope: a recall must always be possible."""

_TLP: tuple[Tlp, ...] = get_args(Tlp)


class Scope(Record, frozen=True, kw_only=True):
    """Scope of a relation."""

    kinds: tuple[str, ...] = ()  # message kinds; empty: all
    tlp: Tlp = "red"  # strictest marking sent
    reason: str = ""  # reason; internal, never sent

    def takes(self, kind: str) -> bool:
        """Return whether a kind is within scope."""
        return kind in ALWAYS or not self.kinds or kind in self.kinds

    def sends(self, kind: str, tlp: Tlp) -> bool:
        """Return whether a message may be sent."""
        return kind in ALWAYS or (self.takes(kind) and _TLP.index(tlp) <= _TLP.index(self.tlp))


class Relation(Record, frozen=True, kw_only=True):
    """This node's relation to a peer."""

    standing: Standing = "none"
    scope: Scope = Scope()
    reason: str = ""
    confirmed: str = ""  # fingerprint compared over another channel; "": none


def moved(relation: Relation, to: Standing, *, reason: str = "", fingerprint: str = "") -> Relation:
    """Change a relation.

    Args:
        relation: The current relation.
        to: The new state.
        reason: Reason; internal, sent to the peer only on request.
        fingerprint: Of the peer's root, if compared for this change.

    Raises:
        ConflictError: Not a permitted transition.
        InputError: Activation without a compared fingerprint.
    """
    if to not in MOVES[relation.standing]:
        may = ", ".join(MOVES[relation.standing])
        raise ConflictError(
            "exchange/relation-cannot-become", standing=relation.standing, to=to, may=may
        )
    # Keys may have changed hands during a freeze: fingerprints are compared again.
    confirmed = fingerprint or ("" if relation.standing == "frozen" else relation.confirmed)
    if to == "active" and not confirmed:
        raise InputError("exchange/fingerprint-not-compared")
    kept = "" if to == "ended" else confirmed or relation.confirmed
    return Relation(standing=to, scope=relation.scope, reason=reason, confirmed=kept)
