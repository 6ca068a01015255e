"""Back-off: how long a peer that was not reached is left alone.

The wait doubles with each try that fails, up to five minutes: what is urgent shall not wait for an
hour because a line was down for one. It ends with any sign of the peer, when this node starts, and
where something is written that is for now (`store.peers.end_wait`).
"""

import math

LONGEST = 300.0  # seconds between two tries
_FIRST = 1.0  # second
_MOST = 20  # doublings; the longest wait is reached long before


def wait_seconds(tries: int, chance: float) -> float:
    """Return how long a peer is left alone.

    Args:
        tries: That failed one after another, from 1.
        chance: From 0 to 1, by which not all come back at once.

    Returns:
        Seconds: half of the whole wait at least, and never more than `LONGEST`.
    """
    whole = min(LONGEST, math.ldexp(_FIRST, min(tries - 1, _MOST)))
    return whole * (0.5 + 0.5 * chance)


def failed_tries(tries: int, due: str, latest: str) -> int:
    """Count a try that failed.

    Args:
        tries: That failed before it.
        due: For when it was put off, as `moment` writes it.
        latest: To when it can have been put off by the clock of now; beyond it, the clock was set
            back, and it was tried before its time: that is no further failure of the peer.
    """
    return tries if tries and due > latest else tries + 1
