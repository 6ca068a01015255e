"""Counts: each change brings them along, and they equal a recount."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.casework.counts import Cell
from tidewaiter.store.alerts.counts import correct, count_all, is_counted, recount
from tidewaiter.store.alerts.decisions import Wanted, assign, decide, standings, take_back
from tidewaiter.store.alerts.result_entry import add_result, withdraw_result
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.trade.rules.results import Finding, Observed
from tidewaiter.trade.types import Alert, Mention, PartyMatch

ALERTS = 8
MENTION = Mention(
    substance="acetone",
    name="Acetone",
    cas="67-64-1",
    field="goods",
    start=0,
    end=7,
    text="acetone",
    how="exact",
    tier="strong",
    score=1.0,
)
MATCH = PartyMatch(
    role="exporter",
    name="A trader",
    list="sdn",
    list_name="SDN",
    version="v",
    list_day=None,
    entry="7",
    listed_name="A. Trader",
    name_kind="primary",
    kind="organisation",
    probability=0.95,
    action="blocked",
)
WANTED = (
    Wanted(verdict="hold", reason="inspect"),
    Wanted(verdict="confirm", reason="analysed"),
    Wanted(verdict="dismiss", reason="other-goods"),
    Wanted(verdict="dismiss", reason="other-party"),
    Wanted(verdict="dismiss", reason="repeated"),
    Wanted(verdict="release", reason="permitted"),
)


@pytest.fixture
def filled(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
    make_alert: Callable[..., Alert],
) -> Database:
    """Store eight alerts, every third of which is restricted."""
    batch = make_batch(1, ALERTS)
    found = [
        make_alert(row, mentions=(MENTION,), parties=(MATCH,), restricted=row % 3 == 0)
        for row in range(1, ALERTS + 1)
    ]
    with database.work(stamp) as work:
        lines = Batch(lines=batch.lines, alerts=found, done_row=ALERTS)
        add_batch(work, begin_screening(work, *reading).id, lines)
    return database


def _counts(work: Work) -> Mapping[Cell, int]:
    rows = work.connection.execute(select(tables.tally).where(tables.tally.c.amount != 0))
    return {
        Cell(row["subject"], row["what"], row["key"], row["day"], bool(row["restricted"])): row[
            "amount"
        ]
        for row in rows.mappings()
    }


def test_what_comes_in_is_counted(filled: Database) -> None:
    """Alerts by severity and day, open ones, their rules, substances and lists, and the lines."""
    with filled.work() as work:
        counts = _counts(work)
        assert is_counted(work)
    day, month = "2026-03-01", "2026-03"
    assert counts[Cell("alert", "added", "high", day, False)] == 6
    assert counts[Cell("alert", "added", "high", day, True)] == 2
    assert counts[Cell("alert", "open", "high", day, False)] == 6
    assert counts[Cell("alert", "assigned", "", "", True)] == 2
    assert counts[Cell("rule", "added", "route", month, False)] == 6
    assert counts[Cell("substance", "added", "acetone", month, False)] == 6
    assert counts[Cell("list", "added", "sdn", month, True)] == 2
    assert counts[Cell("lines", "read", "", day, False)] == ALERTS


def test_a_decision_is_counted_where_it_speaks(filled: Database, stamp: Stamp) -> None:
    """A dismissal because of the party says nothing of the substance."""
    later = Stamp(who="second", at=stamp.at + timedelta(minutes=90))
    with filled.work(later) as work:
        seen = standings(work, ["alert-1", "alert-2"])
        decide(work, seen["alert-1"], Wanted(verdict="dismiss", reason="other-party"))
        decide(work, seen["alert-2"], Wanted(verdict="dismiss", reason="repeated"))
        counts = _counts(work)
    month = "2026-03"
    assert counts[Cell("list", "dismissed", "sdn", month, False)] == 1
    assert Cell("substance", "dismissed", "acetone", month, False) not in counts
    assert counts[Cell("alert", "stands", "dismissed", "", False)] == 2
    assert counts[Cell("alert", "took", "90", "2026-03-01", False)] == 2
    assert counts[Cell("alert", "decided", "", "2026-03-01", False)] == 2


def test_a_disagreement_is_counted_once_per_step(filled: Database, stamp: Stamp) -> None:
    """One's own correction is none, and to look further into a held one is none."""
    other = Stamp(who="second", at=stamp.at)
    hold, confirm, dismiss = WANTED[0], WANTED[1], WANTED[2]
    with filled.work(stamp) as work:
        first = decide(work, standings(work, ["alert-1"])["alert-1"], hold)
        mine = decide(work, first, dismiss)
        mine = decide(work, mine, confirm)
    with filled.work(other) as work:
        theirs = decide(work, mine, dismiss)
        take_back(work, theirs)
        held = decide(work, standings(work, ["alert-2"])["alert-2"], hold)
    with filled.work(stamp) as work:
        decide(work, held, confirm)
        counts = _counts(work)
    told = {cell.key: count for cell, count in counts.items() if cell.what == "disagreed"}
    assert told == {"confirmed dismissed": 1}
    assert counts[Cell("alert", "undone", "dismissed", "2026-03-01", False)] == 1


