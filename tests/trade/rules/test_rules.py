"""The file of rules: its weights, and the errors of a broken one."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.phrases import as_written
from tidewaiter.base.resources import data
from tidewaiter.law.registry import Registry
from tidewaiter.trade.line_checks import vague_lines
from tidewaiter.trade.rules.alert_rules import (
    OrderRule,
    load_alert_rules,
    load_red_flags,
    wrong_in,
    wrong_in_order,
)
from tidewaiter.trade.types import LINES, Alert, PartyMatch, Reason, line_of

OURS = data("rules", "alerts.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("regime", "schedule", "points"),
    [
        ("us-csa", "I", 60),
        ("cn-non-medical", "whatever it prints", 60),
        ("un-1961", "Schedule I", 50),
        ("un-1988", "Table I", 45),
        ("us-listed-chemicals", "Tableting machine", 40),
        ("us-csa", "IV", 25),
        ("eu-precursors", "Category 3", 10),
        ("us-csa", "VI", 20),
        ("ca-precursors", "Schedule IX", 40),
        ("cn-precursor-exports", "Annex 1 part 1", 25),
        ("cn-psychotropics", "Psychotropic substances catalogue", 25),
        ("watch", "Watched by agreement (Mexico)", 20),
    ],
)
def test_a_control_weighs_by_the_grade_of_its_schedule(
    regime: str, schedule: str, points: int, registry: Registry
) -> None:
    """The instrument says of each schedule, or of all others, as what it weighs."""
    assert load_alert_rules().weight(schedule, registry.regimes[regime])[0] == points


def test_an_instrument_without_grades_weighs_by_the_last_row(registry: Registry) -> None:
    """An authority's own instrument need not say what its controls weigh."""
    plain = msgspec.structs.replace(registry.regimes["us-csa"], grades={})
    assert load_alert_rules().weight("I", plain)[0] == 20


def test_a_grade_without_a_row_is_refused(registry: Registry) -> None:
    """A grade that is not in the rules is refused with the place and the grades that there are."""
    wrong = msgspec.structs.replace(registry.regimes["us-csa"], grades={"I": "no-such-grade"})
    with pytest.raises(RegistryError) as caught:
        load_alert_rules().weight("I", wrong)
    assert caught.value.at == "us-csa/instrument.toml"
    assert "drug-medical-use" in caught.value.hint


