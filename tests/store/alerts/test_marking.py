"""What other lines say of stored alerts: one path to read them, and nothing decided is changed."""

from collections.abc import Callable
from datetime import date

import msgspec
from msgspec import structs
from sqlalchemy import select
from tests.found import alerts
from tests.removers import OFFICER, SCOPE, approved, remover

from tidewaiter.base.phrases import as_written, english
from tidewaiter.store.alerts.counts import recount
from tidewaiter.store.alerts.decisions import Wanted, decide, standings, take_back
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.queue import count_alerts
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.alerts.versions import Marked, mark_alerts, versions_of
from tidewaiter.store.alerts.webhooks import NewWebhook, add_webhook
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database
from tidewaiter.store.suppression.index import rules_that_hide
from tidewaiter.store.suppression.rules import end, suppression_of, suppressions
from tidewaiter.trade.types import Alert, Reason

Put = Callable[..., None]
Make = Callable[..., Alert]
NEW = Reason(rule="trader-new", says=as_written("It is new."), points=30, source="rules")
SPLIT = Reason(rule="split", says=as_written("It is split."), points=9, source="law")


def _with(*made: Reason) -> Callable[[Alert], Alert]:
    """Add reasons to an alert as its line was found; from 90 points on it is critical."""

    def mark(alert: Alert) -> Alert:
        score = alert.score + sum(each.points for each in made)
        severity = "critical" if score >= 90 else alert.severity
        return structs.replace(
            alert,
            reasons=(*alert.reasons, *made),
            score=score,
            severity=severity,
            rank=alert.rank - alert.score + score,
        )

    return mark


def _mark(database: Database, ids: list[str], *made: Reason) -> Marked:
    with database.work(OFFICER) as work:
        return mark_alerts(work, ids, _with(*made))


def _rules(database: Database, alert: str) -> list[str]:
    with database.work() as work:
        found = find_alert(work, alert)
    assert found is not None
    return [each.rule for each in found.reasons]


def test_an_open_alert_says_it_everywhere(database: Database, put: Put, make_alert: Make) -> None:
    """Order, filters, counts and rows of reasons follow; said again, nothing is written."""
    late = date(2026, 3, 30)
    put(make_alert(1, due=late), make_alert(2), make_alert(3))
    with database.work(OFFICER) as work:
        recount(work)
    told = _mark(database, ["alert-1", "alert-9"], NEW)
    assert ([each.id for each in told.changed], told.raised) == (["alert-1"], 1)
    with database.work() as work:
        assert [each.id for each in alerts(work)] == ["alert-1", "alert-2", "alert-3"]
        found = alerts(work, AlertFilter(rule=("trader-new",), severity=("critical",)))
        assert [(each.id, each.score, each.reasons[-1]) for each in found] == [("alert-1", 90, NEW)]
        queue = Queue(wanted=AlertFilter(), today=date(2026, 3, 1), cleared=True)
        assert count_alerts(work, queue, "severity") == {
            "critical": 1,
            "high": 2,
            "medium": 0,
            "low": 0,
        }
        c = tables.reason.c
        rules = work.connection.execute(select(c.rule).where(c.alert == "alert-1"))
        assert list(rules.scalars()) == ["named", "route", "trader-new"]
    assert _mark(database, ["alert-1"], NEW) == Marked()
    with database.work(OFFICER) as work:
        assert recount(work).wrong == 0
        assert verify_audit(work).broken is None


def test_what_is_said_is_put_in_the_place_of_what_was_said(
    database: Database, put: Put, make_alert: Make
) -> None:
    """It is marked as its line was found; what that was is kept, and one version beside it."""
    put(make_alert(1))
    for made in ((NEW,), (SPLIT,), ()):
        _mark(database, ["alert-1"], *made)
        assert _rules(database, "alert-1") == ["named", "route", *(each.rule for each in made)]
    with database.work(OFFICER) as work:
        versions = versions_of(work, "alert-1")
        assert alerts(work, AlertFilter(rule=("split",))) == []
    assert [(each.number, each.step) for each in versions] == [(0, None), (1, None)]
    assert versions[0].said == versions[1].said
    assert versions[0].said.severity == "high"


