"""Secrets that are shown once and kept as digests: sessions, invitations, tokens."""

import hashlib
import hmac
import secrets

_BYTES = 32
_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is read as another
_GROUP = 4


def new_secret() -> str:
    """Make a secret of 256 random bits, in letters that a URL and a header take."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: whoever reads the database cannot sign in with it.

    A secret of 256 random bits cannot be guessed, so one round of SHA-256 is enough; passwords
    are another matter.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_code() -> str:
    """Make a code of 60 random bits to be read aloud, like "7KQF-2M9X-WB4T"."""
    groups = ("".join(secrets.choice(_CODE) for _ in range(_GROUP)) for _ in range(3))
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """Return a code as `new_code` writes it, however it was typed."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def form_token(session: str) -> str:
    """Return a token for the forms of a session, another one each time.

    It is masked by random bits, so that a compressed page says nothing of it.
    """
    mask = secrets.token_bytes(_BYTES)
    return (mask + _xor(mask, _form_key(session))).hex()


def is_form_token(session: str, token: str) -> bool:
    """Say whether a token was made for the forms of a session."""
    try:
        told = bytes.fromhex(token)
    except ValueError:
        return False
    mask, masked = told[:_BYTES], told[_BYTES:]
    return len(masked) == _BYTES and hmac.compare_digest(_xor(mask, masked), _form_key(session))


def _form_key(session: str) -> bytes:
    return hmac.digest(session.encode(), b"tidewaiter form", "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
