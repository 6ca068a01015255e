"""The rules that turn what is found in a line into an alert: data/rules/alerts.toml, read."""

from collections.abc import Iterable
from pathlib import Path

from msgspec import structs

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.casework.switches import Switch
from tidewaiter.consignments.order import Added, OrderRule, Urgency, wrong_in_order
from tidewaiter.consignments.past.types import PastRules, wrong_in
from tidewaiter.consignments.types import Alert, PartyMatch, Reason, Severity
from tidewaiter.substances.types import Control

# The rules that a file must have, and the words that their sentences may hold.
_NAMED = ("name", "field")
_SINGLE = (
    "cas",
    "cus",
    "exact",
    "squeezed",
    "weak",
    "hs",
    "unno",
    "name",
    "structure",
    "variant",
    "class",
)
_EVIDENCE = {
    **dict.fromkeys(_SINGLE, _NAMED),
    **dict.fromkeys(("fuzzy-1", "fuzzy-2", "fuzzy-3"), _NAMED),
    "both": ("name",),
    "more": ("name",),
    "downgraded": ("why",),
    "other-text": ("column",),
}
REGISTER = (
    "register-none",
    "register-revoked",
    "register-suspended",
    "register-expired",
    "register-exceeded",
    "register-open",
    "register-covered",
)
"""What a register of licences and permits answers; none of it may take points off."""

_CHECKS = {
    "hidden": ("what",),
    "hs-mismatch": ("hs", "name", "own"),
    "cas-mismatch": ("name", "cas"),
    "cas-digit": ("cas",),
    "un-mismatch": ("un", "name", "own"),
    "number-digit": ("what", "number"),
    "number-form": ("what", "number"),
    "vague": ("chapter",),
    "free": ("regime", "why"),
    "together": ("name", "count", "span", "sum", "limit", "regime"),
    **dict.fromkeys(REGISTER, ("name", "direction", "why")),
}


_ENDED = frozenset({"acquitted", "dismissed"})
_PARTY = ("role", "name", "listed", "list", "action")
_LINKED = (*_PARTY, "way")
_SIGN = ("role", "name", "sign")


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


class ControlRule(Record, frozen=True, kw_only=True):
    """What a listing weighs; a regime without schedules stands for all of them."""

    title: str
    regimes: dict[str, tuple[str, ...]]
    points: int


class Rule(Record, frozen=True, kw_only=True):
    """A reason: its points, and the sentence that an officer reads."""

    points: int
    text: str


class LinkedRule(Record, frozen=True, kw_only=True):
    """What it weighs that a list ties a matched entry to a blocked one; the nearest counts."""

    points: int  # the blocked one owns or controls it
    owner: int  # it owns or controls the blocked one
    steps: int  # ties that are followed
    text: str


class SignRule(Record, frozen=True, kw_only=True):
    """What signs of a shell add to an alert that has another reason."""

    most: int  # points of all signs of an alert together
    points: dict[str, int]  # by sign: a row of data/rules/shells.toml
    text: str


class PartyRule(Record, frozen=True, kw_only=True):
    """What it weighs that a party resembles a listed one."""

    least: float  # probability from which on a resemblance is told
    sure: float  # and from which on it has all its points; below, half of them
    ended: int  # points where the charge was dismissed, or the party acquitted
    actions: dict[str, int]  # by what the list does to those on it
    text: str
    linked: LinkedRule


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
    order: OrderRule
    control: tuple[ControlRule, ...]
    own: dict[str, int]
    evidence: dict[str, Rule]
    check: dict[str, Rule]
    party: PartyRule
    sign: SignRule
    past: PastRules
    vague: Vague
    groups: Groups
    switches: tuple[Switch, ...] = ()  # rules that the node turned down; none stand in the file

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

    def party_points(self, match: PartyMatch) -> int:
        """Return what a resemblance weighs."""
        rule = self.party
        if match.judged:
            return 0
        if match.outcome in _ENDED:
            return rule.ended
        points = rule.actions.get(match.action, rule.actions["other"])
        return points if match.probability >= rule.sure else points // 2

    def rank_of(self, score: int, days_left: int | None, reasons: Iterable[Reason]) -> int:
        """Return the place of an alert among those of its severity, the highest first.

        The score ends at 100; here the points of the reasons count beyond it, too.
        """
        found = tuple(reasons)
        points = max(score, sum(each.points for each in found))
        return points + self.urgency_of(days_left) + self.order_of(found)

    def order_of(self, reasons: Iterable[Reason]) -> int:
        """Return what reasons add to the rank beside their points: how unlike the line is."""
        return self.order.points_of(reasons, self.past.rules)

    def added_to(self, alert: Alert) -> Added:
        """Return what brings an alert forward beside the points of its reasons."""
        most = self.order_of(alert.reasons)
        unusual = self.order_of(r for r in alert.reasons if r.rule in self.past.rules)
        return Added(
            urgency=self.urgency_of(alert.days_left), papers=most - unusual, unusual=unusual
        )

    def urgency_of(self, days_left: int | None) -> int:
        """Return the points for the days left until the goods are due; 0 where none is known."""
        if days_left is None:
            return 0
        for step in self.urgency:
            if days_left <= step.days:
                return step.points
        return 0


