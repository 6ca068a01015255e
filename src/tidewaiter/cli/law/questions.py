"""The commands `tidewaiter law`, `tidewaiter law compare` and `tidewaiter law changes`."""

import os
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import Day, Field, Percent, Place, Places, own_lists, printable
from tidewaiter.cli.identify import tell_new_lists
from tidewaiter.cli.law.answers import (
    Checked,
    ages_in_words,
    check_catalogue,
    check_out,
    check_page,
    print_assessment,
    print_checked,
    print_json,
    print_last,
    read_history,
    write_checked,
)
from tidewaiter.explain.words import answer_in_words, day_in_words, words_of
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.law.answers import Found, Goods, Question, Route
from tidewaiter.law.assessment import assess
from tidewaiter.law.changes import changes_of, undated
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.comparison import compare as compared
from tidewaiter.law.comparison import of_schedule
from tidewaiter.law.registry import Registry, load_registry
from tidewaiter.law.rules import LawBook
from tidewaiter.law.types import Substance
from tidewaiter.report.law.changes import (
    ChangeView,
    calendar_of,
    change_in_words,
    change_views,
)
from tidewaiter.report.law.comparison import (
    CellView,
    ComparisonView,
    comparison_csv,
    comparison_view,
)
from tidewaiter.trade.substance_lookup import Asker, Namer, amount_of
from tidewaiter.trade.traders import fold_party
from tidewaiter.trade.types import ReadOptions


class QuestionOptions(Record, frozen=True, kw_only=True):
    """The options of the command."""

    day: date | None = None
    origin: str | None = None
    destinations: tuple[str, ...] = ()
    transit: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    amount: str | None = None
    percent: Decimal | None = None
    goods: Goods | None = None
    party: str = ""
    history: Path | None = None
    catalogue: Path | None = None
    compounds: Path | None = None
    out: Path | None = None
    sheets: Path | None = None
    sheet: Path | None = None
    workers: int = 1
    columns: tuple[tuple[str, str], ...] = ()
    refused: Path | None = None
    as_json: bool = False
    own: tuple[Path, ...] = ()
    street: bool = False


