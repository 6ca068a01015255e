"""Distinct parties of lines: each once, with the lines that name it; and those of older data."""

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from tests.support.raising import raises

from tidewaiter.base.errors import StoreError
from tidewaiter.store.alerts.notes import entries_by_party, entries_with_alerts
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import METADATA, line_payloads
from tidewaiter.store.core.database import Database, Stamp, Work, open_database
from tidewaiter.store.core.migrations.versions.first_twenty.r0002_parties import (
    _fill_alert_parties,
    _fill_parties,
)
from tidewaiter.store.screening import parties as stored
from tidewaiter.store.screening.lines import batches_of, stored_batches
from tidewaiter.store.screening.parties import KnownParties, lines_of_parties, stored_parties
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.party_matches import PartyOnPaper
from tidewaiter.trade.types import LINES, Alert, PartyMatch

ADDED = ("party_line", "party", "alert_note", "alert_party")
_TEXTS = st.one_of(st.none(), st.sampled_from(["", "Muster", "Beispiel AG", "CN", "a\0b", "Жук"]))
_PARTIES = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(("role", "name", "address", "country", "id_scheme", "id"), _TEXTS)
    ),
    max_size=4,
)


def _lines(parties: Sequence[Sequence[dict[str, Any]] | None]) -> pa.RecordBatch:
    rows = [
        {"row": row, "consignment": f"C{row}", "seq": 1, "parties": named}
        for row, named in enumerate(parties, 1)
    ]
    return pa.RecordBatch.from_pylist(rows, schema=LINES)


def _empty(work: Work, *names: str) -> None:
    """Empty tables, those with references first."""
    emptied = set(names)
    for table in METADATA.sorted_tables:  # dependent tables are later
        if any(key.column.table.name in emptied for key in table.foreign_keys):
            emptied.add(table.name)
    for table in reversed(METADATA.sorted_tables):
        if table.name in emptied:
            work.connection.execute(table.delete())


def _write_in_full(work: Work, lines: pa.RecordBatch) -> None:
    """Store lines as versions before revision 0034 did: all of each in its payload."""
    n = tables.line
    for row, payload in zip(lines["row"].to_pylist(), line_payloads(lines), strict=True):
        work.connection.execute(n.update().where(n.c.row == row).values(payload=payload))


def _links(work: Work) -> list[tuple[Any, ...]]:
    """Read the party for each row and role, without the numbers."""
    wanted = (
        "SELECT p.payload, p.digest, p.name, p.country, l.row, k.role FROM party_line k "
        "JOIN party p ON p.id = k.party JOIN line l ON l.id = k.line"
    )
    return sorted(tuple(map(str, row)) for row in work.connection.execute(text(wanted)))


def _match(**change: Any) -> PartyMatch:
    told: dict[str, Any] = {
        "role": "consignee",
        "name": "Muster",
        "list": "board",
        "list_name": "Board",
        "version": "0",
        "list_day": None,
        "entry": "A-1",
        "listed_name": "Muster",
        "name_kind": "primary",
        "kind": "organisation",
        "probability": 0.9,
        "action": "blocked",
    }
    return PartyMatch(**(told | change))


def test_a_party_is_stored_once_and_its_lines_are_found(
    database: Database, stamp: Stamp, reading: tuple[Source, Run]
) -> None:
    """Two lines of one party give one row; another address is another party; no name is none."""
    one = {"role": "consignor", "name": "Muster", "country": "DE"}
    lines = _lines(
        [
            [one],
            [{**one, "role": "notify"}],
            [{**one, "address": "Hafen 1"}],
            [{"role": "seller", "address": "Hafen 2"}],
            None,
        ]
    )
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading).id
        for _ in range(2):
            add_batch(work, screening, Batch(lines=lines, done_row=5))
    with database.work() as work:
        first, second = stored_parties(work)
        assert first.party == PartyOnPaper("Muster", None, "DE", None, None)
        assert second.party.address == "Hafen 1"
        assert stored_parties(work, after=first.id) == [second]
        assert [row[4:] for row in _links(work)] == [
            ("3", "consignor"),
            ("1", "consignor"),
            ("2", "notify"),
        ]
        found = list(batches_of(work, lines_of_parties(work, [first.id])))
    assert [batch.lines.column("row").to_pylist() for batch in found] == [[1, 2]]


@given(st.lists(st.one_of(st.none(), _PARTIES), min_size=1, max_size=8), st.integers(1, 3))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_parties_of_earlier_batches_are_stored_once(
    url: str, stamp: Stamp, parties: list[Any], most: int
) -> None:
    """Batch by batch, with few parties kept in memory, lines and parties are those of one batch."""
    lines = _lines(parties)
    held = []
    for rows in (len(lines), 1):
        known = KnownParties()
        with open_database(url) as database, pytest.MonkeyPatch.context() as patch:
            patch.setattr(stored, "_KNOWN", most if rows == 1 else len(lines) * 9)
            source = Source(sha256="d" * 64, name="x", size=1)
            with database.work(stamp) as work:
                _empty(work, *ADDED, "alert", "line")
                run = Run(day=stamp.at.date(), registry="r", rules="r")
                screening = begin_screening(work, source, run).id
            for start in range(0, len(lines), rows):
                batch = Batch(lines=lines.slice(start, rows), done_row=start + rows)
                with database.work(stamp) as work:
                    add_batch(work, screening, batch, known)
            with database.work() as work:
                (again,) = stored_batches(work)
                held.append((_links(work), again.lines.to_pylist()))
    assert held[0] == held[1]
    assert held[0][1] == lines.to_pylist()


