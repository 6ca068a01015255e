"""Ways to sign in: activation of an account, passkeys, and identity providers.

Whoever keeps the accounts opens an account. Its owner chooses a password on a public page, which
shows a code; the password counts once the code, told by telephone or in person, is typed in by
someone who may vouch. So no secret of an account is ever on the screen of another person.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update

from tidewaiter.accounts.passkeys import Passkey
from tidewaiter.accounts.secrets import digest_of, new_code, plain_code
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.store.accounts.sessions import (
    INVITATION,
    drop_invitations,
    invite,
    opened_by,
)
from tidewaiter.store.accounts.users import (
    Account,
    account_of,
    accounts,
    guarded,
    set_password,
)
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import plain
from tidewaiter.store.core.database import Work

WAITS = timedelta(hours=24)  # until the code is typed in
_MOST = 50  # passwords that wait for one account; the oldest gives way
_FACTORS = ("passkey", "identity")


def open_account(work: Work, number: int, opener: int | None) -> datetime:
    """Let the owner of an account choose a password; what was opened before ends.

    Args:
        work: Begun with a stamp.
        number: Of the account.
        opener: The account of whoever opens it; None: on the server itself.

    Returns:
        When it closes.

    Raises:
        InputError: There is no such account, or it is switched off.
    """
    if not account_of(work, number).active:
        raise InputError("store/account-switched-off", number=number)
    invite(work, number, opener=opener)
    _drop(work, tables.activation, number)
    return stamp_of(work).at + INVITATION


def ask_activation(work: Work, name: str, hashed: str) -> str:
    """Keep a password that someone chose until it is confirmed.

    Args:
        work: Begun with a stamp.
        name: Of the account, as typed.
        hashed: The hash of the password.

    Returns:
        The code to be read to whoever confirms. Where no account of that name is open it is a
        code like any other, and confirms nothing: so nobody learns which accounts there are.
    """
    code, at = new_code(), stamp_of(work).at
    found = guarded(work, name.strip().lower())
    if found is None or not found.account.active:
        return code
    number = found.account.id
    if number not in opened_by(work, at):
        return code
    _make_room(work, number, at)
    row = {
        "digest": digest_of(code),
        "account": number,
        "password": hashed,
        "made": moment(at),
        "ends": moment(at + WAITS),
    }
    work.connection.execute(insert(tables.activation).values(**row))
    record_change(work, "password waits to be confirmed", {"account": number})
    return code


def confirm_activation(work: Work, number: int, typed: str, confirmer: Account) -> Account:
    """Let the password count whose page showed a code.

    Every session and token of the account ends. Where the account had a way to sign in before, its
    passkeys and its tie to a provider end too, as its owner may have lost them to somebody. Who
    opened the account does not confirm it as well while somebody else can.

    Args:
        work: Begun with a stamp.
        number: Of the account.
        typed: The code.
        confirmer: Who vouches for its owner.

    Raises:
        InputError: No password waits under this code, it is one's own account, or somebody else
            is to confirm.
    """
    account, now = account_of(work, number), stamp_of(work).at
    _check_confirmer(work, account, confirmer)
    c = tables.activation.c
    wanted = select(c.password).where(
        c.digest == digest_of(plain_code(typed)), c.account == number, c.ends > moment(now)
    )
    hashed = work.connection.execute(wanted).scalar_one_or_none()
    if hashed is None or not account.active or number not in opened_by(work, now):
        raise InputError("store/no-password-waits")
    for factor in _FACTORS:
        _drop(work, tables.METADATA.tables[factor], number)
    set_password(work, number, hashed)
    drop_invitations(work, number)
    _drop(work, tables.activation, number)
    said: dict[str, Any] = {"account": number, "confirmed": confirmer.id}
    record_change(work, "account confirmed", said)
    return account_of(work, number)


def _check_confirmer(work: Work, account: Account, confirmer: Account) -> None:
    """Refuse one's own account, and whoever opened it while somebody else can confirm.

    Whoever could do both would make themselves a supervisor, and be both of two officers.
    """
    if account.id == confirmer.id:
        raise InputError("store/own-account-not-confirmed")
    opener = opened_by(work, stamp_of(work).at).get(account.id)
    if opener != confirmer.id:
        return
    others = _vouchers(work) - {account.id, confirmer.id}
    if others:
        raise InputError("store/account-needs-two-persons", count=len(others))


def _vouchers(work: Work) -> set[int]:
    """Return the accounts that can sign in and may vouch."""
    in_use = _in_use(work)
    return {
        each.id
        for each in accounts(work)
        if each.active and each.id in in_use and "vouch" in each.rights
    }


def _in_use(work: Work) -> set[int]:
    """Return the accounts that have a way to sign in."""
    c = tables.account.c
    found = set(work.connection.execute(select(c.id).where(c.password.is_not(None))).scalars())
    for factor in _FACTORS:
        owner = tables.METADATA.tables[factor].c.account
        found |= set(work.connection.execute(select(owner).distinct()).scalars())
    return found


def _make_room(work: Work, number: int, now: datetime) -> None:
    c = tables.activation.c
    work.connection.execute(delete(tables.activation).where(c.ends <= moment(now)))
    count = select(func.count()).where(c.account == number)
    if work.connection.execute(count).scalar_one() >= _MOST:
        oldest = select(c.digest).where(c.account == number).order_by(c.made, c.digest).limit(1)
        digest = work.connection.execute(oldest).scalar_one()
        work.connection.execute(delete(tables.activation).where(c.digest == digest))


def _drop(work: Work, table: Table, number: int) -> None:
    work.connection.execute(delete(table).where(table.c.account == number))


_NAME = 60


class OwnPasskey(Record, frozen=True, kw_only=True):
    """A passkey as its owner sees it."""

    id: int
    name: str
    made: str  # ISO 8601, UTC
    used: str | None  # the day it was last used


class Kept(Record, frozen=True, kw_only=True):
    """A passkey, and whose it is."""

    id: int
    account: Account
    passkey: Passkey


def add_passkey(work: Work, account: int, passkey: Passkey, name: str) -> int:
    """Keep a passkey; return its number.

    Raises:
        InputError: It is known already.
    """
    if find_passkey(work, passkey.credential) is not None:
        raise InputError("store/passkey-known")
    row = {
        "account": account,
        "credential": passkey.credential.hex(),
        "public": passkey.public.hex(),
        "count": passkey.count,
        "name": plain(name.strip()[:_NAME]) or "passkey",
        "made": moment(stamp_of(work).at),
    }
    done = work.connection.execute(insert(tables.passkey).values(**row))
    number = int(done.inserted_primary_key[0])  # type: ignore[index]
    record_change(work, "passkey made", {"account": account, "passkey": number})
    return number


def passkeys(work: Work, account: int) -> list[OwnPasskey]:
    """Read the passkeys of an account, the newest first."""
    c = tables.passkey.c
    wanted = select(c.id, c.name, c.made, c.used).where(c.account == account)
    rows = work.connection.execute(wanted.order_by(c.id.desc()))
    return [OwnPasskey(**row) for row in rows.mappings()]


def credentials(work: Work, account: int) -> list[bytes]:
    """Return the ids of the passkeys of an account, as devices know them."""
    c = tables.passkey.c
    wanted = select(c.credential).where(c.account == account)
    return [bytes.fromhex(told) for told in work.connection.execute(wanted).scalars()]


def find_passkey(work: Work, credential: bytes) -> Kept | None:
    """Find a passkey by its id; None: it is not known, or its owner is switched off."""
    c = tables.passkey.c
    row = (
        work.connection.execute(select(tables.passkey).where(c.credential == credential.hex()))
        .mappings()
        .one_or_none()
    )
    if row is None:
        return None
    account = account_of(work, row["account"])
    public, count = bytes.fromhex(row["public"]), row["count"]
    passkey = Passkey(credential=credential, public=public, count=count)
    return Kept(id=row["id"], account=account, passkey=passkey) if account.active else None


def note_passkey(work: Work, number: int, count: int) -> None:
    """Note that a passkey was used; the sign-in itself is in the audit."""
    c = tables.passkey.c
    day = moment(stamp_of(work).at)[:10]
    some = update(tables.passkey).where(c.id == number)
    work.connection.execute(some.values(count=count, used=day))


def drop_passkey(work: Work, account: int, number: int) -> None:
    """Forget a passkey of one's own.

    Raises:
        InputError: There is none.
    """
    c = tables.passkey.c
    done = work.connection.execute(
        delete(tables.passkey).where(c.id == number, c.account == account)
    )
    if not done.rowcount:
        raise InputError("store/no-passkey", number=number)
    record_change(work, "passkey forgotten", {"account": account, "passkey": number})


def account_by(work: Work, issuer: str, subject: str, name: str) -> Account:
    """Return the account of someone whom a provider knows; bind it at their first sign-in.

    Args:
        work: Begun with a stamp.
        issuer: The provider.
        subject: Its own name for them, which never changes.
        name: Of the account, as the provider says it; it counts at the first sign-in alone.

    Raises:
        InputError: There is no such account, it is switched off, or it is someone else's.
    """
    c = tables.identity.c
    bound = select(c.account).where(c.issuer == issuer, c.subject == subject)
    number = work.connection.execute(bound).scalar_one_or_none()
    if number is None:
        number = _bind(work, issuer, subject, name)
    account = account_of(work, number)
    if not account.active:
        raise InputError("store/own-account-switched-off", name=account.name)
    return account


def _bind(work: Work, issuer: str, subject: str, name: str) -> int:
    found = guarded(work, name)
    if found is None:
        raise InputError("store/no-account", name=name[:60])
    c, number = tables.identity.c, found.account.id
    taken = select(c.subject).where(c.issuer == issuer, c.account == number)
    if work.connection.execute(taken).first() is not None:
        raise InputError("store/account-of-another", name=name[:60])
    row = {
        "issuer": issuer,
        "subject": subject,
        "account": number,
        "made": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.identity).values(**row))
    record_change(work, "account bound to a provider", {"account": number})
    return number
