"""Amounts with a unit set by the user appear as written, beside the converted ones."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.quantities import load_units
from tidewaiter.explain.lines import amount_in_words, quantity_in_words, stated_unit
from tidewaiter.trade.types import Line

LINE = Line(row=1, consignment="c", seq=1, quantity="55", stated=("gross: lb", "quantity: l"))


@pytest.mark.parametrize(
    ("millionths", "shown", "unit", "text"),
    [
        (None, "kg", "lb", ""),
        (25_000_000, "kg", None, "25 kg"),
        (25_000_000, "kg", "kg", "25 kg (the unit was set for the file, not read from it)"),
        (
            2_267_962,
            "kg",
            "lb",
            "2.267962 kg (5 lb in the document; the unit was set for the file, not read from it)",
        ),
        (
            1_250_500_000,
            "kg",
            "t",
            (
                "1,250.5 kg (1.2505 t in the document; the unit was set for the file, "
                "not read from it)"
            ),
        ),
    ],
)
def test_an_amount_in_words(
    millionths: int | None, shown: str, unit: str | None, text: str
) -> None:
    """A unit set by the user is shown, with the original amount if it differs."""
    assert amount_in_words(millionths, shown, unit) == text


@given(
    st.decimals(min_value="0.00001", max_value=10_000_000, places=5),
    st.sampled_from(["lb", "t"]),
)
def test_the_amount_on_the_paper_is_that_which_was_converted(amount: Decimal, code: str) -> None:
    """Rounding to whole milligrams is undone."""
    millionths = round(amount * load_units()[code].size)
    text = amount_in_words(millionths, "kg", code)
    paper = text.partition("(")[2].partition(f" {code} in")[0]
    assert Decimal(paper.replace(",", "")) == amount


def test_each_field_has_its_own_stated_unit() -> None:
    """Only the field that the user stated a unit for has one."""
    assert [stated_unit(LINE, field) for field in ("net", "gross", "quantity")] == [None, "lb", "l"]
    assert quantity_in_words(LINE) == "55 (l: the unit was set for the file, not read from it)"
    assert quantity_in_words(Line(row=1, consignment="c", seq=1, quantity="55 l")) == "55 l"
