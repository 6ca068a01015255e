"""Suppressed alerts: by one rule, while its scope covers them; and previews of a rule."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import update
from tests.removers import (
    CHIEF,
    OFFICER,
    SCOPE,
    Make,
    approved,
    counts_of,
    decide_of,
    proposal,
    remover,
)

from tidewaiter.casework.suppression.scope import Trader
from tidewaiter.store.alerts.decisions import Wanted
from tidewaiter.store.alerts.storage import find_alert
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode
from tidewaiter.store.core.database import Database, Work
from tidewaiter.store.suppression.index import (
    bring_back_changed,
    count_suppressed,
    rules_that_hide,
)
from tidewaiter.store.suppression.proposals import (
    is_opposed,
    learn,
    preview,
    scope_of,
    suppressed_by_rule,
    why_suppressed,
)
from tidewaiter.store.suppression.rules import (
    candidates,
    end,
    expire,
    has_overdue,
    propose,
    refuse,
    suppression_of,
)
from tidewaiter.trade.types import Alert

HEADING = structs.replace(SCOPE, phrase="", heading="3304")
ALERTS = [f"alert-{row}" for row in range(1, 11)]


def _rewrite(work: Work, make_alert: Make, row: int, **change: object) -> None:
    """Let an alert read otherwise now."""
    written = encode(remover(make_alert, row, **change))
    mine = update(tables.alert).where(tables.alert.c.id == f"alert-{row}")
    work.connection.execute(mine.values(payload=written))


def _hidden(work: Work, *numbers: int) -> list[int]:
    return [suppression_of(work, each).hidden for each in numbers]


def test_what_a_rule_is_no_longer_about_is_open_again(removers: Database, make_alert: Make) -> None:
    """Unchanged alerts stay suppressed; the audit log has the number reopened."""
    rule = approved(removers)
    with removers.work(CHIEF) as work:
        _rewrite(work, make_alert, 1, severity="critical")
        _rewrite(work, make_alert, 2, rank=1)
        assert bring_back_changed(work, ALERTS) == {"alert-1"}
        assert set(rules_that_hide(work, ALERTS)) == set(ALERTS[1:6])
        assert (count_suppressed(work), _hidden(work, rule.number)) == (5, [5])
        assert audit_entries(work)[-1].details == '{"alerts":1,"first":"alert-1"}'
        count = len(audit_entries(work))
        assert bring_back_changed(work, ALERTS) == frozenset()
        assert len(audit_entries(work)) == count
    assert counts_of(removers) == {"open": 5, "suppressed": 5}


def test_another_rule_takes_what_the_first_is_no_longer_about(
    removers: Database, make_alert: Make
) -> None:
    """It is suppressed by one rule only, and counted for that one."""
    first, second = approved(removers), approved(removers, scope=HEADING)
    with removers.work(CHIEF) as work:
        assert _hidden(work, first.number, second.number) == [6, 0]
        line = structs.replace(remover(make_alert, 1).line, goods="Acetone pads")
        _rewrite(work, make_alert, 1, line=line)
        assert bring_back_changed(work, ALERTS) == frozenset()
        assert rules_that_hide(work, ["alert-1"]) == {"alert-1": second.number}
        assert _hidden(work, first.number, second.number) == [5, 1]
    assert counts_of(removers) == {"open": 4, "suppressed": 6}


def test_of_two_rules_the_first_hides_what_comes(
    database: Database, put: Callable[..., None], make_alert: Make
) -> None:
    """Each alert once."""
    first, second = approved(database), approved(database, scope=HEADING)
    line = structs.replace(remover(make_alert, 3).line, goods="Acetone pads")
    put(*(remover(make_alert, row) for row in (1, 2)), remover(make_alert, 3, line=line))
    with database.work() as work:
        assert _hidden(work, first.number, second.number) == [2, 1]
        assert count_suppressed(work) == 3


def test_an_end_that_opens_nothing_leaves_no_trace_of_alerts(removers: Database) -> None:
    """One that opens some says how many."""
    for scope, told in ((SCOPE, 1), (structs.replace(SCOPE, phrase="toluene"), 0)):
        rule = approved(removers, scope=scope)
        with removers.work(CHIEF) as work:
            before = len(audit_entries(work))
            end(work, suppression_of(work, rule.number), "enough")
            new = [each for each in audit_entries(work)[before:] if "open again" in each.action]
        assert len(new) == told
        assert all(f'"suppression":{rule.number}' in each.details for each in new)
        assert all('"alerts":6' in each.details for each in new)


def test_a_rule_is_overdue_on_its_day(removers: Database) -> None:
    """A proposal too; one that is over no longer."""
    approved(removers)
    with removers.work(CHIEF) as work:
        assert not has_overdue(work, date(2026, 8, 31))
        assert has_overdue(work, date(2026, 9, 1))
        expire(work, date(2026, 9, 1))
        assert not has_overdue(work, date(2026, 9, 1))
        propose(work, proposal())
        assert has_overdue(work, date(2026, 9, 1))


# Alerts in the scope of a rule, and mitigating evidence against the rule.


@pytest.mark.parametrize(
    ("changes", "rows"),
    [
        ({}, range(1, 8)),
        ({"phrase": "pads 3"}, [3]),
        ({"phrase": "toluene"}, []),
        ({"phrase": "", "heading": "3304"}, [*range(1, 8), 9, 10]),
        ({"substances": ("toluene",)}, []),
        ({"substances": (), "rules": ("named",)}, range(1, 8)),
        ({"substances": (), "rules": ("vague",)}, []),
        ({"most": "medium"}, range(1, 8)),
        ({"most": "low"}, []),
        ({"consignee": Trader(name="Nobody")}, []),
    ],
    ids=str,
)
def test_the_index_leaves_few_alerts_to_compare(
    removers: Database, changes: dict[str, Any], rows: Sequence[int]
) -> None:
    """Those that have a substance, else a rule, and all words of a scope; no restricted one."""
    with removers.work() as work:
        found = [each.subject.id for each in candidates(work, structs.replace(SCOPE, **changes))]
    assert found == [f"alert-{row}" for row in rows]


@pytest.mark.parametrize("verdict", ["confirm", "hold", "refer"])
def test_what_was_found_right_or_is_pending_speaks_against_a_scope(
    removers: Database, verdict: Any
) -> None:
    """It is given by id; a dismissed alert is not."""
    reasons = {"confirm": "analysed", "hold": "inspect", "refer": "police"}
    with removers.work(OFFICER) as work:
        decide_of(work, "alert-3")
        assert not is_opposed(work, SCOPE)
        told = preview(work, SCOPE)
        assert (told.against, told.against_count) == ((), 0)
        decide_of(work, "alert-2", Wanted(verdict=verdict, reason=reasons[verdict]))
        assert is_opposed(work, SCOPE)
        told = preview(work, SCOPE)
        assert (told.against, told.against_count) == (("alert-2",), 1)
        assert (told.alerts, told.plain.alerts, told.strong.alerts) == (7, 6, 1)
        assert sum(told.plain.by_status.values()) == 6
        assert not is_opposed(work, structs.replace(SCOPE, phrase="toluene"))


def test_a_preview_shows_the_first_twenty_in_order_of_work(
    database: Database, put: Callable[..., None], make_alert: Make
) -> None:
    """The most severe, then by rank, in any order of arrival."""
    grave = (5, 30)
    put(
        *(
            remover(make_alert, row, severity="high" if row in grave else "medium")
            for row in range(1, 31)
        )
    )
    with database.work() as work:
        told = preview(work, SCOPE).plain
    assert told.alerts == 30
    wanted = [30, 5, *(row for row in range(29, 0, -1) if row not in grave)][:20]
    assert told.sample == tuple(f"alert-{row}" for row in wanted)


def _stored(work: Work, name: str) -> Alert:
    found = find_alert(work, name)
    assert found is not None
    return found


def test_an_alert_that_rests_says_by_which_rule_and_why(
    removers: Database, make_alert: Make
) -> None:
    """An alert that is not suppressed has none; after a change, no explanation remains."""
    rule = approved(removers)
    with removers.work(CHIEF) as work:
        rest = why_suppressed(work, _stored(work, "alert-1"))
        assert rest is not None
        assert (rest.suppression, rest.reason, rest.expires) == (
            rule.number,
            "other-goods",
            date(2026, 9, 1),
        )
        assert rest.why == ("substances: acetone", "“acetone remover”")
        assert why_suppressed(work, _stored(work, "alert-9")) is None
        _rewrite(work, make_alert, 1, severity="critical")
        changed = why_suppressed(work, _stored(work, "alert-1"))
        assert changed is not None
        assert changed.why == ()


def test_a_scope_is_proposed_from_one_alert(removers: Database) -> None:
    """The narrowest there is; of one that is restricted, or not there, none."""
    with removers.work() as work:
        scope = scope_of(work, "alert-1")
        assert scope is not None
        assert (scope.substances, scope.most) == (("acetone",), "medium")
        assert scope.phrase == "acetone remover pads"
        assert scope_of(work, "alert-8") is None
        assert scope_of(work, "alert-99") is None


def test_what_a_rule_takes_or_was_refused_is_not_learned_again(removers: Database) -> None:
    """A proposed or an active one takes it; one that has ended does not."""
    with removers.work(OFFICER) as work:
        for row in range(1, 7):
            decide_of(work, f"alert-{row}")
        (offer,) = learn(work).offers
        first = propose(work, proposal(scope=offer.scope))
        assert learn(work).offers == ()
    with removers.work(CHIEF) as work:
        refuse(work, first, "too broad")
        assert offer.scope not in [each.scope for each in learn(work).offers]
    second = approved(removers, scope=structs.replace(offer.scope, phrase="acetone remover"))
    with removers.work(CHIEF) as work:
        assert learn(work).offers == ()
        assert suppressed_by_rule(work, second.number) == []
        end(work, suppression_of(work, second.number), "enough")
        assert learn(work).decided == 6
