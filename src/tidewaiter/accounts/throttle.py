"""How long an account rests after wrong passwords: a little, then longer, and never for ever."""

from datetime import datetime, timedelta

FREE = 5  # wrong passwords in a row that cost nothing
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)


def rests_until(wrong: int, now: datetime) -> datetime | None:
    """Return until when an account takes no password; None: it takes the next one.

    Args:
        wrong: Wrong passwords in a row, this one counted.
        now: The moment, with its time zone.
    """
    if wrong < FREE:
        return None
    rest = _FIRST * (1 << min(wrong - FREE, 16))
    return now + min(rest, _LONGEST)
