"""Filters that someone keeps: for themselves, or for all."""

from datetime import date

import pytest
from tests.support.raising import raises

from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.alerts.filters import (
    MOST,
    AlertFilter,
    NewFilter,
    drop_filter,
    save_filter,
    saved_filters,
)
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.database import Database, Stamp

WANTED = AlertFilter(
    severity=("high", "low"),
    words="\u9ebb\u9ec4",
    assignee="",
    due_to=date(2026, 3, 1),
    due_within=-1,
)


@pytest.fixture
def two(database: Database, stamp: Stamp) -> tuple[int, int]:
    """Make two accounts."""
    with database.work(stamp) as work:
        one, other = (
            add_account(work, NewAccount(name=name, role="analyst")).id for name in ("one", "other")
        )
    return one, other


def test_a_filter_comes_back_as_it_was(
    database: Database, stamp: Stamp, two: tuple[int, int]
) -> None:
    """To its owner, and to others where it is shared; the audit tells no word of it."""
    one, other = two
    with database.work(stamp) as work:
        save_filter(work, one, NewFilter(name="mine", wanted=WANTED, sort="-due"))
        save_filter(work, one, NewFilter(name=" ours ", wanted=AlertFilter(), shared=True))
        (mine, ours) = saved_filters(work, one)
        assert (mine.wanted, mine.sort, mine.shared) == (WANTED, "-due", False)
        assert [each.name for each in saved_filters(work, other)] == [ours.name] == ["ours"]
        assert "mine" not in audit_entries(work)[-2].details


def test_a_name_stands_for_one_filter(
    database: Database, stamp: Stamp, two: tuple[int, int]
) -> None:
    """The later one; two people may have the same name for two."""
    one, other = two
    with database.work(stamp) as work:
        for owner in (one, one, other):
            last = NewFilter(name="late", wanted=WANTED, shared=True)
            save_filter(work, owner, last)
        assert [each.owner for each in saved_filters(work, one)] == [one, other]


def test_only_the_owner_removes_a_filter(
    database: Database, stamp: Stamp, two: tuple[int, int]
) -> None:
    """For others it is as if there were none."""
    one, other = two
    with database.work(stamp) as work:
        number = save_filter(work, one, NewFilter(name="ours", wanted=WANTED, shared=True))
        with raises("store/no-such-filter"):
            drop_filter(work, other, number)
        drop_filter(work, one, number)
        assert saved_filters(work, one) == []


def test_names_and_numbers_of_filters_have_an_end(
    database: Database, stamp: Stamp, two: tuple[int, int]
) -> None:
    """A name of nothing or of a page is none, and one account keeps so many."""
    with database.work(stamp) as work:
        for name in ("  ", "x" * 61):
            with raises("store/not-a-name"):
                save_filter(work, two[0], NewFilter(name=name, wanted=WANTED))
        for number in range(MOST):
            save_filter(work, two[0], NewFilter(name=f"{number}", wanted=WANTED))
        with raises("store/too-many-filters"):
            save_filter(work, two[0], NewFilter(name="one more", wanted=WANTED))
