"""Leaving: the name of someone who has left is erased wherever it stands; their number stays."""

from sqlalchemy import delete, select, update

from tidewaiter.base.errors import InputError
from tidewaiter.store import tables
from tidewaiter.store.accounts import Account, account_of, rename
from tidewaiter.store.audit import record_change
from tidewaiter.store.database import Work
from tidewaiter.store.decisions import assign
from tidewaiter.store.payloads import decode
from tidewaiter.store.queuefilter import AlertFilter


def erase_name(work: Work, number: int) -> Account:
    """Erase the name of an account that is switched off: only its number is left.

    Alerts that wait for it are nobody's then, and filters that ask for it are kept no longer.

    Args:
        work: Begun with a stamp.
        number: Of the account.

    Raises:
        InputError: There is none, or it is not switched off.
    """
    before = account_of(work, number)
    if before.active:
        raise InputError(f"account {number} is in use", hint="switch it off first")
    name = f"erased-{number}"
    a, s = tables.alert.c, tables.suppression.c
    waiting = select(a.id).where(a.assignee == before.name).order_by(a.id)
    assign(work, list(work.connection.execute(waiting).scalars()), None)
    owned = update(tables.suppression).where(s.owner == before.name)
    work.connection.execute(owned.values(owner=name))
    _drop_filters(work, before.name)
    rename(work, number, name)
    record_change(work, "account erased", {"account": number})
    return account_of(work, number)


def _drop_filters(work: Work, name: str) -> None:
    f = tables.saved_filter.c
    for number, told in work.connection.execute(select(f.id, f.filter)).all():
        if decode(told, AlertFilter, f"filter {number}").assignee == name:
            work.connection.execute(delete(tables.saved_filter).where(f.id == number))
