"""Company records: product catalogue and transaction history."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import BinaryIO, TypeVar

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.law.answers import Dealing, Found
from tidewaiter.trade.concentration import content_of
from tidewaiter.trade.substance_lookup import Namer
from tidewaiter.trade.traders import day_of, party_of
from tidewaiter.trade.types import Line, ReadOptions, Refusal, line_of

Kind = TypeVar("Kind")


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
        return self._read(file, name, self._product)

    def dealings(self, file: BinaryIO, name: str) -> Iterator[Dealing | Refusal]:
        """Read a history like `products`: one day, substance and amount per row.

        Yields:
            One transaction per substance in a row, and rejected values. A row without a date cannot
            be added up, so it is rejected.
        """
        return self._read(file, name, self._dealings)

    def _read(
        self, file: BinaryIO, name: str, of_line: Callable[[Line], Iterable[Kind | Refusal]]
    ) -> Iterator[Kind | Refusal]:
        """Yield the content of each row, preceded by its rejections."""
        # Imported here: a question about one substance reads no file.
        from tidewaiter.trade.readers import reader_for  # noqa: PLC0415

        for item in reader_for(name)(file, name, self._options):
            if isinstance(item, Refusal):
                yield item
                continue
            for row in item.to_pylist():
                yield from of_line(line_of(row))

    def _product(self, line: Line) -> Iterator[Product]:
        content = content_of(line.percent) if line.percent else None
        yield Product(
            row=line.row,
            text=line.goods or line.commercial or ", ".join(line.cas or ()),
            found=_named(line, self._namer),
            percent=content.percent if content else None,
            percent_at_least=content is not None and content.at_least,
            mass_mg=line.net_mg,
            volume_ul=line.volume_ul,
        )

    def _dealings(self, line: Line) -> Iterator[Dealing | Refusal]:
        day = day_of(line)
        if day is None:
            error = InputError("trade/record-without-day")
            yield Refusal.of(error, row=line.row, screened=False)
            return
        yield from (_dealing(line, day, each) for each in _named(line, self._namer))


def _content(line: Line) -> Decimal | None:
    """Return the upper bound of the content; None: it may be 100 %."""
    content = content_of(line.percent) if line.percent else None
    return None if content is None or content.at_least else content.percent


def _named(line: Line, namer: Namer) -> tuple[Found, ...]:
    """Identify the substances of a row: by its numbers, or else by its text."""
    found = [each for cas in line.cas or () for each in namer.find(cas)]
    if not found:
        texts = [text for text in (line.goods, line.commercial) if text]
        found = [each for text in texts for each in namer.find(text)]
    return tuple({each.name: each for each in found}.values())


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
