"""Passwords: kept as Argon2id hashes, with the parameters of RFC 9106 for little memory."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tidewaiter.base.errors import InputError

SHORTEST = 12  # characters; NIST SP 800-63B asks for length, not for kinds of characters
LONGEST = 1_000
_DISTINCT = 5


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


def hash_password(password: str, *, name: str) -> str:
    """Return the hash of a new password, with its own salt and parameters.

    Args:
        password: As typed.
        name: Of the account; a password that is made of it is refused.

    Raises:
        InputError: It is too short, too long, or easily guessed.
    """
    hint = "a few words that only you would put together are easy to keep in mind"
    if len(password) < SHORTEST:
        raise InputError(f"a password has at least {SHORTEST} characters", hint=hint)
    if len(password) > LONGEST:
        raise InputError(f"a password has at most {LONGEST:,} characters", hint=hint)
    folded = password.casefold()
    if len(set(folded)) < _DISTINCT or not folded.replace(name.casefold(), "").strip():
        raise InputError("this password is easily guessed", hint=hint)
    return _hasher().hash(password)


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
