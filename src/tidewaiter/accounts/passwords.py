"""Passwords: Argon2id hashes, rate limits, and back-off after failed sign-ins."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from tidewaiter.base.errors import InputError

SHORTEST = 12  # characters; NIST SP 800-63B asks for length, not for kinds of characters
LONGEST = 1_000
# Guesses that lists of common passwords, words, names, dates and keys in a row would take; ASVS 5.0
# asks that common passwords are refused.
_GUESSES = 10_000_000_000
_JUDGED = 40  # characters that are judged: of more, chosen ones take seconds to judge


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str, *, name: str) -> str:
    """Return the hash of a new password, with its own salt and parameters.

    Args:
        password: As typed.
        name: Of the account; a password that is made of it is refused.

    Raises:
        InputError: It is too short, too long, common, or easily guessed.

    Source:
        Wheeler 2016, "zxcvbn: Low-Budget Password Strength Estimation".
    """
    if len(password) < SHORTEST:
        raise InputError("accounts/password-too-short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise InputError("accounts/password-too-long", longest=LONGEST)
    if _guesses(password, name) < _GUESSES:
        raise InputError("accounts/password-easily-guessed")
    return _hasher().hash(password)


def _guesses(password: str, name: str) -> float:
    """Return how many guesses a password takes, of someone who knows whose it is and where."""
    known = [name, *name.replace("-", ".").replace("_", ".").split("."), "tidewaiter"]
    judged = zxcvbn(password[:_JUDGED], user_inputs=known, max_length=_JUDGED)
    return float(judged["guesses"])


def is_password(kept: str | None, password: str) -> bool:
    """Say whether a password is the one whose hash is kept; None takes as long and is no.

    So how long the answer takes does not tell which accounts there are.
    """
    try:
        return _hasher().verify(kept or _nobody(), password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def hash_anew(kept: str, password: str) -> str | None:
    """Return another hash of a password, where the one that is kept has other parameters than ours.

    Args:
        kept: The hash.
        password: Whose hash it is, which `is_password` has said.

    Returns:
        The hash with our parameters; None: the one that is kept has them.
    """
    hasher = _hasher()
    return hasher.hash(password[:LONGEST]) if hasher.check_needs_rehash(kept) else None


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


KEYS = 10_000  # that are counted at a time; the one that asked longest ago gives way


class Limiter:
    """Counts tries by key, over the last so many seconds; threads may share it."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def waits(self, key: str, now: float) -> float:
        """Count a try; return how many seconds to wait before the next, 0 where it may go on.

        Args:
            key: Who tries.
            now: The moment in seconds, of a clock that only goes on.
        """
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while len(self._tries) > KEYS:
                self._tries.popitem(last=False)
            while tries and tries[0] <= now - self._seconds:
                tries.popleft()
            if len(tries) >= self._most:
                return tries[0] + self._seconds - now
            tries.append(now)
            return 0.0


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
