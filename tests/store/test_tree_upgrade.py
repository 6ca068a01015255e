"""The chain of digests of older databases becomes a tree, whole or broken."""

import hashlib
import json
from collections.abc import Callable

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert, make_url, text
from sqlalchemy import table as table_of
from sqlalchemy.sql import column

from tidewaiter.store.audit import Entry, audit_entries, record_change, verify_audit
from tidewaiter.store.core import revisions
from tidewaiter.store.core.database import Stamp, open_database
from tidewaiter.store.core.migrations.versions.first_twenty.r0003_tree import _written

COLUMNS = ("number", "at", "who", "action", "details", "previous", "digest")
AT = "2026-03-01T12:00:00.000000+00:00"
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


def _chain(entries: int) -> list[dict[str, object]]:
    """Seal entries as the older version did."""
    rows: list[dict[str, object]] = []
    previous = "0" * 64
    for number in range(1, entries + 1):
        body = {
            "number": number,
            "at": AT,
            "who": "ofiçer",
            "action": "counted",
            "details": f'{{"number":{number}}}',
            "previous": previous,
        }
        said = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(said.encode()).hexdigest()
        rows.append(body | {"digest": previous})
    return rows


def _old(url: str, rows: list[dict[str, object]]) -> None:
    """Make a database of the revision before the tree, with a chain in it."""
    place = make_url(url) if "://" in url else make_url(f"sqlite:///{url}")
    if place.drivername != "sqlite":
        place = place.set(drivername="postgresql+psycopg")
    engine = create_engine(place)
    with engine.begin() as connection:
        _upgrade(connection)
        if rows:
            connection.execute(insert(table_of("audit", *map(column, COLUMNS))), rows)
    engine.dispose()


def _upgrade(connection: Connection) -> None:
    command.upgrade(revisions._config(connection), "0002")


def _told(url: str) -> tuple[list[tuple[int, str, str]], dict[str, object]]:
    """Open the database; return its entries, and what the last one says."""
    with open_database(url) as database, database.work() as work:
        assert verify_audit(work).broken is None
        entries = audit_entries(work)
    said = [(entry.number, entry.who, entry.action) for entry in entries]
    return said[:-1], json.loads(entries[-1].details)


def test_a_whole_chain_becomes_a_tree(blank: str) -> None:
    """Each entry is there as it was, and where the chain ended is noted."""
    rows = _chain(5)
    _old(blank, rows)
    told, last = _told(blank)
    assert told == [(number, "ofiçer", "counted") for number in range(1, 6)]
    assert last == {"head": rows[-1]["digest"]}


def test_the_audit_grows_on(blank: str, stamp: Stamp) -> None:
    """Later entries are in the same tree."""
    _old(blank, _chain(6))
    with open_database(blank) as database:
        with database.work(stamp) as work:
            for _ in range(5):
                record_change(work, "counted", {})
        with database.work() as work:
            verdict = verify_audit(work)
            with pytest.raises(Exception, match="only grows"), database.work(stamp) as other:
                other.connection.execute(text("DELETE FROM audit_node"))
    assert (verdict.state.entries, verdict.broken) == (12, None)


def test_an_empty_chain_becomes_an_empty_tree(blank: str) -> None:
    """There are no entries, and no error."""
    _old(blank, [])
    with open_database(blank) as database, database.work() as work:
        assert verify_audit(work).state.entries == 0


Rows = list[dict[str, object]]


@pytest.mark.parametrize(
    ("change", "broken", "actions"),
    [
        (lambda rows: rows[2].update(who="nobody"), 3, ["counted"] * 5),
        (lambda rows: rows.pop(2), 4, ["counted"] * 2 + ["entry missing"] + ["counted"] * 2),
        (
            lambda rows: rows[0].update(number=-1),
            1,
            ["entry missing", *["counted"] * 4, "out of order, -1: counted"],
        ),
        (
            lambda rows: rows[4].update(number=9_000_000),
            9_000_000,
            [*["counted"] * 4, "out of order, 9000000: counted"],
        ),
    ],
)
def test_a_broken_chain_is_carried_on_and_told(
    blank: str, change: Callable[[Rows], None], broken: int, actions: list[str]
) -> None:
    """The database remains usable; missing and misplaced entries are shown as such."""
    rows = _chain(5)
    change(rows)
    _old(blank, rows)
    told, last = _told(blank)
    assert [action for _, _, action in told] == actions
    assert last["broken"] == broken


@given(TEXT, TEXT)
def test_both_write_an_entry_alike(who: str, details: str) -> None:
    """The upgrade and the verification hash the same bytes."""
    entry = Entry(number=1, at=AT, who=who, action="counted", details=details, salt="00")
    row = {name: getattr(entry, name) for name in entry.__struct_fields__}
    assert _written(row) == entry.written()
