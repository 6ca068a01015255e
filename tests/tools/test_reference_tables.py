"""The field tables of the reference are those of the records."""

from pathlib import Path

import pytest
from tools.reference_tables import PAGES, page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_tables_are_those_of_the_records(path: Path) -> None:
    """Run tools.reference_tables after a change of a record."""
    text = path.read_text(encoding="utf-8")
    assert page(text) == text


def test_a_stale_table_is_written_again() -> None:
    """What stands between the marks goes; text around them and the order of fields stay."""
    begin, end = "<!-- begin record tidewaiter.trade.types.Stop -->", "<!-- end record -->"
    made = page(f"before\n{begin}\nstale\n{end}\nafter")
    assert made.startswith(f"before\n{begin}\n\n")
    assert made.endswith(f"\n\n{end}\nafter")
    assert "stale" not in made
    assert made.index("| `function` |") < made.index("| `locode` |") < made.index("| `country` |")


def test_an_unknown_record_is_an_error() -> None:
    """A mistyped name is not passed over."""
    with pytest.raises(AttributeError):
        page("<!-- begin record tidewaiter.trade.types.Nothing -->\n<!-- end record -->")
