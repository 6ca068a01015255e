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
_LEEWAY = 60  # seconds of clock skew
_BYTES = 32


class Provider(Record, frozen=True, kw_only=True):
    """Identity provider, as configured for the server."""

    issuer: str  # address
    client: str  # client id of this server
    secret: str  # client secret
    claim: str = "preferred_username"  # claim with the account name
    label: str = "single sign-on"  # label of the button


class Endpoints(Record, frozen=True, kw_only=True):
    """Endpoints from the provider's discovery document."""

    authorization: str
    token: str
    keys: str


class Begun(Record, frozen=True, kw_only=True):
    """A sign-in in progress; stored encrypted in the browser."""

    state: str
    nonce: str
    verifier: str
    next: str


class Known(Record, frozen=True, kw_only=True):
    """Identity confirmed by the provider."""

    subject: str  # the provider's permanent identifier
    name: str  # account name


def endpoints_of(provider: Provider, told: Mapping[str, Any]) -> Endpoints:
    """Read the discovery document of a provider.

    Raises:
        InputError: It is from another provider, or an endpoint is missing.
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
    """Start a sign-in that continues to a path of this server."""
    return Begun(
        state=secrets.token_urlsafe(_BYTES),
        nonce=secrets.token_urlsafe(_BYTES),
        verifier=secrets.token_urlsafe(_BYTES),
        next=path,
    )


def authorization_url(provider: Provider, endpoints: Endpoints, begun: Begun, back: str) -> str:
    """Return the address to which the browser is redirected.

    Args:
        provider: Identity provider.
        endpoints: Its endpoints.
        begun: The sign-in.
        back: Redirect URI of this server.
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
    """Return the token request."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "client_id": provider.client,
        "client_secret": provider.secret,
        "code_verifier": begun.verifier,
    }


def known_by(provider: Provider, begun: Begun, token: str, keys: Mapping[str, Any]) -> Known:
    """Validate an ID token.

    Args:
        provider: Identity provider.
        begun: The sign-in.
        token: The ID token.
        keys: Key set of the provider.

    Raises:
        InputError: Wrong signature, audience or nonce, or expired.
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
        """Import only keys with the id in the token: others may be of an unsupported type."""
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
