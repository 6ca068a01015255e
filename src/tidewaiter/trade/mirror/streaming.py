"""Rows of large CSV files of trade statistics in any known layout, a block at a time."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.trade.mirror.types import Refused

BACI = "baci"
_BETWEEN = re.compile(r"[^a-z0-9]+")
_BACI_NAME = re.compile(r"HS(\d{2})_Y\d{4}", re.IGNORECASE)
_YEARS = {"92": "H0", "96": "H1", "02": "H2", "07": "H3", "12": "H4", "17": "H5", "22": "H6"}


class Layout(Record, frozen=True, kw_only=True):
    """One layout."""

    name: str
    title: str
    needs: tuple[str, ...]  # fields without which a file is not in it
    columns: dict[str, tuple[str, ...]]  # by field, names folded

    def places(self, names: Sequence[str]) -> dict[str, int] | None:
        """Return where each field stands in a header; None: the file is not in this layout."""
        at = {each: place for place, each in reversed(list(enumerate(names)))}
        found = {
            field: next((at[name] for name in known if name in at), None)
            for field, known in self.columns.items()
        }
        if any(found[each] is None for each in self.needs):
            return None
        return {field: place for field, place in found.items() if place is not None}


class _Layouts(Record, frozen=True, kw_only=True):
    layout: tuple[Layout, ...]


class Found(Record, frozen=True, kw_only=True):
    """The layout of a file."""

    layout: Layout
    places: Mapping[str, int]  # of fields, from 0


@cache
def load_layouts() -> tuple[Layout, ...]:
    """Load the layouts."""
    return read_toml(data("mirror", "layouts.toml"), _Layouts).layout


def find_layout(header: Sequence[str], name: str) -> Found:
    """Find the layout of a file by its header.

    Raises:
        InputError: It has none of ours.
    """
    folded = [_BETWEEN.sub("", each.casefold()) for each in header]
    for layout in load_layouts():
        places = layout.places(folded)
        if places is not None:
            return Found(layout=layout, places=places)
    titles = "; ".join(each.title for each in load_layouts())
    raise InputError("trade/layout-not-known", titles=titles, at=f"{name}, line 1")


def baci_revision(name: str) -> str:
    """Return the revision of the HS that the name of a BACI file tells; "": none.

    Source:
        https://www.cepii.fr/DATA_DOWNLOAD/baci/doc/baci_webpage.html, names of the files.
    """
    found = _BACI_NAME.search(name)
    return _YEARS.get(found[1], "") if found else ""


_BLOCK = 1 << 20  # bytes
_ENCODING = "latin-1"  # reads any byte: Arrow decodes whole rows that are cut short
_HEAD = 1 << 16  # bytes in which the header and the first row stand
_SHOWN = 20  # refused rows kept


class Rows:
    """One file. After the rows were taken, it says how many there were and which were refused."""

    def __init__(self, path: Path, codes: Sequence[str]) -> None:
        self.name = path.name
        self.rows = 0
        self.refused = 0
        self.others = 0  # rows of codes that are not asked for, which are not read
        self.shown: list[Refused] = []
        self.reporters: set[tuple[str, str, str]] = set()  # reporter, flow, period of every row
        self._path = path
        self._broken: list[int] = []  # rows with another number of cells, from 1
        self._lines = 0
        self._codes = pa.array([each.encode() for each in codes], pa.binary())
        self._names, self._tab = self._header()
        self.found: Found = find_layout(self._names, self.name)

    def refuse(self, row: int, message: str) -> None:
        """Count a row that could not be read."""
        self.refused += 1
        if len(self.shown) < _SHOWN:
            self.shown.append(Refused(at=f"{self.name}, row {row}", message=message))

    def watched(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Give the rows of watched codes: their number after the header, from 1, and their fields.

        Raises:
            InputError: The file is no text, or is cut within its compression.
        """
        places = self.found.places
        fields = [name for name, _ in sorted(places.items(), key=lambda each: each[1])]
        columns = [str(places[each]) for each in fields]
        try:
            with self._open(columns) as reader:
                for batch in reader:
                    yield from self._of_batch(batch.rename_columns(fields))
        except (pa.ArrowInvalid, OSError, EOFError) as error:
            raise InputError(
                "trade/unreadable-after-row", rows=self.rows, error=error, at=self.name
            ) from error
        for row in self._broken:
            self.refuse(row, f"has another number of cells than the header's {len(self._names)}")
        self.rows += len(self._broken)

    def _of_batch(self, batch: pa.RecordBatch) -> Iterator[tuple[int, dict[str, str]]]:
        if "flow" in batch.schema.names:
            seen = pa.table(batch).group_by(["reporter", "flow", "period"]).aggregate([])
            self.reporters.update(
                tuple(_text(row[name]) for name in ("reporter", "flow", "period"))  # type: ignore[misc]
                for row in seen.to_pylist()
            )
        mask = pc.is_in(batch["code"], value_set=self._codes)
        at = pc.indices_nonzero(mask)
        self.others += batch.num_rows - len(at)
        for place, row in zip(at.to_pylist(), batch.take(at).to_pylist(), strict=True):
            fields = {name: _text(value) for name, value in row.items()}
            yield self._number(self.rows + place + 1), fields
        self.rows += batch.num_rows

    def _number(self, whole: int) -> int:
        """Return the number in the file of the nth row that is whole."""
        number = whole
        for broken in self._broken:
            if broken > number:
                break
            number += 1
        return number

    def _open(self, columns: list[str]) -> arrow.CSVStreamingReader:
        names = [str(each) for each in range(len(self._names))]
        return arrow.open_csv(
            pa.input_stream(str(self._path), compression="detect"),
            read_options=arrow.ReadOptions(
                block_size=_BLOCK,
                column_names=names,
                skip_rows=1,
                use_threads=False,
                encoding=_ENCODING,
            ),
            parse_options=arrow.ParseOptions(
                delimiter="\t" if self._tab else ",", invalid_row_handler=self._break
            ),
            convert_options=arrow.ConvertOptions(
                include_columns=columns,
                column_types=dict.fromkeys(columns, pa.binary()),
                strings_can_be_null=False,
            ),
        )

    def _break(self, row: arrow.InvalidRow) -> str:
        self._broken.append(row.number - 1 if row.number else 0)  # the header is the first
        return "skip"

    def _header(self) -> tuple[list[str], bool]:
        """Read the names of the columns; rows may end in one empty cell more."""
        try:
            with pa.input_stream(str(self._path), compression="detect") as file:
                head = file.read(_HEAD).decode("utf-8-sig", "replace")
        except (pa.ArrowInvalid, OSError, EOFError) as error:
            raise InputError("trade/file-unreadable", error=error, at=self.name) from error
        tab = head.partition("\n")[0].count("\t") > head.partition("\n")[0].count(",")
        rows = csv.reader(io.StringIO(head), delimiter="\t" if tab else ",")
        try:
            names, first = next(rows, []), next(rows, [])
        except csv.Error as error:
            raise InputError("trade/not-csv", error=error, at=f"{self.name}, line 1") from error
        longer = len(first) == len(names) + 1 and not first[-1].strip()
        return [*names, ""] if longer else names, tab


def _text(value: bytes | None) -> str:
    """Decode a cell; older exports are not in UTF-8."""
    text = (value or b"").decode("utf-8").strip()
    if text.isascii():
        return text
    try:
        return text.encode(_ENCODING).decode("utf-8")
    except UnicodeDecodeError:
        return text
