"""Sign-in and sign-out, by password, activation link or OpenID Connect."""

import base64
import hmac
from threading import Semaphore
from typing import Any

import httpx
import msgspec
from litestar import Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from msgspec import structs

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
from tidewaiter.accounts.passkeys import Site
from tidewaiter.accounts.passwords import hash_anew, hash_password, is_password
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.explain.errors import message_in_words
from tidewaiter.explain.languages import words
from tidewaiter.store.accounts.credentials import account_by, ask_activation
from tidewaiter.store.accounts.sessions import (
    LONGEST,
    User,
    begin_session,
    drop_invitations,
    end_session,
    invited,
)
from tidewaiter.store.accounts.users import LONGEST as LONGEST_NAME
from tidewaiter.store.accounts.users import (
    Account,
    Guarded,
    count_try,
    is_alone,
    note_wrong,
    renew_hash,
    set_analyst,
    set_password,
)
from tidewaiter.store.core.database import Work
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import COOKIE, is_https, may

_AT_ONCE = 4  # passwords checked at a time, each in 64 MiB
_TURN = Semaphore(_AT_ONCE)
_PATIENCE = 10  # seconds for one's turn


class SignIn(Record, frozen=True, kw_only=True):
    """What is typed to sign in."""

    name: str
    password: str
    next: str = "/"


class SignInPage(Record, frozen=True, kw_only=True):
    """The page to sign in."""

    name: str
    next: str
    problem: str
    passkeys: bool  # can be used here
    provider: str  # how its button calls it; "": there is none


class Welcome(Record, frozen=True, kw_only=True):
    """A new password."""

    password: str
    again: str
    analyst: bool = False  # an administrator who works as an analyst, too


class WelcomePage(Record, frozen=True, kw_only=True):
    """The page of an invitation."""

    secret: str
    name: str
    problem: str
    alone: bool  # an administrator, beside whom no account may decide alerts


class Activation(Record, frozen=True, kw_only=True):
    """A password that someone chooses for an account."""

    name: str
    password: str
    again: str


class ActivationPage(Record, frozen=True, kw_only=True):
    """The page where an account is activated."""

    name: str
    code: str  # "": no password was chosen yet
    problem: str


@get("/sign-in", sync_to_thread=True, include_in_schema=False)
def sign_in_page(request: Asked, node: TheNode) -> Response[Any]:
    """Show where one signs in."""
    page = _page(node, request.query_params.get("next"))
    return reply(request, "sign-in.html", page)


@post("/sign-in", sync_to_thread=True, include_in_schema=False)
def sign_in(request: Asked, node: TheNode, data: JSONBody[SignIn]) -> Response[Any]:
    """Begin a session."""
    account = _known(node, data)
    if account is None:
        problem = words("Wrong user name or password, or the account is currently locked.")
        page = _page(node, data.next, name=data.name[:100], problem=problem)
        return reply(request, "sign-in.html", page, status=401)
    return begin_for(request, node, account, own_path(data.next))


