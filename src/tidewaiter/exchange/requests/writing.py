"""Writing: what is filled in for whoever asks, answers, or opens a joint case."""

import secrets

from msgspec import structs

from tidewaiter.exchange.markings import Marking, Tlp
from tidewaiter.exchange.requests.folding import Asking

_ID = 8  # bytes


def new_id() -> str:
    """Return an id for a request, a joint case, or what is said to one."""
    return secrets.token_hex(_ID)


def marking_of_answer(known: Asking, tlp: Tlp | None = None) -> Marking:
    """Return the marking of an answer: for the purpose of its request, and no other.

    Args:
        known: The request; its group is the asker's, and not that of whoever answers.
        tlp: The label; None: that of the request.
    """
    if known.request is None:
        return Marking(tlp=tlp or "red")  # nothing is answered to what is not here
    request = known.request.body
    asked = request.marking
    return structs.replace(
        asked, tlp=tlp or asked.tlp, purposes=(request.purpose,), group="", epoch=0
    )
