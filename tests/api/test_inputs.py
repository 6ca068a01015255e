"""User input becomes texts, tables and dates; invalid input is refused with a hint."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tidewaiter.api.inputs import as_file, read_day, read_paths, read_several, read_texts
from tidewaiter.base.errors import InputError

GOODS = ["acetone", None, "cotton towels"]


def _pandas(make: str) -> Any:
    library = pytest.importorskip("pandas")
    return getattr(library, make)


def _polars(make: str) -> Any:
    library = pytest.importorskip("polars")
    return getattr(library, make)


WAYS: dict[str, Callable[[], Any]] = {
    "list": lambda: list(GOODS),
    "tuple": lambda: tuple(GOODS),
    "generator": lambda: iter(GOODS),
    "array": lambda: pa.array(GOODS),
    "chunked array": lambda: pa.chunked_array([GOODS[:1], GOODS[1:]]),
    "dictionary array": lambda: pa.array(GOODS).dictionary_encode(),
    "table": lambda: pa.table({"goods": GOODS, "weight": [1, 2, 3]}),
    "record batch": lambda: pa.RecordBatch.from_pydict({"goods": GOODS}),
    "columns": lambda: {"goods": GOODS, "weight": [1, 2, 3]},
    "dictionaries": lambda: [{"goods": text} for text in GOODS],
    "pandas series": lambda: _pandas("Series")(GOODS),
    "pandas frame": lambda: _pandas("DataFrame")({"goods": GOODS}, index=[7, 8, 9]),
    "polars series": lambda: _polars("Series")(GOODS),
    "polars frame": lambda: _polars("DataFrame")({"goods": GOODS}),
}


@pytest.mark.parametrize("way", WAYS)
def test_texts_come_in_many_ways(way: str) -> None:
    """Each gives the same texts, in order, and what is missing stays so."""
    assert read_texts(WAYS[way](), None) == GOODS


def test_one_text_is_a_text() -> None:
    """A str is one text, whatever it contains."""
    assert read_texts("acetone, 20 drums", None) == ["acetone, 20 drums"]


@pytest.mark.parametrize("name", ["manifest.csv", "/etc/goods.txt", "C:\\in\\a.XLSX"])
def test_a_text_is_never_opened_as_a_file(name: str) -> None:
    """What looks like the name of a file is refused before the disk is asked."""
    with pytest.raises(InputError) as caught:
        read_texts(name, None)
    assert "pathlib.Path" in caught.value.hint
    with pytest.raises(InputError), as_file(name, "goods"):
        pass


def test_lines_of_a_file_are_texts(tmp_path: Path) -> None:
    """Any line ending is accepted; input that is not UTF-8 is refused, not guessed."""
    path = tmp_path / "goods.txt"
    path.write_bytes(b"\xef\xbb\xbfacetone\r\nether\n")
    assert read_texts(path, None) == ["acetone", "ether"]
    path.write_bytes(b"ac\xe9tone\n")
    with pytest.raises(InputError):
        read_texts(path, None)
    with pytest.raises(InputError):
        read_texts(tmp_path / "none.txt", None)


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ([1, 2], None),
        (pa.array([1, 2]), None),
        (b"acetone", None),
        (7, None),
        (pa.table({"a": ["x"], "b": ["y"]}), None),
        (pa.table({"a": [1]}), None),
        (pa.table({"a": ["x"]}), "b"),
        (pa.table({"a": [1]}), "a"),
        (np.array([1.5]), None),
    ],
    ids=str,
)
def test_what_is_no_text_is_refused(given: object, column: str | None) -> None:
    """Numbers, bytes, and tables of which it is not known what to read: each with a hint."""
    with pytest.raises(InputError) as caught:
        read_texts(given, column)
    assert caught.value.hint


def test_a_column_is_chosen_by_its_name() -> None:
    """Where several hold text, the user says which."""
    table = pa.table({"a": ["x"], "b": ["y"]})
    assert read_texts(table, "b") == ["y"]


def test_a_table_becomes_a_file_that_nobody_else_reads() -> None:
    """It holds the table, and is gone when it is done with."""
    table = pa.table({"Goods": ["acetone"], "kg": [25.0]})
    with as_file(table, "goods") as path:
        assert pq.read_table(path).equals(table)
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_a_day_is_a_date_or_text() -> None:
    """A moment counts by its day; what can be read in two ways is refused, with its name."""
    day = date(2026, 3, 31)
    assert read_day("2026-03-31") == day
    assert read_day(day) == day
    assert read_day(datetime(2026, 3, 31, 12)) == day  # noqa: DTZ001 - as a user writes it
    with pytest.raises(InputError) as caught:
        read_day("03/04/2026", "said_on")
    assert caught.value.at == "said_on"


def test_several_are_a_list_or_parted_by_commas() -> None:
    """Each stands once, in order."""
    assert read_several("US, EU,US") == ("US", "EU")
    assert read_several(["US", "EU"]) == ("US", "EU")
    assert read_several(()) == ()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """An unknown folder of own lists would silently omit law."""
    assert read_paths(str(tmp_path)) == (tmp_path.resolve(),)
    with pytest.raises(InputError) as caught:
        read_paths([tmp_path, tmp_path / "none"])
    assert caught.value.at.endswith("none")
