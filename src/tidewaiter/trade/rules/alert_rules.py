"""Alert rules of data/rules as records: points, history, priority, published red flags."""

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from msgspec import field, structs

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.phrases import WORDING, Phrase, load_phrases
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.law.types import Mark, Regime
from tidewaiter.trade.rules.switches import Switch
from tidewaiter.trade.types import Alert, PartyMatch, Reason, Severity

W = TypeVar("W", bound="Worded")
_TRADER = ("role", "name")
WORDS = {
    "trader-new": (*_TRADER, "lines", "since"),
    "trader-dormant": (*_TRADER, "last", "days"),
    "pair-new": ("sender", "receiver", "lines"),
    "goods-new": (*_TRADER, "goods", "lines"),
    "trade-change": (*_TRADER, "chapters", "others", "lines"),
    "amount-unusual": (*_TRADER, "amount", "usual", "lines"),
    "split": (*_TRADER, "goods", "count", "span", "others", "sum", "limit", "regime"),
    "detour": ("via", "length", "direct", "why"),
    "price-outlier": ("price", "usual", "goods", "lines"),
    "pack-outlier": ("mass", "usual", "goods", "lines"),
    "equipment-after": (*_TRADER, "goods", "earlier", "day"),
    "co-loaded": (*_TRADER, "container", "others", "chapters", "shared", "lines"),
    "over-quota": ("count", "goods", "what", "sum", "allowed", "since"),
    "over-need": (*_TRADER, "count", "goods", "what", "sum", "allowed", "since"),
    "label-domestic": ("label", "country"),
    "inspected-before": (*_TRADER, "found", "declared"),
}
"""Required rules, and the parameters that their sentences may use."""

_NUMBERS = {
    "trader-dormant": ("days",),
    "pair-new": ("lines",),
    "goods-new": ("lines",),
    "trade-change": ("lines",),
    "amount-unusual": ("lines", "times"),
    "split": ("days", "lines", "share"),
    "detour": ("ratio", "km", "lines", "share"),
    "price-outlier": ("lines", "score", "floor"),
    "pack-outlier": ("lines", "score", "floor"),
    "equipment-after": ("days",),
    "co-loaded": ("days", "lines", "share"),
}


class Worded(Record, frozen=True, kw_only=True):
    """A rule with a sentence: from data/rules/phrases.toml, or its own."""

    text: str = ""  # the authority's own sentence; "": the built-in one
    switch: Switch | None = None  # setting of this node; never in the file

    def says(self, code: str, /, **told: Any) -> Phrase:
        """Return the sentence of a reason.

        Args:
            code: Code of the sentence.
            told: Parameters.
        """
        own = {WORDING: self.text} if self.text else {}
        said = Phrase(code, **told, **own)
        return said if self.switch is None else self.switch.on(said)


class PastRule(Worded, frozen=True, kw_only=True):
    """Points of a history rule."""

    points: int
    flag: str  # the red flag behind it, in our words
    source: str
    url: str = ""
    mark: Mark = "read"  # evidence for the flag; an unverified one has no points
    numbers: dict[str, float] = field(default_factory=dict)


class PastRules(Record, frozen=True, kw_only=True):
    """Content of the table."""

    most: int  # maximum total of these reasons in an alert
    selects: tuple[str, ...]  # rules that raise an alert by themselves
    reach: int  # days of earlier lines required for "new" and "never"
    lines: int  # and minimum number of lines
    rules: dict[str, PastRule]


def wrong_in(past: PastRules) -> Iterator[RegistryError]:
    """Yield the errors in the table."""
    for name in WORDS.keys() - past.rules.keys():
        yield RegistryError("trade/past-rule-missing", name=name)
    for name in past.rules.keys() - WORDS.keys():
        yield RegistryError("trade/no-such-past-rule", name=name, words=", ".join(WORDS))
    for name in set(past.selects) - WORDS.keys():
        yield RegistryError("trade/past-selects-no-rule", name=name, words=", ".join(WORDS))
    for name in past.rules.keys() & WORDS.keys():
        yield from _wrong(name, past.rules[name])


