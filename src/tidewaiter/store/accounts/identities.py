"""Identities: which account someone has whom a provider knows."""

from sqlalchemy import insert, select

from tidewaiter.base.errors import InputError
from tidewaiter.store import tables
from tidewaiter.store.accounts import Account, account_of, guarded
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work

_HINT = "ask whoever keeps the accounts to make one of that name, or to switch it on"


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
        raise InputError(f'the account "{account.name}" is switched off', hint=_HINT)
    return account


def _bind(work: Work, issuer: str, subject: str, name: str) -> int:
    found = guarded(work, name)
    if found is None:
        raise InputError(f'there is no account "{name[:60]}"', hint=_HINT)
    c, number = tables.identity.c, found.account.id
    taken = select(c.subject).where(c.issuer == issuer, c.account == number)
    if work.connection.execute(taken).first() is not None:
        raise InputError(f'the account "{name[:60]}" is someone else’s', hint=_HINT)
    row = {
        "issuer": issuer,
        "subject": subject,
        "account": number,
        "made": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.identity).values(**row))
    record_change(work, "account bound to a provider", {"account": number})
    return number
