"""New York as a whole: the sum of the City and the remaining state, if both are given."""

from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.burden.readers.vsrr import add_new_york
from tidewaiter.burden.types import FIGURES


def part(place: str, value: float | None, **cells: Any) -> dict[str, Any]:
    """Make a figure."""
    return {
        "place": place,
        "indicator": "overdose",
        "measure": "deaths",
        "basis": "occurrence",
        "last": 24_000,
        "months": 12,
        "part": "",
        "value": value,
        "predicted": None,
        "pending": None,
        "complete": None,
        "closed": True,
        "missing": "",
    } | cells


def whole(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the whole state."""
    figures = add_new_york(pa.Table.from_pylist(list(rows), schema=FIGURES))
    return [row for row in figures.to_pylist() if row["place"] == "US-NY"]


def test_the_whole_is_the_sum() -> None:
    """Counts and predictions add up; shares are weighed by the counts."""
    [row] = whole(
        part("US-NY-REST", 300.0, predicted=310.0, pending=1.0, complete=100.0),
        part("US-NY-NYC", 100.0, predicted=104.0, pending=3.0, complete=98.0),
    )
    assert (row["value"], row["predicted"]) == (400.0, 414.0)
    assert (row["pending"], row["complete"]) == (pytest.approx(1.5), pytest.approx(99.5))


@pytest.mark.parametrize("closed", [(True, True, True), (True, False, False), (True, None, None)])
def test_the_whole_is_closed_where_both_are(closed: tuple[bool | None, ...]) -> None:
    """Not told of one: not told of the whole."""
    rest, city, both = closed
    [row] = whole(part("US-NY-REST", 3.0, closed=rest), part("US-NY-NYC", 1.0, closed=city))
    assert row["closed"] is both


def test_what_is_hidden_in_a_part_is_hidden_in_the_whole() -> None:
    """A sum with a part that is not told would give it away, or be too small."""
    [row] = whole(part("US-NY-REST", 300.0), part("US-NY-NYC", None, missing="suppressed"))
    assert (row["value"], row["missing"]) == (None, "suppressed")


def test_one_part_alone_is_no_whole() -> None:
    """Nor are percentages summed, nor parts of two periods."""
    assert whole(part("US-NY-REST", 300.0)) == []
    assert whole(part("US-NY-REST", 3.0), part("US-NY-NYC", 1.0, last=24_001)) == []
    specified = {"indicator": "specified", "measure": "percent"}
    assert whole(part("US-NY-REST", 95.0, **specified), part("US-NY-NYC", 98.0, **specified)) == []
