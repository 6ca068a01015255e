"""Foreign words as Chinese, Japanese and Korean write them meet the words that they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.names import Token, keys, read_name
from tidewaiter.parties.names.keys import (
    loan_keys,
    loan_keys_of_pinyin,
    loan_keys_of_syllables,
)
from tidewaiter.parties.names.romanisation import loan_sounds, romanise_kana

LOANS = "lmo"


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("kelike", "click"),
        ("mosite", "most"),
        ("ailisi", "alice"),
        ("kalinka", "kalinka"),
        ("motuoluola", "motorola"),
        ("sikaiwoke", "skywalker"),
        ("aisidun", "estun"),
    ],
)
def test_pinyin_of_a_foreign_word_sounds_like_it(chinese: str, english: str) -> None:
    """The consonants of the syllables are those of the word, r and l after vowels aside."""
    assert set(loan_keys_of_pinyin(chinese)) & set(loan_keys(english))


@pytest.mark.parametrize(
    ("kana", "romaji", "english"),
    [
        ("テリロジー", "teriroji", "terilogy"),
        ("スクロール", "sukuroru", "scroll"),
        ("クリヤマ", "kuriyama", "kuriyama"),
        ("セゾン", "sezon", "saison"),
        ("アルコニックス", "arukonikkusu", "alconix"),
        ("くりやま", "kuriyama", "kuriyama"),
    ],
)
def test_kana_is_read_and_sounds_like_the_word(kana: str, romaji: str, english: str) -> None:
    """Katakana and hiragana alike; a small tsu doubles what follows."""
    assert romanise_kana(kana) == romaji
    assert set(loan_keys_of_syllables(romaji)) & set(loan_keys(english))


@pytest.mark.parametrize(
    ("one", "other"), [("terilogy", "technology"), ("click", "clock"), ("most", "best")]
)
def test_other_words_mostly_sound_otherwise(one: str, other: str) -> None:
    """Only the second pair has the same consonants."""
    assert bool(set(loan_keys(one)) & set(loan_keys(other))) == (one == "click")


def test_persons_and_short_words_have_no_such_key() -> None:
    """Given names in characters and Hangul are not foreign words; two consonants prove nothing."""
    for name in ("王海林", "김창혁"):
        for form in read_name(name, "person").forms:
            for token in form.tokens:
                assert not {key[0] for key in keys(token)} & set(LOANS), token
    assert loan_keys("yes") == ()


def test_a_company_has_one_where_all_its_characters_may_be_foreign() -> None:
    """Three characters and more, each of those that write foreign names."""
    assert _loans("可立克科技有限公司", "kelike")
    assert not _loans("众兴菌科技有限公司", "zhongxingjun")


def _loans(name: str, key: str) -> list[str]:
    forms = read_name(name, "organisation").forms
    tokens: list[Token] = [token for form in forms for token in form.tokens if token.key == key]
    return [each for token in tokens for each in keys(token) if each[0] in LOANS]


@given(st.text(alphabet=sorted(loan_sounds().kana) + list("ッーァィゥェォャュョ"), max_size=12))
def test_any_kana_is_read_in_plain_letters(kana: str) -> None:
    """No order of letters breaks the reading."""
    found = romanise_kana(kana)
    assert found == "" or (found.isascii() and found.isalpha() and found.islower())