def test_own_lists_win(registry: Registry) -> None:
    """An instrument under [own] has that weight, whatever the rows say."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"us-csa": 1})
    assert rules.weight("I", registry.regimes["us-csa"])[0] == 1


def test_every_schedule_of_the_registry_has_a_grade(registry: Registry) -> None:
    """Each schedule of ours has a chosen weight: none counts as "other"."""
    held = {(c.regime, c.schedule) for s in registry.substances for c in s.controls}
    grades = {key: registry.regimes[key[0]].grade(key[1]) for key in held}
    assert [key for key, grade in grades.items() if grade in {"", "other"}] == []
    rows = [rule.grade for rule in load_alert_rules().control]
    assert {*grades.values(), "other"} == set(rows)
    assert len(rows) == len(set(rows))


def test_every_schedule_that_has_a_grade_has_a_control(registry: Registry) -> None:
    """A grade of a schedule without controls would have no effect, unnoticed."""
    held = {(c.regime, c.schedule) for s in registry.substances for c in s.controls}
    named = {
        (slug, schedule)
        for slug, regime in registry.regimes.items()
        for schedule in regime.grades
        if schedule != "all"
    }
    assert named <= held | {("un-1961", "Schedule III")}


@pytest.mark.parametrize(
    ("score", "severity"),
    [
        (100, "critical"),
        (80, "critical"),
        (79, "high"),
        (60, "high"),
        (59, "medium"),
        (40, "medium"),
        (39, "low"),
        (15, "low"),
        (14, None),
        (0, None),
    ],
)
def test_a_severity_begins_at_its_least_score(score: int, severity: str | None) -> None:
    """The bounds are of the severity above them."""
    assert load_alert_rules().severity.of(score) == severity


def test_urgency_steps_rise_in_days() -> None:
    """The first step that matches counts, so they are in order of days."""
    days = [step.days for step in load_alert_rules().urgency]
    assert days == sorted(set(days))
    assert load_alert_rules().urgency_of(None) == 0


def test_a_copy_of_the_rules_is_the_rules(tmp_path: Path) -> None:
    """An authority's own copy is read as ours is."""
    copy = tmp_path / "own.toml"
    copy.write_text(OURS, encoding="utf-8")
    assert load_alert_rules(copy) == load_alert_rules()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("critical = 80", 'critical = "80"'),
        ("critical = 80", ""),
        ("critical = 80", "critical = 80\nfatal = 99"),
        ("[severity]", "[severity"),
        ('grade = "other"', 'grade = "another"'),
        ("exact = {", "exactly = {"),
        ("vague = { points", "vaguely = { points"),
        ("exact = { points = 20 }", 'exact = { points = 20, text = "{nome} stands there" }'),
        ("more = { points = 4 }", 'more = { points = 4, text = "{name is named too" }'),
        ("critical = 80", "critical = 10"),
        ('rules = ["hidden"', 'rules = ["hiden"'),
        ("papers = 2", "papers = -2"),
    ],
    ids=[
        "type",
        "missing",
        "unknown",
        "not-toml",
        "no-last-row",
        "no-evidence-rule",
        "no-check-rule",
        "unknown-word",
        "open-brace",
        "levels-out-of-order",
        "order-of-no-check",
        "order-takes-off",
    ],
)
def test_broken_rules_are_refused_with_their_place(before: str, after: str, tmp_path: Path) -> None:
    """A rule that is missing or cannot be filled in is found when the file is loaded."""
    assert before in OURS
    file = tmp_path / "own.toml"
    file.write_text(OURS.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(RegistryError) as caught:
        load_alert_rules(file)
    assert caught.value.at == "own.toml"
    assert caught.value.hint


@pytest.mark.parametrize("word", ["Химический", "كيميائية", "Químico", "échantillon", "CHEMICAL"])
def test_vague_words_are_met_in_any_spelling(word: str) -> None:
    """A description of one vague word says nothing, whatever its case and accents."""
    row = {"row": 1, "consignment": "C", "seq": 1, "goods": word, "hs": "294200"}
    batch = pa.RecordBatch.from_pylist([row], schema=LINES)
    assert list(vague_lines(batch, load_alert_rules().vague)) == [0]


def _reason(rule: str, points: int) -> Reason:
    return Reason(rule=rule, says=as_written(""), points=points, source="")


def test_what_is_unlike_brings_an_alert_forward() -> None:
    """Points of the past and of papers by their weights, up to the most; what takes off not."""
    order = OrderRule(past=3, papers=2, rules=("hidden",), most=40)
    for reasons, points in (
        ([("detour", 4)], 12),
        ([("hidden", 4)], 8),
        ([("exact", 60), ("vague", 1)], 0),
        ([("detour", -4), ("hidden", 0)], 0),
        ([("detour", 5), ("hidden", 5)], 25),
        ([("detour", 1), ("hidden", 90)], 40),
    ):
        found = [_reason(*each) for each in reasons]
        assert order.points_of(found, ("detour",)) == points


def test_the_rank_is_score_urgency_and_order() -> None:
    """Points beyond a score of 100 count, and days that are left."""
    rules = load_alert_rules()
    step = rules.urgency[1]
    detour = _reason("detour", 1)
    assert rules.rank_of(50, None, []) == 50
    assert rules.rank_of(50, None, [_reason("exact", 30)]) == 50
    assert rules.rank_of(100, None, [_reason("exact", 90), _reason("cas", 30)]) == 120
    assert rules.rank_of(50, step.days, []) == 50 + step.points
    assert rules.rank_of(50, None, [detour]) == 50 + rules.order_of([detour])
    assert rules.order_of([detour]) == round(rules.order.past) > 0


def test_urgency_counts_to_the_day() -> None:
    """The last day of a step is in it; after the last step nothing is urgent."""
    rules = load_alert_rules()
    assert [rules.urgency_of(each.days) for each in rules.urgency] == [
        each.points for each in rules.urgency
    ]
    first, second = rules.urgency[:2]
    assert rules.urgency_of(first.days + 1) == second.points
    assert rules.urgency_of(rules.urgency[-1].days + 1) == 0


def _match(**more: Any) -> PartyMatch:
    match = PartyMatch(
        role=None,
        name="A",
        list="l",
        list_name="L",
        version="",
        list_day=None,
        entry="1",
        listed_name="A",
        name_kind="primary",
        kind="person",
        probability=1.0,
        action="blocked",
    )
    return msgspec.structs.replace(match, **more)


def test_what_a_resemblance_weighs() -> None:
    """By the list's measure, half if less certain, little after a charge came to nothing."""
    rules = load_alert_rules()
    party = rules.party
    blocked = party.actions["blocked"]
    assert blocked % 2 == 0
    for match, points in (
        (_match(), blocked),
        (_match(probability=party.sure), blocked),
        (_match(probability=party.sure - 0.01), blocked // 2),
        (_match(action="never heard of"), party.actions["other"]),
        (_match(outcome="acquitted"), party.ended),
        (_match(outcome="dismissed"), party.ended),
        (_match(outcome="convicted"), blocked),
        (_match(judged="another, by reyes"), 0),
    ):
        assert rules.party_points(match) == points


def test_what_the_past_must_not_hold() -> None:
    """Each kind of error is detected, and our own table has none."""
    past = load_alert_rules().past
    detour = past.rules["detour"]

    def slips(**changes: Any) -> int:
        changed = msgspec.structs.replace(detour, **changes)
        told = wrong_in(msgspec.structs.replace(past, rules={**past.rules, "detour": changed}))
        return len(list(told))

    assert list(wrong_in(past)) == []
    less = {name: rule for name, rule in past.rules.items() if name != "detour"}
    assert len(list(wrong_in(msgspec.structs.replace(past, rules=less)))) == 1
    more = {**past.rules, "detours": detour}
    assert len(list(wrong_in(msgspec.structs.replace(past, rules=more)))) == 1
    assert len(list(wrong_in(msgspec.structs.replace(past, selects=("detours",))))) == 1
    assert slips(numbers={}) == 1
    assert slips(points=-1) == 1
    assert slips(points=0) == 0
    assert slips(points=1, mark="unverified") == 1
    assert slips(points=0, mark="unverified") == 0


def test_an_order_takes_nothing_off() -> None:
    """No weight is below nothing; nothing itself switches the order off."""
    order = load_alert_rules().order
    off = msgspec.structs.replace(order, past=0, papers=0, most=0)
    assert list(wrong_in_order(off, order.rules)) == []
    for name in ("past", "papers", "most"):
        bad = msgspec.structs.replace(order, **{name: -1})
        assert len(list(wrong_in_order(bad, order.rules))) == 1
    assert len(list(wrong_in_order(order, ()))) == len(order.rules)


@pytest.mark.parametrize("name", ["critical", "high", "medium"])
def test_two_severities_do_not_begin_together(name: str, tmp_path: Path) -> None:
    """Nor does the lowest begin at nothing."""
    levels = msgspec.structs.asdict(load_alert_rules().severity)
    names = list(levels)
    below = names[names.index(name) + 1]
    for before, after in (
        (f"{name} = {levels[name]}", f"{name} = {levels[below]}"),
        (f"low = {levels['low']}", "low = 0"),
    ):
        assert OURS.count(before) == 1
        file = tmp_path / "own.toml"
        file.write_text(OURS.replace(before, after), encoding="utf-8")
        with pytest.raises(RegistryError):
            load_alert_rules(file)


def test_switches_stand_in_no_file(tmp_path: Path) -> None:
    """Reduced weights of a node are passed separately from the file."""
    file = tmp_path / "own.toml"
    switch = 'switches = [{ rule = "exact", points = 1, since = 2026-01-01, by = "a", why = "b" }]'
    file.write_text(f"{switch}\n{OURS}", encoding="utf-8")
    with raises("trade/switches-in-the-file", RegistryError):
        load_alert_rules(file)


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        ("least = 0.6\nsure = 0.85", "least = 0.9\nsure = 0.9", False),
        ("least = 0.6\nsure = 0.85", "least = 0.9\nsure = 0.6", True),
        ("least = 0.6\nsure = 0.85", "least = 0.0\nsure = 0.85", True),
        ("least = 0.6\nsure = 0.85", "least = 0.6\nsure = 1.0", False),
        ("least = 0.6\nsure = 0.85", "least = 0.6\nsure = 1.1", True),
        (", other = 30 }", " }", True),
        ("steps = 3", "steps = 1", False),
        ("steps = 3", "steps = 0", True),
        ("ended = 5", 'ended = 5\ntext = "{name} resembles {lost}"', True),
        ("ended = 5", 'ended = 5\ntext = "{name} resembles {listed}"', False),
        ("steps = 3", 'steps = 3\ntext = "{listed} is {weigh}"', True),
    ],
)
def test_the_rules_of_parties(
    before: str,
    after: str,
    refused: bool,  # noqa: FBT001
    tmp_path: Path,
) -> None:
    """Probabilities rise, each action weighs something, and each sentence can be filled in."""
    assert before in OURS
    file = tmp_path / "own.toml"
    file.write_text(OURS.replace(before, after, 1), encoding="utf-8")
    if refused:
        with pytest.raises(RegistryError):
            load_alert_rules(file)
    else:
        assert load_alert_rules(file) != load_alert_rules()


