"""Modes of transport: one word, however papers write it."""

import pytest

from tidewaiter.explain.languages import speaking
from tidewaiter.explain.lines import mode_in_words
from tidewaiter.trade.transport_modes import code_of, mode_of, modes


@pytest.mark.parametrize(
    ("written", "word", "code"),
    [
        ("1", "sea", "1"),
        ("01", "sea", "1"),
        ("10", "sea", "1"),
        ("sea", "sea", "1"),
        ("SEA", "sea", "1"),
        ("4", "air", "4"),
        ("40", "air", "4"),
        ("8", "inland water", "8"),
        ("9", "", None),
        ("11", "", None),
        ("100", "", None),
        ("by hand", "", None),
        ("", "", None),
        (None, "", None),
        ("\u0661", "", None),
    ],
)
def test_codes_and_words_are_one(written: str | None, word: str, code: str | None) -> None:
    """Other values have no word, and are shown as written."""
    assert (mode_of(written), code_of(written)) == (word, code)


def test_a_page_tells_the_word_and_the_code() -> None:
    """In the language of the page; unknown modes are shown as written."""
    with speaking("es"):
        shown = [mode_in_words(each) for each in ("1", "sea", "40", "by hand", None)]
    assert shown == ["mar (1)", "mar", "aire (40)", "by hand", ""]


def test_every_mode_has_words_on_pages() -> None:
    """None stays a bare code."""
    assert all(mode_in_words(code) == f"{word} ({code})" for code, word in modes().items())