@given(st.lists(st.one_of(st.none(), _PARTIES), min_size=1, max_size=6))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_older_database_gets_the_parties_of_its_lines(
    url: str, stamp: Stamp, make_alert: Callable[..., Alert], parties: list[Any]
) -> None:
    """The revision writes what storing the lines and alerts would have written."""
    alerts = [
        make_alert(row, parties=(_match(), _match(entry="A\0", name=f"N{row}")))
        for row in range(1, len(parties) + 1)
    ]
    source = Source(sha256="c" * 64, name="x", size=1)
    run = Run(day=stamp.at.date(), registry="r", rules="r", basis="{}")
    wanted = "SELECT alert, number, list, entry, name FROM alert_party ORDER BY alert, number"
    with open_database(url) as database:
        with database.work(stamp) as work:
            _empty(work, *ADDED, "alert", "line")
            screening = begin_screening(work, source, run).id
            batch = Batch(lines=_lines(parties), alerts=alerts, done_row=len(parties))
            add_batch(work, screening, batch)
        with database.work(stamp) as work:
            _write_in_full(work, batch.lines)
            links = _links(work)
            resting = work.connection.execute(text(wanted)).all()
            _empty(work, *ADDED)
            _fill_parties(work.connection)
            _fill_alert_parties(work.connection)
    with open_database(url) as database:
        with database.work() as work:
            assert _links(work) == links
            assert work.connection.execute(text(wanted)).all() == resting
        with database.work(stamp) as work:  # ids go on behind those that the revision gave
            more = _lines([*([None] * len(parties)), [{"role": "buyer", "name": "Another"}]])
            add_batch(work, screening, Batch(lines=more, done_row=len(more)))
            assert stored_parties(work)[-1].party.name == "Another"


def test_a_line_is_read_as_it_was_stored_by_any_version(
    database: Database, stamp: Stamp, reading: tuple[Source, Run]
) -> None:
    """Parties with a name are stored once, others with their lines; older lines hold all."""
    named = {"role": "consignor", "name": "Muster", "address": "Hafen 1", "country": None}
    bare = {"role": None, "name": "Muster", "country": "DE"}
    lines = _lines([[named, {"role": "notify", "address": "Hafen 2"}, bare], [], None, [bare] * 2])
    lines = lines.set_column(3, "goods", pa.array(["A\0B", None, "acetone", ""], pa.string()))
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading).id
        add_batch(work, screening, Batch(lines=lines, done_row=4))
        stored = work.connection.execute(select(tables.line.c.payload)).scalars().all()
        assert "Hafen 1" not in "".join(stored)
        assert "acetone" not in stored[2]
        (new,) = stored_batches(work)
        _write_in_full(work, lines)
        (old,) = stored_batches(work)
    assert new.lines.equals(lines)
    assert old.lines.equals(lines)


def test_a_line_whose_party_is_missing_is_an_error(
    database: Database, stamp: Stamp, reading: tuple[Source, Run]
) -> None:
    """A reference that leads nowhere is not passed over."""
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading).id
        add_batch(work, screening, Batch(lines=_lines([[{"name": "Muster"}]]), done_row=1))
        broken = tables.line.update().values(payload='{"parties":[["consignor",77]]}')
        work.connection.execute(broken)
        with raises("store/stored-line-unreadable", StoreError):
            list(stored_batches(work))


def test_entries_are_found_by_the_parties_of_their_alerts(
    database: Database, stamp: Stamp, reading: tuple[Source, Run], make_alert: Callable[..., Alert]
) -> None:
    """By the party as written in the line of the alert, however long its name is, and its role."""
    long = "Beispiel " * 40
    lines = _lines([[{"role": "seller", "name": name}] for name in ("Muster", long, "Niemand")])
    alerts = [
        make_alert(1, parties=(_match(name="Muster", role="seller"),)),
        make_alert(
            2,
            parties=(
                _match(entry="A-2", name=long, role="seller"),
                _match(entry="A-3", name="other", role="seller"),
                _match(entry="A-4", name=long),
            ),
        ),
        make_alert(3),
    ]
    with database.work(stamp) as work:
        screening = begin_screening(work, *reading).id
        add_batch(work, screening, Batch(lines=lines, alerts=alerts, done_row=3))
    with database.work() as work:
        ids = {each.party.name: each.id for each in stored_parties(work)}
        assert entries_by_party(work) == {
            ids["Muster"]: {("board", "A-1")},
            ids[long]: {("board", "A-2")},
        }
        assert len(entries_with_alerts(work)) == 4
