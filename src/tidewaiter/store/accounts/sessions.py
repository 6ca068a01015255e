"""Sessions, invitations and API tokens: secrets stored by their digests, each with an end."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from tidewaiter.accounts.roles import Right
from tidewaiter.accounts.secrets import digest_of, new_secret
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store.accounts.users import Account, account_of
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work

LONGEST = timedelta(hours=12)  # a session, from sign-in
IDLE = timedelta(hours=2)  # a session, from the last page
INVITATION = timedelta(days=3)
_SEEN = timedelta(minutes=1)  # a session is noted as seen once in that time
_AGENT = 200  # characters


class User(Record, frozen=True, kw_only=True):
    """Who asks, and what they may do here and now."""

    account: Account
    rights: frozenset[Right]
    session: str  # the secret of it; "": a program with a token


class Session(Record, frozen=True, kw_only=True):
    """A session that has not ended."""

    begun: str  # ISO 8601, UTC
    seen: str
    agent: str  # what the browser calls itself
    here: bool  # the one that asks


def begin_session(work: Work, account: Account, agent: str) -> str:
    """Begin a session; return its secret."""
    secret, at = new_secret(), stamp_of(work).at
    row = {
        "digest": digest_of(secret),
        "account": account.id,
        "begun": moment(at),
        "seen": moment(at),
        "ends": moment(at + LONGEST),
        "agent": plain(agent[:_AGENT]),
    }
    _drop_ended(work, at)
    work.connection.execute(insert(tables.session).values(**row))
    values = {"wrong": 0, "rests": None}
    c = tables.account.c
    work.connection.execute(update(tables.account).where(c.id == account.id).values(**values))
    record_change(work, "signed in", {"account": account.id})
    return secret


def find_session(work: Work, secret: str, now: datetime) -> tuple[User | None, bool]:
    """Find who a session is of.

    Returns:
        The user, None where the session has ended; and whether it is time to note it as seen.
    """
    c = tables.session.c
    wanted = select(c.account, c.seen, c.ends).where(c.digest == digest_of(secret))
    row = work.connection.execute(wanted).one_or_none()
    if row is None or moment(now) >= row.ends or moment(now - IDLE) >= row.seen:
        return None, False
    account = account_of(work, row.account)
    if not account.active:
        return None, False
    user = User(account=account, rights=account.rights, session=secret)
    return user, moment(now - _SEEN) >= row.seen


def note_seen(work: Work, secret: str) -> None:
    """Note that a session was used; this is no change that the audit tells."""
    c = tables.session.c
    some = update(tables.session).where(c.digest == digest_of(secret))
    work.connection.execute(some.values(seen=moment(stamp_of(work).at)))


def end_session(work: Work, user: User) -> None:
    """End a session."""
    c = tables.session.c
    work.connection.execute(delete(tables.session).where(c.digest == digest_of(user.session)))
    record_change(work, "signed out", {"account": user.account.id})


def sessions(work: Work, user: User, now: datetime) -> list[Session]:
    """Read the sessions of a user that have not ended, the latest first."""
    c = tables.session.c
    wanted = select(c.digest, c.begun, c.seen, c.agent).where(
        c.account == user.account.id, c.ends > moment(now), c.seen > moment(now - IDLE)
    )
    here = digest_of(user.session)
    return [
        Session(begun=row.begun, seen=row.seen, agent=row.agent, here=row.digest == here)
        for row in work.connection.execute(wanted.order_by(c.begun.desc()))
    ]


def end_others(work: Work, user: User) -> None:
    """End every session of a user but the one that asks."""
    c = tables.session.c
    others = (c.account == user.account.id, c.digest != digest_of(user.session))
    work.connection.execute(delete(tables.session).where(*others))
    record_change(work, "other sessions ended", {"account": user.account.id})


def invite(work: Work, account: int, *, opener: int | None = None) -> str:
    """Let the owner of an account set a password, once; what was opened before ends.

    Args:
        work: Begun with a stamp.
        account: Its number.
        opener: The account of whoever does it; None: on the server itself.

    Returns:
        The secret of a link, which is shown on the server's own console and nowhere else.
    """
    secret, at = new_secret(), stamp_of(work).at
    c = tables.invitation.c
    work.connection.execute(delete(tables.invitation).where(c.account == account))
    row = {
        "digest": digest_of(secret),
        "account": account,
        "made": moment(at),
        "ends": moment(at + INVITATION),
        "opened": opener,
    }
    work.connection.execute(insert(tables.invitation).values(**row))
    record_change(work, "account invited", {"account": account})
    return secret


def invited(work: Work, secret: str, now: datetime) -> Account:
    """Return whose invitation a link holds.

    Raises:
        InputError: It was used, has ended, or never was one.
    """
    c = tables.invitation.c
    wanted = select(c.account).where(c.digest == digest_of(secret), c.ends > moment(now))
    number = work.connection.execute(wanted).scalar_one_or_none()
    account = account_of(work, number) if number is not None else None
    if account is None or not account.active:
        raise InputError("store/link-used-or-over")
    return account


def opened_by(work: Work, now: datetime) -> dict[int, int | None]:
    """Return the accounts whose owners may set a password, each with who opened it."""
    c = tables.invitation.c
    wanted = select(c.account, c.opened).where(c.ends > moment(now)).order_by(c.account)
    return {int(row.account): row.opened for row in work.connection.execute(wanted)}


def drop_invitations(work: Work, account: int) -> None:
    """End the invitations of an account."""
    c = tables.invitation.c
    work.connection.execute(delete(tables.invitation).where(c.account == account))


def _drop_ended(work: Work, now: datetime) -> None:
    for table in (tables.session, tables.invitation):
        work.connection.execute(delete(table).where(table.c.ends <= moment(now)))


class Token(Record, frozen=True, kw_only=True):
    """A secret by which a program signs in; the secret itself is shown once."""

    id: int
    account: int
    name: str
    rights: tuple[Right, ...]
    made: str  # ISO 8601, UTC
    ends: str
    used: str | None  # the day it was last used


def add_token(
    work: Work, user: User, name: str, rights: Collection[Right], ends: datetime
) -> tuple[Token, str]:
    """Make a token for a program.

    Args:
        work: Begun with a stamp.
        user: Who makes it.
        name: What it is for.
        rights: What it may do; nothing that the user may not.
        ends: When it ends.

    Returns:
        The token, and its secret.

    Raises:
        InputError: It would have more rights than the user, or none.
    """
    wanted = sorted(set(rights))
    if not wanted or not set(wanted) <= user.rights:
        raise InputError("store/token-rights-not-own", rights=", ".join(sorted(user.rights)))
    secret, at = new_secret(), stamp_of(work).at
    row = {
        "digest": digest_of(secret),
        "account": user.account.id,
        "name": plain(name.strip()[:100]),
        "rights": msgspec.json.encode(wanted).decode(),
        "made": moment(at),
        "ends": moment(ends),
    }
    done = work.connection.execute(insert(tables.token).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    record_change(work, "token made", {"account": user.account.id, "token": number})
    return next(each for each in tokens(work, user.account.id) if each.id == number), secret


def tokens(work: Work, account: int) -> list[Token]:
    """Read the tokens of an account, the newest first."""
    t = tables.token.c
    wanted = select(t.id, t.account, t.name, t.rights, t.made, t.ends, t.used)
    rows = work.connection.execute(wanted.where(t.account == account).order_by(t.id.desc()))
    return [_token(row) for row in rows.mappings()]


def find_token(work: Work, secret: str, now: datetime) -> tuple[User, Token] | None:
    """Find who a token is of; None: it has ended, was taken back, or never was one."""
    t = tables.token.c
    wanted = select(t.id, t.account, t.name, t.rights, t.made, t.ends, t.used)
    some = wanted.where(t.digest == digest_of(secret), t.ends > moment(now))
    row = work.connection.execute(some).mappings().one_or_none()
    if row is None:
        return None
    token, account = _token(row), account_of(work, row["account"])
    if not account.active:
        return None
    rights = account.rights & frozenset(token.rights)
    return User(account=account, rights=rights, session=""), token


def note_used(work: Work, token: int) -> None:
    """Note on which day a token was used; this is no change that the audit tells."""
    day = moment(stamp_of(work).at)[:10]
    c = tables.token.c
    work.connection.execute(update(tables.token).where(c.id == token).values(used=day))


def drop_token(work: Work, user: User, token: int) -> None:
    """Take a token of one's own back.

    Raises:
        InputError: There is none.
    """
    t = tables.token.c
    done = work.connection.execute(
        delete(tables.token).where(t.id == token, t.account == user.account.id)
    )
    if not done.rowcount:
        raise InputError("store/no-token", token=token)
    record_change(work, "token taken back", {"account": user.account.id, "token": token})


def _token(row: Mapping[Any, Any]) -> Token:
    rights = msgspec.json.decode(row["rights"], type=tuple[Right, ...])
    return Token(**{**row, "rights": rights})
