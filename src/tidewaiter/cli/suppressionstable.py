"""What `tidewaiter suppressions` prints: rules, offers and previews in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from rich.table import Table
from rich.text import Text

from tidewaiter.casework.suppression.offers import Offer, offer_in_words
from tidewaiter.casework.suppression.scope import scope_in_words
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.casework.suppression.suppression import Suppression, Taken
from tidewaiter.cli.table import as_line
from tidewaiter.store.previews import Part, Preview

K = TypeVar("K", bound=str)

_MANY = 5  # ids in a line


def rules_table(rules: Sequence[Suppression]) -> Table:
    """Lay out rules, one a row."""
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for title in ("rule", "state", "rest", "expires", "owner"):
        table.add_column(title, overflow="fold")
    table.add_column("about alerts that", overflow="fold", ratio=1)
    for rule in rules:
        told = rule.proposal
        strong = " (strong too)" if told.strong else ""
        table.add_row(
            str(rule.number),
            Text(f"{rule.state}{strong}"),
            f"{rule.hidden:,}",
            told.expires.isoformat(),
            Text(as_line(told.owner)),
            Text(as_line("; ".join(scope_in_words(told.scope)))),
        )
    return table


def show_rule(rule: Suppression, steps: Sequence[Taken], rests: Sequence[str]) -> Iterator[str]:
    """Yield the lines of one rule whole."""
    told = rule.proposal
    yield f"rule {rule.number}: {rule.state}, {rule.hidden:,} alerts rest by it now"
    yield "About alerts that fit all of this"
    yield from (f"  {as_line(each)}" for each in scope_in_words(told.scope))
    if told.strong:
        yield "  STRONG alerts too"
    says = load_suppression_settings().reason[told.reason].says
    yield f"Why: {says}{'. ' if told.words else ''}{as_line(told.words)}"
    since = f" since {rule.since}," if rule.since else ""
    yield f"Owner: {as_line(told.owner)};{since} until {told.expires}"
    yield "Steps"
    for step in steps:
        words = f": {as_line(step.words)}" if step.words else ""
        yield f"  {step.id}  {step.at}  {step.step} by {as_line(step.by)}{words}"
    yield from _named("Rest now, in order of work", rests)


def show_offer(number: int, offer: Offer) -> Iterator[str]:
    """Yield the lines of an offer."""
    yield f"offer {number}: alerts that fit all of this"
    yield from (f"  {as_line(each)}" for each in scope_in_words(offer.scope))
    yield f"  {offer_in_words(offer)}"
    if offer.strong:
        yield f"  {offer.strong:,} are strong: their like stays open unless the rule says so"


def show_preview(found: Preview) -> Iterator[str]:
    """Yield the lines of a preview."""
    yield f"{found.alerts:,} of {found.stored:,} stored alerts fit"
    yield from _part("A rule would hide", found.plain)
    yield from _part(
        "Strong, which stay open unless the rule says so and two approve", found.strong
    )
    if found.against_count:
        yield f"{found.against_count:,} of them were confirmed, held or referred"
        yield from _named("Look at these first", found.against)


def _part(title: str, part: Part) -> Iterator[str]:
    yield f"{title}: {part.alerts:,}"
    if part.alerts:
        yield f"  {_counts(part.by_severity)}"
        yield f"  {_counts(part.by_status)}"
        yield f"  {_counts(part.by_month)}"
        yield from _named("  Such as", part.sample)


def _counts(counts: Mapping[K, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _named(title: str, ids: Sequence[str]) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - _MANY} more" if len(ids) > _MANY else ""
        yield f"{title}: {', '.join(ids[:_MANY])}{more}"