class Desk:
    """Where a question is put: the registry, the rules, and who knows names."""

    def __init__(self, wanted: QuestionOptions, registry: Registry, book: LawBook) -> None:
        @cache
        def identifier() -> Identifier:
            lexicon = load_lexicon(wanted.own, street=wanted.street, compiling=tell_new_lists)
            return Identifier(lexicon, few=wanted.catalogue is None and wanted.history is None)

        def structures(text: str, day: date) -> tuple[Found, ...]:
            from tidewaiter.bulk.structures import find_structure  # noqa: PLC0415 - loads RDKit

            return find_structure(text, wanted.own, day)

        self.wanted = wanted
        self.registry = registry
        self.book = book
        self.namer = Namer(registry, identifier)
        self.asker = Asker(self.namer, load_members(registry), structures)
        self.refusals = 0

    def ask(self, what: tuple[str, ...]) -> bool:
        """Answer on each substance; tell whether all were found and read."""
        question = self._question()
        if self.wanted.sheet:
            check_page(self.wanted.sheet, {"--history": self.wanted.history})
        missing: list[InputError] = []
        for text in what:
            try:
                found = self.asker.find(text, question.day)
            except InputError as error:
                missing.append(error)
                self._print_sheet(text, error, question)
                continue
            self._print_sheet(text, found, question)
            for each in found:
                self._answer(question, each)
        for wrong in missing:
            click.echo(printable(f"not assessable: {wrong}"), err=True)
        if len(missing) == len(what) and not self.wanted.sheet:
            raise InputError("cli/nothing-to-answer-on")
        self._end()
        return not missing and self.refusals == 0

    def compounds(self, path: Path) -> bool:
        """Assess each structure of a file; tell whether all could be assessed."""
        from tidewaiter.cli.law.structures import Job, assess_file  # noqa: PLC0415 - loads RDKit

        wanted = self.wanted
        job = Job(
            path=path,
            out=wanted.out,
            sheets=wanted.sheets,
            columns=wanted.columns,
            question=self._question(),
            own=wanted.own,
            workers=wanted.workers,
        )
        return assess_file(job)

    def _print_sheet(
        self, text: str, found: tuple[Found, ...] | InputError, question: Question
    ) -> None:
        """Write the sheet, where one is asked for."""
        if self.wanted.sheet:
            from tidewaiter.cli.law.structures import printing_today, write_sheet  # noqa: PLC0415

            write_sheet(self.wanted.sheet, text, found, printing_today(question, self.wanted.own))

    def catalogue(self, path: Path) -> bool:
        """Check each product for each destination; tell whether all could be read."""
        places = self.wanted.destinations
        if not places:
            raise click.UsageError(
                "--catalogue asks for the countries that you sell to: --to MX,US"
            )
        refused = self.wanted.refused or path.with_name("refused.csv")
        check_out(self.wanted.out, {"--catalogue": path, "--refused": refused})
        checked = Checked(refused)
        question = self._question()
        reading = self._read_options(), self.namer
        rows = check_catalogue(path, reading, question, places, checked)
        answers = (
            (product, assess(asked, self.registry, self.book, self.asker.judged(found, asked.day)))
            for product, asked, found in rows
        )
        if self.wanted.out:
            write_checked(answers, path.name, self.wanted.out)
        else:
            print_checked(answers, self.registry, as_json=self.wanted.as_json)
        checked.tell()
        self._end()
        return checked.whole and self.refusals == 0

    def _answer(self, question: Question, found: Found) -> None:
        answer = assess(question, self.registry, self.book, found)
        if self.wanted.as_json:
            print_json(answer)
        else:
            print_assessment(answer, self.registry)

    def _end(self) -> None:
        if not self.wanted.as_json:
            print_last()

    def _question(self) -> Question:
        wanted = self.wanted
        mass, volume = amount_of(wanted.amount or "")
        history = None
        if wanted.history is not None:
            read = read_history(wanted.history, self._read_options(), self.namer)
            history, self.refusals = read.dealings, read.refused
        return Question(
            day=wanted.day or date.today(),  # noqa: DTZ011 - the user's own calendar
            route=Route(
                origin=wanted.origin,
                transit=wanted.transit,
                destination=next(iter(wanted.destinations), None),
            ),
            jurisdictions=wanted.jurisdictions,
            mass_mg=mass,
            volume_ul=volume,
            percent=wanted.percent,
            goods=wanted.goods,
            party=fold_party(wanted.party),
            history=history,
        )

    def _read_options(self) -> ReadOptions:
        return ReadOptions(columns=dict(self.wanted.columns))


class ComparisonOptions(Record, frozen=True, kw_only=True):
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
    wanted = ComparisonOptions(**options)
    if bool(wanted.what) == bool(wanted.regime):
        raise click.UsageError("give substances or --regime: tidewaiter law compare acetone")
    registry = load_registry(wanted.own)
    question = Question(
        day=wanted.day or date.today(),  # noqa: DTZ011 - the user's own calendar
        jurisdictions=wanted.jurisdictions,
    )
    asked = _asked(registry, wanted, question.day)
    found = compared(asked, question, registry, registry.book, load_members(registry))
    rules = {each.slug: each for each in registry.classes}
    view = comparison_view(found, words_of(registry), rules)
    if wanted.out:
        with replacing(wanted.out, "law") as part:
            part.write_bytes(comparison_csv(view))
    elif wanted.as_json:
        click.echo(english_json(view))
    else:
        _print_comparison(view)


def _asked(registry: Registry, wanted: ComparisonOptions, day: date) -> list[Substance]:
    """Return the substances of the law that is named, or those that are named themselves."""
    if wanted.regime:
        return _of_regime(registry, wanted.regime, wanted.schedule, day)
    lists, street = wanted.own, wanted.street
    namer = Namer(registry, lambda: Identifier(load_lexicon(lists, street=street), few=True))
    return [substance for text in wanted.what for substance in _named(namer, text)]


def _of_regime(registry: Registry, regime: str, schedule: str, day: date) -> list[Substance]:
    if regime not in registry.regimes:
        raise InputError("cli/no-such-regime", regime=regime, regimes=", ".join(registry.regimes))
    found = of_schedule(registry, regime, schedule, day)
    if not found:
        names = {c.schedule for s in registry.substances for c in s.controls if c.regime == regime}
        raise InputError(
            "cli/nothing-in-force",
            regime=regime,
            day=day,
            schedule=schedule,
            names=", ".join(sorted(names)),
        )
    return found


