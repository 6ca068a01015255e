"""The name of someone who has left is erased wherever it stands; their number stays."""

from datetime import date

import pytest
from sqlalchemy import select
from tests.support.raising import raises

from tidewaiter.store.accounts.users import (
    NewAccount,
    account_of,
    add_account,
    erase_name,
    set_role,
)
from tidewaiter.store.alerts.decisions import assign
from tidewaiter.store.alerts.filters import (
    AlertFilter,
    NewFilter,
    Queue,
    save_filter,
    saved_filters,
)
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp

NAME = "amina.reyes"


@pytest.fixture
def left(removers: Database, stamp: Stamp) -> int:
    """Switch off an account that has two alerts, and that a filter of another asks for."""
    a = tables.alert.c
    with removers.work(stamp) as work:
        number = add_account(work, NewAccount(name=NAME, role="analyst")).id
        other = add_account(work, NewAccount(name="other", role="administrator")).id
        ids = list(work.connection.execute(select(a.id).order_by(a.id).limit(2)).scalars())
        assign(work, ids, NAME)
        for name, wanted in (("hers", AlertFilter(assignee=NAME)), ("all", AlertFilter())):
            save_filter(work, other, NewFilter(name=name, wanted=wanted))
        set_role(work, number, "analyst", active=False)
    return number


def _of(assignee: str) -> Queue:
    wanted = AlertFilter(assignee=assignee)
    return Queue(wanted=wanted, cleared=True, today=date(2026, 3, 1))


def test_alerts_that_wait_for_someone_who_left_are_nobodys(
    removers: Database, stamp: Stamp, left: int
) -> None:
    """In the queue too, and no filter asks for the name any more."""
    with removers.work(stamp) as work:
        before = queue_page(work, _of(NAME))
        free = queue_page(work, _of(""))
        erase_name(work, left)
        after = queue_page(work, _of(""))
        gone = queue_page(work, _of(NAME))
        filters = [each.name for each in saved_filters(work, left + 1)]
    assert (len(before.alerts), len(gone.alerts)) == (2, 0)
    assert len(after.alerts) == len(free.alerts) + 2
    assert filters == ["all"]


def test_the_name_stands_nowhere(removers: Database, stamp: Stamp, left: int) -> None:
    """Not in the account, and in no entry of the audit."""
    with removers.work(stamp) as work:
        erase_name(work, left)
        assert NAME not in str(account_of(work, left))
        assert all(NAME not in each.details for each in audit_entries(work, rows=10_000))


def test_a_name_in_use_is_not_erased(removers: Database, stamp: Stamp) -> None:
    """The account is switched off first."""
    with removers.work(stamp) as work:
        number = add_account(work, NewAccount(name=NAME, role="analyst")).id
        with raises("store/account-in-use"):
            erase_name(work, number)
