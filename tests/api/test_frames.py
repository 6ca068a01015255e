"""A frame: what it counts, yields and shows, and what it turns into."""

import pickle
import sys

import pyarrow as pa
import pytest

from tidewaiter.api import Frame
from tidewaiter.base.errors import InputError


def _frame(rows: int = 3) -> Frame:
    return Frame(pa.table({"number": list(range(rows)), "goods": ["<b>acetone</b>"] * rows}))


def test_a_frame_is_counted_and_yields_its_rows() -> None:
    """A row is a dictionary, a column an Arrow column; more rows than a batch holds come too."""
    frame = _frame(2_500)
    assert len(frame) == 2_500
    assert frame.columns == ("number", "goods")
    assert [row["number"] for row in frame] == list(range(2_500))
    assert frame["number"].to_pylist() == list(range(2_500))


def test_a_column_that_is_not_there_is_named() -> None:
    """The hint lists those that there are."""
    with pytest.raises(InputError) as caught:
        _frame()["weight"]
    assert "number, goods" in caught.value.hint


def test_a_notebook_shows_some_rows_of_what_strangers_wrote() -> None:
    """Texts are escaped and cut, characters that hide others are shown, and rows are bounded."""
    hostile = "<script>alert(1)</script>" + "\u202e" + "x" * 10_000
    page = Frame(pa.table({"<i>goods</i>": [hostile] * 1_000}))._repr_html_()
    assert page.count("<tr>") == 21
    assert "<script>" not in page
    assert "<i>" not in page
    assert "\u202e" not in page
    assert "1,000 rows, 20 shown" in page
    assert len(page) < 20 * 400


def test_a_notebook_says_what_was_refused() -> None:
    """Showing the rows also shows that there were more."""
    refused = [{"row": 4, "problem": "is no mass"}]
    frame = Frame(pa.table({"a": [1]}), refused, ["3 lines <were> not assessed"])
    assert "1 refused" in frame._repr_html_()
    assert "3 lines &lt;were&gt; not assessed" in frame._repr_html_()
    assert "1 refused" in repr(frame)


def test_a_frame_survives_a_pickle() -> None:
    """It is equal to what it was, with what was refused."""
    frame = Frame(pa.table({"a": [1, None]}), [{"row": 1}])
    again = pickle.loads(pickle.dumps(frame))  # noqa: S301 - our own
    assert again == frame
    assert again.refused == ({"row": 1},)
    assert frame != Frame(pa.table({"a": [1, None]}))


def test_what_takes_arrow_takes_a_frame() -> None:
    """A frame hands out its table by the interface of Arrow."""
    assert pa.table(_frame()).equals(_frame().table)


def test_a_frame_becomes_a_pandas_frame() -> None:
    """Columns and rows stay."""
    pandas = pytest.importorskip("pandas")
    made = _frame().to_pandas()
    assert isinstance(made, pandas.DataFrame)
    assert list(made["number"]) == [0, 1, 2]


def test_a_frame_becomes_a_polars_frame() -> None:
    """Columns and rows stay."""
    polars = pytest.importorskip("polars")
    made = _frame().to_polars()
    assert isinstance(made, polars.DataFrame)
    assert made["number"].to_list() == [0, 1, 2]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_library_that_is_missing_is_named(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is needed to install us, so the hint says how it comes."""
    monkeypatch.setitem(sys.modules, library, None)  # as if it were not installed
    with pytest.raises(InputError) as caught:
        getattr(Frame(_WithoutPandas()), f"to_{library}")()
    assert caught.value.hint == f"pip install {library}"


class _WithoutPandas:
    """A table of Arrow, which imports pandas once and keeps it, where there is none."""

    def to_pandas(self) -> None:
        """Do as Arrow does."""
        raise ModuleNotFoundError
