"""Alert rules of plug-ins: what they see of a batch, and the reasons that they give."""

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
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")  # it stands in addresses of pages


class Seen(Record, frozen=True, kw_only=True):
    """What was found in a line, as far as everybody may see it."""

    mentions: tuple[Mention, ...] = ()
    parties: tuple[PartyMatch, ...] = ()


class Hit(Record, frozen=True, kw_only=True):
    """That a rule holds in a line."""

    line: int  # its place in the batch, from 0
    parameters: Mapping[str, str] = {}  # that fill in the rule's sentence
    evidence: Evidence | None = None


class LineRule(Record, frozen=True, kw_only=True):
    """A rule of alerts, as a plug-in of the group `tidewaiter.rules` brings it.

    The name of the entry point is the rule's. Begin it with a word of the package.
    """

    title: str  # for the page of rules and for filters: "Free port on the route"
    text: str  # one sentence for the officer, with the {parameters} of hits
    points: int  # of a reason, 0 to 100: a plug-in cannot take points off
    source: str  # where the fact behind it was read
    find: Callable[[pa.RecordBatch, Mapping[int, Seen]], Iterable[Hit]]
    """Find the lines of a batch of LINES in which the rule holds.

    It is given the batch, and what was found in its lines by their place; lines in which nothing
    was found are not there. It must depend on nothing else, so that a batch answers the same
    wherever and whenever it is screened.
    """


class Asked(NamedTuple):
    """What the rules of plug-ins say of a batch."""

    reasons: Mapping[int, list[Reason]]  # by the place of the line
    refusals: tuple[Refusal, ...] = ()  # rules that failed


NOT_ASKED = Asked(MappingProxyType({}))
"""What no plug-in says."""


def plugin_rules() -> dict[str, LineRule]:
    """Map the rules that plug-ins bring to what they are; one that cannot be is left out."""
    found = plugins(RULES, LineRule)
    taken = built_in_rules() if found else frozenset()
    return {n: rule for n, rule in found.items() if n not in taken and _is_sound(n, rule)}


def built_in_rules() -> frozenset[str]:
    """Return the names of our own rules."""
    return frozenset(rule for rules in load_result_rules().about.values() for rule in rules)


def ask_plugins(
    batch: pa.RecordBatch, seen: Mapping[int, Seen], weights: Mapping[str, int]
) -> Asked:
    """Ask the rules of plug-ins about a batch; one that fails keeps no other from answering.

    Args:
        batch: Of LINES.
        seen: What was found in its lines, by their place.
        weights: Points that the file of rules sets, by rule; the others have their own.
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
    """Tell whether a rule can be used; report why not."""
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
    rule.text.format(**hit.parameters)  # what is missing is the rule's fault, and found here
    return Reason(
        rule=name,
        says=Phrase(name, **{**hit.parameters, WORDING: rule.text}),
        points=weights.get(name, rule.points),
        source=rule.source,
        evidence=hit.evidence,
    )


def _refusal(batch: pa.RecordBatch, error: PluginError) -> Refusal:
    """Say which rows a rule did not see."""
    first, last = (batch.column("row")[place].as_py() for place in (0, -1))
    return Refusal(
        row=first,
        column="",
        value="",
        problem=f"rows {first} to {last} are screened without one rule: {error.message}",
        hint=error.hint,
        screened=True,
    )
