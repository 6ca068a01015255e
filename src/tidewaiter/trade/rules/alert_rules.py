"""The alert rules of data/rules as records: points, history, priority, published red flags."""

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
"""The rules that the table must have, and the words that their sentences may hold."""

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
    """A rule whose reasons have a sentence: that of data/rules/phrases.toml, or its own."""

    text: str = ""  # the authority's own sentence; "": ours
    switch: Switch | None = None  # what was done to it in the node; none stands in the file

    def says(self, code: str, /, **told: Any) -> Phrase:
        """Return the sentence of a reason.

        Args:
            code: Of the sentence.
            told: What is filled in.
        """
        own = {WORDING: self.text} if self.text else {}
        said = Phrase(code, **told, **own)
        return said if self.switch is None else self.switch.on(said)


class PastRule(Worded, frozen=True, kw_only=True):
    """What one thing in the past of a line weighs."""

    points: int
    flag: str  # the red flag that it rests on, in our words
    source: str
    url: str = ""
    mark: Mark = "read"  # how the flag is known; what is unverified has no points
    numbers: dict[str, float] = field(default_factory=dict)


class PastRules(Record, frozen=True, kw_only=True):
    """All of the table."""

    most: int  # points of all these reasons of an alert together
    selects: tuple[str, ...]  # rules that make an alert of a line by themselves
    reach: int  # days that earlier lines must reach back before "new" and "never" mean anything
    lines: int  # and how many they must be
    rules: dict[str, PastRule]


def wrong_in(past: PastRules) -> Iterator[RegistryError]:
    """Yield what is wrong in the table."""
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
    """Points for goods that are due within so many days."""

    days: int
    points: int


class Added(Record, frozen=True, kw_only=True):
    """What brings an alert forward beside the points of its reasons."""

    urgency: int  # few days are left
    papers: int  # papers contradict each other or a law
    unusual: int  # unlike earlier lines; where there are none to compare with, 0


class OrderRule(Record, frozen=True, kw_only=True):
    """How far what is unlike in a line brings its alert forward in the order of work."""

    past: float  # for each point of a reason of the past
    papers: float  # for each point of a reason of `rules`
    rules: tuple[str, ...]  # of [check], that say that papers contradict each other or a law
    most: int  # of both together

    def points_of(self, reasons: Iterable[Reason], past: Collection[str]) -> int:
        """Return what reasons add, where some rules are of the past."""

        def weight(rule: str) -> float:
            return self.past if rule in past else self.papers if rule in self.rules else 0

        found = sum(each.points * weight(each.rule) for each in reasons if each.points > 0)
        return min(self.most, round(found))


def wrong_in_order(order: OrderRule, checks: Collection[str]) -> Iterator[RegistryError]:
    """Yield what is wrong in the table."""
    for name in sorted(set(order.rules) - set(checks)):
        yield RegistryError("trade/order-names-no-check", name=name, checks=", ".join(checks))
    if min(order.past, order.papers, order.most) < 0:
        yield RegistryError("trade/order-takes-points-off")


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


OTHER = "other"
"""The grade of controls whose instrument names none, as an authority's own lists."""


class ControlRule(Record, frozen=True, kw_only=True):
    """What a control weighs: each instrument says of its schedules which grade they are."""

    grade: str
    title: str
    points: int


class Rule(Worded, frozen=True, kw_only=True):
    """A reason: its points, and the sentence that an officer reads."""

    points: int


class LinkedRule(Worded, frozen=True, kw_only=True):
    """What it weighs that a list ties a matched entry to a blocked one; the nearest counts."""

    points: int  # the blocked one owns or controls it
    owner: int  # it owns or controls the blocked one
    steps: int  # ties that are followed


class SignRule(Worded, frozen=True, kw_only=True):
    """What signs of a shell add to an alert that has another reason."""

    most: int  # points of all signs of an alert together
    points: dict[str, int]  # by sign: a row of data/rules/shells.toml


class PartyRule(Worded, frozen=True, kw_only=True):
    """What it weighs that a party resembles a listed one."""

    least: float  # probability from which on a resemblance is told
    sure: float  # and from which on it has all its points; below, half of them
    ended: int  # points where the charge was dismissed, or the party acquitted
    actions: dict[str, int]  # by what the list does to those on it
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
    plugins: dict[str, int] = field(default_factory=dict)  # points of rules of plug-ins, by name
    switches: tuple[Switch, ...] = ()  # rules that the node turned down; none stand in the file

    def weight(self, schedule: str, regime: Regime) -> tuple[int, str]:
        """Return what a control of an instrument weighs, and why.

        Raises:
            RegistryError: The instrument names a grade that has no row.
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
        RegistryError: The file is malformed, or has no row for controls without a grade.
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
    """Yield the place and name of each rule, the rule, and what its sentence may hold."""
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
    """Leave out the sentences of a copy that are as ours: they are said in every language."""
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
    """Check that every rule is there, and that its sentence asks for nothing unknown."""
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
    """Check that the sentences of an authority ask for nothing unknown."""
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
    """Check that neither a permit nor a plug-in makes an alert weaker."""
    added = {f"check.{name}": rules.check[name].points for name in REGISTER if name in rules.check}
    added |= {f"plugins.{name}": points for name, points in rules.plugins.items()}
    for name, points in added.items():
        if points < 0:
            raise RegistryError("trade/rule-takes-points-off", name=name, at=at)


def _check_party(rule: PartyRule, *, at: str) -> None:
    """Check the points of resemblances."""
    if not 0 < rule.least <= rule.sure <= 1:
        raise RegistryError("trade/party-bounds-wrong", at=at)
    if "other" not in rule.actions:
        raise RegistryError("trade/party-action-other-missing", at=at)
    if rule.linked.steps < 1:
        raise RegistryError("trade/party-steps-below-one", at=at)


class RedFlag(Record, frozen=True, kw_only=True):
    """A sign that an authority published, in our words."""

    says: str
    source: str
    url: str
    mark: Mark  # unverified: remembered, and not found in what was read
    rules: tuple[str, ...] = ()  # of data/rules/alerts.toml, that cover it as far as papers can
    why: str  # what the rules need, or why papers cannot carry the flag


class RedFlags(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    flags: dict[str, RedFlag]


@cache
def load_red_flags() -> RedFlags:
    """Load the flags.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "redflags.toml"), RedFlags)
