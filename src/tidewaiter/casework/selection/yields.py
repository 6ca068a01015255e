"""Yields: findings per arm, and whether scoring beats the random draw."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from tidewaiter.base.intervals import Difference, Share, difference, share_of
from tidewaiter.base.records import Record
from tidewaiter.casework.selection.types import ARMS, Arm
from tidewaiter.trade.rules.results import Result, standing_results

Outcome = Literal["hit", "nothing", "not-inspected", "waiting"]
"""Not as declared, or substance confirmed by analysis; as declared; not found or not inspectable;
no outcome yet."""

INSPECTED: Mapping[str, Outcome] = {
    "not-as-declared": "hit",
    "as-declared": "nothing",
    "not-found": "not-inspected",
    "could-not-inspect": "not-inspected",
}
"""Classification of inspection outcomes."""

_ANALYSED: Mapping[str, Outcome] = {"identified": "hit", "not-detected": "nothing"}


class Listed(Record, frozen=True, kw_only=True):
    """A line of a returned inspection list."""

    key: str
    arm: Arm
    alert: str = ""
    outcome: str = ""  # as written by the officer; "": none yet
    day: date | None = None


class Yield(Record, frozen=True, kw_only=True):
    """Yield of an arm."""

    arm: Arm
    selected: int
    waiting: int
    not_inspected: int
    hits: Share  # share of inspected lines


class Yields(Record, frozen=True, kw_only=True):
    """Yields of all arms, and scoring compared with the random draw."""

    arms: tuple[Yield, ...]
    over_lot: Difference  # hit rate of scoring minus that of the random draw


def outcome_of(listed: Listed, results: Mapping[str, list[Result]]) -> Outcome:
    """Return a line's outcome: from its alert's results, otherwise from the list.

    Args:
        listed: The line.
        results: Results by alert id.
    """
    standing = standing_results(results.get(listed.alert, ())) if listed.alert else []
    said = [result_outcome(each) for each in standing]
    said += [INSPECTED.get(listed.outcome, "waiting")]
    for wanted in ("hit", "nothing", "not-inspected"):
        if wanted in said:
            return wanted
    return "waiting"


def result_outcome(result: Result) -> Outcome:
    """Return the outcome of one result."""
    seen = result.observed
    table = INSPECTED if seen.kind == "inspection" else _ANALYSED
    return table.get(seen.outcome, "waiting")


def yields_of(listed: Iterable[Listed], results: Mapping[str, list[Result]]) -> Yields:
    """Count the yield of each arm; a line on several lists counts once.

    Args:
        listed: Lines of inspection lists, earliest list first.
        results: By alert id.
    """
    by_key: dict[str, Listed] = {}
    for each in listed:
        by_key.setdefault(each.key, each)
        if each.outcome and not by_key[each.key].outcome:
            by_key[each.key] = each
    told = [(each.arm, outcome_of(each, results)) for each in by_key.values()]
    arms = tuple(_yield(arm, [said for mine, said in told if mine == arm]) for arm in ARMS)
    rates = {each.arm: each.hits for each in arms}
    return Yields(arms=arms, over_lot=difference(rates["score"], rates["random"]))


def _yield(arm: Arm, said: list[Outcome]) -> Yield:
    hits = said.count("hit")
    return Yield(
        arm=arm,
        selected=len(said),
        waiting=said.count("waiting"),
        not_inspected=said.count("not-inspected"),
        hits=share_of(hits, hits + said.count("nothing")),
    )