def _named(namer: Namer, text: str) -> Iterable[Substance]:
    found = [each.substance for each in namer.find(text) if each.substance is not None]
    if not found:
        raise InputError("cli/names-nothing-in-registry", text=text)
    return found


def _print_comparison(view: ComparisonView) -> None:
    console = Console(highlight=False)
    for each in ages_in_words(view.ages):
        console.print(Text(f"law as of {each}"))
    table = Table(header_style="bold", title_justify="left", title=f"Law as of {view.day}")
    table.add_column("substance", overflow="fold")
    for column in view.columns:
        table.add_column(f"{column.jurisdiction}\n{column.regime}", overflow="fold")
    table.add_column("legal instruments", overflow="fold")
    for row in view.rows:
        cells = (Text("\n".join(_lines(cell))) for cell in row.cells)
        table.add_row(Text(f"{row.name}\n{row.cas}".strip()), *cells, row.agreement)
    console.print(table)
    for law in view.silent:
        for answer, reason in law.answers:
            said = answer_in_words(answer)
            console.print(Text(f"{law.jurisdiction} {law.regime}: {said}: {reason}"))
    print_last()


def _lines(cell: CellView) -> Iterable[str]:
    yield answer_in_words(cell.answer)
    for each in cell.listings:
        yield f"{each.title}, {day_in_words(each.since)}"
    if cell.earliest:
        yield "first of these"
    if cell.answer not in {"controlled", "not listed"}:
        yield cell.reason
    yield from (f"later: {each.title} {each.since or ''}".rstrip() for each in cell.later)
    yield from (f"ended {each.until}: {each.title}" for each in cell.ended)


_CORES = os.cpu_count() or 1
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("what", nargs=-1)
@click.option("--day", type=Day(), help="The law as it stood then (today).")
@click.option("--from", "origin", type=Place(), help="Country that it is sent from: CN.")
@click.option("--to", "destinations", type=Places(), default=(), help="Country of destination: MX.")
@click.option("--transit", type=Places(), default=(), help="Countries that it passes: PA,US.")
@click.option("--in", "jurisdictions", type=Places(), default=(), help="Whose law: US,EU,UN.")
@click.option("--amount", help='Of the goods as they are: "25 kg", "200 l".')
@click.option("--percent", type=Percent(), help="Content of the substance in the goods: 40.")
@click.option("--form", "goods", type=click.Choice(get_args(Goods)), help="What the goods are.")
@click.option("--party", default="", help="The other party, as the history names it.")
@click.option(
    "--history", type=_HERE, help="A file of earlier dealings, added up by month or year."
)
@click.option("--catalogue", type=_HERE, help="Check a file of products for each country of --to.")
@click.option(
    "--file", "compounds", type=_HERE, help="Assess each structure of a file: .smi, .sdf, .csv."
)
@click.option("--out", type=_FILE, help="Of --file or --catalogue: .jsonl, .csv or .xlsx.")
@click.option("--sheets", type=_FOLDER, help="With --file: a page for each, in a new folder.")
@click.option("--sheet", type=_FILE, help="Of one WHAT: a page to read and to print: .html.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=_CORES,
    show_default=True,
    help="With --file: processes.",
)
@click.option(
    "--map", "columns", type=Field(), multiple=True, help="A column: goods=Name; structure=Name."
)
@click.option("--refused", type=_FILE, help="What could not be read (refused.csv).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each answer.")
@own_lists
def law(what: tuple[str, ...], **options: Any) -> None:
    """Ask what the law says of WHAT: a slug, a name, a CAS number or a structure.

    One answer for each regime: controlled, free by amount, proposed, not listed or not
    assessable, with clause, days, source and marks. With --from, --to and --transit the laws
    on the route answer, else those of --in, else all that are loaded. A structure is a SMILES,
    an InChI or, with the extra "chem", a systematic name. Exit status 1: some of it was not
    found or could not be read.

    Example: tidewaiter law acetone --from AU --to MX --amount "250 l" --percent 95
    """
    wanted = QuestionOptions(**options)
    if sum((bool(what), wanted.catalogue is not None, wanted.compounds is not None)) != 1:
        raise click.UsageError(
            "give a substance, --catalogue or --file: tidewaiter law acetone --in EU"
        )
    _check_files(wanted, what)
    if wanted.catalogue is None and len(wanted.destinations) > 1:
        raise click.UsageError("--to takes several countries with --catalogue only")
    registry = load_registry(wanted.own)
    desk = Desk(wanted, registry, registry.book)
    if wanted.compounds:
        done = desk.compounds(wanted.compounds)
    elif wanted.catalogue:
        done = desk.catalogue(wanted.catalogue)
    else:
        done = desk.ask(what)
    if not done:
        sys.exit(1)