def load_alert_rules(path: Path | None = None, switches: tuple[Switch, ...] = ()) -> AlertRules:
    """Load the rules: ours, or an authority's own copy.

    Args:
        path: Of the copy; None: ours.
        switches: Rules that were turned down in the node.

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
    at = path.name if path else "alerts.toml"
    if rules.switches:
        hint = "change the points in the file, or turn rules down in the database"
        raise RegistryError("switches are no part of the file", at=at, hint=hint)
    _check_sentences(rules, at=at)
    return structs.replace(rules, switches=switches)


def _check_sentences(rules: AlertRules, *, at: str) -> None:
    """Check that every rule is there, and that its sentence asks for nothing unknown."""
    levels = rules.severity
    if not levels.critical > levels.high > levels.medium > levels.low > 0:
        raise RegistryError(
            "the severities do not fall from critical to low",
            at=at,
            hint="critical needs the highest score, low the lowest, and that at least 1",
        )
    _check_parties(rules, at=at)
    for wrong, hint in (*wrong_in_order(rules.order, _CHECKS), *wrong_in(rules.past)):
        raise RegistryError(wrong, at=at, hint=hint)
    for name in REGISTER:
        if name in rules.check and rules.check[name].points < 0:
            hint = "0 points or more: that a permit covers goods does not make an alert weaker"
            raise RegistryError(f"check.{name} takes points off", at=at, hint=hint)
    for table, needed in (("evidence", _EVIDENCE), ("check", _CHECKS)):
        there: dict[str, Rule] = getattr(rules, table)
        for name, words in needed.items():
            if name not in there:
                raise RegistryError(
                    f"the rule {table}.{name} is missing",
                    at=at,
                    hint="take it from our file; 0 points switch a rule off",
                )
            try:
                there[name].text.format(**dict.fromkeys(words, ""))
            except (KeyError, IndexError, ValueError) as error:
                raise RegistryError(
                    f"the sentence of {table}.{name} cannot be filled in: {error}",
                    at=at,
                    hint=f"it may hold {', '.join('{' + word + '}' for word in words)}",
                ) from error


def _check_party(rule: PartyRule, *, at: str) -> None:
    """Check the points of resemblances."""
    if not 0 < rule.least <= rule.sure <= 1:
        raise RegistryError(
            "party.least and party.sure are no probabilities that rise",
            at=at,
            hint="as in our file: least = 0.6, sure = 0.9",
        )
    if "other" not in rule.actions:
        raise RegistryError('party.actions has no "other"', at=at, hint="it weighs all the rest")
    if rule.linked.steps < 1:
        raise RegistryError("party.linked.steps is below 1", at=at, hint="0 points switch it off")


def _check_parties(rules: AlertRules, *, at: str) -> None:
    """Check the rules of parties, and that each sentence asks for nothing unknown."""
    _check_party(rules.party, at=at)
    for place, text, words in (
        ("party", rules.party.text, _PARTY),
        ("party.linked", rules.party.linked.text, _LINKED),
        ("sign", rules.sign.text, _SIGN),
    ):
        try:
            text.format(**dict.fromkeys(words, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise RegistryError(
                f"the sentence of {place} cannot be filled in: {error}",
                at=at,
                hint=f"it may hold {', '.join('{' + word + '}' for word in words)}",
            ) from error
