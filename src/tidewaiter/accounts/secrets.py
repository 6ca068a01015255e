"""Webhooks: where they may lead, how a message is signed, and when it is tried again.

Source: Standard Webhooks (standardwebhooks.com), the headers and the signature ``v1``.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tidewaiter.base.errors import InputError

_BYTES = 32
_PREFIX = "whsec_"
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_WAITS = (5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 48 * 3_600)  # seconds after each try
_LONGEST = 500  # characters of an address


def new_webhook_secret() -> str:
    """Make a secret that both sides keep."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def checked_url(url: str) -> str:
    """Return the address of a webhook.

    Raises:
        InputError: It is none, or what is sent there could be read on the way.
    """
    hint = "write it like https://host/path; without HTTPS only this machine itself is told"
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError as error:
        raise InputError(f'"{url[:100]}" is no address', hint=hint) from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not safe or parts.username or parts.fragment or len(url) > _LONGEST:
        raise InputError(f'"{url[:100]}" is no address for a webhook', hint=hint)
    return url.strip()


def signature(secret: str, message: str, at: datetime, body: bytes) -> str:
    """Sign a message, as its header ``webhook-signature`` has it.

    Args:
        secret: That both sides keep.
        message: Its id; the same in each try.
        at: The moment of the try.
        body: What is sent.
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    told = b".".join((message.encode(), str(int(at.timestamp())).encode(), body))
    return f"v1,{base64.b64encode(hmac.digest(key, told, 'sha256')).decode()}"


def next_try(tries: int, at: datetime) -> datetime | None:
    """Return when a message is tried again; None: it is given up, after some three days.

    Args:
        tries: That failed, the last one counted.
        at: The moment of the last one.
    """
    if tries > len(_WAITS):
        return None
    return at + timedelta(seconds=_WAITS[tries - 1])
