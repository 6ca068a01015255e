"""Laws side by side as a page and as a table."""

import csv
import io
from datetime import date

import pytest

from tidewaiter.explain.words import words_of
from tidewaiter.law.answers import Question
from tidewaiter.law.class_membership import load_members
from tidewaiter.law.comparison import compare, of_schedule
from tidewaiter.law.registry import Registry
from tidewaiter.report.law.comparison import (
    COLUMNS,
    ComparisonView,
    comparison_csv,
    comparison_view,
)

DAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def view(registry: Registry) -> ComparisonView:
    """Compare the substances of Table I under all laws."""
    found = compare(
        of_schedule(registry, "un-1988", "Table I", DAY),
        Question(day=DAY),
        registry,
        registry.book,
        load_members(registry),
    )
    return comparison_view(found, words_of(registry), {r.slug: r for r in registry.classes})


def test_a_row_has_a_cell_for_each_column(view: ComparisonView) -> None:
    """In the order of the columns; every law that was asked is a column or named below."""
    columns = [each.regime for each in view.columns]
    assert all([cell.regime for cell in row.cells] == columns for row in view.rows)
    asked = {*columns, *(each.regime for each in view.silent)}
    assert {"un-1988", "us-csa", "un-1961", "cn-narcotics"} <= asked


def test_the_table_holds_each_cell(view: ComparisonView) -> None:
    """A row a substance and law, with listing, days, marks and source."""
    text = comparison_csv(view).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(view.rows) * len(view.columns)
    (row,) = (r for r in rows if (r["substance"], r["regime"]) == ("4-piperidone", "un-1988"))
    assert row["answer"] == "controlled"
    assert (row["since"], row["decided"], row["marks"]) == ("2024-12-03", "2024-03-19", "read")
    assert row["source"].startswith("INCB")
    assert {r["answer"] for r in rows} <= {"controlled", "proposed", "not listed", "not assessable"}


def test_a_class_is_named_as_such(view: ComparisonView) -> None:
    """Not by the name of its file."""
    titles = {each.title for row in view.rows for cell in row.cells for each in cell.listings}
    assert any(", class: " in title for title in titles)
    assert not any(title.startswith("class ") for title in titles)
