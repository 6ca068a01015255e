"""Waits: what of a notice the other side has to answer on a day."""

from datetime import date

from tidewaiter.coalition.members import Pending
from tidewaiter.coalition.outcomes import Heard, Watched
from tidewaiter.exchange.notices.events import Amended, Queried, Sent
from tidewaiter.exchange.notices.states import state_of

_ASKING = {"exporter": (Sent, Amended), "importer": (Queried,)}
"""By what each side asks the other for an answer."""


def waiting_for(watched: Watched, own: str, day: date) -> Pending | None:
    """Tell what the other side has to answer; None: nothing.

    Args:
        watched: A notice.
        own: The id of this node.
        day: What was not known then is left out.

    Raises:
        InputError: The events are of several notices.
    """
    heard = [each for each in watched.heard if each.kept <= day]
    state = state_of((each.event for each in heard), day)
    mine = watched.exporter.node == own
    side, other = ("exporter", "importer") if mine else ("importer", "exporter")
    asked = [
        each
        for each in heard
        if each.event.by == side and isinstance(each.event.what, _ASKING[side])
    ]
    if state.waits_for != other or not asked:
        return None
    return Pending(
        node=(watched.importer if mine else watched.exporter).node,
        what=f"notice {asked[-1].event.notice}",
        since=_since(asked[-1], day),
    )


def _since(heard: Heard, day: date) -> date:
    return heard.had if heard.had is not None and heard.had <= day else heard.kept
