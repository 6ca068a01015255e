"""Words: what an officer types is found however the papers write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.casework.search_words import LONGEST, MOST, sought_in, words_of


def _found(typed: str, text: str) -> bool:
    """Say whether a text has all that is sought."""
    have = words_of([text])
    return all(
        any(w == each.word or (each.begins and w.startswith(each.word)) for w in have)
        for each in sought_in(typed)
    )


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("ACETONE", "acétone pure"),
        ("acet", "Acetone"),
        ("25 kg", "25-kg drums"),
        ("麻黄", "盐酸麻黄碱片"),
        ("碱", "麻黄碱"),
        ("黄碱", "盐酸麻黄碱HCl"),
        ("hcl", "盐酸麻黄碱HCl"),
        ("ангидрид", "Уксусный АНГИДРИД"),
        ("acetone", "Ａｃｅｔｏｎｅ"),
        ("ephedrine", "ephe\u200bdrine"),
        ("무수초산", "무수초산 200L"),
        ("strasse", "Straße"),
        ("67-64-1", "CAS 67-64-1"),
    ],
)
def test_other_spellings_are_found(typed: str, text: str) -> None:
    """Capitals, accents, width, joiners and scripts without spaces."""
    assert _found(typed, text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [("of", "offer"), ("acetone drums", "acetone"), ("黄麻", "麻黄"), ("cetone", "acetone")],
)
def test_what_does_not_occur_is_not_found(typed: str, text: str) -> None:
    """Short words are whole, each word must be there, and a word begins at its beginning."""
    assert not _found(typed, text)


@given(st.text(max_size=80), st.text(max_size=20))
def test_a_text_is_found_by_itself(text: str, more: str) -> None:
    """Whatever it holds, and whatever stands around it."""
    assert _found(text, f"{more} {text} {more}")


@given(st.text(max_size=200))
def test_words_are_short_and_hold_nothing_to_part_them(text: str) -> None:
    """So none can be mistaken for a term of another kind."""
    for word in words_of([text]):
        assert 0 < len(word) <= LONGEST
        assert not set(word) & set(" :\n\0")


def test_a_hostile_text_gives_so_many_words_and_no_more() -> None:
    """A megabyte of different words is no more work than a page."""
    assert len(words_of([" ".join(f"w{n}" for n in range(100_000))])) == MOST
