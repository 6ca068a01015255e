"""Security: authentication, access rights, CSRF tokens, and response headers."""

import math
import time
from base64 import b64decode
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from anyio.to_thread import run_sync
from litestar.connection import ASGIConnection
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import (
    NotAuthorizedException,
    PermissionDeniedException,
    TooManyRequestsException,
)
from litestar.handlers import BaseRouteHandler
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Guard, Message, Receive, Scope, Send

from tidewaiter.accounts.roles import Right
from tidewaiter.accounts.secrets import LOOPBACK, is_form_token
from tidewaiter.explain import languages
from tidewaiter.store.accounts.sessions import User, find_session, find_token, note_seen, note_used
from tidewaiter.transport.rate_limits import network_key
from tidewaiter.web.core.client_paths import MATCHING, is_matching, is_reconciliation, is_taxii
from tidewaiter.web.core.node import Node, Serving
from tidewaiter.web.core.request_parsing import CSRF_FIELD, FORM, Asked, json_path

COOKIE = "tidewaiter_session"
API_KEY = "api_key"
"""Query parameter with the token of a reconciliation service."""

_IN_ADDRESS: tuple[Right, ...] = ("match",)
_PUBLIC = (
    "/static/",
    "/sign-in",
    "/welcome/",
    "/activate",
    "/health",
    f"{MATCHING}/healthz",
    f"{MATCHING}/readyz",
)
_ASKS_OTHERS = "/sign-in/oidc"  # each request goes to the provider
_EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
_SAFE = {"GET", "HEAD", "OPTIONS"}
_FORM_BYTES = 1_048_576
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_SHARED = {  # the reconciliation API requires access from other sites; they need a token
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Allow-Methods": "GET, POST",
}


