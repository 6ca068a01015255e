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
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Field,
    Percent,
    Place,
    Places,
    ok_with_refusals,
    own_lists,
    printable,
)
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.cli.identify import tell_new_lists
from tidewaiter.cli.law.answers import (
    ages_in_words,
    check_page,
    print_assessment,
    print_json,
    print_last,
    read_history,
)
from tidewaiter.explain.words import answer_in_words, since_in_words, words_of
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
    language: str = "en"
    workers: int = 1
    columns: tuple[tuple[str, str], ...] = ()
    refused: Path | None = None
    whole: bool = False
    as_json: bool = False
    own: tuple[Path, ...] = ()
    street: bool = False


class Desk:
    """Data for answers: the registry, the rules, and the name search."""

    def __init__(self, wanted: QuestionOptions, registry: Registry, book: LawBook) -> None:
        @cache
        def identifier() -> Identifier:
            lexicon = load_lexicon(wanted.own, street=wanted.street, compiling=tell_new_lists)
            return Identifier(lexicon)

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
        """Print the answer for each substance; return whether all were found and read."""
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
        """Assess each structure of a file; return whether all could be assessed."""
        from tidewaiter.cli.law.structures import Job, assess_file  # noqa: PLC0415 - loads RDKit

        wanted = self.wanted
        job = Job(
            path=path,
            out=wanted.out,
            sheets=wanted.sheets,
            spoken=wanted.language,
            columns=wanted.columns,
            question=self._question(),
            own=wanted.own,
            workers=wanted.workers,
        )
        return assess_file(job)

    def _print_sheet(
        self, text: str, found: tuple[Found, ...] | InputError, question: Question
    ) -> None:
        """Write the assessment sheet, if requested."""
        if self.wanted.sheet:
            from tidewaiter.cli.law.structures import printing_today, write_sheet  # noqa: PLC0415

            printing = printing_today(question, self.wanted.own, spoken=self.wanted.language)
            write_sheet(self.wanted.sheet, text, found, printing)

    def catalogue(self, path: Path) -> bool:
        """Check each product for each destination; return whether all could be read."""
        # Imported here: readers of files load slowly.
        from tidewaiter.cli.law.catalogue import CatalogueRun, check_products  # noqa: PLC0415

        wanted = self.wanted
        if not wanted.destinations:
            raise click.UsageError(
                "--catalogue needs the countries that you sell to, for example --to MX,US."
            )
        run = CatalogueRun(
            path=path,
            question=self._question(),
            destinations=wanted.destinations,
            options=self._read_options(),
            out=wanted.out,
            refused=wanted.refused or path.with_name("refused.csv"),
            as_json=wanted.as_json,
            workers=wanted.workers,
            own=wanted.own,
            street=wanted.street,
        )
        whole = check_products(run, self.registry)
        self._end()
        return whole and self.refusals == 0

    def _answer(self, question: Question, found: Found) -> None:
        answer = assess(question, self.registry, self.book, found)
        if self.wanted.as_json:
            print_json(answer, question, self.registry)
        else:
            print_assessment(answer, question, self.registry, whole=self.wanted.whole)

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
    """The options of the command."""

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
@click.option("--day", type=Day(), help="Show the law as of this date (default: today).")
@click.option(
    "--in", "jurisdictions", type=Places(), default=(), help="Jurisdictions, for example US,EU,UN."
)
@click.option("--regime", help="Compare the substances of this legal instrument instead of WHAT.")
@click.option("--schedule", default="", help="With --regime: only this schedule.")
@click.option(
    "--out",
    type=OUT_FILE,
    help="Write a table to this .csv file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@own_lists
def compare(**options: Any) -> None:
    """Compare legal instruments for each WHAT: a slug, a name or a CAS number.

    Each instrument gives the same answer as `tidewaiter law`. There is a column for each instrument
    that controls one of the substances, on that date or another; the others are named below the
    table.

    Example: tidewaiter law compare 4-piperidone norfentanyl --in UN,US,EU,CN
    """
    wanted = ComparisonOptions(**options)
    if bool(wanted.what) == bool(wanted.regime):
        raise click.UsageError(
            "Name substances, or an instrument with --regime: tidewaiter law compare acetone"
        )
    registry = load_registry(wanted.own)
    question = Question(
        day=wanted.day or date.today(),  # noqa: DTZ011 - the user's own calendar
        jurisdictions=wanted.jurisdictions,
    )
    asked = _asked(registry, wanted, question.day)
    found = compared(asked, question, registry, registry.book, load_members(registry))
    view = comparison_view(found, words_of(registry), registry.rules)
    if wanted.out:
        with replacing(wanted.out, "law") as part:
            part.write_bytes(comparison_csv(view))
    elif wanted.as_json:
        click.echo(english_json(view))
    else:
        _print_comparison(view)


def _asked(registry: Registry, wanted: ComparisonOptions, day: date) -> list[Substance]:
    """Return the substances of the named instrument, or the named substances."""
    if wanted.regime:
        return _of_regime(registry, wanted.regime, wanted.schedule, day)
    lists, street = wanted.own, wanted.street
    namer = Namer(registry, lambda: Identifier(load_lexicon(lists, street=street)))
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
            console.print(Text(f"{law.jurisdiction} {law.regime}: {said}: {english(reason)}"))
    print_last()


def _lines(cell: CellView) -> Iterable[str]:
    yield answer_in_words(cell.answer)
    for each in cell.listings:
        yield f"{each.title}, {since_in_words(each.since)}"
    if cell.earliest:
        yield "first of these"
    if cell.answer not in {"controlled", "not listed"}:
        yield english(cell.reason)
    yield from (f"later: {each.title} {each.since or ''}".rstrip() for each in cell.later)
    yield from (f"ended {each.until}: {each.title}" for each in cell.ended)


_CORES = os.cpu_count() or 1
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("what", nargs=-1)
@click.option("--day", type=Day(), help="Check the law as of this date (default: today).")
@click.option("--from", "origin", type=Place(), help="Country of origin, for example CN.")
@click.option(
    "--to",
    "destinations",
    type=Places(),
    default=(),
    help="Country of destination, for example MX.",
)
@click.option(
    "--transit", type=Places(), default=(), help="Countries of transit, for example PA,US."
)
@click.option(
    "--in", "jurisdictions", type=Places(), default=(), help="Jurisdictions, for example US,EU,UN."
)
@click.option("--amount", help='Quantity of goods: "25 kg" or "200 l".')
@click.option(
    "--percent",
    type=Percent(),
    help="Concentration of the substance in the goods, in percent, for example 40.",
)
@click.option("--form", "goods", type=click.Choice(get_args(Goods)), help="Form of the goods.")
@click.option(
    "--party", default="", help="The other party to the transaction, as named in --history."
)
@click.option(
    "--history",
    type=FILE,
    help="Earlier transactions, which some thresholds add up per month or year.",
)
@click.option(
    "--catalogue", type=FILE, help="Check each product in a file, for each country of --to."
)
@click.option(
    "--file", "compounds", type=FILE, help="Assess each structure in a file: .smi, .sdf, .csv."
)
@click.option(
    "--out", type=OUT_FILE, help="Output file for --file or --catalogue: .jsonl, .csv or .xlsx."
)
@click.option(
    "--sheets",
    type=_FOLDER,
    help="With --file: write an assessment sheet for each structure to a new folder.",
)
@click.option(
    "--sheet", type=OUT_FILE, help="Write an assessment sheet for one WHAT to this .html file."
)
@language_of("assessment sheets")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=_CORES,
    help="With --file or --catalogue: maximum number of processes (default: number of cores).",
)
@click.option(
    "--map", "columns", type=Field(), multiple=True, help="A column: goods=Name; structure=Name."
)
@click.option(
    "--refused",
    type=OUT_FILE,
    help="Output file for rejected rows and fields (default: refused.csv).",
)
@click.option("--all", "whole", is_flag=True, help="Print the answer of each legal instrument too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each answer.")
@own_lists
@ok_with_refusals
def law(what: tuple[str, ...], **options: Any) -> None:
    """Check the legal status of WHAT: a slug, a name, a CAS number or a structure.

    The answer has eight lines at most: controls, requirements, points to check, laws that are not
    assessable, and verification. With --all, each legal instrument answers: controlled, exempt by
    quantity, proposed, no control found or not assessable, with clause, dates and source. Give the
    jurisdictions with --in, or a route with --from, --to and --transit; otherwise the instruments
    answer that assess goods of any country (UN, EU, US, some others). A structure is a SMILES, an
    InChI or, with the extra "chem", a systematic name.
    Exit status 1: some input was not found or could not be read.

    Example: tidewaiter law acetone --from AU --to MX --amount "250 l" --percent 95
    """
    wanted = QuestionOptions(**options)
    if sum((bool(what), wanted.catalogue is not None, wanted.compounds is not None)) != 1:
        raise click.UsageError(
            "Name a substance, or use --catalogue or --file: tidewaiter law acetone --in EU"
        )
    _check_files(wanted, what)
    if wanted.catalogue is None and len(wanted.destinations) > 1:
        raise click.UsageError("--to accepts several countries only with --catalogue.")
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
    """Check that the output options fit the question."""
    if wanted.out and what:
        raise click.UsageError(
            "--out can be used only with --file or --catalogue; for WHAT, use --json."
        )
    if wanted.sheets and wanted.compounds is None:
        raise click.UsageError(
            "--sheets can be used only with --file; for one WHAT, use --sheet FILE.html."
        )
    if wanted.sheet and len(what) != 1:
        raise click.UsageError(
            "--sheet can be used only with one WHAT; for a file, use --sheets FOLDER."
        )


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
@click.option(
    "--day", type=Day(), help="Date that separates upcoming from past changes (default: today)."
)
@click.option("--since", type=Day(), help="First day to show (default: a year before --day).")
@click.option(
    "--regime", "regimes", multiple=True, help="Only this legal instrument; can be repeated."
)
@click.option(
    "--ics",
    type=OUT_FILE,
    help="Write upcoming changes to a calendar file (.ics).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each change.")
@own_lists
def changes(**options: Any) -> None:
    """List changes in the loaded law: controls, class definitions, thresholds and obligations.

    Upcoming changes come first. Controls without a verified date of entry into force are only
    counted. Changes that are not loaded are not shown.

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
    console.print(f"{count:,} controls without a verified date of entry into force are not shown.")


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
    console.print(table if table.row_count else Text(f"{title}: no changes in the loaded law."))
