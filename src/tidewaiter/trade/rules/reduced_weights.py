"""Alerts under rules whose weight an authority reduced or set to zero; no reason is hidden."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.trade.alerts import RULE, within
from tidewaiter.trade.rules.alert_rules import AlertRules, PastRules, Rule
from tidewaiter.trade.rules.switches import Switch, switch_of
from tidewaiter.trade.types import Reason

KEPT = "kept"
"""Rule of the reason that preserves an alert if all its other rules have reduced weights."""

_LAW, _FREED = "control", "free"
_SOURCE = "tidewaiter-rules"


def switched_reasons(reasons: Sequence[Reason], rules: AlertRules) -> list[Reason]:
    """Return the reasons of a line with reduced weights applied.

    Reasons of restricted entries come last and do not affect the preceding ones, so that without
    them the alert is the same as without the entries.

    Args:
        reasons: Reasons with the points of the rules file.
        rules: Rules with the settings of the node.
    """
    if not any(switch_of(rules.switches, reason.rule) for reason in reasons):
        return list(reasons)
    open_ = [reason for reason in reasons if reason.rule != RULE]
    made = list(_turned(open_, rules.switches))
    made += _kept(open_, made, rules, KEPT)
    secret = [reason for reason in reasons if reason.rule == RULE]
    if secret:
        made += _turned(secret, rules.switches)
        made += _kept(reasons, made, rules, RULE)
    return made


def switched_rules(rules: AlertRules) -> AlertRules:
    """Return rules with reduced weights applied to checks and indicators.

    For reasons added later: aggregation, shell company indicators, history.
    """
    check = {slug: _switched_rule(slug, rule, rules.switches) for slug, rule in rules.check.items()}
    sign, switch = rules.sign, switch_of(rules.switches, "sign")
    if switch is not None:
        points = {slug: switch.capped(each) for slug, each in sign.points.items()}
        sign = structs.replace(sign, points=points, switch=switch)
    return structs.replace(rules, check=check, sign=sign, past=_switched_past(rules))


def _turned(reasons: Iterable[Reason], switches: Sequence[Switch]) -> Iterator[Reason]:
    """Yield the reasons with their remaining points."""
    law = sum(reason.points for reason in reasons if reason.rule == _LAW)
    for reason in reasons:
        switch = switch_of(switches, reason.rule)
        points = switch.capped(reason.points) if switch else reason.points
        if reason.rule == _LAW:
            law = points
        if reason.rule == _FREED:  # offsets the points of a control, and no more
            points = max(points, -law)
            law += points
        says = switch.on(reason.says) if switch else reason.says
        yield structs.replace(reason, points=points, says=says)


def _kept(
    before: Sequence[Reason], after: Sequence[Reason], rules: AlertRules, rule: str
) -> list[Reason]:
    """Return the reason that preserves an alert; empty if it is still one, or never was."""
    was, now = (sum(reason.points for reason in each) for each in (before, after))
    least = rules.severity.low
    if was < least or now >= least:
        return []
    says = Phrase(KEPT, score=within(was))
    return [Reason(rule=rule, says=says, points=least - now, source=_SOURCE)]


def _switched_past(rules: AlertRules) -> PastRules:
    """Return the history rules with reduced weights applied."""
    made = dict(rules.past.rules)
    for slug, rule in rules.past.rules.items():
        switch = switch_of(rules.switches, slug)
        if switch is not None:
            points = switch.capped(rule.points)
            made[slug] = structs.replace(rule, points=points, switch=switch)
    return structs.replace(rules.past, rules=made)


def _switched_rule(slug: str, rule: Rule, switches: Sequence[Switch]) -> Rule:
    switch = switch_of(switches, slug)
    if switch is None:
        return rule
    return structs.replace(rule, points=switch.capped(rule.points), switch=switch)