def test_a_register_takes_no_points_off(tmp_path: Path) -> None:
    """That a permit covers goods makes no alert weaker; 0 points switch a rule off."""
    rule = re.search(r"^register-covered = \{ points = (\d+)", OURS, re.MULTILINE)
    assert rule is not None
    file = tmp_path / "own.toml"
    for points, refused in ((0, False), (-1, True)):
        changed = rule[0].removesuffix(rule[1]) + str(points)
        file.write_text(OURS.replace(rule[0], changed), encoding="utf-8")
        if refused:
            with pytest.raises(RegistryError):
                load_alert_rules(file)
        else:
            assert load_alert_rules(file).check["register-covered"].points == 0


def test_what_brings_an_alert_forward_is_told_apart() -> None:
    """Days that are left, papers that contradict each other, and what is unlike the past."""
    rules = load_alert_rules()
    alert = Alert(
        id="a",
        file="f",
        row=1,
        consignment="C",
        seq=1,
        day=date(2026, 11, 25),
        severity="low",
        score=0,
        rank=0,
        due=None,
        days_left=rules.urgency[1].days,
        substances=(),
        title=as_written(""),
        line=line_of({"row": 1, "consignment": "C", "seq": 1}),
        mentions=(),
        reasons=(_reason("detour", 2), _reason("hidden", 3)),
        law=(),
    )
    added = rules.added_to(alert)
    assert added.urgency == rules.urgency[1].points
    assert added.unusual == round(2 * rules.order.past)
    assert added.papers == round(3 * rules.order.papers)


def test_each_red_flag_names_its_rules() -> None:
    """Those that cover it are rules of the file."""
    flags = load_red_flags().flags
    rules = load_alert_rules()
    known = {*rules.check, *rules.past.rules, *rules.evidence, "control", "party", "linked", "sign"}
    assert flags
    assert {rule for flag in flags.values() for rule in flag.rules} <= known
