"""Passwords: Argon2id hashes, rate limits, and back-off after failed sign-ins."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tidewaiter.base.errors import InputError

SHORTEST = 12  # characters; NIST SP 800-63B requires length, not character classes
LONGEST = 1_000
# Minimum number of guesses with lists of common passwords, words, names, dates and keyboard
# patterns; ASVS 5.0 requires that common passwords are refused.
_GUESSES = 10_000_000_000
_JUDGED = 40  # characters that are evaluated: longer crafted passwords take seconds


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str, *, name: str) -> str:
    """Return the hash of a new password, with its own salt and parameters.

    Args:
        password: Password as typed.
        name: Account name; a password based on it is refused.

    Raises:
        InputError: Too short, too long, common, or easily guessed.

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
    """Estimate the guesses for an attacker who knows the account and the server."""
    from zxcvbn import zxcvbn  # noqa: PLC0415  # its lists are needed for a new password only

    known = [name, *name.replace("-", ".").replace("_", ".").split("."), "tidewaiter"]
    judged = zxcvbn(password[:_JUDGED], user_inputs=known, max_length=_JUDGED)
    return float(judged["guesses"])


def is_password(kept: str | None, password: str) -> bool:
    """Verify a password against a stored hash; None takes as long and returns False.

    Constant time, so the response time does not reveal which accounts exist.
    """
    try:
        return _hasher().verify(kept or _nobody(), password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def hash_anew(kept: str, password: str) -> str | None:
    """Rehash a password if the stored hash has outdated parameters.

    Args:
        kept: Stored hash.
        password: The password, already verified with `is_password`.

    Returns:
        A hash with the current parameters; None: the stored hash already has them.
    """
    hasher = _hasher()
    return hasher.hash(password[:LONGEST]) if hasher.check_needs_rehash(kept) else None


@cache
def _nobody() -> str:
    return _hasher().hash("nobody has this password")


KEYS = 10_000  # keys tracked at a time; the least recently used is dropped


class Limiter:
    """Rate limiter: counts attempts per key in a sliding window; thread-safe."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def waits(self, key: str, now: float) -> float:
        """Count an attempt; return the seconds to wait before the next, 0 if it is allowed.

        Args:
            key: Key of the client.
            now: Monotonic time in seconds.
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


FREE = 5  # failed attempts in a row without a delay
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)


def locked_until(wrong: int, now: datetime) -> datetime | None:
    """Return until when an account is locked by back-off; None: it is not locked.

    Args:
        wrong: Failed attempts in a row, including this one.
        now: Current time, with time zone.
    """
    if wrong < FREE:
        return None
    rest = _FIRST * (1 << min(wrong - FREE, 16))
    return now + min(rest, _LONGEST)
