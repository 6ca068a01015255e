"""The register in the store: entries by version, and a ledger that only grows."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from tests.support.notices import changed
from tests.support.raising import raises
from tests.support.register import (
    DAY,
    ENTRIES,
    KG,
    OPERATOR,
    PERMIT,
    account,
    moved,
)

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.exchange.register.types import Operator, Register
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.register.entries import (
    add_entries,
    erase_operator,
    keeper,
    load_register,
)
from tidewaiter.store.register.ledger import cancel, find_movement, ledger, write_off

WHO = Stamp(who="officer", at=datetime(2026, 4, 8, 12, tzinfo=UTC))


@pytest.fixture
def kept(database: Database) -> Database:
    """Return a database with the sample register of Mexico."""
    with database.work(WHO) as work:
        add_entries(work, "MX", ENTRIES)
    return database


def _held(database: Database) -> Register:
    with database.work() as work:
        return load_register(work)


def test_what_is_added_is_what_is_loaded(kept: Database) -> None:
    """Word for word, in order; told again it is known, and in other words it is refused."""
    other = changed(PERMIT, amount=changed(PERMIT.amount, mass_mg=1))
    newer = changed(other, version=2)
    with kept.work(WHO) as work:
        done = add_entries(work, "", (*ENTRIES, other, newer))
        assert keeper(work) == "MX"
    assert (done.added, done.known) == (1, len(ENTRIES))
    assert [clash.entry for clash in done.clashes] == [other]
    assert _held(kept).entries == (*ENTRIES, newer)


def test_a_register_is_of_one_country(database: Database) -> None:
    """It has to be named once, and cannot become another's."""
    with database.work(WHO) as work, raises("store/register-owner-not-known"):
        add_entries(work, "", ENTRIES)
    with database.work(WHO) as work:
        assert not write_off_is_possible(work)
        add_entries(work, "MX", ())
        with raises("store/register-of-another-country", kept="MX", country="DE"):
            add_entries(work, "DE", ENTRIES)


def write_off_is_possible(work: object) -> bool:
    """Return whether a movement can be written off."""
    try:
        return write_off(work, moved())  # type: ignore[arg-type]
    except InputError:
        return False


def test_what_does_not_fit_together_is_told(database: Database) -> None:
    """The entries are kept all the same: their operators may come with another file."""
    with database.work(WHO) as work:
        done = add_entries(work, "MX", (PERMIT,))
    assert done.added == 1
    assert [problem.code for problem in done.together] == [
        "exchange/no-such-operator",
        "exchange/no-such-site",
    ]


def test_a_shipment_is_written_off_once_and_given_back_once(kept: Database) -> None:
    """Despite repeats; person, time and reason are recorded."""
    with kept.work(WHO) as work:
        assert write_off(work, moved(), reason="declaration 7")
        assert not write_off(work, moved(), reason="again")
        with pytest.raises(ConflictError):
            write_off(work, moved(mg=21 * KG))
    assert account(_held(kept)).used.mass_mg == 20 * KG
    with kept.work(WHO) as work:
        with raises("store/written-off-before-its-day"):
            cancel(work, "m-1", date(2026, 4, 7), source="x", reason="y")
        cancel(work, "1", DAY, source="letter 9", reason="not shipped")
        with pytest.raises(ConflictError):
            cancel(work, "m-1", DAY, source="x", reason="y")
        with pytest.raises(MissingError):
            find_movement(work, "m-2")
        (row,) = ledger(work)
    assert account(_held(kept)).used.mass_mg == 0
    assert (row.who, row.reason, row.movement) == ("officer", "declaration 7", moved())
    assert row.cancelled is not None
    assert (row.cancelled.reason, row.cancelled.who) == ("not shipped", "officer")


def test_each_change_stands_in_the_audit_and_no_name_does(kept: Database) -> None:
    """The name of an operator can be erased, because it is only in its own row."""
    with kept.work(WHO) as work:
        write_off(work, moved())
        cancel(work, "m-1", DAY, source="letter 9", reason="not shipped")
        assert erase_operator(work, "op-1") == 1
        told = audit_entries(work)
        assert verify_audit(work).broken is None
        rows = work.connection.execute(select(tables.register_entry.c.payload)).scalars().all()
    assert [entry.action for entry in told[-5:]] == [
        "register begun",
        "register entries added",
        "register written off",
        "register cancelled",
        "register operator erased",
    ]
    for secret in (OPERATOR.name, OPERATOR.address, OPERATOR.business_numbers[0]):
        assert secret not in str([*told, *rows])
    operators = [each for each in _held(kept).entries if isinstance(each, Operator)]
    assert [each.id for each in operators] == ["op-1", "op-2"]
