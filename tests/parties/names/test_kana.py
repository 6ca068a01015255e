"""Kana are read in plain letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.names.romanisation import kana_readings, romanise_kana


@pytest.mark.parametrize(
    ("kana", "romaji"),
    [
        ("テリロジー", "teriroji"),
        ("スクロール", "sukuroru"),
        ("クリヤマ", "kuriyama"),
        ("アルコニックス", "arukonikkusu"),
        ("くりやま", "kuriyama"),
    ],
)
def test_kana_is_read(kana: str, romaji: str) -> None:
    """Katakana and hiragana alike; a small tsu doubles what follows."""
    assert romanise_kana(kana) == romaji


@given(st.text(alphabet=sorted(kana_readings()) + list("ッーァィゥェォャュョ"), max_size=12))
def test_any_kana_is_read_in_plain_letters(kana: str) -> None:
    """No order of letters breaks the reading."""
    found = romanise_kana(kana)
    assert found == "" or (found.isascii() and found.isalpha() and found.islower())
