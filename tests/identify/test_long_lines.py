"""Long lines: the time of their findings grows with their length, not with its square."""

import time

import pytest

from tidewaiter.identify import Identifier, column_of, load_lexicon

IDENTIFIER = Identifier(load_lexicon())
SHORT, TIMES = 6_000, 8  # characters of the short line, and how often the long one holds it


def _seconds(text: str) -> float:
    """Return the CPU seconds of the faster of two searches in a text."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        findings, _ = IDENTIFIER.find(column_of([text]))
        best = min(best, time.process_time() - start)
    assert len(findings) > len(text) // 40
    return best


@pytest.mark.parametrize(
    "goods",
    ["acetone ", "ephedrinne acetonn ", "drumsacetone ", "麻黄碱 ", "麻黄碱片 ephedrin HCl "],
)
def test_findings_are_linear_in_the_length_of_a_line(goods: str) -> None:
    """Eight times the text with a hit in each word takes less than three times eight times."""
    text = goods * (SHORT // len(goods))
    assert _seconds(text * TIMES) < 3 * TIMES * max(_seconds(text), 0.002)
