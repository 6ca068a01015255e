"""Settings of rules: kept step by step, seconded where the rule is strong, never set unseen."""

from datetime import date

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.store.audit import audit_entries, verify_audit
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.rules import rule_settings, second_rule, set_rule
from tidewaiter.trade.rules.switches import Switch, WantedSetting, switchable, switches_on

DAY = date(2026, 3, 1)


def _wanted(rule: str = "vague", points: int | None = 0, **change: object) -> WantedSetting:
    facts: dict[str, object] = {"since": DAY, "why": "3 of 120 were right\0"}
    return WantedSetting(rule=rule, points=points, **(facts | change))  # type: ignore[arg-type]


def _other(stamp: Stamp) -> Stamp:
    return Stamp(who="second", at=stamp.at)


def test_a_rule_is_turned_down_and_on_again(database: Database, stamp: Stamp) -> None:
    """From its day on; the step made last holds, and all of them stay."""
    with database.work(stamp) as work:
        off = set_rule(work, _wanted(), None)
        down = set_rule(work, _wanted(points=10, since=date(2026, 4, 1)), off.id)
        set_rule(work, _wanted(points=None, since=date(2026, 5, 1)), down.id)
    with database.work() as work:
        steps = rule_settings(work)
        entry = audit_entries(work)[-1]
        assert verify_audit(work).broken is None
    assert [each.points for each in steps] == [0, 10, None]
    held = [switches_on(steps, day) for day in (date(2026, 2, 28), DAY, date(2026, 4, 2))]
    assert held == [
        (),
        (Switch(rule="vague", points=0, since=DAY, by="officer", why="3 of 120 were right\ufffd"),),
        (
            Switch(
                rule="vague",
                points=10,
                since=date(2026, 4, 1),
                by="officer",
                why="3 of 120 were right\ufffd",
            ),
        ),
    ]
    assert switches_on(steps, date(2026, 5, 1)) == ()
    assert (entry.action, "120" in entry.details) == ("rule set", False)


def test_a_strong_rule_needs_a_second_person(database: Database, stamp: Stamp) -> None:
    """Below its floor; who asked cannot agree, and until then nothing changes."""
    with database.work(stamp) as work:
        above = set_rule(work, _wanted("party", 45), None)
        below = set_rule(work, _wanted("party", 44), above.id)
        assert (above.strong, below.strong) == (False, True)
        (held,) = switches_on(rule_settings(work), DAY)
        assert held.points == 45
    with raises("store/second-person-is-the-first"), database.work(stamp) as work:
        second_rule(work, below.id)
    with raises("store/setting-agreed-already"), database.work(_other(stamp)) as work:
        second_rule(work, above.id)
    with database.work(_other(stamp)) as work:
        agreed = second_rule(work, below.id)
        (held,) = switches_on(rule_settings(work), DAY)
    assert agreed.second is not None
    assert (held.points, held.by) == (44, "officer and second")
    with (
        raises("store/setting-overtaken", ConflictError),
        database.work(_other(stamp)) as work,
    ):
        second_rule(work, below.id)


def test_what_was_set_again_since_cannot_be_seconded(database: Database, stamp: Stamp) -> None:
    """The second person agrees to what holds, not to what held."""
    with database.work(stamp) as work:
        first = set_rule(work, _wanted("control", 0), None)
        set_rule(work, _wanted("control", 5), first.id)
    with pytest.raises(ConflictError), database.work(_other(stamp)) as work:
        second_rule(work, first.id)


def test_a_setting_made_unseen_is_not_covered(database: Database, stamp: Stamp) -> None:
    """The later of two supervisors sees who changed it before."""
    with database.work(stamp) as work:
        set_rule(work, _wanted(), None)
    with (
        raises("store/rule-set-since-you-looked", ConflictError, rule="vague", who="officer"),
        database.work(_other(stamp)) as work,
    ):
        set_rule(work, _wanted(points=None), None)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (_wanted("no-rule"), "trade/no-such-rule-to-turn-down"),
        (_wanted("party-removed"), "trade/no-such-rule-to-turn-down"),
        (_wanted("kept"), "trade/no-such-rule-to-turn-down"),
        (_wanted(points=-1), "trade/points-out-of-bounds"),
        (_wanted(points=101), "trade/points-out-of-bounds"),
        (_wanted(why=" "), "trade/reason-missing-or-too-long"),
        (_wanted(why="x" * 501), "trade/reason-missing-or-too-long"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(
    database: Database, stamp: Stamp, bad: WantedSetting, said: str
) -> None:
    """Nothing is kept of it."""
    with raises(said), database.work(stamp) as work:
        set_rule(work, bad, None)
    with raises("store/no-setting", number=7), database.work(stamp) as work:
        second_rule(work, 7)


def test_every_rule_with_points_can_be_turned_down() -> None:
    """Also those of listed substances: with a second person."""
    assert {"control", "party", "restricted", "vague", "downgraded"} <= set(switchable())
