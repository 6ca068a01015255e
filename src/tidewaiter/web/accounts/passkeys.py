"""Passkeys: made at one's own account, and used to sign in."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.params import JSONBody

from tidewaiter.accounts.passkeys import (
    Site,
    credential_of,
    make_challenge,
    read_challenge,
    registered,
    registration_options,
    sign_in_options,
    signed,
)
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store.passkeys import (
    OwnPasskey,
    add_passkey,
    credentials,
    drop_passkey,
    find_passkey,
    note_passkey,
    passkeys,
)
from tidewaiter.store.sessions import User, begin_session
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done
from tidewaiter.web.security import by_hand, is_https, may
from tidewaiter.web.signing import keep_session

_COOKIE = "tidewaiter_challenge"
_SECONDS = 300
_OWN = [may("see"), by_hand]


class Options(Record, frozen=True, kw_only=True):
    """What a browser is told to make a passkey, or to use one."""

    options: dict[str, Any]


class Made(Record, frozen=True, kw_only=True):
    """What a browser answers when it has made a passkey."""

    credential: dict[str, Any]
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""


class Used(Record, frozen=True, kw_only=True):
    """What a browser answers when someone signs in."""

    credential: dict[str, Any]


class SignedIn(Record, frozen=True, kw_only=True):
    """Whose session has begun."""

    name: str


class OwnPasskeys(Record, frozen=True, kw_only=True):
    """The passkeys of whoever asks."""

    passkeys: tuple[OwnPasskey, ...]


@post(
    "/account/passkeys/begin",
    guards=_OWN,
    include_in_schema=False,
    sync_to_thread=True,
)
def begin_passkey(request: Asked, node: TheNode, user: TheUser) -> Response[Options]:
    """Tell the browser what to make."""
    site = site_of(node)
    challenge = make_challenge(node.secret, node.now())
    with node.read() as work:
        known = credentials(work, user.account.id)
    owner = (user.account.id, user.account.name)
    told = registration_options(site, owner, challenge.encode(), known)
    return _told(request, node, told, challenge)


@post("/account/passkeys", guards=_OWN, include_in_schema=False, sync_to_thread=True)
def make_passkey(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Made]
) -> Response[OwnPasskeys]:
    """Keep a passkey that the browser has made."""
    passkey = registered(site_of(node), data.credential, _challenge(request, node))
    with node.change(user) as work:
        add_passkey(work, user.account.id, passkey, data.name)
        page = OwnPasskeys(passkeys=tuple(passkeys(work, user.account.id)))
    answer = done(request, page, "/account")
    answer.delete_cookie(_COOKIE)
    return answer


@post(
    "/account/passkeys/{number:int}/end",
    guards=_OWN,
    include_in_schema=False,
    sync_to_thread=True,
)
def forget_passkey(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[OwnPasskeys]:
    """Forget a passkey; it opens nothing any more."""
    with node.change(user) as work:
        drop_passkey(work, user.account.id, number)
        page = OwnPasskeys(passkeys=tuple(passkeys(work, user.account.id)))
    return done(request, page, "/account")


@post("/sign-in/passkey/begin", include_in_schema=False, sync_to_thread=True)
def begin_sign_in(request: Asked, node: TheNode) -> Response[Options]:
    """Tell the browser what to sign."""
    challenge = make_challenge(node.secret, node.now())
    return _told(request, node, sign_in_options(site_of(node), challenge.encode()), challenge)


@post("/sign-in/passkey", include_in_schema=False, sync_to_thread=True)
def sign_in_with_passkey(request: Asked, node: TheNode, data: JSONBody[Used]) -> Response[SignedIn]:
    """Begin a session for the owner of a passkey."""
    credential = credential_of(data.credential)
    challenge = _challenge(request, node)
    with node.read() as work:
        kept = find_passkey(work, credential)
    if kept is None:
        raise InputError("this passkey is not known here", hint="sign in with the password")
    count = signed(site_of(node), data.credential, challenge, kept.passkey)
    user = User(account=kept.account, rights=frozenset(), session="")
    with node.change(user) as work:
        note_passkey(work, kept.id, count)
        secret = begin_session(work, kept.account, request.headers.get("user-agent", ""))
    answer = Response(SignedIn(name=kept.account.name), media_type="application/json")
    keep_session(answer, request, node, secret)
    answer.delete_cookie(_COOKIE)
    return answer


def site_of(node: Node) -> Site:
    """Return where browsers reach us."""
    return Site(origin=node.serving.address())


def _told(request: Asked, node: Node, options: dict[str, Any], challenge: str) -> Response[Options]:
    answer = Response(Options(options=options), media_type="application/json")
    answer.set_cookie(
        key=_COOKIE,
        value=challenge,
        max_age=_SECONDS,
        httponly=True,
        samesite="strict",
        secure=is_https(node.serving.public, request.url.scheme),
        path="/",
    )
    return answer


def _challenge(request: Asked, node: Node) -> bytes:
    return read_challenge(node.secret, request.cookies.get(_COOKIE, ""), node.now())


HANDLERS = [begin_passkey, make_passkey, forget_passkey, begin_sign_in, sign_in_with_passkey]