def _wrong(name: str, rule: PastRule) -> Iterator[RegistryError]:
    needed = _NUMBERS.get(name, ())
    if set(needed) != rule.numbers.keys():
        yield RegistryError(
            "trade/past-rule-of-other-numbers", name=name, needed=", ".join(needed) or "none"
        )
    if rule.mark == "unverified" and rule.points:
        yield RegistryError("trade/past-rule-unread", name=name)
    if rule.points < 0:
        yield RegistryError("trade/past-rule-takes-points-off", name=name)


class Urgency(Record, frozen=True, kw_only=True):
    """Points for goods due within a number of days."""

    days: int
    points: int


class Added(Record, frozen=True, kw_only=True):
    """Contributions to priority other than the points of reasons."""

    urgency: int  # time pressure
    papers: int  # documents contradict each other or a law
    unusual: int  # deviation from earlier lines; 0 without a comparison


class OrderRule(Record, frozen=True, kw_only=True):
    """Contribution of unusual features to priority."""

    past: float  # for each point of a history reason
    papers: float  # for each point of a reason in `rules`
    rules: tuple[str, ...]  # rules of [check] for documents that contradict each other or a law
    most: int  # maximum of both together

    def points_of(self, reasons: Iterable[Reason], past: Collection[str]) -> int:
        """Return the contribution of reasons, given the names of history rules."""

        def weight(rule: str) -> float:
            return self.past if rule in past else self.papers if rule in self.rules else 0

        found = sum(each.points * weight(each.rule) for each in reasons if each.points > 0)
        return min(self.most, round(found))


def wrong_in_order(order: OrderRule, checks: Collection[str]) -> Iterator[RegistryError]:
    """Yield the errors in the table."""
    for name in sorted(set(order.rules) - set(checks)):
        yield RegistryError("trade/order-names-no-check", name=name, checks=", ".join(checks))
    if min(order.past, order.papers, order.most) < 0:
        yield RegistryError("trade/order-takes-points-off")


