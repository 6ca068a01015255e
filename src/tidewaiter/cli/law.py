"""The command `tidewaiter law`."""

import os
import re
import sys
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import parse_quantity, whole
from tidewaiter.base.records import Record
from tidewaiter.cli.lawcheck import Checked, check_catalogue, read_history
from tidewaiter.cli.lawtable import print_assessment, print_checked, print_json, print_last
from tidewaiter.cli.options import Day, Field, Percent, Place, Places, own_lists, printable
from tidewaiter.cli.start import tell_new_lists
from tidewaiter.consignments.naming import Namer
from tidewaiter.consignments.traders import fold_party
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.identify import Identifier, load_lexicon
from tidewaiter.substances.assess import assess
from tidewaiter.substances.lawbook import LawBook, load_lawbook
from tidewaiter.substances.questions import Found, Goods, Question, Route
from tidewaiter.substances.registry import Registry, load_registry

_CORES = os.cpu_count() or 1
_FILE = click.Path(dir_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)


# A locant between hyphens or brackets: what it names is the whole, not the name inside it.
_SYSTEMATIC = re.compile(r"[\w)\]]-\d+(,\d+)*-|[(\[]\d+(,\d+)*-|^\d+(,\d+)*-\w")


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
    workers: int = 1
    columns: tuple[tuple[str, str], ...] = ()
    refused: Path | None = None
    as_json: bool = False
    own: tuple[Path, ...] = ()
    street: bool = False


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
@click.option("--out", type=_FILE, help="With --file: JSON Lines go there (standard output).")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=_CORES,
    show_default=True,
    help="With --file: processes.",
)
@click.option("--map", "columns", type=Field(), multiple=True, help="A column: goods=Name.")
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
    wanted = Wanted(**options)
    if sum((bool(what), wanted.catalogue is not None, wanted.compounds is not None)) != 1:
        raise click.UsageError(
            "give a substance, --catalogue or --file: tidewaiter law acetone --in EU"
        )
    if wanted.catalogue is None and len(wanted.destinations) > 1:
        raise click.UsageError("--to takes several countries with --catalogue only")
    registry = load_registry(wanted.own)
    desk = _Desk(wanted, registry, load_lawbook(registry))
    if wanted.compounds:
        done = desk.compounds(wanted.compounds)
    else:
        done = desk.catalogue(wanted.catalogue) if wanted.catalogue else desk.ask(what)
    if not done:
        sys.exit(1)


class _Desk:
    """Where a question is put: the registry, the rules, and who knows names."""

    def __init__(self, wanted: Wanted, registry: Registry, book: LawBook) -> None:
        @cache
        def identifier() -> Identifier:
            lexicon = load_lexicon(wanted.own, street=wanted.street, compiling=tell_new_lists)
            return Identifier(lexicon, few=wanted.catalogue is None and wanted.history is None)

        self.wanted = wanted
        self.registry = registry
        self.book = book
        self.namer = Namer(registry, identifier)
        self.refusals = 0

    def ask(self, what: tuple[str, ...]) -> bool:
        """Answer on each substance; tell whether all were found and read."""
        question = self._question()
        missing: list[InputError] = []
        for text in what:
            try:
                found = self._find(text, question.day)
            except InputError as error:
                missing.append(error)
                continue
            for each in found:
                self._answer(question, each)
        for wrong in missing:
            click.echo(printable(f"not assessable: {wrong}"), err=True)
        if len(missing) == len(what):
            raise InputError(
                "nothing to answer on",
                hint="write a slug, a name or a CAS number; tidewaiter substances lists all",
            )
        self._end()
        return not missing and self.refusals == 0

    def compounds(self, path: Path) -> bool:
        """Assess each structure of a file; tell whether all could be assessed."""
        from tidewaiter.bulk.compounds import Asked  # noqa: PLC0415 - loads RDKit
        from tidewaiter.cli.lawfile import assess_file  # noqa: PLC0415

        asked = Asked(question=self._question(), own=self.wanted.own)
        return assess_file(path, asked, self.wanted.out, workers=self.wanted.workers)

    def _find(self, text: str, day: date) -> tuple[Found, ...]:
        """Find what a text names, or else the structure that it writes.

        Raises:
            InputError: It is neither.
        """
        named = self.namer.whole(text)
        if named:
            return named
        # RDKit takes longer to load than a name to look up.
        from tidewaiter.cli.lawfile import find_structure, is_written  # noqa: PLC0415

        if is_written(text):
            return find_structure(text, self.wanted.own, day)
        named = () if _SYSTEMATIC.search(text) else self.namer.find(text)
        if named:
            return named
        try:
            return find_structure(text, self.wanted.own, day)
        except InputError:
            named = self.namer.find(text)
            if named:
                return named
            raise

    def catalogue(self, path: Path) -> bool:
        """Check each product for each destination; tell whether all could be read."""
        places = self.wanted.destinations
        if not places:
            raise click.UsageError(
                "--catalogue asks for the countries that you sell to: --to MX,US"
            )
        checked = Checked(self.wanted.refused or path.with_name("refused.csv"))
        question = self._question()
        reading = self._read_options(), self.namer
        rows = check_catalogue(path, reading, question, places, checked)
        answers = (
            (product, assess(asked, self.registry, self.book, found))
            for product, asked, found in rows
        )
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
        mass, volume = _amount(wanted.amount)
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


def _amount(text: str | None) -> tuple[int | None, int | None]:
    """Read an amount as milligrams or microlitres."""
    if text is None:
        return None, None
    quantity = parse_quantity(text)
    if quantity.unit is not None and quantity.unit.kind == "volume":
        return None, whole(quantity, "volume", text)
    return whole(quantity, "mass", text), None