def may(right: Right) -> Guard:
    """Return a guard that requires a right.

    Every non-public address has one, which a test checks.
    """

    def check(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        user = connection.scope.get("user")
        if user is None:
            raise NotAuthorizedException
        if right not in user.rights:
            raise PermissionDeniedException(f"this needs the right “{right}”")

    check.right = right  # type: ignore[attr-defined]
    return check


def by_hand(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Reject tokens: a program must not extend its own rights."""
    user = connection.scope.get("user")
    if user is not None and not user.session:
        raise PermissionDeniedException("a program does not do this; sign in with a browser")


def is_public(path: str) -> bool:
    """Return whether a path is public."""
    return path.startswith(_PUBLIC) and not path.startswith(("/sign-in-", "/activate-"))


def is_https(serving_public: str, scheme: str) -> bool:
    """Return whether browsers use HTTPS, directly or through a configured proxy."""
    return scheme == "https" or serving_public.startswith("https://")


class Edge:
    """Outermost middleware for requests and responses."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Authenticate; reject cross-site forms; add security headers."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        node: Node = scope["litestar_app"].state.node
        request = Asked(scope, receive)
        user = await run_sync(_user, node, request)
        scope["user"] = user
        request.state["language"] = _language(request, user)
        _check_pace(request, user, node)
        await _check_form(request, user, node.serving.public)
        await self._app(scope, receive, send)


def outermost(app: ASGIApp) -> ASGIApp:
    """Return an application with security headers on every response.

    It precedes routing, so it also removes ".json" from paths and rejects foreign host names (DNS
    rebinding).

    Args:
        app: The inner application.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        serving: Serving = scope["litestar_app"].state.node.serving
        json_path(scope)
        answer = _with_headers(scope, send, serving.public)
        host = Headers.from_scope(scope).get("host", "")
        hosts = _hosts(serving)
        if hosts and _host(host) not in hosts:
            refused = ASGIResponse(body=b"this server has another name\n", status_code=400)
            await refused(scope, receive, answer)
            return
        await app(scope, receive, answer)

    return handle


def _user(node: Node, request: Asked) -> User | None:
    """Find the user of a session or token."""
    now = node.now()
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    secret = _token_of(request.url.path, kind.lower(), told.strip())
    shown = _token_in_address(request) if secret is None else None
    if secret is not None or shown is not None:
        with node.read() as work:
            found = find_token(work, secret or shown or "", now)
        if found is None:
            raise NotAuthorizedException("this token is unknown, or its time is over")
        user, token = found
        if shown is not None and token.rights != _IN_ADDRESS:
            raise NotAuthorizedException("a token in an address needs the right “match” alone")
        if token.used != now.date().isoformat():
            node.change_if_free(user, partial(note_used, token=token.id))
        return user
    session = request.cookies.get(COOKIE)
    if not session:
        return None
    with node.read() as work:
        user_, due = find_session(work, session, now)
    if user_ is not None and due:
        node.change_if_free(user_, partial(note_seen, secret=session))
    return user_


def _token_of(path: str, kind: str, told: str) -> str | None:
    """Return the token of a request; None: none.

    TAXII clients use basic authentication: only there, a token is accepted as the password, with
    any user name. Clients of yente send an "Apikey".
    """
    if kind == "bearer" or (kind == "apikey" and is_matching(path)):
        return told
    if kind != "basic" or not is_taxii(path):
        return None
    try:
        return b64decode(told, validate=True).decode().partition(":")[2]
    except ValueError:  # not Base64, or not UTF-8 as declared (RFC 7617, 2.1)
        return ""


def _token_in_address(request: Asked) -> str | None:
    """Return the token in the address of a reconciliation service, as OpenRefine sends no header.

    Addresses are kept in histories and logs, so such a token may do nothing but match.
    """
    if not is_reconciliation(request.url.path):
        return None
    return request.query_params.get(API_KEY)


def _check_pace(request: Asked, user: User | None, node: Node) -> None:
    """Limit the rate of sign-in attempts and of programs.

    Raises:
        TooManyRequestsException: With the number of seconds to wait.
    """
    waits = 0.0
    if is_public(request.url.path):
        if request.method not in _SAFE or request.url.path.startswith(_ASKS_OTHERS):
            place = _from(request, node.serving.public)
            waits = node.strangers.waits(place, time.monotonic())
    elif user is not None:
        limiter = node.matchers if is_matching(request.url.path) else node.users
        waits = limiter.waits(str(user.account.id), time.monotonic())
    if waits:
        headers = {"Retry-After": str(math.ceil(waits))}
        raise TooManyRequestsException("too many at once; come back later", headers=headers)


def _from(request: Asked, public: str) -> str:
    """Return the client's network, from a configured proxy's header if behind one."""
    told = request.headers.get("x-forwarded-for", "") if public else ""
    client = request.scope.get("client")
    return network_key(told.rpartition(",")[2].strip() or (client[0] if client else ""))


def _language(request: Asked, user: User | None) -> str:
    chosen = user.account.language if user else None
    return chosen or languages.negotiated(request.headers.get("accept-language", ""))


async def _check_form(request: Asked, user: User | None, public: str) -> None:
    """Reject cross-site requests.

    Raises:
        PermissionDeniedException: Another origin, or no CSRF token.
    """
    if request.method in _SAFE:
        return
    if user is not None and not user.session and is_reconciliation(request.url.path):
        return  # web clients on other sites send a token, and no cookie
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    if site not in {"same-origin", "none"} or (origin and not _is_ours(request, origin, public)):
        raise PermissionDeniedException("this form was sent from another site")
    signed_in = user.session if user is not None and not is_public(request.url.path) else ""
    if signed_in and not is_form_token(signed_in, await _token(request)):
        raise PermissionDeniedException("this form is too old; load its page again")


def _is_ours(request: Asked, origin: str, public: str) -> bool:
    host = urlsplit(origin).netloc
    return host in {request.headers.get("host", ""), urlsplit(public).netloc} - {""}


async def _token(request: Asked) -> str:
    """Return the CSRF token: from header, address or form."""
    told = request.headers.get("x-csrf-token") or request.query_params.get(CSRF_FIELD)
    if told is None and request.headers.get("content-type", "").startswith(FORM):
        told_size = request.headers.get("content-length", "")
        if not told_size.isdecimal() or int(told_size) > _FORM_BYTES:  # read completely
            raise PermissionDeniedException("this form is too large")
        fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=2_000)
        told = fields.get(CSRF_FIELD, [""])[0]
    return told or ""


@cache
def _hosts(serving: Serving) -> frozenset[str]:
    """Return the permitted host names; None: any, if listening on all addresses."""
    if serving.host in _EVERYWHERE and not serving.public:
        return frozenset()
    named = {serving.host, _host(urlsplit(serving.public).netloc)}
    return frozenset(named - {"", *_EVERYWHERE} | LOOPBACK)


def _host(netloc: str) -> str:
    try:
        return urlsplit(f"//{netloc}").hostname or ""
    except ValueError:
        return ""


def _with_headers(scope: Scope, send: Send, public: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
            if is_reconciliation(scope["path"]):
                for name, value in _SHARED.items():
                    headers.setdefault(name, value)
            if is_https(public, scope["scheme"]):
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sending