@post("/sign-out", guards=[may("see")], sync_to_thread=True, include_in_schema=False)
def sign_out(node: TheNode, user: TheUser) -> Response[Any]:
    """End the session."""
    if user.session:
        with node.change(user) as work:
            end_session(work, user)
    answer: Response[Any] = Redirect(path="/sign-in", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@get("/welcome/{secret:str}", sync_to_thread=True, include_in_schema=False)
def welcome_page(request: Asked, node: TheNode, secret: FromPath[str]) -> Response[Any]:
    """Show where the owner of a new account sets a password."""
    with node.read() as work:
        account = invited(work, secret, node.now())
        page = _welcome(work, secret, account)
    return reply(request, "welcome.html", page)


@post("/welcome/{secret:str}", sync_to_thread=True, include_in_schema=False)
def welcome(
    request: Asked, node: TheNode, secret: FromPath[str], data: JSONBody[Welcome]
) -> Response[Any]:
    """Set the first password, and begin a session."""
    with node.read() as work:
        account = invited(work, secret, node.now())
        page = _welcome(work, secret, account)
    try:
        hashed = _hashed(data, account.name)
    except InputError as error:
        page = structs.replace(page, problem=message_in_words(error))
        return reply(request, "welcome.html", page, status=400)
    with node.change(None) as work:
        invited(work, secret, node.now())  # a second one may have been faster
        set_password(work, account.id, hashed)
        drop_invitations(work, account.id)
    if data.analyst and page.alone:
        with node.change(User(account=account, rights=account.rights, session="")) as work:
            set_analyst(work, account.id, analyst=True)
    return begin_for(request, node, account, "/")


@get("/activate", sync_to_thread=True, include_in_schema=False)
def activation_page(request: Asked) -> Response[Any]:
    """Show where the owner of an account chooses its password."""
    page = ActivationPage(name="", code="", problem="")
    return reply(request, "activate.html", page)


@post("/activate", sync_to_thread=True, include_in_schema=False)
def activate(request: Asked, node: TheNode, data: JSONBody[Activation]) -> Response[Any]:
    """Keep a password until somebody confirms whose it is; show the code for that."""
    name = data.name.strip()[:LONGEST_NAME]
    try:
        hashed = _hashed(data, name)
    except InputError as error:
        page = ActivationPage(name=name, code="", problem=message_in_words(error))
        return reply(request, "activate.html", page, status=400)
    with node.change(None) as work:
        code = ask_activation(work, name, hashed)
    return reply(request, "activate.html", ActivationPage(name=name, code=code, problem=""))


def _welcome(work: Work, secret: str, account: Account) -> WelcomePage:
    alone = is_alone(work, account)
    return WelcomePage(secret=secret, name=account.name, problem="", alone=alone)


def _hashed(data: Welcome | Activation, name: str) -> str:
    if data.password != data.again:
        raise InputError("web/passwords-differ")
    with turn():
        return hash_password(data.password, name=name)


def _page(node: Node, path: str | None, *, name: str = "", problem: str = "") -> SignInPage:
    site, provider = Site(origin=node.serving.address()), node.serving.provider
    return SignInPage(
        name=name,
        next=own_path(path),
        problem=problem,
        passkeys=site.takes_passkeys,
        provider=provider.label if provider else "",
    )


def _known(node: Node, data: SignIn) -> Account | None:
    """Return whose name and password these are; None: nobody's, or the account rests."""
    with node.change(None) as work:
        found = count_try(work, data.name.strip().lower())
    with turn():
        fits = is_password(found.password if found else None, data.password)
    if found is None:
        return None
    if not fits:
        with node.change(None) as work:
            note_wrong(work, found)
        return None
    if not found.account.active:
        return None
    _keep_up(node, found, data.password)
    return found.account


def _keep_up(node: Node, found: Guarded, password: str) -> None:
    """Hash a password that is right as it would be hashed today."""
    kept = found.password or ""
    with turn():
        hashed = hash_anew(kept, password)
    if hashed:
        with node.change(None) as work:
            renew_hash(work, found.account.id, kept, hashed)


class turn:  # noqa: N801 - it reads as a function
    """Wait for a turn to hash a password, each of which takes 64 MiB and all of a core.

    Raises:
        TooManyRequestsException: Too many are waiting.
    """

    def __enter__(self) -> None:
        if not _TURN.acquire(timeout=_PATIENCE):
            raise TooManyRequestsException(headers={"Retry-After": str(_PATIENCE)})

    def __exit__(self, *_: object) -> None:
        _TURN.release()


def begin_for(request: Asked, node: Node, account: Account, path: str) -> Response[Any]:
    """Begin a session for someone who is known, and go on to a page."""
    user = User(account=account, rights=frozenset(), session="")
    with node.change(user) as work:
        secret = begin_session(work, account, request.headers.get("user-agent", ""))
    answer: Response[Any] = Redirect(path=path, status_code=303)
    keep_session(answer, request, node, secret)
    return answer


def keep_session(answer: Response[Any], request: Asked, node: Node, secret: str) -> None:
    """Let the browser keep the secret of a session."""
    answer.set_cookie(
        key=COOKIE,
        value=secret,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        secure=is_https(node.serving.public, request.url.scheme),
        samesite="lax",
        path="/",
    )


def own_path(path: str | None) -> str:
    """Return a path of ours to go on to: nobody is sent to another site."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\", "/sign-")):
        return "/"
    return path if path.isprintable() and "\\" not in path else "/"


_COOKIE = "tidewaiter_oidc"
_SECONDS = 600
_BACK = "/sign-in/oidc/back"


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
        raise InputError("web/provider-refused", said=said)
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
        raise MissingError("web/no-provider-named")
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
            "web/provider-answer-incomplete", status_code=answer.status_code
        ) from error


def _sealed(node: Node, begun: Begun) -> str:
    told = base64.urlsafe_b64encode(msgspec.json.encode(begun)).decode()
    return f"{told}.{_mac(node, told)}"


def _opened(node: Node, cookie: str) -> Begun:
    told, _, mac = cookie.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(node, told).encode()):
        raise InputError("web/sign-in-too-late")
    return msgspec.json.decode(base64.urlsafe_b64decode(told), type=Begun)


def _mac(node: Node, told: str) -> str:
    return hmac.digest(node.secret, b"oidc " + told.encode("utf-8", "replace"), "sha256").hex()


HANDLERS = [
    sign_in_page,
    sign_in,
    sign_out,
    welcome_page,
    welcome,
    activation_page,
    activate,
    begin_oidc,
    end_oidc,
]