def _check_files(wanted: QuestionOptions, what: tuple[str, ...]) -> None:
    """Check that what is to be written fits what is asked."""
    if wanted.out and what:
        raise click.UsageError("--out goes with --file or --catalogue; --json answers on WHAT")
    if wanted.sheets and wanted.compounds is None:
        raise click.UsageError("--sheets goes with --file; a page on one WHAT is --sheet FILE.html")
    if wanted.sheet and len(what) != 1:
        raise click.UsageError("--sheet goes with one WHAT; pages on a file are --sheets FOLDER")


_BACK = 365  # days


class ChangeOptions(Record, frozen=True, kw_only=True):
    """The options of the command."""

    day: date | None
    since: date | None
    regimes: tuple[str, ...]
    ics: Path | None
    as_json: bool
    own: tuple[Path, ...]
    street: bool


@click.command()
@click.option("--day", type=Day(), help="What comes after this day (today), and what came before.")
@click.option("--since", type=Day(), help="The first day that is told (a year before --day).")
@click.option("--regime", "regimes", multiple=True, help="Of this law alone; may be given again.")
@click.option(
    "--ics", type=click.Path(dir_okay=False, path_type=Path), help="Write what comes: .ics."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each change.")
@own_lists
def changes(**options: Any) -> None:
    """Say on which days the law that is loaded changes: listings, classes, limits and duties.

    What comes after the day stands first. Listings whose first day nobody read stand on no day;
    they are counted. Only what is loaded is told.

    Example: tidewaiter law changes --day 2024-06-01 --regime un-1988
    """
    wanted = ChangeOptions(**options)
    day = wanted.day or date.today()  # noqa: DTZ011 - the user's own calendar
    since = wanted.since or max(day, date.min + timedelta(_BACK)) - timedelta(_BACK)
    registry = load_registry(wanted.own)
    _check(wanted.regimes, registry)
    found = changes_of(registry, registry.book, wanted.regimes)
    views = [e for e in change_views(found, words_of(registry)) if e.day >= since]
    coming = [each for each in views if each.day > day]
    if wanted.ics:
        with replacing(wanted.ics, "law") as part:
            part.write_bytes(calendar_of(coming, datetime.now(UTC)))
    if wanted.as_json:
        for each in views:
            click.echo(english_json(each))
        return
    console = Console(highlight=False)
    _print_changes(console, f"After {day}", coming)
    _print_changes(
        console, f"From {since} to {day}", [each for each in reversed(views) if each.day <= day]
    )
    count = sum(undated(registry, wanted.regimes).values())
    console.print(f"{count:,} listings have no first day that was read, and stand on no day here.")


def _check(regimes: Iterable[str], registry: Registry) -> None:
    for slug in regimes:
        if slug not in registry.regimes:
            raise InputError("cli/no-such-regime", regime=slug, regimes=", ".join(registry.regimes))


def _print_changes(console: Console, title: str, found: Iterable[ChangeView]) -> None:
    table = Table(
        title=Text(title, style="bold"), title_justify="left", box=None, header_style="bold"
    )
    for head in ("day", "what", "source"):
        table.add_column(head, overflow="fold")
    for each in found:
        mark = "" if each.mark == "read" else f" [{each.mark}]"
        said = Text(visible(f"{change_in_words(each)}{mark}"))
        table.add_row(f"{each.day}", said, Text(visible(each.source.title)))
    console.print(table if table.row_count else Text(f"{title}: nothing that is loaded changes."))
