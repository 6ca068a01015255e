"""Sign-in through an authority's own identity provider: OpenID Connect, code flow with PKCE.

Source: OpenID Connect Core 1.0; RFC 7636 (PKCE); RFC 9700 (current practice).
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet
from joserfc.jwt import JWTClaimsRegistry, decode

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
_LEEWAY = 60  # seconds between two clocks
_BYTES = 32


class Provider(Record, frozen=True, kw_only=True):
    """Who says who someone is, as whoever starts the server names it."""

    issuer: str  # its address
    client: str  # by what name it knows this server
    secret: str  # that both keep
    claim: str = "preferred_username"  # what names the account
    label: str = "single sign-on"  # how the button calls it


class Endpoints(Record, frozen=True, kw_only=True):
    """What of the provider's own description is needed."""

    authorization: str
    token: str
    keys: str


class Begun(Record, frozen=True, kw_only=True):
    """A sign-in that has begun; the browser keeps it, sealed."""

    state: str
    nonce: str
    verifier: str
    next: str


class Known(Record, frozen=True, kw_only=True):
    """Who the provider says someone is."""

    subject: str  # its own name for them, which never changes
    name: str  # of the account


def endpoints_of(provider: Provider, told: Mapping[str, Any]) -> Endpoints:
    """Read the description of a provider.

    Raises:
        InputError: It is of another provider, or lacks what is needed.
    """
    if str(told.get("issuer", "")).rstrip("/") != provider.issuer.rstrip("/"):
        raise InputError("accounts/provider-of-another-name", at=provider.issuer)
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    values = [told.get(name) for name in names]
    if not all(isinstance(value, str) for value in values):
        raise InputError("accounts/provider-without-description", at=provider.issuer)
    authorization, token, keys = (str(value) for value in values)
    return Endpoints(authorization=authorization, token=token, keys=keys)


def begin(path: str) -> Begun:
    """Begin a sign-in that goes on to a path of ours."""
    return Begun(
        state=secrets.token_urlsafe(_BYTES),
        nonce=secrets.token_urlsafe(_BYTES),
        verifier=secrets.token_urlsafe(_BYTES),
        next=path,
    )


def authorization_url(provider: Provider, endpoints: Endpoints, begun: Begun, back: str) -> str:
    """Return where the browser is sent.

    Args:
        provider: Who is asked.
        endpoints: Its addresses.
        begun: The sign-in.
        back: Our address for the answer.
    """
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client,
        "redirect_uri": back,
        "scope": "openid profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    separator = "&" if "?" in endpoints.authorization else "?"
    return f"{endpoints.authorization}{separator}{urlencode(query)}"


def token_form(provider: Provider, begun: Begun, code: str, back: str) -> dict[str, str]:
    """Return what is sent to the provider for its word on who someone is."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": provider.client,
        "client_secret": provider.secret,
        "code_verifier": begun.verifier,
    }


def known_by(provider: Provider, begun: Begun, token: str, keys: Mapping[str, Any]) -> Known:
    """Check the provider's word on who someone is.

    Args:
        provider: Whose word it is.
        begun: The sign-in.
        token: The ID token.
        keys: The provider's key set.

    Raises:
        InputError: It is not signed by the provider, not for us, not of this sign-in, or too old.
    """
    required = JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
    )

    def signer(signed: GuestProtocol) -> KeySet:
        """Import the keys of that name only: another one may be of a kind that is not known."""
        kid = signed.headers().get("kid")
        return KeySet.import_key_set({"keys": [k for k in keys["keys"] if k.get("kid") == kid]})

    try:
        told = decode(token, signer, algorithms=_ALGORITHMS).claims
        required.validate(told)
    except (JoseError, AttributeError, LookupError, ValueError, TypeError) as error:
        raise InputError("accounts/provider-token-invalid", at=provider.issuer) from error
    name = told.get(provider.claim)
    if not isinstance(name, str) or not name.strip():
        raise InputError("accounts/provider-leaves-out-claim", claim=provider.claim)
    return Known(subject=str(told["sub"]), name=name.strip().lower())
