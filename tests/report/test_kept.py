"""Unmapped fields of a document are shown, up to the page's maximum."""

from tidewaiter.explain.lines import MOST_KEPT, kept_of
from tidewaiter.trade.types import Kept, Line

LINE = Line(row=1, consignment="c", seq=1)


def test_a_line_of_a_table_keeps_nothing() -> None:
    """Only messages keep fields."""
    assert kept_of(LINE) == ()


def test_kept_fields_are_shown_as_written_up_to_a_limit() -> None:
    """A hostile document fills no page; long texts are cut as all texts of a page are."""
    many = tuple(Kept(name=f"a[{n}]", text="x") for n in range(MOST_KEPT + 50))
    shown = kept_of(Line(row=1, consignment="c", seq=1, other=(Kept(name="a", text="<b>"), *many)))
    assert (len(shown), shown[0].text) == (MOST_KEPT, "<b>")
