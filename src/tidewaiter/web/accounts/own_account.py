"""The user's own account: password, language, sessions, passkeys and API tokens."""

from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
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
from tidewaiter.accounts.passwords import hash_password, is_password
from tidewaiter.accounts.roles import Right, load_roles
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.explain.languages import words
from tidewaiter.store.accounts.credentials import (
    OwnPasskey,
    add_passkey,
    credentials,
    drop_passkey,
    find_passkey,
    note_passkey,
    passkeys,
)
from tidewaiter.store.accounts.sessions import (
    Session,
    Token,
    User,
    add_token,
    begin_session,
    drop_token,
    end_others,
    sessions,
    tokens,
)
from tidewaiter.store.accounts.users import (
    Account,
    account_of,
    count_try,
    is_alone,
    note_wrong,
    set_analyst,
    set_language,
    set_password,
)
from tidewaiter.web.accounts.sign_in import keep_session, own_path, turn
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import by_hand, is_https, may

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
        raise InputError("web/passkey-not-known")
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


_DAYS = 366


class OwnPage(Record, frozen=True, kw_only=True):
    """One's own account."""

    account: Account
    rights: tuple[Right, ...]
    sessions: tuple[Session, ...]
    tokens: tuple[Token, ...]
    passkeys: tuple[OwnPasskey, ...]
    alone: bool  # the reader keeps the accounts, and nobody decides alerts


class RightChoice(Record, frozen=True, kw_only=True):
    """A right that a token may have."""

    code: Right
    says: str


class OwnView(Record, frozen=True, kw_only=True):
    """One's own account in words."""

    rights: tuple[RightChoice, ...]
    connects: bool
    passkeys: bool  # can be made for this site


class BothRoles(Record, frozen=True, kw_only=True):
    """Whether an administrator works as an analyst, too."""

    analyst: bool = False
    next: str = "/account"  # page to go on with


class NewPassword(Record, frozen=True, kw_only=True):
    """Another password."""

    present: str
    password: str
    again: str


class Language(Record, frozen=True, kw_only=True):
    """The language of the pages."""

    language: Literal["en", "es", "fr", "zh"] | None = None


class NewToken(Record, frozen=True, kw_only=True):
    """A token to be made."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    rights: tuple[Right, ...] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=_DAYS)] = 90


class MadeToken(Record, frozen=True, kw_only=True):
    """A token, and its secret, which is shown once."""

    token: Token
    secret: str


@get("/account", guards=[may("see")], sync_to_thread=True)
def own_page(request: Asked, node: TheNode, user: TheUser) -> Response[OwnPage]:
    """Show one's own account."""
    page = _page(node, user)
    return reply(request, "own.html", page, view=lambda: _view(node, user))


@post("/account/password", guards=_OWN, sync_to_thread=True)
def change_password(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewPassword]
) -> Response[Account]:
    """Set another password; every other session ends, and every token."""
    if data.password != data.again:
        raise InputError("web/passwords-differ")
    with turn():  # a new password that is refused is no guess at the present one
        hashed = hash_password(data.password, name=user.account.name)
    with node.change(user) as work:
        tried = count_try(work, user.account.name)
    if tried is None:
        raise InputError("web/account-takes-no-password")
    with turn():
        fits = is_password(tried.password, data.present)
    if not fits:
        with node.change(user) as work:
            note_wrong(work, tried)
        raise InputError("web/present-password-wrong")
    with node.change(user) as work:
        set_password(work, user.account.id, hashed)
        secret = begin_session(work, user.account, request.headers.get("user-agent", ""))
    answer = done(request, user.account, "/account")
    keep_session(answer, request, node, secret)
    return answer


@post("/account/language", guards=[may("see")], sync_to_thread=True)
def change_language(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Language]
) -> Response[Account]:
    """Set the language of the pages."""
    with node.change(user) as work:
        set_language(work, user.account.id, data.language)
    changed = msgspec.structs.replace(user.account, language=data.language)
    return done(request, changed, "/account")


@post("/account/sessions/end", guards=_OWN, sync_to_thread=True)
def end_other_sessions(request: Asked, node: TheNode, user: TheUser) -> Response[OwnPage]:
    """End every session but this one."""
    with node.change(user) as work:
        end_others(work, user)
    return done(request, _page(node, user), "/account")


@post("/account/analyst", guards=[may("administer"), by_hand], sync_to_thread=True)
def work_as_analyst(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[BothRoles]
) -> Response[Account]:
    """Work as an analyst too, where one officer is all there is; or do so no longer."""
    with node.change(user) as work:
        set_analyst(work, user.account.id, analyst=data.analyst)
        account = account_of(work, user.account.id)
    return done(request, account, own_path(data.next))


@post("/account/tokens", guards=[may("connect"), by_hand], sync_to_thread=True, makes=True)
def make_token(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewToken]
) -> Response[MadeToken]:
    """Make a token for a program; its secret is shown once."""
    ends = node.now() + timedelta(days=data.days)
    with node.change(user) as work:
        token, secret = add_token(work, user, data.name, data.rights, ends)
    return reply(request, "token.html", MadeToken(token=token, secret=secret), status=201)


@post("/account/tokens/{number:int}/end", guards=[may("connect")], sync_to_thread=True)
def take_token_back(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[OwnPage]:
    """Take a token back; it opens nothing any more."""
    with node.change(user) as work:
        drop_token(work, user, number)
    return done(request, _page(node, user), "/account")


def _page(node: Node, user: User) -> OwnPage:
    with node.read() as work:
        return OwnPage(
            account=user.account,
            rights=tuple(sorted(user.rights)),
            sessions=tuple(sessions(work, user, node.now())),
            tokens=tuple(tokens(work, user.account.id)),
            passkeys=tuple(passkeys(work, user.account.id)),
            alone=is_alone(work, user.account),
        )


def _view(node: Node, user: User) -> OwnView:
    rights = load_roles().right
    return OwnView(
        rights=tuple(
            RightChoice(code=code, says=words(says))
            for code, says in rights.items()
            if code in user.rights
        ),
        connects="connect" in user.rights,
        passkeys=site_of(node).takes_passkeys,
    )


HANDLERS = [
    begin_passkey,
    make_passkey,
    forget_passkey,
    begin_sign_in,
    sign_in_with_passkey,
    own_page,
    work_as_analyst,
    change_password,
    change_language,
    end_other_sessions,
    make_token,
    take_token_back,
]
