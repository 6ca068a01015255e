"""Plug-in alert rules: their input, and the reasons that they give."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import pyarrow as pa

from tidewaiter.base.errors import PluginError
from tidewaiter.base.phrases import WORDING, Phrase
from tidewaiter.base.plugins import RULES, blamed, plugin_for, plugins, report
from tidewaiter.base.records import Record
from tidewaiter.trade.rules.results import load_result_rules
from tidewaiter.trade.types import Evidence, Mention, PartyMatch, Reason, Refusal

_MOST = 100  # points of a reason
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # used in page URLs


class Seen(Record, frozen=True, kw_only=True):
    """Findings in a line that are visible to everybody."""

    mentions: tuple[Mention, ...] = ()
    parties: tuple[PartyMatch, ...] = ()


class Hit(Record, frozen=True, kw_only=True):
    """A match of a rule in a line."""

    line: int  # index in the batch, from 0
    parameters: Mapping[str, str] = {}  # parameters of the rule's sentence
    evidence: Evidence | None = None


class LineRule(Record, frozen=True, kw_only=True):
    """An alert rule, provided by a plug-in of the group `tidewaiter.rules`.

    The rule is named after the entry point. Start it with a word of the package name.
    """

    title: str  # for the page of rules and for filters: "Free port on the route"
    text: str  # one sentence for the officer, with the {parameters} of hits
    points: int  # points of a reason, 0 to 100: a plug-in cannot reduce the score
    source: str  # source of the fact behind it
    find: Callable[[pa.RecordBatch, Mapping[int, Seen]], Iterable[Hit]]
    """Find the lines of a batch of LINES to which the rule applies.

    Arguments are the batch, and the findings by line index; lines without findings are absent. The
    result must depend on nothing else, so that it is the same wherever and whenever the batch is
    screened.
    """


class Asked(NamedTuple):
    """Results of plug-in rules for a batch."""

    reasons: Mapping[int, list[Reason]]  # by line index
    refusals: tuple[Refusal, ...] = ()  # rules that failed


NOT_ASKED = Asked(MappingProxyType({}))
"""Result without plug-ins."""


def plugin_rules() -> dict[str, LineRule]:
    """Map plug-in rules to their definitions; invalid ones are skipped."""
    found = plugins(RULES, LineRule)
    taken = built_in_rules() if found else frozenset()
    return {n: rule for n, rule in found.items() if n not in taken and _is_sound(n, rule)}


def built_in_rules() -> frozenset[str]:
    """Return the names of the built-in rules."""
    return frozenset(rule for rules in load_result_rules().about.values() for rule in rules)


def ask_plugins(
    batch: pa.RecordBatch, seen: Mapping[int, Seen], weights: Mapping[str, int]
) -> Asked:
    """Run the plug-in rules on a batch; failures do not affect other rules.

    Args:
        batch: Batch with the schema LINES.
        seen: Findings by line index.
        weights: Points set in the rules file, by rule; others use their own.
    """
    if not len(batch):
        return NOT_ASKED
    reasons: dict[int, list[Reason]] = {}
    refusals = []
    for name, rule in plugin_rules().items():
        try:
            with blamed(plugin_for(RULES, name)):
                made = [
                    (_place(hit, batch), _reason(name, rule, hit, weights))
                    for hit in rule.find(batch, seen)
                ]
        except PluginError as error:
            report(error)
            refusals.append(_refusal(batch, error))
            continue
        for line, reason in made:
            reasons.setdefault(line, []).append(reason)
    return Asked(reasons, tuple(refusals))


def _is_sound(name: str, rule: LineRule) -> bool:
    """Return whether a rule is valid; report the error if not."""
    title, points = plugin_for(RULES, name).title, rule.points
    problems: list[PluginError] = []
    if not _NAME.fullmatch(name):
        problems.append(PluginError("trade/plugin-name-odd", title=title, at=RULES))
    if not 0 <= points <= _MOST:
        problems.append(
            PluginError(
                "trade/plugin-points-out-of-bounds",
                title=title,
                points=points,
                most=_MOST,
                at=RULES,
            )
        )
    for problem in problems:
        report(problem)
    return not problems


def _place(hit: Hit, batch: pa.RecordBatch) -> int:
    if not 0 <= hit.line < len(batch):
        raise ValueError(f"line {hit.line} is not in a batch of {len(batch)}")
    return hit.line


def _reason(name: str, rule: LineRule, hit: Hit, weights: Mapping[str, int]) -> Reason:
    rule.text.format(**hit.parameters)  # a missing parameter is an error of the rule, detected here
    return Reason(
        rule=name,
        says=Phrase(name, **{**hit.parameters, WORDING: rule.text}),
        points=weights.get(name, rule.points),
        source=rule.source,
        evidence=hit.evidence,
    )


def _refusal(batch: pa.RecordBatch, error: PluginError) -> Refusal:
    """Report the rows that a rule did not process."""
    first, last = (batch.column("row")[place].as_py() for place in (0, -1))
    return Refusal.of(
        PluginError(
            "trade/rule-failed-on-rows",
            first=first,
            last=last,
            problem=error.message,
            hint=error.hint,
        ),
        row=first,
    )
