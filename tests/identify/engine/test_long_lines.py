"""Long lines: their time grows with their length, not with its square."""

import time

import pytest

from tidewaiter.identify import column_of, load_lexicon
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.unknown_words import make_verdicts
from tidewaiter.identify.mentions import buffers_of

LEXICON = load_lexicon()
SHORT, TIMES = 40_000, 8  # characters of the short line, and how often the long one holds it


def _seconds(text: str) -> float:
    """Return the CPU seconds of the fastest of three scans of a text."""
    text_, offsets = buffers_of(column_of([text]))
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        rows = scan(text_, offsets, LEXICON.tables, make_verdicts())
        best = min(best, time.process_time() - start)
    assert len(rows) > len(text) // 50
    return best


@pytest.mark.parametrize("goods", ["acetone ", "麻黄碱 ", "acetone xqzwvk ", "CAS 299-42-3 "])
def test_a_scan_is_linear_in_the_length_of_a_line(goods: str) -> None:
    """Eight times the text with a hit in each word takes less than three times eight times."""
    text = goods * (SHORT // len(goods))
    assert _seconds(text * TIMES) < 3 * TIMES * max(_seconds(text), 0.002)
