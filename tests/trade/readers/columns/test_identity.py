"""The column that identifies consignments, where no name says it."""

from collections.abc import Sequence

import pytest

from tidewaiter.trade.readers.columns.mapping import survey_columns
from tidewaiter.trade.types import ReadOptions

GOODS = ("toluene", "acetone", "ether")


def identified(**columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that identify the consignments of a table with goods."""
    header = ("goods", *(name.replace("_", " ") for name in columns))
    rows = tuple(zip(GOODS, *columns.values(), strict=True))
    mapping, questions = survey_columns(header, rows, "a.csv", ReadOptions())
    assert questions == ()
    assert ("consignment" in mapping.sniffed) is ("consignment" in mapping.columns)
    return mapping.columns.get("consignment", ())


@pytest.mark.parametrize("name", ["job number", "load id", "delivery note", "entryReference"])
def test_the_number_of_a_paper_is_proposed(name: str) -> None:
    """Equal values stand in adjacent rows."""
    assert identified(**{name: ("A1", "A1", "A2")}) == (name.replace("_", " "),)


@pytest.mark.parametrize(
    "values",
    [("A1", "A2", "A1"), ("A1", "", "A2"), ("open", "open", "closed"), ("1.5", "2.5", "3.5")],
    ids=["apart", "gap", "words", "amounts"],
)
def test_values_that_identify_nothing_are_not_proposed(values: Sequence[str]) -> None:
    """Whatever the name says."""
    assert identified(job_number=values) == ()


@pytest.mark.parametrize("name", ["sku", "shipment_date", "order_line", "file_type"])
def test_a_number_of_something_else_is_not_proposed(name: str) -> None:
    """A product, a line, a day or a kind is no consignment."""
    assert identified(**{name: ("A1", "A1", "A2")}) == ()


def test_of_two_columns_the_one_that_groups_rows_is_proposed() -> None:
    """Two that group them alike leave the question open."""
    each, pair = ("A1", "A2", "A3"), ("B1", "B1", "B2")
    assert identified(job_no=each, load_id=pair) == ("load id",)
    assert identified(job_no=pair, load_id=pair) == ()
