"""Suppression rules in the database: approved, applied, ended, and nothing lost."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from tests.removers import (
    CHIEF,
    DAY,
    OFFICER,
    SCOPE,
    Make,
    MakeBatch,
    approved,
    counts_of,
    decide_of,
    proposal,
    remover,
    standing_ids,
)
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.store.alerts.decisions import Wanted, standings, take_back
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Run, Source, add_batch, begin_screening
from tidewaiter.store.suppression.index import rules_that_hide
from tidewaiter.store.suppression.proposals import hidden_by_day, preview, suppressed_by_rule
from tidewaiter.store.suppression.rules import (
    approve,
    end,
    expire,
    propose,
    refuse,
    steps_of,
    suppression_of,
    suppressions,
)


def test_a_proposed_rule_hides_nothing(removers: Database) -> None:
    """Only an approved rule does; it suppresses what its preview showed."""
    with removers.work(OFFICER) as work:
        rule = propose(work, proposal())
        told = preview(work, rule.proposal.scope)
    assert counts_of(removers) == {"open": 10}
    assert (told.plain.alerts, told.strong.alerts, told.stored) == (6, 1, 9)
    assert (told.plain.by_severity, told.plain.by_month) == ({"medium": 6}, {"2026-03": 6})
    assert told.strong.sample == ("alert-7",)
    with removers.work(CHIEF) as work:
        changed = approve(work, rule, "seen the papers")
        assert set(suppressed_by_rule(work, rule.number)) == set(told.plain.sample)
        steps = steps_of(work, rule.number)
    assert (changed.alerts, changed.suppression.hidden) == (6, 6)
    assert (changed.suppression.state, changed.suppression.since) == ("active", DAY.date())
    assert [(step.step, step.by) for step in steps] == [
        ("proposed", "reyes"),
        ("approved", "okafor"),
    ]
    assert counts_of(removers) == {"open": 4, "suppressed": 6}


def test_what_comes_later_rests_and_is_countable(
    database: Database, put: Callable[..., None], make_alert: Make
) -> None:
    """It is stored whole, read like any other, and the audit says so without its words."""
    rule = approved(database)
    put(remover(make_alert, 1), make_alert(2), remover(make_alert, 3, restricted=True))
    with database.work() as work:
        (rests,) = alerts_of(work, standing_ids(work, "suppressed"))
        assert rests == remover(make_alert, 1)
        assert len(standing_ids(work, "open")) == 2
        assert rules_that_hide(work, ["alert-1", "alert-2"]) == {"alert-1": rule.number}
        assert hidden_by_day(work, rule.number) == {"2026-03-01": 1}
        entries = audit_entries(work)
        assert verify_audit(work).broken is None
    (entry,) = [each for each in entries if each.action == "alerts suppressed"]
    assert entry.details == f'{{"alerts":1,"first":"alert-1","suppression":{rule.number}}}'
    assert not any("remover" in each.details for each in entries)


def test_strong_alerts_rest_by_a_rule_that_says_so_and_two_approved(removers: Database) -> None:
    """The proposer cannot approve it alone."""
    with removers.work(OFFICER) as work:
        rule = propose(work, proposal(strong=True))
    with raises("casework/approver-proposed-it"), removers.work(OFFICER) as work:
        approve(work, rule)
    assert counts_of(removers) == {"open": 10}
    with removers.work(CHIEF) as work:
        assert approve(work, rule).alerts == 7
    assert counts_of(removers) == {"open": 3, "suppressed": 7}  # not the restricted one


def test_what_a_rule_hid_comes_back_unless_decided(removers: Database) -> None:
    """When the rule ends, by hand or by its day."""
    rule = approved(removers)
    with removers.work(OFFICER) as work:
        decide_of(work, "alert-2")
        decide_of(work, "alert-3", Wanted(verdict="hold", reason="inspect"))
        rule = suppression_of(work, rule.number)
        assert rule.hidden == 4
        with raises("casework/reason-missing"):
            end(work, rule, " ")
        changed = end(work, rule, "the maker changed the pads")
    assert (changed.alerts, changed.suppression.state) == (4, "ended")
    assert counts_of(removers) == {"open": 8, "dismissed": 1, "held": 1}


def test_a_rule_ends_on_its_day(removers: Database) -> None:
    """It suppresses nothing from that day on, and the end is recorded once."""
    rule = approved(removers)
    later = Stamp(who="officer", at=datetime(2026, 9, 1, 0, 1, tzinfo=UTC))
    with removers.work(later) as work:
        assert expire(work, date(2026, 8, 31)) == []
        (over,) = expire(work, date(2026, 9, 1))
        assert (over.suppression.number, over.alerts) == (rule.number, 6)
        assert expire(work, date(2026, 9, 1)) == []
        assert suppressions(work, ["expired"])[0].number == rule.number
    assert counts_of(removers) == {"open": 10}


def test_a_rule_past_its_day_hides_nothing_that_comes(
    database: Database,
    make_alert: Make,
    reading: tuple[Source, Run],
    make_batch: MakeBatch,
) -> None:
    """Even if the job that ends it has not run yet."""
    approved(database)
    late = Stamp(who="officer", at=datetime(2026, 9, 1, 0, 1, tzinfo=UTC))
    with database.work(late) as work:
        batch = structs.replace(make_batch(1, 9), alerts=[remover(make_alert, 1)], refusals=())
        add_batch(work, begin_screening(work, *reading).id, batch)
    assert counts_of(database) == {"open": 1}


def test_a_proposal_that_nobody_approved_expires(removers: Database) -> None:
    """It cannot be approved on its last day, and is no longer proposed after it."""
    with removers.work(OFFICER) as work:
        rule = propose(work, proposal(expires=date(2026, 3, 2)))
    late = Stamp(who="okafor", at=DAY + timedelta(days=1))
    with raises("casework/rule-ended", expires="2026-03-02"), removers.work(late) as work:
        approve(work, rule)
    with removers.work(late) as work:
        assert expire(work, late.at.date()) == []
        assert suppression_of(work, rule.number).state == "expired"


def test_another_rule_that_is_about_the_same_keeps_it_resting(removers: Database) -> None:
    """What one rule leaves, another takes, and the count is of the second then."""
    first = approved(removers)
    second = approved(removers, scope=structs.replace(SCOPE, phrase="", heading="3304"))
    with removers.work(CHIEF) as work:
        assert suppression_of(work, second.number).hidden == 0
        assert end(work, suppression_of(work, first.number), "one is enough").alerts == 0
        assert suppression_of(work, second.number).hidden == 6
        assert set(rules_that_hide(work, ["alert-1"]).values()) == {second.number}
    assert counts_of(removers) == {"open": 4, "suppressed": 6}


def test_what_an_officer_opened_again_stays_open(removers: Database) -> None:
    """A rule hides nothing that an officer has looked at."""
    with removers.work(OFFICER) as work:
        decide_of(work, "alert-1")
        take_back(work, standings(work, ["alert-1"])["alert-1"])
    approved(removers)
    assert counts_of(removers) == {"open": 5, "suppressed": 5}


def test_the_later_of_two_supervisors_is_told(removers: Database) -> None:
    """A rule that another has refused since is not approved."""
    with removers.work(OFFICER) as work:
        rule = propose(work, proposal())
    with removers.work(CHIEF) as work:
        refuse(work, rule, "too broad")
    with (
        raises(
            "store/suppression-changed-since-you-looked", ConflictError, step="refused", by="okafor"
        ),
        removers.work(CHIEF) as work,
    ):
        approve(work, rule)
    with (
        removers.work(CHIEF) as work,
        raises("casework/rule-in-another-state", ConflictError, state="refused"),
    ):
        approve(work, suppression_of(work, rule.number))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"expires": date(2026, 3, 1)}, "casework/rule-end-out-of-bounds"),
        ({"expires": date(2027, 3, 3)}, "casework/rule-end-out-of-bounds"),
        ({"owner": " "}, "casework/rule-without-owner"),
        ({"reason": "repeated"}, "casework/not-a-reason-to-suppress"),
        ({"reason": "other"}, "casework/reason-to-suppress-needs-note"),
        ({"scope": Scope()}, "casework/scope-without-find"),
    ],
)
def test_a_proposal_that_lacks_something_is_refused(
    database: Database, change: dict[str, object], said: str
) -> None:
    """Nothing is kept of it."""
    with raises(said), database.work(OFFICER) as work:
        propose(work, proposal(**change))
    with database.work() as work:
        assert suppressions(work) == []


def test_no_rule_has_that_number(database: Database) -> None:
    """It is said, with what would do."""
    with database.work() as work, raises("store/no-suppression-rule", MissingError):
        suppression_of(work, 7)
