"""Tokens: secrets by which programs ask, each with an end and with few rights."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, update

from tidewaiter.accounts.roles import Right
from tidewaiter.accounts.secrets import digest_of, new_secret
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.accounts import account_of
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain
from tidewaiter.store.sessions import User


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
        hint = f"choose among: {', '.join(sorted(user.rights))}"
        raise InputError("a token has some of your own rights, and no others", hint=hint)
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
        raise InputError(f"you have no token {token}", hint="look at the list of your tokens")
    record_change(work, "token taken back", {"account": user.account.id, "token": token})


def _token(row: Mapping[Any, Any]) -> Token:
    rights = msgspec.json.decode(row["rights"], type=tuple[Right, ...])
    return Token(**{**row, "rights": rights})
