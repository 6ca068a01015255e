"""Contents: as a cell and as the text beside a name say them, and what is left alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.trade.concentration import Content, content_near, content_of, parse_content


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("99.5", "99.5"),
        ("99,5 %", "99.5"),
        ("99,125", "99.125"),
        (" 40 % ", "40"),
        (">= 99 %", ">=99"),
        ("99 % min", ">=99"),
        ("min. 99%", ">=99"),
        ("99.5% MIN.", ">=99.5"),
        ("<5%", "<=5"),
        ("max 5", "<=5"),
        ("0.95 %", "0.95"),
        ("100", "100"),
        ("0", "0"),
        ("1.01", "1.01"),
    ],
)
def test_a_cell_is_read(cell: str, read: str) -> None:
    """A number with either decimal mark, with or without a sign; a bound is kept."""
    assert parse_content(cell) == read


@pytest.mark.parametrize("cell", ["0.95", "1", "95-98", "pure", "100.1", "-5", "99 kg", "5 % 6 %"])
def test_a_cell_of_two_readings_is_refused(cell: str) -> None:
    """A fraction, a range, text and impossible percentages are not contents."""
    with pytest.raises(InputError):
        parse_content(cell)


@given(st.decimals("1.01", "100", places=3))
def test_a_content_comes_back(percent: Decimal) -> None:
    """The written form is read back, plain and as a bound."""
    assert content_of(parse_content(f"{percent} %")) == (percent, False)
    assert content_of(parse_content(f">= {percent} %")) == (percent, True)
    assert content_of(parse_content(f"<= {percent} %")) == (percent, False)


NEAR: list[tuple[str, str | None]] = [
    ("acetone 99%", "99"),
    ("acetone 33 %", "33"),
    ("acetone (33%) solution", "33"),
    ("acetone, 40 %, 20 drums", "40"),
    ("ACETONE 99,5 PCT", "99.5"),
    ("acetone: 95 % w/w", "95"),
    ("60% water, acetone 40%", "40"),
    ("60% acetone 40% water", "60"),
    ("40 % solution of acetone", "40"),
    ("acetone content 95 %", "95"),
    ("acetone 99% 2 IBC", "99"),
    ("acetone 99 % AR", "99"),
    ("acetone 含量99%", "99"),
    ("纯度99%acetone", "99"),
    ("acetone", None),
    ("acetone 20 drums", None),
    ("acetone, 5% water", None),
    ("acetone 5% discount", None),
    ("duty 5% acetone", None),
    ("acetone 95-98%", None),
    ("95-98% acetone", None),
    ("99% acetone 5%", None),
    ("acetone 1 000 %", None),
    ("acetone 0 %", None),
    ("acetone 101 %", None),
    ("99%, acetone", None),
    ("water 5 % acetone free", "5"),
]


@pytest.mark.parametrize(("text", "percent"), NEAR, ids=[text for text, _ in NEAR])
def test_the_content_beside_a_name(text: str, percent: str | None) -> None:
    """Only a percentage that can be of nothing else is that of the name beside it."""
    start = text.casefold().index("acetone")
    found = content_near(text, start, start + len("acetone"))
    assert found == (None if percent is None else Content(Decimal(percent)))


@pytest.mark.parametrize(
    "text",
    [
        "acetone 20 % min",
        "acetone >= 20 %",
        "min. 20 % acetone",
        "more than 20 % acetone",
        "at least 20% acetone",
        "acetone min 20%",
        "acetone purity: min 20%",
    ],
)
def test_a_bound_below_is_no_content(text: str) -> None:
    """A content that is said to be at least something may be more."""
    start = text.index("acetone")
    assert content_near(text, start, start + 7) == Content(Decimal(20), at_least=True)


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80))
def test_any_text_has_a_content_or_none(text: str, one: int, two: int) -> None:
    """No text breaks the reading, and no content is outside 0 to 100."""
    found = content_near(text, min(one, two), max(one, two))
    assert found is None or 0 < found.percent <= 100
