"""Signing in by the authority's own provider."""

import base64
import hmac
from typing import Any

import httpx
import msgspec
from litestar import Response, get
from litestar.response import Redirect

from tidewaiter.accounts.oidc import (
    Begun,
    Endpoints,
    Provider,
    authorization_url,
    begin,
    endpoints_of,
    known_by,
    token_form,
)
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.store.identities import account_by
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.security import is_https
from tidewaiter.web.signing import begin_for, own_path

_COOKIE = "tidewaiter_oidc"
_SECONDS = 600
_BACK = "/sign-in/oidc/back"
_HINT = "begin again; if it stays so, tell whoever keeps the accounts"


@get("/sign-in/oidc", include_in_schema=False, sync_to_thread=True)
def begin_oidc(request: Asked, node: TheNode) -> Response[Any]:
    """Send the browser to the provider."""
    provider = _provider(node)
    begun = begin(own_path(request.query_params.get("next")))
    with node.http() as http:
        endpoints = _endpoints(http, provider)
    back = node.address(_BACK)
    answer = Redirect(path=authorization_url(provider, endpoints, begun, back), status_code=303)
    answer.set_cookie(
        key=_COOKIE,
        value=_sealed(node, begun),
        max_age=_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_https(node.serving.public, request.url.scheme),
        path="/sign-in/oidc",
    )
    return answer


@get(_BACK, include_in_schema=False, sync_to_thread=True)
def end_oidc(request: Asked, node: TheNode) -> Response[Any]:
    """Take the provider's word on who someone is, and begin a session."""
    provider, begun = _provider(node), _opened(node, request.cookies.get(_COOKIE, ""))
    asked = request.query_params
    state, code = asked.get("state", ""), asked.get("code", "")
    if not code or not hmac.compare_digest(state.encode(), begun.state.encode()):
        said = asked.get("error", "")[:100] or "this is the answer to another sign-in"
        raise InputError(f"the provider did not sign you in: {said}", hint=_HINT)
    with node.http() as http:
        endpoints = _endpoints(http, provider)
        form = token_form(provider, begun, code, node.address(_BACK))
        token = _json(http.post(endpoints.token, data=form)).get("id_token", "")
        keys = _json(http.get(endpoints.keys))
    known = known_by(provider, begun, str(token), keys)
    with node.change(None) as work:
        account = account_by(work, provider.issuer, known.subject, known.name)
    answer = begin_for(request, node, account, begun.next)
    answer.delete_cookie(_COOKIE, path="/sign-in/oidc")
    return answer


def _provider(node: Node) -> Provider:
    if node.serving.provider is None:
        raise MissingError("no provider is named", hint="start the server with --oidc-issuer")
    return node.serving.provider


def _endpoints(http: httpx.Client, provider: Provider) -> Endpoints:
    address = f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration"
    return endpoints_of(provider, _json(http.get(address)))


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=dict[str, Any])
    except (httpx.HTTPError, msgspec.DecodeError) as error:
        raise InputError(
            f"the provider answered {answer.status_code} without what was asked", hint=_HINT
        ) from error


def _sealed(node: Node, begun: Begun) -> str:
    told = base64.urlsafe_b64encode(msgspec.json.encode(begun)).decode()
    return f"{told}.{_mac(node, told)}"


def _opened(node: Node, cookie: str) -> Begun:
    told, _, mac = cookie.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(node, told).encode()):
        raise InputError("the time for this sign-in is over", hint=_HINT)
    return msgspec.json.decode(base64.urlsafe_b64decode(told), type=Begun)


def _mac(node: Node, told: str) -> str:
    return hmac.digest(node.secret, b"oidc " + told.encode("utf-8", "replace"), "sha256").hex()


HANDLERS = [begin_oidc, end_oidc]
