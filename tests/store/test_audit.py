"""The audit and its tree."""

from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tidewaiter.ledger.tree import EMPTY, includes, leaf_hash
from tidewaiter.store.audit import (
    State,
    audit_actions,
    audit_entries,
    audit_state,
    moment,
    prove_entry,
    record_change,
    verify_audit,
)
from tidewaiter.store.core.database import Database, Stamp, Work

ENTRIES = 5


def _unlock(work: Work) -> None:
    """Take the triggers away, as someone with all rights would."""
    for table in ("audit", "audit_node"):
        if work.connection.dialect.name == "sqlite":
            work.connection.execute(text(f"DROP TRIGGER {table}_no_update"))
            work.connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
        else:
            work.connection.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))


def _fill(database: Database, stamp: Stamp, entries: int = ENTRIES) -> None:
    with database.work(stamp) as work:
        for number in range(1, entries + 1):
            record_change(work, "counted", {"number": number, "text": "a\0é"})


def test_entries_are_kept_in_order(database: Database, stamp: Stamp) -> None:
    """Each says who, when and what, and the whole audit holds."""
    _fill(database, stamp)
    with database.work() as work:
        entries = audit_entries(work)
        verdict = verify_audit(work)
        assert verdict.state == audit_state(work)
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert (verdict.state.entries, verdict.broken) == (ENTRIES, None)
    assert {(entry.who, entry.at) for entry in entries} == {
        ("officer", "2026-03-01T12:00:00.000000+00:00")
    }


def test_what_has_happened_is_listed_once_each(database: Database, stamp: Stamp) -> None:
    """In alphabetical order, for any user and frequency."""
    with database.work() as work:
        assert audit_actions(work) == []
    with database.work(stamp) as work:
        for action in ("signed in", "case step", "signed in", "alert decided", "Ärger"):
            record_change(work, action, {})
        assert audit_actions(work) == ["alert decided", "case step", "signed in", "Ärger"]


def test_no_two_entries_have_the_same_hash(database: Database, stamp: Stamp) -> None:
    """What an entry says cannot be guessed from its hash, even where another says the same."""
    with database.work(stamp) as work:
        for _ in range(2):
            record_change(work, "counted", {})
        first, second = audit_entries(work)
    assert first.salt != second.salt
    assert len(first.salt) == len(second.salt) == 32


def test_an_empty_audit_holds(database: Database) -> None:
    """A new database has nothing to doubt."""
    with database.work() as work:
        verdict = verify_audit(work)
    assert (verdict.state, verdict.broken) == (State(entries=0, root=EMPTY), None)


def test_entries_are_proved(database: Database, stamp: Stamp) -> None:
    """With a recorded state, anyone can verify one without access to the log."""
    _fill(database, stamp, 13)
    with database.work() as work:
        now = audit_state(work)
        for entry in audit_entries(work):
            path = prove_entry(work, entry.number, now.entries)
            leaf = leaf_hash(entry.written())
            assert includes(leaf, entry.number - 1, now.entries, path, now.root)


@pytest.mark.parametrize(
    ("change", "broken", "words"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE number = 3", 3, "was changed"),
        ("UPDATE audit SET details = '{}' WHERE number = 5", 5, "was changed"),
        ("UPDATE audit SET salt = '' WHERE number = 2", 2, "was changed"),
        ("UPDATE audit_node SET hash = 'x' WHERE level = 0 AND place = 3", 4, "was changed"),
        ("UPDATE audit_node SET entry = 5 WHERE level = 2 AND place = 0", 4, "was changed"),
        ("DELETE FROM audit_node WHERE level = 1 AND place = 0", 2, "was changed"),
        ("DELETE FROM audit WHERE number = 2", 2, "is missing"),
        ("UPDATE audit SET number = -1 WHERE number = 1", 1, "is missing"),
    ],
)
def test_an_edited_entry_is_found(
    database: Database, stamp: Stamp, change: str, broken: int, words: str
) -> None:
    """A row edited despite the triggers is detected."""
    _fill(database, stamp)
    with database.work(stamp) as work:
        _unlock(work)
        work.connection.execute(text(change))
    with database.work() as work:
        verdict = verify_audit(work)
    assert (verdict.broken, verdict.state.entries) == (broken, broken - 1)
    assert words in verdict.problem


def test_a_cut_end_is_found_by_a_state_noted_outside(database: Database, stamp: Stamp) -> None:
    """A shorter audit holds in itself; only the noted state shows that it was longer."""
    _fill(database, stamp)
    with database.work() as work:
        noted, older = audit_state(work), audit_state(work, 3)
        assert verify_audit(work, noted=noted).broken is None
        assert verify_audit(work, noted=older).broken is None
    with database.work(stamp) as work:
        _unlock(work)
        work.connection.execute(text("DELETE FROM audit WHERE number = 5"))
        work.connection.execute(text("DELETE FROM audit_node WHERE entry = 5"))
    with database.work() as work:
        assert verify_audit(work).broken is None
        assert "cut off" in verify_audit(work, noted=noted).problem
        assert verify_audit(work, noted=older).broken is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET who = 'nobody'",
        "DELETE FROM audit",
        "UPDATE audit_node SET hash = ''",
        "DELETE FROM audit_node",
    ],
)
def test_the_database_itself_refuses_edits(database: Database, stamp: Stamp, change: str) -> None:
    """An entry can be neither changed nor removed while the triggers stand."""
    _fill(database, stamp)
    with pytest.raises(DBAPIError, match="only grows"), database.work(stamp) as work:
        work.connection.execute(text(change))


def test_a_moment_without_a_zone_is_refused() -> None:
    """A time that could be anywhere proves nothing."""
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2026, 3, 1))  # noqa: DTZ001
