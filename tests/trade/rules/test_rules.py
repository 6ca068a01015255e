"""The file of rules: what it weighs, and how a broken one is refused."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import data
from tidewaiter.law.registry import Registry
from tidewaiter.trade.line_checks import vague_lines
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import LINES

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
    """A regime under [own] weighs what stands there, whatever the rows say."""
    rules = msgspec.structs.replace(load_alert_rules(), own={"us-csa": 1})
    assert rules.weight("I", registry.regimes["us-csa"])[0] == 1


def test_every_schedule_of_the_registry_has_a_grade(registry: Registry) -> None:
    """Somebody decided what each schedule of ours weighs: none is weighed as "other"."""
    held = {(c.regime, c.schedule) for s in registry.substances for c in s.controls}
    grades = {key: registry.regimes[key[0]].grade(key[1]) for key in held}
    assert [key for key, grade in grades.items() if grade in {"", "other"}] == []
    rows = [rule.grade for rule in load_alert_rules().control]
    assert {*grades.values(), "other"} == set(rows)
    assert len(rows) == len(set(rows))


def test_every_schedule_that_has_a_grade_has_a_control(registry: Registry) -> None:
    """A grade of a schedule that no control has would weigh nothing, and nobody would see it."""
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
        ('grade = "other"', 'grade = "another"'),
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