def test_a_decided_alert_stays_and_gets_a_note(
    database: Database, put: Put, make_alert: Make
) -> None:
    """The audit log proves its content at the time of the decision, despite later changes."""
    put(make_alert(1))
    _mark(database, ["alert-1"], NEW)
    with database.work(OFFICER) as work:
        before = find_alert(work, "alert-1")
        seen = decide(
            work,
            standings(work, ["alert-1"])["alert-1"],
            Wanted(verdict="dismiss", reason="other-goods"),
        )
        entry = audit_entries(work, rows=1000)[-1]
    told = _mark(database, ["alert-1"], NEW, SPLIT)
    assert (told.changed, told.noted) == ((), ("alert-1",))
    assert (
        _mark(database, ["alert-1"], NEW, structs.replace(SPLIT, says=as_written("Of 3.")))
        == Marked()
    )
    with database.work() as work:
        after = find_alert(work, "alert-1")
        (found,) = alerts(work, AlertFilter(rule=("split",)))
        assert standings(work, ["alert-1"])["alert-1"] == seen
        said = versions_of(work, "alert-1")[-1]
    assert before is not None
    assert after is not None
    assert found == after
    assert structs.replace(after, reasons=after.reasons[:-1]) == before
    note = after.reasons[-1]
    assert (note.rule, note.points) == ("split", 0)
    assert english(note.says) == "Since the decision, seen on 2026-03-01: It is split."
    assert msgspec.json.decode(entry.details)["said"] == said.digest
    with database.work(OFFICER) as work:
        take_back(work, seen)
    _mark(database, ["alert-1"], SPLIT)
    with database.work(OFFICER) as work:
        later = versions_of(work, "alert-1")
        (open_,) = alerts(work, AlertFilter(rule=("split",)))
    assert [each.number for each in later] == [0, 1, 2]
    assert later[1] == said
    assert open_.score == 69


def test_what_rests_comes_back_when_its_rule_is_about_it_no_longer(
    database: Database, put: Put, make_alert: Make
) -> None:
    """A rule hides up to a severity: alerts above it are reopened, and webhooks are sent."""
    put(remover(make_alert, 1), remover(make_alert, 2))
    approved(database)
    with database.work(OFFICER) as work:
        add_webhook(
            work, NewWebhook(name="a", url="https://example.org/x", severities=("critical",))
        )
    ids = ["alert-1", "alert-2"]
    with database.work() as work:
        assert {each.status for each in standings(work, ids).values()} == {"suppressed"}
    _mark(database, ["alert-1"], NEW)
    _mark(database, ["alert-2"], SPLIT)
    with database.work() as work:
        assert [standings(work, ids)[name].status for name in ids] == ["open", "suppressed"]
        told = work.connection.execute(select(tables.delivery.c.alerts)).scalars().all()
    assert told == ['["alert-1"]']


def test_what_rests_rests_by_the_rule_that_is_about_it(
    database: Database, put: Put, make_alert: Make
) -> None:
    """Where its own is about it no longer and another is: when that one ends, it is open."""
    put(remover(make_alert, 1), remover(make_alert, 2))
    first = approved(database)
    other = approved(database, scope=structs.replace(SCOPE, most="critical"), strong=True)
    ids = ["alert-1", "alert-2"]
    with database.work(OFFICER) as work:
        add_webhook(
            work, NewWebhook(name="a", url="https://example.org/x", severities=("critical",))
        )
    _mark(database, ["alert-1"], NEW)
    _mark(database, ["alert-2"], SPLIT)
    with database.work(OFFICER) as work:
        assert rules_that_hide(work, ids) == {"alert-1": other.number, "alert-2": first.number}
        assert [each.hidden for each in suppressions(work)] == [1, 1]
        assert work.connection.execute(select(tables.delivery.c.alerts)).all() == []
        said = [each.action for each in audit_entries(work)]
        assert said[-3:] == ["alerts suppressed", "alerts marked", "alerts marked"]
        assert end(work, suppression_of(work, other.number), "no more of them").alerts == 1
    with database.work(OFFICER) as work:
        assert [standings(work, ids)[name].status for name in ids] == ["open", "suppressed"]
        assert recount(work).wrong == 0
        assert verify_audit(work).broken is None


def test_a_rule_hides_again_what_it_hid_before(
    database: Database, put: Put, make_alert: Make
) -> None:
    """An alert open in the meantime is suppressed by the same rule again when another ends."""
    put(remover(make_alert, 1))
    approved(database)
    _mark(database, ["alert-1"], NEW)
    _mark(database, ["alert-1"])
    other = approved(database, scope=structs.replace(SCOPE, phrase="remover pads"))
    with database.work(OFFICER) as work:
        assert [each.hidden for each in suppressions(work)] == [1, 0]
        end(work, suppression_of(work, other.number), "no more of them")
    with database.work() as work:
        assert standings(work, ["alert-1"])["alert-1"].status == "suppressed"
        assert [each.hidden for each in suppressions(work)] == [0, 1]
