"""What "nearly", "about" and "over" allow, and when a figure only rounds to a number."""

from datetime import date

import pytest
from tests.burden.claims.reading import parse_claim

from tidewaiter.burden.claims.findings import fit


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("nearly 110,000", 110_000, "holds"),
        ("nearly 110,000", 104_500, "holds"),  # 5 % below
        ("nearly 110,000", 104_499, "no"),
        ("nearly 110,000", 110_001, "rounds"),  # more than the number is not nearly it
        ("nearly 110,000", 115_000, "no"),
        ("about 80,000", 84_000, "holds"),
        ("about 80,000", 84_001, "no"),
        ("about 80,000", 76_000, "holds"),
        ("about 80,000", 75_999, "no"),
        ("over 100,000", 100_000, "rounds"),
        ("over 100,000", 100_001, "holds"),
        ("over 100,000", 94_999, "no"),
        ("under 100,000", 99_999, "holds"),
        ("at least 100,000", 100_000, "holds"),
        ("at most 100,000", 100_001, "rounds"),
        ("107,543", 107_543, "holds"),
        ("107,543", 107_544, "no"),
        ("110,000", 109_413, "rounds"),
        ("110,000", 110_000, "holds"),
        ("110,000", 104_999, "no"),
        ("27 percent", 27.4, "holds"),
        ("27 percent", 27.6, "no"),
        ("26.9 percent", 26.94, "holds"),
        ("26.9 percent", 26.96, "no"),
        ("two-thirds", 68.4, "rounds"),
        ("two-thirds", 71.4, "no"),  # nearer three quarters
        ("more than two-thirds", 68.4, "holds"),
        ("1 in 5", 22.0, "rounds"),
        ("1 in 5", 22.3, "no"),  # nearer one in four
    ],
)
def test_a_number_holds_rounds_or_does_not(text: str, value: float, expected: str) -> None:
    """The rules of claims.toml, at their bounds."""
    stated = parse_claim(f"{text} overdose deaths in 2022", date(2023, 7, 7)).stated
    assert fit(stated, value) == expected
