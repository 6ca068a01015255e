"""Signing in by a provider of OpenID Connect, which a test plays."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar.testing import TestClient
from tests.web.conftest import OURS, client_for

from tidewaiter.accounts.oidc import Provider
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.web.core.node import Node, Serving

_ISSUER = "https://login.example"


class Login:
    """The provider: it knows one person, and signs what it says."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048)
        self.claims: dict[str, Any] = {"sub": "s-1", "preferred_username": "Reyes"}
        self.signs_with = self.key
        self.said: dict[str, Any] = {}  # of its key, in place of what is right
        self.forms: list[dict[str, str]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Describe itself, give its keys, or say who someone is."""
        if request.url.path.endswith("openid-configuration"):
            told = {
                "issuer": _ISSUER,
                "jwks_uri": f"{_ISSUER}/keys",
                "authorization_endpoint": f"{_ISSUER}/authorize",
                "token_endpoint": f"{_ISSUER}/token",
            }
            return httpx.Response(200, json=told)
        if request.url.path == "/keys":
            public = {**self.key.as_dict(private=False), "kid": "k1", "alg": "RS256"}
            return httpx.Response(200, json={"keys": [{"kty": "later"}, {**public, **self.said}]})
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.forms.append(form)
        now = int(time.time())
        word = {"iss": _ISSUER, "aud": "tidewaiter", "iat": now, "exp": now + 60, **self.claims}
        told = {name: value for name, value in word.items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, told, self.signs_with)
        return httpx.Response(200, json={"id_token": token})


@pytest.fixture
def login() -> Login:
    """Play the provider."""
    return Login()


@pytest.fixture
def client(
    screened: Path, tmp_path: Path, login: Login, monkeypatch: pytest.MonkeyPatch
) -> Iterator["TestClient[Any]"]:
    """Come to an installation that knows the provider and has an account "reyes"."""
    place = tmp_path / "tidewaiter.db"
    shutil.copy(screened, place)
    provider = Provider(issuer=_ISSUER, client="tidewaiter", secret="both know")  # noqa: S106
    node = Node(Serving(db=str(place), public=OURS, provider=provider))
    http = httpx.MockTransport(login.answer)
    monkeypatch.setattr(node, "http", lambda: httpx.Client(transport=http))
    with node.change(None) as work:
        add_account(work, NewAccount(name="keeper", role="administrator"))
        add_account(work, NewAccount(name="reyes", role="analyst"))
    with client_for(node) as made:
        yield made


def _sign_in(client: "TestClient[Any]", login: Login, **change: Any) -> httpx.Response:
    begun = client.get("/sign-in/oidc?next=/account", follow_redirects=False)
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    login.claims = {**login.claims, "nonce": asked["nonce"][0], **change.get("claims", {})}
    query = {"code": "c", "state": change.get("state", asked["state"][0])}
    return client.get("/sign-in/oidc/back", params=query, follow_redirects=False)


def test_whom_the_provider_knows_is_signed_in(client: "TestClient[Any]", login: Login) -> None:
    """And goes on to the page that was asked for; the code is bound to this browser."""
    answer = _sign_in(client, login)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert client.get("/account.json").json()["account"]["name"] == "reyes"
    assert login.forms[0]["redirect_uri"] == f"{OURS}/sign-in/oidc/back"
    assert login.forms[0]["code_verifier"]
    assert "Sign in with single sign-on" in client.get("/sign-in").text


def test_the_subject_counts_and_not_the_name(client: "TestClient[Any]", login: Login) -> None:
    """Taking over a user name does not take over the account."""
    assert _sign_in(client, login).status_code == 303
    stranger = _sign_in(client, login, claims={"sub": "s-2"})
    assert stranger.status_code == 400
    renamed = _sign_in(client, login, claims={"sub": "s-1", "preferred_username": "other"})
    assert renamed.status_code == 303


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"iat": time.time() + 3_600},
        {"iat": None},
        {"aud": None},
        {"sub": None},
        {"nonce": None},
        {"preferred_username": ""},
        {"preferred_username": "nobody"},
    ],
)
def test_a_word_that_does_not_hold_opens_nothing(
    client: "TestClient[Any]", login: Login, claims: dict[str, Any]
) -> None:
    """Another nonce, audience or issuer, expired, future, incomplete; or an unknown account."""
    assert _sign_in(client, login, claims=claims).status_code == 400
    assert client.get("/account", follow_redirects=False).status_code == 303


def test_a_word_of_another_signer_opens_nothing(client: "TestClient[Any]", login: Login) -> None:
    """Nor does the answer to another sign-in."""
    login.signs_with = RSAKey.generate_key(2048)
    assert _sign_in(client, login).status_code == 400
    login.signs_with = login.key
    assert _sign_in(client, login, state="another").status_code == 400
    client.cookies.clear()
    assert client.get("/sign-in/oidc/back?code=c&state=s").status_code == 400


@pytest.mark.parametrize("said", [{"use": "enc"}, {"alg": "PS256"}, {"kid": "k2"}, {"n": "!"}])
def test_a_key_for_something_else_proves_nothing(
    client: "TestClient[Any]", login: Login, said: dict[str, Any]
) -> None:
    """A key to encrypt, for another algorithm, of another name, or one that cannot be read."""
    login.said = said
    assert _sign_in(client, login).status_code == 400
    login.said = {}
    assert _sign_in(client, login).status_code == 303


def test_without_a_provider_there_is_no_such_page(stranger: "TestClient[Any]") -> None:
    """Nor a button."""
    assert stranger.get("/sign-in/oidc").status_code == 404
    assert "single sign-on" not in stranger.get("/sign-in").text
