"""Activation: the owner of an account sets its password, and somebody else confirms who they are.

Whoever keeps the accounts opens an account. Its owner chooses a password on a public page, which
shows a code; the password counts once the code, told by telephone or in person, is typed in by
someone who may vouch. So no secret of an account is ever on the screen of another person.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, func, insert, select

from tidewaiter.accounts.secrets import digest_of, new_code, plain_code
from tidewaiter.base.errors import InputError
from tidewaiter.store import tables
from tidewaiter.store.accounts import Account, account_of, accounts, guarded, set_password
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.sessions import INVITATION, drop_invitations, invite, opened_by

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
        raise InputError(f"account {number} is switched off", hint="switch it on first")
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
        hint = "ask them to read it again, or to choose a password once more"
        raise InputError("no password waits under this code", hint=hint)
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
        hint = "somebody else who may vouch does it"
        raise InputError("nobody confirms their own account", hint=hint)
    opener = opened_by(work, stamp_of(work).at).get(account.id)
    if opener != confirmer.id:
        return
    others = _vouchers(work) - {account.id, confirmer.id}
    if others:
        hint = (
            f"one of {len(others)} others who may vouch does it: a supervisor or an administrator"
        )
        raise InputError("an account is opened by one person and confirmed by another", hint=hint)


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
