"""The desk of `tidewaiter law`: it reads what is asked, finds what it is of, and answers."""

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.cli.lawcheck import Checked, check_catalogue, read_history, write_checked
from tidewaiter.cli.lawout import check_out, check_page
from tidewaiter.cli.lawtable import print_assessment, print_checked, print_json, print_last
from tidewaiter.cli.options import printable
from tidewaiter.cli.start import tell_new_lists
from tidewaiter.consignments.asking import Asker, amount_of
from tidewaiter.consignments.naming import Namer
from tidewaiter.consignments.traders import fold_party
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.substances.assess import assess
from tidewaiter.substances.lawbook import LawBook
from tidewaiter.substances.members import load_members
from tidewaiter.substances.questions import Found, Goods, Question, Route
from tidewaiter.substances.registry import Registry


class Wanted(Record, frozen=True, kw_only=True):
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

    def __init__(self, wanted: Wanted, registry: Registry, book: LawBook) -> None:
        @cache
        def identifier() -> Identifier:
            lexicon = load_lexicon(wanted.own, street=wanted.street, compiling=tell_new_lists)
            return Identifier(lexicon, few=wanted.catalogue is None and wanted.history is None)

        def structures(text: str, day: date) -> tuple[Found, ...]:
            from tidewaiter.bulk.compounds import find_structure  # noqa: PLC0415 - loads RDKit

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
            raise InputError(
                "nothing to answer on",
                hint="write a slug, a name or a CAS number; tidewaiter substances lists all",
            )
        self._end()
        return not missing and self.refusals == 0

    def compounds(self, path: Path) -> bool:
        """Assess each structure of a file; tell whether all could be assessed."""
        from tidewaiter.cli.lawfile import Job, assess_file  # noqa: PLC0415 - loads RDKit

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
            from tidewaiter.cli.lawsheet import printing_today, write_sheet  # noqa: PLC0415

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
