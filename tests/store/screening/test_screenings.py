"""Sources and screenings."""

import random
from datetime import date, timedelta

import msgspec
import pytest

from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import (
    Run,
    Source,
    advance,
    begin_screening,
    find_screening,
    finish_screening,
    screenings,
)

COUNTS = {"lines": 10, "alerts": 2, "refusals": 1, "new_lines": 10, "new_alerts": 2}


def test_a_new_screening_is_at_its_beginning(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """It runs, nothing is done, and it says what it screens and when it began."""
    with database.work(stamp) as work:
        begun = begin_screening(work, source, run)
    assert (begun.state, begun.rows_done, begun.finished) == ("running", 0, None)
    assert (begun.source, begun.run) == (source, run)
    assert begun.started == "2026-03-01T12:00:00.000000+00:00"


def test_the_same_run_over_the_same_file_is_one_screening(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """It is taken up where it stands, even where the file has another name by now."""
    later = msgspec.structs.replace(stamp, at=stamp.at + timedelta(hours=1))
    with database.work(stamp) as work:
        begun = begin_screening(work, source, run)
        advance(work, begun.id, 10, COUNTS)
    with database.work(later) as work:
        again = begin_screening(work, msgspec.structs.replace(source, name="copy.csv"), run)
    assert (again.id, again.rows_done, again.started) == (begun.id, 10, begun.started)
    with database.work() as work:
        actions = [entry.action for entry in audit_entries(work)]
    assert actions == ["screening begun", "screening resumed"]


@pytest.mark.parametrize(
    "change",
    [{"day": date(2026, 3, 2)}, {"registry": "c" * 64}, {"rules": "2"}],
    ids=["day", "registry", "rules"],
)
def test_another_run_is_another_screening(
    database: Database, stamp: Stamp, source: Source, run: Run, change: dict[str, object]
) -> None:
    """Another day, registry or set of rules begins at the first row, on the same source."""
    with database.work(stamp) as work:
        first = begin_screening(work, source, run)
        advance(work, first.id, 10, COUNTS)
        other = msgspec.structs.replace(run, **change)
        assert find_screening(work, source, other) is None
        second = begin_screening(work, source, other)
    assert second.id != first.id
    assert (second.source_id, second.rows_done) == (first.source_id, 0)


def test_another_reading_is_another_source(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """The same bytes read with other columns have other lines."""
    other = msgspec.structs.replace(source, mapping={"goods": "Description"})
    with database.work(stamp) as work:
        first = begin_screening(work, source, run)
        second = begin_screening(work, other, run)
    assert first.source_id != second.source_id


def test_a_long_mapping_is_kept(database: Database, stamp: Stamp, run: Run) -> None:
    """Columns with long headings do not exceed an index."""
    chance = random.Random(1988)
    long = {str(n): "".join(chr(chance.randrange(33, 127)) for _ in range(400)) for n in range(28)}
    with database.work(stamp) as work:
        begun = begin_screening(work, Source(sha256="a", name="a", size=0, mapping=long), run)
    assert begun.source.mapping == long


def test_a_screening_stands_at_its_checkpoint_until_it_is_done(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """It is not known before it begins, then at its last stored row, and at last done."""
    with database.work(stamp) as work:
        assert find_screening(work, source, run) is None
        begun = begin_screening(work, source, run)
        advance(work, begun.id, 10, COUNTS)
        running = find_screening(work, source, run)
        finish_screening(work, begun.id)
        done = find_screening(work, source, run)
    assert [(each.state, each.rows_done) for each in (running, done) if each] == [
        ("running", 10),
        ("done", 10),
    ]


def test_a_checkpoint_never_moves_back(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """Rows that are given again are not counted again."""
    with database.work(stamp) as work:
        begun = begin_screening(work, source, run)
        assert advance(work, begun.id, 10, COUNTS)
        assert not advance(work, begun.id, 4, COUNTS | {"new_lines": 0, "new_alerts": 1})
        found = find_screening(work, source, run)
    assert found is not None
    assert (found.rows_done, found.lines, found.alerts, found.refusals) == (10, 10, 2, 1)
    assert (found.new_lines, found.new_alerts) == (10, 3)


def test_done_is_said_once(database: Database, stamp: Stamp, source: Source, run: Run) -> None:
    """The end keeps its first moment, and the audit has one entry for it."""
    later = msgspec.structs.replace(stamp, at=stamp.at + timedelta(hours=1))
    with database.work(stamp) as work:
        begun = begin_screening(work, source, run)
        done = finish_screening(work, begun.id)
    with database.work(later) as work:
        again = finish_screening(work, begun.id)
        repeated = begin_screening(work, source, run)
        actions = [entry.action for entry in audit_entries(work)]
    assert done.state == again.state == repeated.state == "done"
    assert again.finished == done.finished == "2026-03-01T12:00:00.000000+00:00"
    assert actions == ["screening begun", "screening done", "screening repeated"]


def test_screenings_are_listed_newest_first(
    database: Database, stamp: Stamp, source: Source, run: Run
) -> None:
    """Pages follow each other by the last id seen."""
    with database.work(stamp) as work:
        runs = [msgspec.structs.replace(run, rules=str(number)) for number in range(5)]
        made = [begin_screening(work, source, each) for each in runs]
        first = screenings(work, rows=2)
        rest = screenings(work, before=first[-1].id)
    assert first + rest == made[::-1]


@pytest.mark.parametrize("name", ["a\0b.csv", "\udcff.csv", "货物.csv"])
def test_a_file_may_have_any_name(database: Database, stamp: Stamp, run: Run, name: str) -> None:
    """A name that no text column takes is kept as far as it can be read."""
    with database.work(stamp) as work:
        begun = begin_screening(work, Source(sha256="a", name=name, size=0), run)
    assert begun.source.name == name.replace("\0", "\ufffd").replace("\udcff", "\ufffd")
