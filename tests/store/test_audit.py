"""The chain of the audit."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tidewaiter.store.audit import FIRST, audit_entries, moment, record_change, verify_audit
from tidewaiter.store.database import Database, Stamp, Work


def _unlock(work: Work) -> None:
    """Take the triggers away, as someone with all rights would."""
    if work.connection.dialect.name == "sqlite":
        work.connection.execute(text("DROP TRIGGER audit_no_update"))
        work.connection.execute(text("DROP TRIGGER audit_no_delete"))
    else:
        work.connection.execute(text("DROP TRIGGER audit_no_change ON audit"))


def _fill(database: Database, stamp: Stamp) -> None:
    with database.work(stamp) as work:
        for number in range(1, 6):
            record_change(work, "counted", {"number": number, "text": "a\0é"})


def test_entries_are_sealed_in_order(database: Database, stamp: Stamp) -> None:
    """Each entry carries the digest of the one before, and the whole chain holds."""
    _fill(database, stamp)
    with database.work() as work:
        entries = audit_entries(work)
        verdict = verify_audit(work)
    assert [entry.previous for entry in entries] == [FIRST, *(e.digest for e in entries[:-1])]
    assert (verdict.entries, verdict.head, verdict.broken) == (5, entries[-1].digest, None)
    assert {(entry.who, entry.at) for entry in entries} == {
        ("officer", "2026-03-01T12:00:00.000000+00:00")
    }


def test_an_empty_chain_holds(database: Database) -> None:
    """A new database has nothing to doubt."""
    with database.work() as work:
        assert verify_audit(work).broken is None


@pytest.mark.parametrize(
    ("change", "broken", "words"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE number = 3", 3, "was changed"),
        ("UPDATE audit SET details = '{}' WHERE number = 5", 5, "was changed"),
        ("UPDATE audit SET digest = 'x' WHERE number = 2", 2, "was changed"),
        ("UPDATE audit SET previous = digest WHERE number = 4", 4, "does not follow"),
        ("DELETE FROM audit WHERE number = 2", 2, "is missing"),
        ("UPDATE audit SET number = -1 WHERE number = 1", 1, "is missing"),
    ],
)
def test_an_edited_entry_is_found(
    database: Database, stamp: Stamp, change: str, broken: int, words: str
) -> None:
    """Whoever edits a row past the triggers is found out."""
    _fill(database, stamp)
    with database.work(stamp) as work:
        _unlock(work)
        work.connection.execute(text(change))
    with database.work() as work:
        verdict = verify_audit(work)
    assert (verdict.broken, verdict.entries) == (broken, broken - 1)
    assert words in verdict.problem


def test_a_cut_end_is_found_by_a_head_noted_outside(database: Database, stamp: Stamp) -> None:
    """A shorter chain holds in itself; only the noted head shows that it was longer."""
    _fill(database, stamp)
    with database.work() as work:
        head = verify_audit(work).head
        assert verify_audit(work, head=head).broken is None
    with database.work(stamp) as work:
        _unlock(work)
        work.connection.execute(text("DELETE FROM audit WHERE number = 5"))
    with database.work() as work:
        assert verify_audit(work).broken is None
        assert "cut off" in verify_audit(work, head=head).problem


@pytest.mark.parametrize("change", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_database_itself_refuses_edits(database: Database, stamp: Stamp, change: str) -> None:
    """An entry can be neither changed nor removed while the triggers stand."""
    _fill(database, stamp)
    with pytest.raises(DBAPIError, match="only grows"), database.work(stamp) as work:
        work.connection.execute(text(change))


def test_a_moment_without_a_zone_is_refused() -> None:
    """A time that could be anywhere proves nothing."""
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 3, 1))  # noqa: DTZ001