def test_results_count_apart_from_decisions(filled: Database, stamp: Stamp) -> None:
    """And no more when they are withdrawn."""
    found = Observed(
        kind="laboratory",
        outcome="identified",
        day=date(2026, 3, 1),
        person="Laboratory",
        methods=("gc-ms",),
        strength="confirmatory",
        findings=(Finding(substance="acetone"),),
    )
    cell = Cell("substance", "result-confirmed", "acetone", "2026-03", False)
    with filled.work(stamp) as work:
        mine = add_result(work, "alert-1", found)
        assert _counts(work)[cell] == 1
        withdraw_result(work, mine.id, "entered")
        assert cell not in _counts(work)


@pytest.mark.parametrize("seed", range(4))
def test_counts_equal_a_recount(filled: Database, stamp: Stamp, seed: int) -> None:
    """Whatever is decided, undone, assigned, reported and withdrawn, by whom and when."""
    chance = random.Random(seed)
    for step in range(60):
        at = stamp.at + timedelta(hours=chance.randrange(200) * step)
        who = Stamp(who=chance.choice(["a", "b"]), at=at)
        with filled.work(who) as work:
            _change(work, chance, f"alert-{chance.randrange(1, ALERTS + 1)}")
    with filled.work(stamp) as work:
        before = _counts(work)
        told = recount(work)
        after = _counts(work)
    assert (told.wrong, told.alerts) == (0, ALERTS)
    assert after == before
    assert any(cell.what == "disagreed" for cell in after)


def _change(work: Work, chance: random.Random, alert: str) -> None:
    seen = standings(work, [alert])[alert]
    what = chance.choice(["decide", "decide", "undo", "assign", "result", "withdraw"])
    if what == "decide":
        decide(work, seen, chance.choice(WANTED))
    elif what == "undo" and seen.status != "open":
        take_back(work, seen)
    elif what == "assign":
        assign(work, [alert, "alert-1"], chance.choice(["a", "b", None]))
    elif what == "result":
        add_result(work, alert, _reported(chance))
    elif what == "withdraw":
        counting = [each for each in results_of(work, [alert]).get(alert, []) if not each.withdrawn]
        if counting:
            withdraw_result(work, counting[-1].id, "entered")


def _reported(chance: random.Random) -> Observed:
    found = chance.random() < 0.5
    return Observed(
        kind="laboratory",
        outcome="identified" if found else "not-detected",
        day=date(2026, 3, 1),
        person="Laboratory",
        methods=("gc-ms",),
        strength=chance.choice(["presumptive", "confirmatory"]),
        findings=(Finding(substance="acetone", found=found),),
    )


def test_a_recount_mends_what_somebody_changed_by_hand(filled: Database, stamp: Stamp) -> None:
    """It says how many counts were wrong, and the audit says that it was done."""
    with filled.work(stamp) as work:
        t = tables.tally
        wrong = update(t).where(t.c.subject == "rule").values(amount=99)
        changed = work.connection.execute(wrong).rowcount
        assert recount(work).wrong == changed > 0
        assert recount(work).wrong == 0


@pytest.mark.parametrize("seed", range(4))
def test_what_is_done_during_a_recount_is_counted(
    filled: Database, stamp: Stamp, seed: int
) -> None:
    """All is read while others decide; counts that were wrong are right then, and so are theirs."""
    chance = random.Random(seed)
    with filled.work(stamp) as work:
        t = tables.tally
        work.connection.execute(delete(t).where(t.c.subject == "rule"))
        work.connection.execute(update(t).where(t.c.subject == "alert").values(amount=99))
    with filled.work() as reading:
        counted = count_all(reading)
    for _ in range(20):
        with filled.work(stamp) as work:
            _change(work, chance, f"alert-{chance.randrange(1, ALERTS + 1)}")
    with filled.work(stamp) as work:
        assert correct(work, counted).wrong > 0
        assert is_counted(work)
        assert recount(work).wrong == 0


def test_two_recounts_at_once_do_not_correct_twice(filled: Database, stamp: Stamp) -> None:
    """The second is refused, and the counts stay correct."""
    with filled.work() as work:
        both = count_all(work), count_all(work)
    with filled.work(stamp) as work:
        correct(work, both[0])
    with raises("store/counts-made-anew-since", ConflictError), filled.work(stamp) as work:
        correct(work, both[1])
    with filled.work(stamp) as work:
        assert recount(work).wrong == 0


def test_the_age_of_a_count_is_the_day_in_utc(
    database: Database, reading: tuple[Source, Run], make_batch: Callable[[int, int], Batch]
) -> None:
    """An officer far in the east who works at one in the morning works the day before in UTC."""
    at = datetime.fromisoformat("2026-03-02T01:00:00+12:00")
    with database.work(Stamp(who="x", at=at)) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 1))
        assert Cell("alert", "added", "high", "2026-03-01", False) in _counts(work)
    assert at.astimezone(UTC).day == 1
