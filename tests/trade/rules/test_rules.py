"""The file of rules: what it weighs, and how a broken one is refused."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Control
from tidewaiter.trade.line_checks import vague_lines
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import LINES

OURS = data("rules", "alerts.toml").read_text(encoding="utf-8")


def _control(regime: str, schedule: str) -> Control:
    return Control(regime=regime, schedule=schedule, source="none")


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
        ("nowhere", "List A", 20),
    ],
)
def test_a_listing_weighs_by_its_row(regime: str, schedule: str, points: int) -> None:
    """A row without schedules stands for all of a regime, and the last row for all others."""
    assert load_alert_rules().weight(_control(regime, schedule))[0] == points


def test_own_lists_win() -> None:
    """A regime under [own] weighs what stands there, whatever the rows say."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"us-csa": 1})
    assert rules.weight(_control("us-csa", "I"))[0] == 1


def test_every_listing_of_the_registry_has_a_row(registry: Registry) -> None:
    """Somebody decided what each list of ours weighs: none falls to the row of all others."""
    rules = load_alert_rules()
    rest = next(rule.title for rule in rules.control if not rule.regimes)
    held = {(c.regime, c.schedule): c for s in registry.substances for c in s.controls}
    assert [key for key, control in held.items() if rules.weight(control)[1] == rest] == []
    named = {regime for rule in rules.control for regime in rule.regimes}
    assert named == set(registry.regimes)


def test_every_regime_and_schedule_of_the_rules_is_in_the_registry(registry: Registry) -> None:
    """A row that names what no substance has would weigh nothing, and nobody would see it."""
    held = {(c.regime, c.schedule) for s in registry.substances for c in s.controls}
    named = {
        (regime, schedule)
        for rule in load_alert_rules().control
        for regime, schedules in rule.regimes.items()
        for schedule in schedules
    }
    assert named <= held | {("un-1961", "Schedule III"), ("un-1961", "Schedule IV")}
    assert {regime for rule in load_alert_rules().control for regime in rule.regimes} <= set(
        registry.regimes
    )


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
    """The first step that fits counts, so they stand in the order of days."""
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
        ("regimes = {}  #", 'regimes = { nowhere = ["A"] }  #'),
        ("exact = {", "exactly = {"),
        ("vague = { points", "vaguely = { points"),
        ("{name} stands in the {field}", "{nome} stands in the {field}"),
        ("{name} is named too", "{name is named too"),
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
