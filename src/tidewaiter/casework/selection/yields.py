"""Yields: what was found in each arm, and whether scoring beats the random draw."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from tidewaiter.base.intervals import Difference, Share, difference, share_of
from tidewaiter.base.records import Record
from tidewaiter.casework.selection.types import ARMS, Arm
from tidewaiter.trade.rules.results import Result, standing_results

Outcome = Literal["hit", "nothing", "not-inspected", "waiting"]
"""Not as declared, or a substance found by an analysis; as declared; not found or could not be
inspected; no outcome is known yet."""

INSPECTED: Mapping[str, Outcome] = {
    "not-as-declared": "hit",
    "as-declared": "nothing",
    "not-found": "not-inspected",
    "could-not-inspect": "not-inspected",
}
"""What the outcomes of an inspection count as."""

_ANALYSED: Mapping[str, Outcome] = {"identified": "hit", "not-detected": "nothing"}


class Listed(Record, frozen=True, kw_only=True):
    """A line of an inspection list that came back."""

    key: str
    arm: Arm
    alert: str = ""
    outcome: str = ""  # as the officer wrote it; "": nothing yet
    day: date | None = None


class Yield(Record, frozen=True, kw_only=True):
    """What an arm brought."""

    arm: Arm
    selected: int
    waiting: int
    not_inspected: int
    hits: Share  # of the lines that were inspected


class Yields(Record, frozen=True, kw_only=True):
    """What all arms brought, and the score beside the lot."""

    arms: tuple[Yield, ...]
    over_lot: Difference  # of the hit rate of the score, to that of the lot


def outcome_of(listed: Listed, results: Mapping[str, list[Result]]) -> Outcome:
    """Return what came of a line: by the results of its alert, else by what the list says.

    Args:
        listed: The line.
        results: By the id of an alert, those entered.
    """
    standing = standing_results(results.get(listed.alert, ())) if listed.alert else []
    said = [result_outcome(each) for each in standing]
    said += [INSPECTED.get(listed.outcome, "waiting")]
    for wanted in ("hit", "nothing", "not-inspected"):
        if wanted in said:
            return wanted
    return "waiting"


def result_outcome(result: Result) -> Outcome:
    """Return what one result counts as."""
    seen = result.observed
    table = INSPECTED if seen.kind == "inspection" else _ANALYSED
    return table.get(seen.outcome, "waiting")


def yields_of(listed: Iterable[Listed], results: Mapping[str, list[Result]]) -> Yields:
    """Count what each arm brought; a line that stands on several lists counts once.

    Args:
        listed: Lines of inspection lists, the earliest list first.
        results: By the id of an alert.
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
