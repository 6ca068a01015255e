"""The answers of `tidewaiter law` in the terminal, and as JSON lines."""

from collections.abc import Iterable, Iterator

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.consignments.papers import Product
from tidewaiter.consignments.routing import duty_in_short
from tidewaiter.report.characters import visible
from tidewaiter.report.verdict import AgeView, age_views, in_order, verdict_of
from tidewaiter.report.words import day_in_words, duty_in_words, roles_in_words
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.rulings import Age, Assessment, Listing, Ruling

_STYLES = {
    "controlled": "bold red",
    "not assessable": "bold yellow",
    "proposed": "yellow",
    "free by amount": "cyan",
    "not listed": "dim",
}
_LAST = "This is no licence and no legal advice. No answer says that a dealing is allowed."


def print_json(assessment: Assessment, row: int | None = None, product: str | None = None) -> None:
    """Write an assessment as one line of JSON; of a catalogue with the row and the product."""
    said = msgspec.to_builtins(assessment)
    if row is not None:
        said = {"row": row, "product": product} | said
    click.echo(msgspec.json.encode(said))


def print_last() -> None:
    """Say what no answer means."""
    Console(highlight=False).print(_LAST, style="dim")


def print_assessment(assessment: Assessment, registry: Registry) -> None:
    """Print the answers on one substance: the verdict, how old the law is, and a table.

    The table has a row for each law that says something. The laws that do not list it stand in
    one row for each reason, a line for each jurisdiction.
    """
    console = Console(highlight=False)
    console.print(Text(visible(_head(assessment)), style="bold"))
    for label, text, style in _verdict(assessment, registry):
        console.print(Text(f"{label:<14} {visible(text)}", style=style))
    console.print()
    table = Table(box=None, header_style="bold", pad_edge=False, expand=True)
    table.add_column("answer", min_width=14)
    table.add_column("law: why, what it demands, how it is known", ratio=1, overflow="fold")
    for ruling in in_order(assessment.rulings):
        if ruling.answer != "not listed":
            style = _STYLES[ruling.answer]
            table.add_row(Text(ruling.answer, style=style), _details(ruling, registry))
    for text in _unlisted(assessment.rulings):
        table.add_row(Text("not listed"), Text(text), style=_STYLES["not listed"])
    console.print(table)
    if assessment.how:
        console.print(Text(visible(f"found by structure: {assessment.how}")))
    for watched in assessment.watched:
        console.print(Text(f"watched, not controlled: {watched}"))
    console.print()


