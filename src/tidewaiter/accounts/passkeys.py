"""Passkeys (WebAuthn): a key on the user's device signs a challenge, which resists phishing.

Source: Web Authentication, W3C Recommendation, level 2.
"""

import hmac
import ipaddress
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import msgspec
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

_NAME = "Tidewaiter"
_TIME = timedelta(minutes=5)
_BYTES = 32


class Site(Record, frozen=True, kw_only=True):
    """Where browsers reach us: a passkey is of one site and no other."""

    origin: str  # like "https://tide.example"

    @property
    def domain(self) -> str:
        """Return the name of the site without its port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Say whether passkeys can be made for it: browsers want a name, and HTTPS or localhost."""
        try:
            ipaddress.ip_address(self.domain)
        except ValueError:
            return self.origin.startswith("https://") or self.domain == "localhost"
        return False


class Passkey(Record, frozen=True, kw_only=True):
    """What is kept of a passkey."""

    credential: bytes  # its id
    public: bytes  # COSE key
    count: int  # signatures that the device has counted


def make_challenge(secret: bytes, now: datetime) -> str:
    """Make a challenge that is good for five minutes.

    Args:
        secret: Of this process.
        now: The moment.
    """
    told = f"{secrets.token_hex(_BYTES)}.{int((now + _TIME).timestamp())}"
    return f"{told}.{_mac(secret, told)}"


def read_challenge(secret: bytes, challenge: str, now: datetime) -> bytes:
    """Return the bytes of a challenge of ours whose time is not over.

    Raises:
        InputError: It is none, or its time is over.
    """
    told, _, mac = challenge.rpartition(".")
    ends = told.rpartition(".")[2]
    ours = hmac.compare_digest(mac.encode(), _mac(secret, told).encode())
    if not ours or not ends.isdecimal() or int(ends) < now.timestamp():
        raise InputError("accounts/passkey-too-late")
    return challenge.encode()


def registration_options(
    site: Site, account: tuple[int, str], challenge: bytes, known: list[bytes]
) -> dict[str, Any]:
    """Return what a browser is told to make a passkey.

    Args:
        site: Ours.
        account: Number and name of the owner.
        challenge: To be signed.
        known: Ids of the passkeys that the owner has; a device makes no second one.
    """
    number, name = account
    options = generate_registration_options(
        rp_id=site.domain,
        rp_name=_NAME,
        user_id=number.to_bytes(8, "big"),
        user_name=name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return _told(options_to_json(options))


def registered(site: Site, answer: dict[str, Any], challenge: bytes) -> Passkey:
    """Check what a browser answers when it has made a passkey.

    Raises:
        InputError: It does not hold.
    """
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InputError("accounts/passkey-unreadable") from error
    return Passkey(
        credential=found.credential_id, public=found.credential_public_key, count=found.sign_count
    )


def sign_in_options(site: Site, challenge: bytes) -> dict[str, Any]:
    """Return what a browser is told to let someone sign in with whatever passkey they have."""
    options = generate_authentication_options(
        rp_id=site.domain,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _told(options_to_json(options))


def credential_of(answer: dict[str, Any]) -> bytes:
    """Return the id of the passkey with which someone signs in.

    Raises:
        InputError: It has none.
    """
    try:
        return base64url_to_bytes(answer["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("accounts/not-a-passkey") from error


def signed(site: Site, answer: dict[str, Any], challenge: bytes, kept: Passkey) -> int:
    """Check what a browser answers when someone signs in; return the count of signatures.

    Raises:
        InputError: It does not hold, or the device counts backwards: it may have been copied.
    """
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=kept.public,
            credential_current_sign_count=kept.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InputError("accounts/passkey-opens-no-account") from error
    return found.new_sign_count


def _told(options: str) -> dict[str, Any]:
    return msgspec.json.decode(options, type=dict[str, Any])


def _mac(secret: bytes, told: str) -> str:
    return hmac.digest(secret, told.encode("utf-8", "replace"), "sha256").hex()
