"""Company records: product catalogue and transaction history."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO, TypeVar

import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.law.answers import Dealing, Found
from tidewaiter.trade.concentration import content_of
from tidewaiter.trade.substance_lookup import Namer
from tidewaiter.trade.traders import day_of, party_of
from tidewaiter.trade.types import Line, ReadOptions, Refusal, line_of

Kind = TypeVar("Kind")
_ROWS = 1_000  # identified together


class Product(Record, frozen=True, kw_only=True):
    """A catalogue row."""

    row: int
    text: str  # product text, as written
    found: tuple[Found, ...]  # identified substances; empty: none in the registry
    percent: Decimal | None
    percent_at_least: bool = False  # the content may be higher
    mass_mg: int | None
    volume_ul: int | None


class Papers:
    """Reads a company's records row by row.

    Args:
        options: User settings for the columns.
        namer: Identifies the substances.
    """

    def __init__(self, options: ReadOptions, namer: Namer) -> None:
        self._options = options
        self._namer = namer

    def products(self, file: BinaryIO, name: str) -> Iterator[Product | Refusal]:
        """Read a catalogue: one product or CAS number per row, with its content if given.

        Args:
            file: Seekable file.
            name: Name of the file.

        Yields:
            Products and rejected values; a row with an invalid content is used without it.

        Raises:
            InputError: The file cannot be read.
        """
        return self._read(file, name, products_of)

    def dealings(self, file: BinaryIO, name: str) -> Iterator[Dealing | Refusal]:
        """Read a history like `products`: one day, substance and amount per row.

        Yields:
            One transaction per substance in a row, and rejected values. A row without a date cannot
            be added up, so it is rejected.
        """
        return self._read(file, name, _dealings)

    def _read(
        self,
        file: BinaryIO,
        name: str,
        of_batch: Callable[[pa.RecordBatch, Namer], Iterable[Kind | Refusal]],
    ) -> Iterator[Kind | Refusal]:
        """Yield the content of each row, preceded by its rejections."""
        # Imported here: a question about one substance reads no file.
        from tidewaiter.trade.readers import reader_for  # noqa: PLC0415

        for item in reader_for(name)(file, name, self._options):
            if isinstance(item, Refusal):
                yield item
                continue
            for first in range(0, item.num_rows, _ROWS):
                yield from of_batch(item.slice(first, _ROWS), self._namer)


def products_of(batch: pa.RecordBatch, namer: Namer) -> Iterator[Product]:
    """Yield the product of each line.

    Args:
        batch: Batch with the schema `LINES`; its texts are identified together.
        namer: Identifies the substances.
    """
    for line, found in _each_named(batch, namer):
        content = content_of(line.percent) if line.percent else None
        yield Product(
            row=line.row,
            text=line.goods or line.commercial or ", ".join(line.cas or ()),
            found=found,
            percent=content.percent if content else None,
            percent_at_least=content is not None and content.at_least,
            mass_mg=line.net_mg,
            volume_ul=line.volume_ul,
        )


def _dealings(batch: pa.RecordBatch, namer: Namer) -> Iterator[Dealing | Refusal]:
    for line, found in _each_named(batch, namer):
        day = day_of(line)
        if day is None:
            error = InputError("trade/record-without-day")
            yield Refusal.of(error, row=line.row, screened=False)
            continue
        yield from (_dealing(line, day, each) for each in found)


def _content(line: Line) -> Decimal | None:
    """Return the upper bound of the content; None: it may be 100 %."""
    content = content_of(line.percent) if line.percent else None
    return None if content is None or content.at_least else content.percent


def _each_named(batch: pa.RecordBatch, namer: Namer) -> Iterator[tuple[Line, tuple[Found, ...]]]:
    """Yield each line with its substances: by its numbers, or else by its texts."""
    lines = [line_of(row) for row in batch.to_pylist()]
    numbered = namer.find_each(cas for line in lines for cas in line.cas or ())
    unnumbered = (x for x in lines if not any(numbered[cas] for cas in x.cas or ()))
    named = namer.find_each(text for line in unnumbered for text in _texts(line))
    for line in lines:
        found = [each for cas in line.cas or () for each in numbered[cas]]
        found = found or [each for text in _texts(line) for each in named[text]]
        yield line, tuple({each.name: each for each in found}.values())


def _texts(line: Line) -> tuple[str, ...]:
    return tuple(text for text in (line.goods, line.commercial) if text)


def _dealing(line: Line, day: date, found: Found) -> Dealing:
    return Dealing(
        day=day,
        substance=found.substance.slug if found.substance else "",
        mass_mg=line.net_mg,
        volume_ul=line.volume_ul,
        percent=_content(line),
        form=found.form.cas if found.form else None,
        party=party_of(line),
    )
