"""Sessions, invitations and API tokens, stored as digests and with an expiry."""

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

LONGEST = timedelta(hours=12)  # from sign-in
IDLE = timedelta(hours=2)  # since the last page
INVITATION = timedelta(days=3)
_SEEN = timedelta(minutes=1)  # how often the last use of a session is recorded
_AGENT = 200  # characters


class User(Record, frozen=True, kw_only=True):
    """The signed-in user, and what they may do in this request."""

    account: Account
    rights: frozenset[Right]
    session: str  # its secret; "": a program with a token


class Session(Record, frozen=True, kw_only=True):
    """An open session."""

    begun: str  # ISO 8601, UTC
    seen: str
    agent: str  # user agent
    here: bool  # the session of this request


def begin_session(work: Work, account: Account, agent: str) -> str:
    """Start a session; return its secret."""
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
    """Find the user of a session.

    Returns:
        The user (None if the session has ended), and whether its last use should be recorded.
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
    """Record that a session was used; not a change for the audit log."""
    c = tables.session.c
    some = update(tables.session).where(c.digest == digest_of(secret))
    work.connection.execute(some.values(seen=moment(stamp_of(work).at)))


def end_session(work: Work, user: User) -> None:
    """End a session."""
    c = tables.session.c
    work.connection.execute(delete(tables.session).where(c.digest == digest_of(user.session)))
    record_change(work, "signed out", {"account": user.account.id})


def sessions(work: Work, user: User, now: datetime) -> list[Session]:
    """Read a user's open sessions, latest first."""
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
    """End every session of a user except the current one."""
    c = tables.session.c
    others = (c.account == user.account.id, c.digest != digest_of(user.session))
    work.connection.execute(delete(tables.session).where(*others))
    record_change(work, "other sessions ended", {"account": user.account.id})


def invite(work: Work, account: int, *, opener: int | None = None) -> str:
    """Create a one-time invitation to set a password; earlier ones end.

    Args:
        work: A write transaction.
        account: Account number.
        opener: Account of the person who creates it; None: done on the server itself.

    Returns:
        The secret of a link, shown only on the server's own console.
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
    """Return the account that an invitation link belongs to.

    Raises:
        InputError: The link was used, has expired, or never existed.
    """
    c = tables.invitation.c
    wanted = select(c.account).where(c.digest == digest_of(secret), c.ends > moment(now))
    number = work.connection.execute(wanted).scalar_one_or_none()
    account = account_of(work, number) if number is not None else None
    if account is None or not account.active:
        raise InputError("store/link-used-or-over")
    return account


def opened_by(work: Work, now: datetime) -> dict[int, int | None]:
    """Return the accounts with an open invitation, each with its opener."""
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
    """API token; its secret is shown once."""

    id: int
    account: int
    name: str
    rights: tuple[Right, ...]
    made: str  # ISO 8601, UTC
    ends: str
    used: str | None  # day of last use


def add_token(
    work: Work, user: User, name: str, rights: Collection[Right], ends: datetime
) -> tuple[Token, str]:
    """Make a token for a program.

    Args:
        work: A write transaction.
        user: Creator.
        name: Purpose.
        rights: Its rights; a subset of the user's.
        ends: Expiry.

    Returns:
        The token, and its secret.

    Raises:
        InputError: It would have rights that the user lacks, or none.
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
    """Read the tokens of an account, newest first."""
    t = tables.token.c
    wanted = select(t.id, t.account, t.name, t.rights, t.made, t.ends, t.used)
    rows = work.connection.execute(wanted.where(t.account == account).order_by(t.id.desc()))
    return [_token(row) for row in rows.mappings()]


def find_token(work: Work, secret: str, now: datetime) -> tuple[User, Token] | None:
    """Find the user of a token; None: expired, revoked or unknown."""
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
    """Record the day on which a token was used; not a change for the audit log."""
    day = moment(stamp_of(work).at)[:10]
    c = tables.token.c
    work.connection.execute(update(tables.token).where(c.id == token).values(used=day))


def drop_token(work: Work, user: User, token: int) -> None:
    """Revoke one of the caller's own tokens.

    Raises:
        InputError: No such token.
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
