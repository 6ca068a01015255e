"""A firm's papers for `tidewaiter law`: its catalogue and its history, with what was refused."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.base.records import Record
from tidewaiter.cli.lawout import answers_to
from tidewaiter.consignments.naming import Namer
from tidewaiter.consignments.papers import Papers, Product
from tidewaiter.consignments.types import ReadOptions, Refusal
from tidewaiter.report.characters import visible
from tidewaiter.report.exports import refusal_writer
from tidewaiter.substances.questions import Dealing, Found, Question, Route
from tidewaiter.substances.rulings import Assessment, Compound

_SHOWN = 20  # refusals that are printed; the file holds all
_MARK = "law"  # of the half-written file of refusals


class History(Record, frozen=True, kw_only=True):
    """The dealings of a file."""

    dealings: tuple[Dealing, ...]
    refused: int


class Checked:
    """Counts what a catalogue holds, and keeps what could not be read or named."""

    def __init__(self, refused: Path) -> None:
        self._path = refused
        self._refusals: list[Refusal] = []
        self._products = 0
        self._named = 0

    @property
    def whole(self) -> bool:
        """Tell whether every row was read and names a substance."""
        return not self._refusals

    def refuse(self, refusal: Refusal) -> None:
        """Keep a refusal, and show the first ones."""
        self._refusals.append(refusal)
        if len(self._refusals) <= _SHOWN:
            show_refusal(refusal)

    def count(self, product: Product) -> None:
        """Count a product, and tell of one that names no substance."""
        self._products += 1
        self._named += bool(product.found)

    def tell(self) -> None:
        """Write the refusals, and print the counts to stderr."""
        if self._refusals or self._path.exists():
            with ExitStack() as stack:
                part = stack.enter_context(replacing(self._path, _MARK))
                stack.enter_context(refusal_writer(part)).add(self._refusals)
        unnamed = self._products - self._named
        click.echo(
            f"{self._products} products read, {unnamed} name no substance of the registry, "
            f"which does not mean that none is in them",
            err=True,
        )
        if self._refusals:
            click.echo(f"{len(self._refusals)} rows or fields refused: see {self._path}", err=True)


def check_catalogue(
    path: Path,
    reading: tuple[ReadOptions, Namer],
    question: Question,
    destinations: tuple[str, ...],
    checked: Checked,
) -> Iterator[tuple[Product, Question, Found]]:
    """Yield what is asked of each product for each destination.

    Args:
        path: The catalogue.
        reading: What the user says of its columns, and who finds the substances.
        question: What is the same for all products; the content and the amount of a row win.
        destinations: Countries.
        checked: Counts, and keeps what was refused.

    Raises:
        InputError: The file cannot be read.
    """
    if not path.is_file():
        raise InputError("a pipe or a device cannot be read twice", at=str(path), hint="save it")
    with path.open("rb") as file:
        for item in Papers(*reading).products(file, path.name):
            if isinstance(item, Refusal):
                checked.refuse(item)
                continue
            checked.count(item)
            for place in destinations:
                route = Route(
                    origin=question.route.origin,
                    transit=question.route.transit,
                    destination=place,
                )
                asked = msgspec.structs.replace(question, route=route, **_of(item))
                yield from ((item, asked, found) for found in item.found)


def write_checked(answers: Iterable[tuple[Product, Assessment]], name: str, out: Path) -> None:
    """Write the answers on a catalogue: for each product, substance and destination.

    Args:
        answers: As they come.
        name: Of the catalogue's file.
        out: Where to, in the format of its suffix.

    Raises:
        OutputError: It cannot be written.
    """
    with answers_to(out) as sink:
        for product, answer in answers:
            place = f"{name}, row {product.row}"
            sink.add(Compound(place=place, id=product.text, answers=(answer,)))


def read_history(path: Path, options: ReadOptions, namer: Namer) -> History:
    """Read a history; what could not be read is printed to stderr.

    Raises:
        InputError: The file cannot be read, or holds a row without a day.
    """
    dealings: list[Dealing] = []
    refused = 0
    if path.stat().st_size == 0:
        return History(dealings=(), refused=0)  # an empty file says that there was nothing
    with path.open("rb") as file:
        for item in Papers(options, namer).dealings(file, path.name):
            if isinstance(item, Refusal):
                refused += 1
                if refused <= _SHOWN:
                    show_refusal(item)
            else:
                dealings.append(item)
    if refused:
        click.echo(
            f"{refused} rows or fields of {path.name} refused: sums may be too low", err=True
        )
    return History(dealings=tuple(dealings), refused=refused)


def show_refusal(refusal: Refusal) -> None:
    """Print a refusal to stderr as one line."""
    where = f"row {refusal.row}" + (f", column {refusal.column}" if refusal.column else "")
    click.echo(visible(f"{where}: {refusal.problem}; {refusal.hint}"), err=True)


def _of(product: Product) -> dict[str, object]:
    """Return what a row says of the question."""
    said = {
        "percent": product.percent,
        "percent_at_least": product.percent_at_least or None,
        "mass_mg": product.mass_mg,
        "volume_ul": product.volume_ul,
    }
    return {name: value for name, value in said.items() if value is not None}
