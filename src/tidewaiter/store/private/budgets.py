"""What may still be asked today, by this node of a peer and by a peer of this node."""

from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.markings import Purpose
from tidewaiter.exchange.private.budgets import left
from tidewaiter.store.database import Work
from tidewaiter.store.offers import Offer, Side, filter_of, open_offer
from tidewaiter.store.questionrows import log_of


class Standing(Record, frozen=True, kw_only=True):
    """An offer that is open, and what is left of it."""

    offer: Offer
    purposes: tuple[Purpose, ...]
    left: int  # keys that may still be asked on the day, with those that fill a question up
    whole: bool  # whether all of its filter is here; nothing can be asked before
    ended: bool  # its last day is over


def standing_of(work: Work, safe: bytes, side: Side, peer: str, day: date) -> Standing | None:
    """Return how the open offer between this node and a peer stands; None: there is none.

    Args:
        work: Any.
        safe: What locks the database, shape (32,).
        side: Of this node: the holder is asked, the asker asks.
        peer: The other side.
        day: Today, in UTC.
    """
    kept = open_offer(work, safe, side, peer)
    if kept is None:
        return None
    ended = day > kept.terms.until
    return Standing(
        offer=kept.offer,
        purposes=kept.terms.purposes,
        left=0 if ended else left(kept.terms, log_of(work, side, peer, day), day),
        whole=side == "holder" or filter_of(work, safe, kept) is not None,
        ended=ended,
    )