def print_checked(
    answers: Iterable[tuple[Product, Assessment]], registry: Registry, *, as_json: bool
) -> None:
    """Print the answers on a catalogue: a row for each product, substance and destination."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("row", "product", "substance", "to", "answers", "demands"):
        table.add_column(title, overflow="fold")
    ages: tuple[Age, ...] = ()
    for product, answer in answers:
        ages = answer.ages
        if as_json:
            print_json(answer, product.row, product.text)
            continue
        telling = [each for each in answer.rulings if each.answer != "not listed"]
        table.add_row(
            str(product.row),
            Text(visible(product.text)),
            Text(answer.name),
            answer.route.destination or "",
            Text("\n".join(_short(each, registry) for each in telling) or "not listed"),
            Text("\n".join(duty_in_short(duty) for each in telling for duty in each.duties)),
        )
    if not as_json and table.row_count:
        console = Console(highlight=False)
        console.print(table)
        for each in ages_in_words(age_views(ages, registry.regimes)):
            console.print(Text(f"law as of {each}"))


def _head(assessment: Assessment) -> str:
    route = assessment.route
    ends = [route.origin or "?", *route.transit, route.destination or "?"]
    way = f", {' > '.join(ends)}" if route.given else ""
    substance = f" ({assessment.substance})" if assessment.substance else ""
    return f"{assessment.name}{substance} on {assessment.day}{way}"


def _verdict(assessment: Assessment, registry: Registry) -> Iterator[tuple[str, str, str]]:
    """Yield label, text and style of each line of the verdict, and the age of the law last."""
    rules = {each.slug: each for each in registry.classes}
    said = verdict_of(assessment.rulings, registry.regimes, rules)
    if said.controlled:
        yield "CONTROLLED", ", ".join(said.controlled), _STYLES["controlled"]
    if said.free:
        yield "FREE BY AMOUNT", ", ".join(said.free), _STYLES["free by amount"]
    if said.proposed:
        yield "PROPOSED", ", ".join(said.proposed), _STYLES["proposed"]
    for demand in said.demands:
        yield "DEMANDS", demand, ""
    if said.open:
        yield "NOT ASSESSABLE", f"some law of {', '.join(said.open)}", _STYLES["not assessable"]
    if said.silent and not (said.controlled or said.free or said.proposed):
        yield "NOT LISTED", f"in the law of {', '.join(said.silent)}", ""
    for each in ages_in_words(age_views(assessment.ages, registry.regimes)):
        yield "LAW AS OF", each, ""


def ages_in_words(ages: Iterable[AgeView]) -> Iterator[str]:
    """Yield how old laws are: "2026-11-25 (6 days old)", those that are older by their names."""
    for each in ages:
        days = "1 day" if each.days == 1 else f"{each.days:,} days"
        laws = f": {'; '.join(each.laws)}" if each.laws else ""
        yield f"{each.as_of} ({days} old){laws}"


def _details(ruling: Ruling, registry: Registry) -> Text:
    """Return the law and all that its answer rests on, a line each."""
    regime = registry.regimes.get(ruling.regime)
    name = regime.name if regime else f"law of {ruling.jurisdiction}"
    roles = f" ({roles_in_words(ruling.roles)})" if ruling.roles else ""
    text = Text(f"{name}{roles}", style="bold")
    for line in (*_why(ruling), *_more(ruling)):
        text.append(f"\n  {line}", style="not bold")
    return text


def _unlisted(rulings: Iterable[Ruling]) -> Iterator[str]:
    """Yield each reason why laws do not list it, with their slugs and what was evaluated."""
    said: dict[str, dict[str, list[str]]] = {}
    for each in rulings:
        if each.answer == "not listed":
            roles = f" ({roles_in_words(each.roles)})" if each.roles else ""
            as_of = f"as of {each.as_of}: " if each.age_days else ""
            places = said.setdefault(f"{as_of}{each.reason}", {})
            places.setdefault(f"{each.jurisdiction}{roles}", []).append(_evaluated(each))
    for reason, places in said.items():
        yield "\n  ".join([reason, *(f"{at}: {'; '.join(laws)}" for at, laws in places.items())])


def _evaluated(ruling: Ruling) -> str:
    """Name a law with the first day of our copy and the class rules that were evaluated."""
    since = ruling.covered[0]
    classes = [text.removeprefix(f"{ruling.regime}: ") for text in ruling.versions[1:]]
    said = [f"whole from {since}"] if since else []
    said += [text.removesuffix(" evaluated") for text in classes]
    return f"{ruling.regime} ({', '.join(said)})" if said else ruling.regime


def _why(ruling: Ruling) -> Iterator[str]:
    """Yield the reason where nothing below tells it, and each listing with its days and source."""
    if ruling.answer != "controlled" and all(ruling.reason != each.text for each in ruling.remarks):
        yield ruling.reason
    yield from (f"in force: {_listing(each)}" for each in ruling.held)
    yield from (f"published: {_listing(each)}" for each in ruling.proposed)
    yield from (f"ended {each.until}: {_listing(each)}" for each in ruling.ended)


def _listing(listing: Listing) -> str:
    scope = f" ({listing.scope})" if listing.scope else ""
    decided = f", decided {listing.decided}" if listing.decided else ""
    marks = {"listing": listing.mark, "days": listing.dates}
    doubts = [f"{what} {mark}" for what, mark in marks.items() if mark != "read"]
    said = f" [{', '.join(doubts)}]" if doubts else ""
    since = day_in_words(listing.since)
    clauses = f": {'; '.join(listing.clauses)}" if listing.clauses else ""
    return f"{listing.schedule}{clauses}{scope}, {since}{decided}; {listing.source}{said}"


def _more(ruling: Ruling) -> Iterator[str]:
    """Yield what is demanded, the limits, other rules and doubts, each with clause and source."""
    for duty in ruling.duties:
        yield f"{duty_in_words(duty)}; {duty.clause} [{_cited(duty.source, duty.mark)}]"
    for check in ruling.checks:
        reckoned = f": {check.reckoned}" if check.reckoned else ""
        cited = _cited(check.source, check.mark)
        yield f"limit, {check.limit}{reckoned}; {check.clause} [{cited}]"
    for remark in ruling.remarks:
        yield f"{remark.text}; {remark.clause} [{_cited(remark.source, remark.mark)}]"
    yield from ruling.doubts
    yield from ruling.versions


def _cited(source: str, mark: str) -> str:
    return source if mark == "read" else f"{source}, {mark}"


def _short(ruling: Ruling, registry: Registry) -> str:
    regime = registry.regimes.get(ruling.regime)
    doubt = " (not verified)" if ruling.doubts else ""
    return f"{regime.slug if regime else ruling.jurisdiction}: {ruling.answer}{doubt}"
