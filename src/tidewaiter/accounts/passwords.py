"""Passwords: kept as Argon2id hashes, with the parameters of RFC 9106 for little memory."""

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
    hint = "a few words that only you would put together are easy to keep in mind"
    if len(password) < SHORTEST:
        raise InputError(f"a password has at least {SHORTEST} characters", hint=hint)
    if len(password) > LONGEST:
        raise InputError(f"a password has at most {LONGEST:,} characters", hint=hint)
    if _guesses(password, name) < _GUESSES:
        raise InputError("this password is common, or easily guessed", hint=hint)
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