# Required rules, and the parameters that their sentences may use.
_NAMED = ("name", "field")
_SINGLE = (
    "cas",
    "cus",
    "exact",
    "squeezed",
    "disguised",
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
"""Results of licence and permit registers; none of them may reduce points."""

_CHECKS = {
    "hidden": ("what",),
    "imprint": ("mark", "name"),
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
    """Minimum score of each severity."""

    critical: int
    high: int
    medium: int
    low: int

    def of(self, score: int) -> Severity | None:
        """Return the severity of a score; None if it is not an alert."""
        if score >= self.critical:
            return "critical"
        if score >= self.high:
            return "high"
        if score >= self.medium:
            return "medium"
        return "low" if score >= self.low else None


OTHER = "other"
"""Grade of controls whose instrument states none, such as an authority's own lists."""


class ControlRule(Record, frozen=True, kw_only=True):
    """Points of a control; each instrument assigns grades to its schedules."""

    grade: str
    title: str
    points: int


class Rule(Worded, frozen=True, kw_only=True):
    """A reason: its points, and the sentence for the officer."""

    points: int


class LinkedRule(Worded, frozen=True, kw_only=True):
    """Points for links of a matched entry to a blocked one; the nearest counts."""

    points: int  # owned or controlled by the blocked one
    owner: int  # owns or controls the blocked one
    steps: int  # maximum path length
    met: int = 60  # stated shares of blocked owners, or their control, meet the test of a law


class SignRule(Worded, frozen=True, kw_only=True):
    """Points of shell company indicators for an alert with another reason."""

    most: int  # maximum total of indicators in an alert
    points: dict[str, int]  # by indicator: a row of data/rules/shells.toml


class PartyRule(Worded, frozen=True, kw_only=True):
    """Points of a list match."""

    least: float  # probability from which a match is reported
    sure: float  # probability from which it has full points; below, half
    ended: int  # points if the charge was dismissed, or the party acquitted
    actions: dict[str, int]  # by action of the list
    linked: LinkedRule


class Vague(Record, frozen=True, kw_only=True):
    """Where goods must be specified, and words that are too vague."""

    chapters: tuple[str, ...]
    words: tuple[str, ...]
    phrases: tuple[str, ...]


class Groups(Record, frozen=True, kw_only=True):
    """Codes that match many substances."""

    un: tuple[str, ...]
    hs: tuple[str, ...]


class Imprint(Record, frozen=True, kw_only=True):
    """A mark on tablets, reported of seized counterfeits."""

    mark: str  # letters and digits
    imitates: str  # slug of the substance of the genuine tablet
    source: str
    url: str


class AlertRules(Record, frozen=True, kw_only=True):
    """Content of the file."""

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
    imprints: tuple[Imprint, ...] = ()
    plugins: dict[str, int] = field(default_factory=dict)  # points of plug-in rules, by name
    switches: tuple[Switch, ...] = ()  # rules with reduced weight on this node; never in the file

    def weight(self, schedule: str, regime: Regime) -> tuple[int, str]:
        """Return the points of a control, with the explanation.

        Raises:
            RegistryError: The instrument has an unknown grade.
        """
        if regime.slug in self.own:
            return self.own[regime.slug], "Controlled under the authority's own rules"
        grade = regime.grade(schedule) or OTHER
        for rule in self.control:
            if rule.grade == grade:
                return rule.points, rule.title
        raise RegistryError(
            "trade/grade-without-row",
            grade=grade,
            control=", ".join(rule.grade for rule in self.control),
            at=f"{regime.slug}/instrument.toml",
        )

    def party_points(self, match: PartyMatch) -> int:
        """Return the points of a match."""
        rule = self.party
        if match.judged:
            return 0
        if match.outcome in _ENDED:
            return rule.ended
        other = 0 if match.action == "unlisted" else rule.actions["other"]
        points = rule.actions.get(match.action, other)
        return points if match.probability >= rule.sure else points // 2

    def rank_of(self, score: int, days_left: int | None, reasons: Iterable[Reason]) -> int:
        """Return the rank of an alert within its severity, highest first.

        The score is limited to 100; here the points of reasons count beyond it.
        """
        found = tuple(reasons)
        points = max(score, sum(each.points for each in found))
        return points + self.urgency_of(days_left) + self.order_of(found)

    def order_of(self, reasons: Iterable[Reason]) -> int:
        """Return the contribution of unusual features to the rank, other than points."""
        return self.order.points_of(reasons, self.past.rules)

    def added_to(self, alert: Alert) -> Added:
        """Return the contributions to priority other than the points of reasons."""
        most = self.order_of(alert.reasons)
        unusual = self.order_of(r for r in alert.reasons if r.rule in self.past.rules)
        return Added(
            urgency=self.urgency_of(alert.days_left), papers=most - unusual, unusual=unusual
        )

    def urgency_of(self, days_left: int | None) -> int:
        """Return the points for the days left until the goods are due; 0 if unknown."""
        if days_left is None:
            return 0
        for step in self.urgency:
            if days_left <= step.days:
                return step.points
        return 0


def load_alert_rules(path: Path | None = None, switches: tuple[Switch, ...] = ()) -> AlertRules:
    """Load the rules: built-in ones, or an authority's own copy.

    Args:
        path: Path of the copy; None: built-in rules.
        switches: Rules with reduced weight on this node.

    Raises:
        RegistryError: The file is invalid, or has no row for controls without a grade.
    """
    rules = read_toml(path or data("rules", "alerts.toml"), AlertRules)
    if not any(rule.grade == OTHER for rule in rules.control):
        raise RegistryError(
            "trade/grade-other-without-row", at=path.name if path else "alerts.toml"
        )
    at = path.name if path else "alerts.toml"
    if rules.switches or any(each.switch for _, _, each, _ in _worded(rules)):
        raise RegistryError("trade/switches-in-the-file", at=at)
    _check_sentences(rules, at=at)
    return structs.replace(_with_ours(rules), switches=switches)


def _worded(rules: AlertRules) -> Iterator[tuple[str, str, Worded, tuple[str, ...]]]:
    """Yield the location and name of each rule, the rule, and its permitted parameters."""
    for name, rule in rules.evidence.items():
        yield f"evidence.{name}", name, rule, _EVIDENCE.get(name, ())
    for name, rule in rules.check.items():
        yield f"check.{name}", name, rule, _CHECKS.get(name, ())
    for name, past in rules.past.rules.items():
        yield f"past.rules.{name}", name, past, WORDS.get(name, ())
    yield "party", "party", rules.party, _PARTY
    yield "party.linked", "linked", rules.party.linked, _LINKED
    yield "sign", "sign", rules.sign, _SIGN


def _with_ours(rules: AlertRules) -> AlertRules:
    """Remove the sentences of a copy that equal ours, which are available in every language."""
    ours = load_phrases().rules

    def bare(name: str, rule: W) -> W:
        return structs.replace(rule, text="") if rule.text == ours.get(name) else rule

    linked = bare("linked", rules.party.linked)
    past = {name: bare(name, rule) for name, rule in rules.past.rules.items()}
    return structs.replace(
        rules,
        evidence={name: bare(name, rule) for name, rule in rules.evidence.items()},
        check={name: bare(name, rule) for name, rule in rules.check.items()},
        past=structs.replace(rules.past, rules=past),
        party=structs.replace(bare("party", rules.party), linked=linked),
        sign=bare("sign", rules.sign),
    )


def _check_sentences(rules: AlertRules, *, at: str) -> None:
    """Check that every rule exists, and that its sentence uses known parameters."""
    levels = rules.severity
    if not levels.critical > levels.high > levels.medium > levels.low > 0:
        raise RegistryError("trade/severities-do-not-fall", at=at)
    _check_party(rules.party, at=at)
    for wrong in (*wrong_in_order(rules.order, _CHECKS), *wrong_in(rules.past)):
        raise wrong.placed(at)
    _check_signs(rules, at=at)
    for table, needed in (("evidence", _EVIDENCE), ("check", _CHECKS)):
        there: dict[str, Rule] = getattr(rules, table)
        for name in needed:
            if name not in there:
                raise RegistryError("trade/rule-missing", table=table, name=name, at=at)
    _check_wordings(rules, at=at)


def _check_wordings(rules: AlertRules, *, at: str) -> None:
    """Check that an authority's sentences use known parameters."""
    for place, _, rule, words in _worded(rules):
        try:
            rule.text.format(**dict.fromkeys(words, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise RegistryError(
                "trade/sentence-not-fillable",
                place=place,
                error=error,
                words=", ".join("{" + word + "}" for word in words),
                at=at,
            ) from error


def _check_signs(rules: AlertRules, *, at: str) -> None:
    """Check that neither a permit nor a plug-in reduces the score of an alert."""
    added = {f"check.{name}": rules.check[name].points for name in REGISTER if name in rules.check}
    added |= {f"plugins.{name}": points for name, points in rules.plugins.items()}
    for name, points in added.items():
        if points < 0:
            raise RegistryError("trade/rule-takes-points-off", name=name, at=at)


def _check_party(rule: PartyRule, *, at: str) -> None:
    """Check the points of list matches."""
    if not 0 < rule.least <= rule.sure <= 1:
        raise RegistryError("trade/party-bounds-wrong", at=at)
    if "other" not in rule.actions:
        raise RegistryError("trade/party-action-other-missing", at=at)
    if rule.linked.steps < 1:
        raise RegistryError("trade/party-steps-below-one", at=at)


class RedFlag(Record, frozen=True, kw_only=True):
    """A red flag published by an authority, in our words."""

    says: str
    source: str
    url: str
    mark: Mark  # unverified: from memory, and not found in the sources read
    rules: tuple[str, ...] = ()  # of data/rules/alerts.toml, covering it as far as documents allow
    why: str  # what the rules require, or why documents cannot show the flag


class RedFlags(Record, frozen=True, kw_only=True):
    """Content of the file."""

    version: str
    flags: dict[str, RedFlag]


@cache
def load_red_flags() -> RedFlags:
    """Load the flags.

    Raises:
        RegistryError: The file is invalid.
    """
    return read_toml(data("rules", "redflags.toml"), RedFlags)
