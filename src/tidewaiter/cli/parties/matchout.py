"""What `tidewaiter match` prints of one party."""

import click
import msgspec

from tidewaiter.consignments.links import link_in_words
from tidewaiter.parties.matching.types import Answer, Match
from tidewaiter.parties.thresholds import Threshold, printed
from tidewaiter.report.characters import visible
from tidewaiter.report.scripts import not_compared

_SCRIPT = "a listed name in other letters is not found by it; ask for the name in Latin letters too"


def show(answer: Answer, *, as_json: bool) -> None:
    """Print what one party matches."""
    if as_json:
        click.echo(msgspec.json.encode(answer))
        return
    for doubt in answer.doubts:
        click.echo(visible(f"it cannot be right: {doubt}"), err=True)
    if answer.script:
        for text in not_compared({answer.script: 1}):
            click.echo(visible(f"{text}: {_SCRIPT}"))
    elif answer.not_assessable:
        click.echo(f"not assessable: {answer.not_assessable}")
    elif not answer.matches:
        least = f" {answer.threshold}" if answer.threshold else ""
        what = "resembles this name" if answer.text else "bears this number"
        click.echo(visible(f"no entry of this list {what} at or above the threshold{least}"))
    for match in answer.matches:
        for line in _lines(match, answer.threshold):
            click.echo(visible(line))


def _lines(match: Match, least: Threshold | None) -> list[str]:
    said = match.explanation
    lines = [
        f"{match.probability:.3f}  {match.name} ({match.name_kind})",
        f"  {_entry(match)}. {match.source}".rstrip(),
    ]
    lines += [f"  {match.judged}"] if match.judged else []
    lines += [f"  {link_in_words(each)}" for each in match.links]
    share = match.blocked_share
    lines += [f"  shares of blocked owners add up to {share}"] if share else []
    lines += [f"  {step}" for step in said.cleaning]
    lines += [f"  {p.points:+.2f}  {p.asked} = {p.listed}, {p.kind}" for p in said.pairs]
    lines += [f"  {o.points:+.2f}  {o.word}, {o.side} alone, {o.how}" for o in said.left_over]
    lines += [
        f"  {m.points:+.2f}  {m.what}{f' ({m.text})' if m.text else ''}" for m in said.modifiers
    ]
    origin = f", {least.origin}" if least and least.origin else ""
    text = f"log-odds in all; threshold {printed(match.threshold)}{origin}"
    lines.append(f"  {match.log_odds:+.2f}  {text}")
    if said.pairs:
        lines.append(f"  one name in {said.rarity:,.0f} bears the words that agree")
    return lines


def _entry(match: Match) -> str:
    """Say which entry it is, what its list does, since when, and how a charge ended."""
    told = [f"entry {match.entry}", match.kind, match.action]
    told += [f"listed {match.listed}"] if match.listed else []
    ended = f" on {match.outcome_day}" if match.outcome_day else ""
    told += [f"{match.outcome}{ended}"] if match.outcome else []
    told += ["restricted"] if match.confidential else []
    return ", ".join(told)
