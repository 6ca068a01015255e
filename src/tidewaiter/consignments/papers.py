"""Papers of a firm: its catalogue of products, and the history of its dealings."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO, TypeVar

from tidewaiter.base.errors import InputError
from tidewaiter.base.plain import plain
from tidewaiter.base.quantities import parse_percent
from tidewaiter.base.records import Record
from tidewaiter.consignments.lines import line_of
from tidewaiter.consignments.naming import Namer
from tidewaiter.consignments.readers import reader_for, texts_of
from tidewaiter.consignments.types import Line, ReadOptions, Refusal
from tidewaiter.substances.questions import Dealing, Found

PERCENT = frozenset(
    {
        "%", "percent", "percentage", "concentration", "content", "purity", "assay", "conc",
        "strength", "percentww", "percentbyweight", "concentracion", "pureza", "teneur", "titre",
        "gehalt", "konzentration", "reinheit", "浓度", "含量", "纯度", "концентрация", "содержание",
        "التركيز",
    }
)  # fmt: skip
"""Names of a column of contents, without case, accents, spaces and punctuation."""

Kind = TypeVar("Kind")

_OTHERS = ("importer", "consignee", "buyer", "exporter", "consignor", "seller")


class Product(Record, frozen=True, kw_only=True):
    """A row of a catalogue."""

    row: int
    text: str  # the product, as written
    found: tuple[Found, ...]  # what it names; empty: no substance of the registry
    percent: Decimal | None
    mass_mg: int | None
    volume_ul: int | None


class Papers:
    """Reads a firm's papers, a row at a time.

    Args:
        options: What the user says of their columns.
        namer: Finds the substances.
    """

    def __init__(self, options: ReadOptions, namer: Namer) -> None:
        self._options = options
        self._namer = namer

    def products(self, file: BinaryIO, name: str) -> Iterator[Product | Refusal]:
        """Read a catalogue: a product or CAS number a row, its content where a column has it.

        Args:
            file: It can be sought in.
            name: Of the file.

        Yields:
            Products, and what could not be read; a row with a content that is none goes on
            without it.

        Raises:
            InputError: The file cannot be read.
        """
        return self._read(file, name, self._product)

    def dealings(self, file: BinaryIO, name: str) -> Iterator[Dealing | Refusal]:
        """Read a history, as `products` reads a catalogue: a day, a substance and an amount a row.

        Yields:
            One dealing for each substance that a row names, and what could not be read. A row
            without a day cannot be added up, so it is refused.
        """
        return self._read(file, name, self._dealings)

    def _read(
        self, file: BinaryIO, name: str, of_row: Callable[[Line, Decimal | None], Iterable[Kind]]
    ) -> Iterator[Kind | Refusal]:
        """Yield what each row holds, and each refusal before the row that it is of."""
        column, contents = texts_of(file, name, self._options, PERCENT)
        for item in reader_for(name)(file, name, self._options):
            if isinstance(item, Refusal):
                yield item
                continue
            for row in item.to_pylist():
                line = line_of(row)
                percent, refusal = _content(line.row, column, contents, self._options)
                if refusal is not None:
                    yield refusal
                yield from of_row(line, percent)

    def _product(self, line: Line, percent: Decimal | None) -> Iterator[Product]:
        yield Product(
            row=line.row,
            text=line.goods or line.commercial or ", ".join(line.cas or ()),
            found=_named(line, self._namer),
            percent=percent,
            mass_mg=line.net_mg,
            volume_ul=line.volume_ul,
        )

    def _dealings(self, line: Line, percent: Decimal | None) -> Iterator[Dealing | Refusal]:
        day = line.departure or line.lodged or line.release or line.arrival
        if day is None:
            yield _refusal(
                line.row, "", "", "the row has no day", "add a column of days: departure"
            )
            return
        yield from (_dealing(line, day, percent, each) for each in _named(line, self._namer))


def party_of(line: Line) -> str:
    """Return the other party of a dealing, folded; "": none is named."""
    named = {party.role: party.name for party in line.parties or () if party.name}
    return fold_party(next((named[role] or "" for role in _OTHERS if role in named), ""))


def fold_party(name: str) -> str:
    """Fold the name of a party, so that case, accents and spaces make no other one."""
    return " ".join(plain(name).split())


def _content(
    row: int, column: str, contents: dict[int, str], options: ReadOptions
) -> tuple[Decimal | None, Refusal | None]:
    text = contents.get(row)
    if text is None:
        return None, None
    try:
        return parse_percent(text, options.decimal), None
    except InputError as error:
        return None, _refusal(row, column, text[:200], error.message, error.hint, screened=True)


def _refusal(
    row: int, column: str, value: str, problem: str, hint: str, *, screened: bool = False
) -> Refusal:
    return Refusal(
        row=row, column=column, value=value, problem=problem, hint=hint, screened=screened
    )


def _named(line: Line, namer: Namer) -> tuple[Found, ...]:
    """Find what a row names: by its numbers, else by its text."""
    found = [each for cas in line.cas or () for each in namer.find(cas)]
    if not found:
        texts = [text for text in (line.goods, line.commercial) if text]
        found = [each for text in texts for each in namer.find(text)]
    return tuple({each.name: each for each in found}.values())


def _dealing(line: Line, day: date, percent: Decimal | None, found: Found) -> Dealing:
    return Dealing(
        day=day,
        substance=found.substance.slug if found.substance else "",
        mass_mg=line.net_mg,
        volume_ul=line.volume_ul,
        percent=percent,
        form=found.form.cas if found.form else None,
        party=party_of(line),
    )
