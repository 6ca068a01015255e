"""Papers of a firm: its catalogue of products, and the history of its dealings."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa

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

_OTHERS = ("importer", "consignee", "buyer", "exporter", "consignor", "seller")


class Product(Record, frozen=True, kw_only=True):
    """A row of a catalogue."""

    row: int
    text: str  # the product, as written
    found: tuple[Found, ...]  # what it names; empty: no substance of the registry
    percent: Decimal | None
    mass_mg: int | None
    volume_ul: int | None


def read_products(
    file: BinaryIO, name: str, options: ReadOptions, namer: Namer
) -> Iterator[Product | Refusal]:
    """Read a catalogue: a product or CAS number a row, its content where a column has it.

    Args:
        file: It can be sought in.
        name: Of the file.
        options: What the user says of its columns.
        namer: Finds the substances.

    Yields:
        Products, and what could not be read; a row with a content that is none goes on
        without it.

    Raises:
        InputError: The file cannot be read.
    """
    for line, percent in _lines(file, name, options):
        if isinstance(line, Refusal):
            yield line
            continue
        text = line.goods or line.commercial or ", ".join(line.cas or ())
        yield Product(
            row=line.row,
            text=text,
            found=_named(line, namer),
            percent=percent,
            mass_mg=line.net_mg,
            volume_ul=line.volume_ul,
        )


def read_dealings(
    file: BinaryIO, name: str, options: ReadOptions, namer: Namer
) -> Iterator[Dealing | Refusal]:
    """Read a history: a day, a substance, an amount and the other party a row.

    Args:
        file: It can be sought in.
        name: Of the file.
        options: What the user says of its columns.
        namer: Finds the substances.

    Yields:
        One dealing for each substance that a row names, and what could not be read. A row
        without a day cannot be added up, so it is refused.

    Raises:
        InputError: The file cannot be read.
    """
    for line, percent in _lines(file, name, options):
        if isinstance(line, Refusal):
            yield line
            continue
        day = line.departure or line.lodged or line.release or line.arrival
        if day is None:
            yield _refusal(
                line.row, "", "", "the row has no day", "add a column of days: departure"
            )
            continue
        yield from (_dealing(line, day, percent, each) for each in _named(line, namer))


def party_of(line: Line) -> str:
    """Return the other party of a dealing, folded; "": none is named."""
    named = {party.role: party.name for party in line.parties or () if party.name}
    return fold_party(next((named[role] or "" for role in _OTHERS if role in named), ""))


def fold_party(name: str) -> str:
    """Fold the name of a party, so that case, accents and spaces make no other one."""
    return " ".join(plain(name).split())


def _lines(
    file: BinaryIO, name: str, options: ReadOptions
) -> Iterator[tuple[Line | Refusal, Decimal | None]]:
    """Yield each row with its content, and each refusal before the row that it is of."""
    column, contents = texts_of(file, name, options, PERCENT)
    for item in reader_for(name)(file, name, options):
        if isinstance(item, Refusal):
            yield item, None
            continue
        for row in _rows(item):
            line = line_of(row)
            percent, refusal = _content(line.row, column, contents, options)
            if refusal is not None:
                yield refusal, None
            yield line, percent


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    yield from batch.to_pylist()


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
