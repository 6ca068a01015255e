"""The rules that turn what is found in a line into an alert: data/rules/alerts.toml, read."""

from pathlib import Path

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.consignments.types import Severity
from tidewaiter.substances.types import Control


class Levels(Record, frozen=True, kw_only=True):
    """The least score of each severity."""

    critical: int
    high: int
    medium: int
    low: int

    def of(self, score: int) -> Severity | None:
        """Return the severity of a score; None where it is no alert."""
        if score >= self.critical:
            return "critical"
        if score >= self.high:
            return "high"
        if score >= self.medium:
            return "medium"
        return "low" if score >= self.low else None


class Urgency(Record, frozen=True, kw_only=True):
    """Points for goods that are due within so many days."""

    days: int
    points: int


class ControlRule(Record, frozen=True, kw_only=True):
    """What a listing weighs; a regime without schedules stands for all of them."""

    title: str
    regimes: dict[str, tuple[str, ...]]
    points: int


class Rule(Record, frozen=True, kw_only=True):
    """A reason: its points, and the sentence that an officer reads."""

    points: int
    text: str


class Vague(Record, frozen=True, kw_only=True):
    """Where goods must be named, and words that do not name them."""

    chapters: tuple[str, ...]
    words: tuple[str, ...]
    phrases: tuple[str, ...]


class Groups(Record, frozen=True, kw_only=True):
    """Codes that fit many substances."""

    un: tuple[str, ...]
    hs: tuple[str, ...]


class AlertRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    severity: Levels
    urgency: tuple[Urgency, ...]
    control: tuple[ControlRule, ...]
    own: dict[str, int]
    evidence: dict[str, Rule]
    check: dict[str, Rule]
    vague: Vague
    groups: Groups

    def weight(self, control: Control) -> tuple[int, str]:
        """Return what a listing weighs, and why."""
        if control.regime in self.own:
            return self.own[control.regime], "Listed by the authority's own rules"
        for rule in self.control:
            schedules = rule.regimes.get(control.regime)
            if schedules is not None and (not schedules or control.schedule in schedules):
                return rule.points, rule.title
        rest = next(rule for rule in self.control if not rule.regimes)
        return rest.points, rest.title

    def urgency_of(self, days_left: int | None) -> int:
        """Return the points for the days left until the goods are due; 0 where none is known."""
        if days_left is None:
            return 0
        for step in self.urgency:
            if days_left <= step.days:
                return step.points
        return 0


def load_alert_rules(path: Path | None = None) -> AlertRules:
    """Load the rules: ours, or an authority's own copy.

    Raises:
        RegistryError: The file is malformed, or has no row for listings that no other names.
    """
    rules = read_toml(path or data("rules", "alerts.toml"), AlertRules)
    if not any(not rule.regimes for rule in rules.control):
        raise RegistryError(
            "no row of [[control]] has empty regimes",
            at=path.name if path else "alerts.toml",
            hint="add one with regimes = {}: it weighs the listings that no other row names",
        )
    return rules
