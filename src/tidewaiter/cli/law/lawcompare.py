"""The command `tidewaiter law compare`."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.cli.lawtable import ages_in_words, print_last
from tidewaiter.cli.options import Day, Places, own_lists
from tidewaiter.consignments.naming import Namer
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.report.comparing import CellView, ComparisonView, comparison_csv, comparison_view
from tidewaiter.report.library import words_of
from tidewaiter.substances.comparing import compare as compared
from tidewaiter.substances.comparing import of_schedule
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.members import load_members
from tidewaiter.substances.questions import Question
from tidewaiter.substances.registry import Registry, load_registry
from tidewaiter.substances.types import Substance


class Wanted(Record, frozen=True, kw_only=True):
    """What the command is given."""

    what: tuple[str, ...]
    day: date | None
    jurisdictions: tuple[str, ...]
    regime: str | None
    schedule: str
    out: Path | None
    as_json: bool
    own: tuple[Path, ...]
    street: bool


@click.command()
@click.argument("what", nargs=-1)
@click.option("--day", type=Day(), help="The law as it stood then (today).")
@click.option("--in", "jurisdictions", type=Places(), default=(), help="Whose law: US,EU,UN.")
@click.option("--regime", help="Instead of WHAT: the substances of this law.")
@click.option("--schedule", default="", help="Of --regime: of this schedule alone.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write a table: .csv.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@own_lists
def compare(**options: Any) -> None:
    """Put laws side by side for each WHAT: a slug, a name or a CAS number.

    Each law answers as `tidewaiter law` does. A column stands for each law that lists one of
    the substances, on that day or another; those that list none are named below.

    Example: tidewaiter law compare 4-piperidone norfentanyl --in UN,US,EU,CN
    """
    wanted = Wanted(**options)
    if bool(wanted.what) == bool(wanted.regime):
        raise click.UsageError("give substances or --regime: tidewaiter law compare acetone")
    registry = load_registry(wanted.own)
    question = Question(
        day=wanted.day or date.today(),  # noqa: DTZ011 - the user's own calendar
        jurisdictions=wanted.jurisdictions,
    )
    asked = _asked(registry, wanted, question.day)
    found = compared(asked, question, registry, load_lawbook(registry), load_members(registry))
    rules = {each.slug: each for each in registry.classes}
    view = comparison_view(found, words_of(registry), rules)
    if wanted.out:
        with replacing(wanted.out, "law") as part:
            part.write_bytes(comparison_csv(view))
    elif wanted.as_json:
        click.echo(msgspec.json.encode(view))
    else:
        _print(view)


def _asked(registry: Registry, wanted: Wanted, day: date) -> list[Substance]:
    """Return the substances of the law that is named, or those that are named themselves."""
    if wanted.regime:
        return _of_regime(registry, wanted.regime, wanted.schedule, day)
    lists, street = wanted.own, wanted.street
    namer = Namer(registry, lambda: Identifier(load_lexicon(lists, street=street), few=True))
    return [substance for text in wanted.what for substance in _named(namer, text)]


def _of_regime(registry: Registry, regime: str, schedule: str, day: date) -> list[Substance]:
    if regime not in registry.regimes:
        raise InputError(
            f'no regime is called "{regime}"', hint=f"it is one of: {', '.join(registry.regimes)}"
        )
    found = of_schedule(registry, regime, schedule, day)
    if not found:
        names = {c.schedule for s in registry.substances for c in s.controls if c.regime == regime}
        raise InputError(
            f'{regime} has nothing in force on {day} in "{schedule}"',
            hint=f"its schedules are: {', '.join(sorted(names))}",
        )
    return found


def _named(namer: Namer, text: str) -> Iterable[Substance]:
    found = [each.substance for each in namer.find(text) if each.substance is not None]
    if not found:
        raise InputError(
            f'"{text}" names nothing in the registry',
            hint="write a slug, a name or a CAS number; tidewaiter substances lists all",
        )
    return found


def _print(view: ComparisonView) -> None:
    console = Console(highlight=False)
    for each in ages_in_words(view.ages):
        console.print(Text(f"law as of {each}"))
    table = Table(header_style="bold", title_justify="left", title=f"The law on {view.day}")
    table.add_column("substance", overflow="fold")
    for column in view.columns:
        table.add_column(f"{column.jurisdiction}\n{column.regime}", overflow="fold")
    table.add_column("the laws", overflow="fold")
    for row in view.rows:
        cells = (Text("\n".join(_lines(cell))) for cell in row.cells)
        table.add_row(Text(f"{row.name}\n{row.cas}".strip()), *cells, row.agreement)
    console.print(table)
    for law in view.silent:
        for answer, reason in law.answers:
            console.print(Text(f"{law.jurisdiction} {law.regime}: {answer}: {reason}"))
    print_last()


def _lines(cell: CellView) -> Iterable[str]:
    yield cell.answer
    for each in cell.listings:
        yield f"{each.title}, since {each.since or 'a day not known'}"
    if cell.earliest:
        yield "first of these"
    if cell.answer not in {"controlled", "not listed"}:
        yield cell.reason
    yield from (f"later: {each.title} {each.since or ''}".rstrip() for each in cell.later)
    yield from (f"ended {each.until}: {each.title}" for each in cell.ended)
