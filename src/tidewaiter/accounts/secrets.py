"""Secrets: sessions, invitations, tokens and form tokens; signed webhooks and their retries.

Source: Standard Webhooks (standardwebhooks.com), the headers and the signature ``v1``.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tidewaiter.base.errors import InputError

_BYTES = 32
_PREFIX = "whsec_"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_WAITS = (5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 48 * 3_600)  # seconds after each attempt
_LONGEST = 500  # characters of an address


def new_webhook_secret() -> str:
    """Create a shared secret."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def checked_url(url: str) -> str:
    """Validate the address of a webhook.

    Raises:
        InputError: Not a valid address, or the connection would be unencrypted.
    """
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError as error:
        raise InputError("accounts/not-an-address", url=url[:100]) from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not host or not safe or parts.username or parts.fragment or len(url) > _LONGEST:
        raise InputError("accounts/not-a-webhook-address", url=url[:100])
    return url.strip()


def signature(secret: str, message: str, at: datetime, body: bytes) -> str:
    """Sign a webhook message, for the header ``webhook-signature``.

    Args:
        secret: Shared secret.
        message: Message id; the same for each attempt.
        at: Time of the attempt.
        body: Request body.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    told = b".".join((message.encode(), str(int(at.timestamp())).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, told, 'sha256')).decode()}"


def next_try(tries: int, at: datetime) -> datetime | None:
    """Return the time of the next attempt; None: abandoned, after about three days.

    Args:
        tries: Failed attempts, including the last one.
        at: Time of the last one.
    """
    if tries > len(_WAITS):
        return None
    return at + timedelta(seconds=_WAITS[tries - 1])


_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no characters that look alike
_GROUP = 4


def new_secret() -> str:
    """Create a random secret of 256 bits, safe in URLs and headers."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """Return the stored hash of a secret; reading the database does not allow sign-in.

    A secret of 256 random bits cannot be guessed, so one round of SHA-256 is enough, unlike for
    passwords.
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_code() -> str:
    """Create a random code of 60 bits to be read aloud, like "7KQF-2M9X-WB4T"."""
    groups = ("".join(secrets.choice(_CODE) for _ in range(_GROUP)) for _ in range(3))
    return "-".join(groups)


def plain_code(typed: str) -> str:
    """Normalise a typed code to the form of `new_code`."""
    letters = "".join(each for each in typed.upper() if each.isalnum())
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def form_token(session: str) -> str:
    """Return a CSRF token for a session, different each time.

    It is masked with random bits, so that a compressed page does not leak it (BREACH).
    """
    mask = secrets.token_bytes(_BYTES)
    return (mask + _xor(mask, _form_key(session))).hex()


def is_form_token(session: str, token: str) -> bool:
    """Validate a CSRF token of a session."""
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
