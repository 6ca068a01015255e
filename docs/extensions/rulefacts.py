"""The directive ``rules``: tables of data/rules/alerts.toml, and of the rules about parties."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
from directives import Facts, Row, table

from tidewaiter.base.phrases import load_phrases
from tidewaiter.law.registry import load_registry
from tidewaiter.parties.matching.attributes import rules as attribute_rules
from tidewaiter.parties.resolution.scoring import resolution_rules
from tidewaiter.parties.resolution.shell_signs import sign_rules
from tidewaiter.trade.rules.alert_rules import (
    LinkedRule,
    OrderRule,
    PartyRule,
    PastRules,
    SignRule,
    load_alert_rules,
    load_red_flags,
)

_PLANTED = Path(__file__).parents[1] / "benchmarks" / "planted.json"
_PAST = frozenset({"order", "past", "flags", "backtest"})
_PARTIES = frozenset({"resolution", "hubs", "signs", "attributes"})


class RuleFacts(Facts):
    """A table of the rules of alerts."""

    def lines(self) -> Iterator[str]:
        """Give the table that the argument names."""
        name = self.arguments[0]
        if name in _PARTIES:
            yield from _of_parties(name)
            return
        if name in _PAST:
            yield from _of_past(name)
            return
        rules = load_alert_rules()
        match name:
            case "control":
                rows = [
                    (f"`{rule.grade}`", rule.title, f"{rule.points:+}", _schedules(rule.grade))
                    for rule in rules.control
                ]
                yield from table(("grade", "meaning", "points", "schedules"), rows)
            case "urgency":
                steps = [(_days(step.days), f"{step.points:+}") for step in rules.urgency]
                yield from table(("goods due", "points of the rank"), steps)
            case "severity":
                levels = msgspec.structs.asdict(rules.severity).items()
                yield from table(("severity", "minimum score"), [(k, str(v)) for k, v in levels])
            case "party":
                yield from table(("action of the list", "points"), _actions(rules.party))
            case "linked":
                yield from table(("ownership on the list", "points"), _ties(rules.party.linked))
            case "sign":
                yield from table(("indicator", "points", "red flag", "source"), _shells(rules.sign))
            case name:
                found, sentences = getattr(rules, name), load_phrases().rules
                rows = [(f"`{k}`", f"{found[k].points:+}", sentences[k]) for k in found]
                yield from table(("rule", "points", "sentence in the alert"), rows)


def _of_past(name: str) -> Iterator[str]:
    """Give a table of what is unlike earlier lines, and of what that weighs."""
    rules = load_alert_rules()
    match name:
        case "order":
            yield from table(("deviation", "factor in the rank"), _order(rules.order))
        case "past":
            head = ("rule", "points", "red flag, in our words", "source", "parameters")
            yield from table(head, _past(rules.past))
        case "flags":
            yield from table(("red flag", "in our words", "in Tidewaiter"), _flags())
        case "backtest":
            kinds = ("planted", "look-alikes", "ordinary", "share of hits that are planted")
            yield from table(("rule", "lines that meet it", *kinds), _backtest())


def _of_parties(name: str) -> Iterator[str]:
    """Give a table of the rules by which parties are matched and joined."""
    match name:
        case "resolution":
            held = [
                (f"`{key}`", f"{points:+}") for key, points in resolution_rules().points.items()
            ]
            yield from table(("evidence about two members", "points"), held)
        case "hubs":
            held = [(f"`{key}`", f"{most}") for key, most in resolution_rules().hubs.items()]
            yield from table(("shared attribute", "maximum names that may share it"), held)
        case "signs":
            found = sign_rules().signs.items()
            told = [(f"`{key}`", each.flag, f"[{each.source}]({each.url})") for key, each in found]
            yield from table(("indicator", "red flag, in our words", "source"), told)
        case "attributes":
            said = [(each.what, f"{each.points:+g}", each.why) for each in attribute_rules()]
            yield from table(("attribute", "points", "reason"), said)


def _schedules(grade: str) -> str:
    named = [
        f"`{regime.slug}` {', '.join(schedules)}"
        for regime in load_registry().regimes.values()
        if (schedules := [name for name, held in regime.grades.items() if held == grade])
    ]
    return "; ".join(named) or "any other, and an authority's own lists"


def _actions(rule: PartyRule) -> Iterator[Row]:
    for action, points in rule.actions.items():
        yield (f"`{action}`", f"{points:+}")
    yield ("charge dismissed, or acquitted", f"{rule.ended:+}")


def _ties(rule: LinkedRule) -> Iterator[Row]:
    yield ("owned or controlled by a blocked party", f"{rule.points:+}")
    yield ("the same, and the test of a body of law is met as stated", f"{rule.met:+}")
    yield ("owns or controls a blocked party", f"{rule.owner:+}")


def _shells(rule: SignRule) -> Iterator[Row]:
    for name, sign in sign_rules().signs.items():
        yield (f"`{name}`", f"{rule.points[name]:+}", sign.flag, f"[{sign.source}]({sign.url})")
    yield ("maximum for one alert", f"{rule.most:+}", "", "")


def _past(past: PastRules) -> Iterator[Row]:
    for name, rule in past.rules.items():
        doubt = "" if rule.mark == "read" else f" ({rule.mark})"
        source = f"[{rule.source}]({rule.url})" if rule.url else rule.source
        numbers = ", ".join(f"{what} {number:g}" for what, number in rule.numbers.items())
        yield f"`{name}`", f"{rule.points:+}", rule.flag, source + doubt, numbers
    yield "maximum for one alert", f"{past.most:+}", "", "", ""


def _order(rule: OrderRule) -> Iterator[Row]:
    checks = ", ".join(f"`{name}`" for name in rule.rules)
    yield "each point of a history rule", f"{rule.past:g}"
    yield f"each point of {checks}", f"{rule.papers:g}"
    yield "maximum of both", f"{rule.most} points"


def _backtest() -> Iterator[Row]:
    """Yield how often each rule of the past holds in the made trade of the held-out seed."""
    seeds = json.loads(_PLANTED.read_text(encoding="utf-8"))["seeds"]
    told = seeds[list(seeds)[-1]]["rules"]
    for name, each in told.items():
        shares = (f"{each[kind]:.2%}" for kind in ("planted", "look-alikes", "ordinary"))
        right = f"{each['of those that hold, planted']:.0%}" if each["lines"] else "-"
        yield f"`{name}`", f"{each['lines']:,}", *shares, right


def _flags() -> Iterator[Row]:
    for name, flag in load_red_flags().flags.items():
        doubt = "" if flag.mark == "read" else f" ({flag.mark})"
        told = ", ".join(f"[`{rule}`](rules.md#{rule})" for rule in flag.rules)
        told = " ".join(filter(None, (told and f"{told}.", flag.why)))
        yield name, f"{flag.says} ([{flag.source}]({flag.url}){doubt})", told


def _days(days: int) -> str:
    return "already arrived" if days < 0 else f"within {days} days"
