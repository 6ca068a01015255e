"""Bulk decisions: what a second officer has to see, one act undone in one step and counted once."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from msgspec import structs
from tests.found import TODAY, decide_each
from tests.removers import CHIEF, LISTED, OFFICER, MakeBatch, remover

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.store.alerts.bulk_decisions import (
    batch_of,
    batches,
    decide_many,
    members_of,
    settle_batch,
    sort_out,
    undo_batch,
    waiting_batches,
)
from tidewaiter.store.alerts.counts import Span, read_counts, recount
from tidewaiter.store.alerts.decisions import (
    Wanted,
    decide,
    last_decision,
    standings,
    take_back,
    trail,
)
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.store.audit import HIDDEN, audit_size, find_entries, shown, verify_audit
from tidewaiter.store.core.database import Database, Work
from tidewaiter.store.screening.runs import Run, Source, add_batch, begin_screening
from tidewaiter.store.suppression.proposals import learn
from tidewaiter.trade.types import Alert

Make = Callable[..., Alert]
SALT = Wanted(verdict="dismiss", reason="other-goods", note="table salt of one sender")
HOLD = Wanted(verdict="hold", reason="inspect")
MONTH = Span(today=date(2026, 3, 1), days=30, cleared=True)


@pytest.fixture
def mixed(put: Callable[..., None], make_alert: Make, database: Database) -> Database:
    """Store ten low alerts, two critical ones, and one with a list hit."""
    low = [make_alert(row, severity="low", score=20) for row in range(1, 11)]
    critical = [make_alert(row, severity="critical", score=90) for row in (11, 12)]
    put(*low, *critical, make_alert(13, severity="low", score=20, parties=(LISTED,)))
    return database


LOW = [f"alert-{row}" for row in range(1, 11)]
CRITICAL = ["alert-11", "alert-12"]
ALL = [*LOW, *CRITICAL, "alert-13"]


def _statuses(work: Work) -> dict[str, str]:
    return {name: each.status for name, each in standings(work, ALL).items()}


def _rule(database: Database, name: str = "named") -> tuple[int, int, int]:
    """Return how often a rule was decided, the acts on many among that, and their alerts."""
    with database.work() as work:
        (track,) = (each for each in read_counts(work, MONTH).rules if each.key == name)
    return track.decided, track.bulk, track.bulk_alerts


def test_critical_alerts_and_list_hits_wait_for_a_second_officer(mixed: Database) -> None:
    """One officer cannot dismiss them in bulk, and sees their number."""
    with mixed.work(OFFICER) as work:
        told = sort_out(work, ALL, "dismiss", last=0)
        assert (dict(told.severities), dict(told.second)) == (
            {"low": 10},
            {"critical": 2, "low": 1},
        )
        assert (told.listed, told.worst[0] in CRITICAL) == (1, True)
        done = decide_many(work, ALL, SALT, last=0)
        assert (done.decided, done.proposed, done.left) == (10, 3, 0)
        found = _statuses(work)
    assert {name for name, status in found.items() if status == "open"} == {*CRITICAL, "alert-13"}
    assert {found[name] for name in LOW} == {"dismissed"}


def test_goods_are_held_at_once_whatever_they_are(mixed: Database) -> None:
    """A decision that lets nothing go needs no second officer."""
    with mixed.work(OFFICER) as work:
        done = decide_many(work, ALL, structs.replace(HOLD, note="raid"), last=0)
        assert (done.decided, done.proposed) == (13, 0)


@pytest.mark.parametrize("note", ["", "  \n"])
def test_a_note_is_asked_for(mixed: Database, note: str) -> None:
    """And without one, nothing is decided and nothing is written."""
    with mixed.work(OFFICER) as work:
        before = audit_size(work)
        with pytest.raises(InputError):
            decide_many(work, ALL, structs.replace(SALT, note=note), last=0)
        assert audit_size(work) == before
        assert set(_statuses(work).values()) == {"open"}


def test_what_someone_else_decided_meanwhile_is_left_out(mixed: Database) -> None:
    """As it is where it already waits for a second officer; both are counted."""
    with mixed.work(OFFICER) as work:
        last = last_decision(work)
    with mixed.work(CHIEF) as work:
        decide_each(work, ["alert-3"], HOLD)
    with mixed.work(OFFICER) as work:
        done = decide_many(work, [*ALL, "nowhere", "alert-1"], SALT, last=last)
        assert (done.decided, done.proposed, done.left) == (9, 3, 1)
        assert _statuses(work)["alert-3"] == "held"
        again = decide_many(work, CRITICAL, SALT, last=last_decision(work))
        assert (again.batch, again.decided, again.proposed, again.left) == (None, 0, 0, 2)


def test_the_audit_has_one_entry_with_the_members(mixed: Database) -> None:
    """Beside the entry that each decision needs; the audit holds."""
    with mixed.work(OFFICER) as work:
        before = audit_size(work)
        number = decide_many(work, ALL, SALT, last=0).batch
        assert audit_size(work) == before + 10 + 1
        (entry,) = find_entries(work, action="alerts decided in bulk")
        told = json.loads(entry.details)
        assert (told["batch"], told["decided"], told["proposed"]) == (number, 10, 3)
        assert sorted(told["members"].split()) == sorted(ALL)
        single = find_entries(work, action="alert decided")
        assert {json.loads(each.details)["batch"] for each in single} == {number}
        assert verify_audit(work).broken is None


def test_an_act_is_undone_in_one_step(mixed: Database) -> None:
    """Each alert stands as before, also where it was held; nothing waits; and only once."""
    with mixed.work(CHIEF) as work:
        decide_each(work, ["alert-2"], HOLD)
    with mixed.work(OFFICER) as work:
        number = decide_many(work, ALL, SALT, last=last_decision(work)).batch
        assert number is not None
    with mixed.work(CHIEF) as work:  # one of them is decided individually
        decide(work, standings(work, ["alert-5"])["alert-5"], HOLD)
    with mixed.work(OFFICER) as work:
        undone = undo_batch(work, number)
        assert (undone.reopened, undone.withdrawn, undone.left) == (9, 3, 1)
        found = _statuses(work)
        assert {n: s for n, s in found.items() if s != "open"} == {
            "alert-2": "held",
            "alert-5": "held",
        }
        assert batch_of(work, number).undone_by == OFFICER.who
        assert waiting_batches(work) == []
        assert members_of(work, number)["alert-5"] == "later"
        with pytest.raises(ConflictError):
            undo_batch(work, number)
        with pytest.raises(MissingError):
            undo_batch(work, 99)


def test_a_second_officer_confirms_or_rejects(mixed: Database) -> None:
    """Not the one who proposed it; a rejection says why; what is rejected stays open."""
    with mixed.work(OFFICER) as work:
        number = decide_many(work, ALL, SALT, last=0).batch
        assert number is not None
        with pytest.raises(InputError):
            settle_batch(work, number, None, confirm=True)
    with mixed.work(CHIEF) as work:
        with pytest.raises(InputError):
            settle_batch(work, number, ["alert-11"], confirm=False)
        told = settle_batch(work, number, ["alert-11"], confirm=False, note="look at the route")
        assert (told.settled, told.left) == (1, 0)
        told = settle_batch(work, number, None, confirm=True)
        assert (told.settled, told.left) == (2, 0)
        found = _statuses(work)
        assert (found["alert-11"], found["alert-12"], found["alert-13"]) == (
            "open",
            "dismissed",
            "dismissed",
        )
        assert trail(work, "alert-12")[-1].by == CHIEF.who
        batch = batch_of(work, number)
        assert (batch.decided, batch.waiting, batch.rejected) == (12, 0, 1)
        assert undo_batch(work, number).reopened == 12


def test_who_decides_an_alert_by_itself_is_asked_no_more(mixed: Database) -> None:
    """The proposal on it ends, and the second officer sees that it is excluded."""
    with mixed.work(OFFICER) as work:
        number = decide_many(work, ALL, SALT, last=0).batch
        assert number is not None
    with mixed.work(CHIEF) as work:
        decide(work, standings(work, ["alert-11"])["alert-11"], HOLD)
        told = settle_batch(work, number, CRITICAL, confirm=True)
        assert (told.settled, told.left) == (1, 1)
        assert _statuses(work)["alert-11"] == "held"
        assert members_of(work, number)["alert-11"] == "overtaken"


def test_what_waits_is_found_in_the_queue(mixed: Database) -> None:
    """Until it is settled, withdrawn or overtaken."""

    def waiting() -> set[str]:
        queue = Queue(wanted=AlertFilter(proposed=True), today=TODAY, cleared=True)
        with mixed.work() as work:
            return {alert.id for alert in queue_page(work, queue).alerts}

    assert waiting() == set()
    with mixed.work(OFFICER) as work:
        number = decide_many(work, ALL, SALT, last=0).batch
        assert number is not None
    assert waiting() == {*CRITICAL, "alert-13"}
    with mixed.work(CHIEF) as work:
        settle_batch(work, number, ["alert-12"], confirm=True)
        decide(work, standings(work, ["alert-11"])["alert-11"], HOLD)
    assert waiting() == {"alert-13"}
    with mixed.work(CHIEF) as work:
        undo_batch(work, number)
    assert waiting() == set()


def test_one_act_counts_once_for_a_rule(mixed: Database) -> None:
    """However many alerts it decided; individual decisions count singly, undone ones do not."""
    with mixed.work(OFFICER) as work:
        decide_each(work, ["alert-1", "alert-2"], structs.replace(SALT, note=""))
        number = decide_many(work, ALL[2:], SALT, last=last_decision(work)).batch
        assert number is not None
    assert _rule(mixed) == (3, 1, 8)
    with mixed.work(CHIEF) as work:
        settle_batch(work, number, None, confirm=True)
    assert _rule(mixed) == (3, 1, 11)
    with mixed.work(CHIEF) as work:
        undo_batch(work, number)
        assert recount(work).wrong == 0
        counts = read_counts(work, MONTH)
    assert _rule(mixed) == (2, 0, 0)
    # Undone by another officer: one reversal, not eleven.
    assert (counts.undone, counts.disagreed) == (1, {"dismissed open": 1})


def test_a_single_alert_taken_back_leaves_the_act_as_it_was(mixed: Database) -> None:
    """It is one decision still, of fewer alerts."""
    with mixed.work(OFFICER) as work:
        decide_many(work, LOW, SALT, last=0)
        take_back(work, standings(work, ["alert-4"])["alert-4"])
        assert recount(work).wrong == 0
    assert _rule(mixed) == (1, 1, 9)


def test_patterns_are_not_learned_from_one_act(
    put: Callable[..., None], make_alert: Make, database: Database
) -> None:
    """Nothing is offered where one click dismissed thirty alerts; decided one by one, it is."""
    put(*(remover(make_alert, row) for row in range(1, 31)))
    names = [remover(make_alert, row).id for row in range(1, 31)]
    with database.work(OFFICER) as work:
        number = decide_many(work, names, SALT, last=0).batch
        assert number is not None
        assert learn(work).offers == ()
        undo_batch(work, number)
        decide_each(work, names, structs.replace(SALT, note=""))
        (offer,) = learn(work).offers
    assert (offer.dismissed, offer.decisions) == (30, 30)


def test_several_acts_are_as_many_opinions(
    put: Callable[..., None], make_alert: Make, database: Database
) -> None:
    """Six acts on five alerts each are six decisions: enough for an offer, no surer than that."""
    put(*(remover(make_alert, row) for row in range(1, 31)))
    names = [remover(make_alert, row).id for row in range(1, 31)]
    with database.work(OFFICER) as work:
        for start in range(0, 30, 5):
            decide_many(work, names[start : start + 5], SALT, last=1 << 40)
        (offer,) = learn(work).offers
    assert (offer.dismissed, offer.decisions) == (30, 6)
    assert offer.sure < 0.65


def test_who_is_not_cleared_learns_nothing_of_restricted_alerts(
    database: Database, reading: tuple[Source, Run], make_batch: MakeBatch, make_alert: Make
) -> None:
    """Neither by the entry of the audit nor by what an act counts."""
    alerts = [make_alert(row, severity="low", restricted=row == 5) for row in range(1, 7)]
    with database.work(OFFICER) as work:
        lines = structs.replace(make_batch(1, 6), alerts=alerts, refusals=())
        add_batch(work, begin_screening(work, *reading).id, lines)
        number = decide_many(work, [each.id for each in alerts], SALT, last=0).batch
        assert number is not None
    with database.work() as work:
        assert batch_of(work, number).decided == 6
        assert batch_of(work, number, cleared=False).decided == 5
        assert [each.decided for each in batches(work, cleared=False)] == [5]
        entries = find_entries(work, action="alerts decided in bulk")
        (seen,) = shown(work, entries, cleared=False)
        assert seen.details == HIDDEN
    with database.work(structs.replace(OFFICER, at=datetime(2026, 3, 2, tzinfo=UTC))) as work:
        assert undo_batch(work, number, cleared=False).reopened == 5
        assert {each.status for each in standings(work, [a.id for a in alerts]).values()} == {
            "open"
        }


def test_an_act_on_restricted_alerts_alone_is_not_shown_to_who_is_not_cleared(
    database: Database, reading: tuple[Source, Run], make_batch: MakeBatch, make_alert: Make
) -> None:
    """Its note may reveal the alerts; without access to them, it also cannot be undone."""
    alerts = [
        make_alert(row, severity=level, restricted=True)
        for row, level in ((1, "low"), (2, "critical"))
    ]
    with database.work(OFFICER) as work:
        lines = structs.replace(make_batch(1, 2), alerts=alerts, refusals=())
        add_batch(work, begin_screening(work, *reading).id, lines)
        number = decide_many(work, [each.id for each in alerts], SALT, last=0).batch
        assert number is not None
    with database.work(OFFICER) as work:
        assert batches(work, cleared=False) == waiting_batches(work, cleared=False) == []
        assert len(batches(work)) == len(waiting_batches(work)) == 1
        for look in (batch_of, undo_batch):
            with pytest.raises(MissingError):
                look(work, number, cleared=False)
        assert batch_of(work, number).undone_by is None
