"""Edits, and the words found by leaving letters out, against slower ways to the same."""

from itertools import pairwise
from string import ascii_lowercase

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from tidewaiter.parties.matching.hearing import heard_among
from tidewaiter.parties.matching.index import Index, Words, build_index
from tidewaiter.parties.matching.kernels.similar_words import (
    EDIT,
    EXACT,
    FAR,
    TWO_EDITS,
    edits,
    most_edits,
    neighbours,
)
from tidewaiter.parties.matching.kernels.vocabulary import letters_of
from tidewaiter.parties.names import read_name
from tidewaiter.parties.types import ListedParty, PartyName

WORDS = st.text("abcé", max_size=12)


@given(WORDS, WORDS, st.integers(0, 3))
def test_edits_are_those_of_rapidfuzz(one: str, other: str, most: int) -> None:
    """The band counts the optimal string alignment, and FAR beyond what is asked."""
    first, second = letters_of([one]), letters_of([other])
    found = edits(first.units, second.units, most)
    distance = OSA.distance(one, other)
    assert found == (distance if distance <= most else FAR)


@given(st.data())
def test_each_word_within_reach_is_a_neighbour(index: Index, data: st.DataObject) -> None:
    """A listed word with an edit or two is found, and no word is called nearer than it is.

    Of two words that both read as pinyin none is a misspelling of the other.
    """
    listed = index.listed.vocabulary
    units, starts = listed.letters.units, listed.letters.starts
    word = data.draw(st.integers(0, len(listed.hashes) - 1))
    text = "".join(map(chr, units[starts[word] : starts[word + 1]]))
    if len(text) < 5 or not text.isalpha():
        return
    at = data.draw(st.integers(0, len(text) - 1))
    spoilt = text[:at] + data.draw(st.sampled_from(["", "q", text[at] * 2])) + text[at + 1 :]
    words = Words(asked=True)
    form = read_name(spoilt, "person").forms[0]
    words.numbers(form)
    if words.texts != [spoilt]:
        return
    asked = words.vocabulary(index.rarity)
    near = neighbours(index.listed.lookup, asked, heard_among(index.sounding, [()]))
    kinds = dict(zip(near.words.tolist(), near.kinds.tolist(), strict=True))
    distance = OSA.distance(text, spoilt)
    both_pinyin = asked.chinese[0] and index.listed.lookup.chinese[word]
    if not both_pinyin and distance <= min(most_edits(len(text)), most_edits(len(spoilt))):
        assert word in kinds
    for other, kind in kinds.items():
        if other < len(listed.hashes) and kind in {EXACT, EDIT, TWO_EDITS}:
            spelt = "".join(map(chr, units[starts[other] : starts[other + 1]]))
            assert OSA.distance(spelt, spoilt) == {EXACT: 0, EDIT: 1, TWO_EDITS: 2}[kind]


def test_words_with_many_neighbours_are_asked_alone_or_together() -> None:
    """Of each word the closest are kept, in the order of their shares; no batch changes that."""
    word = "zhenrong"
    near = [
        word[:at] + letter + word[at + 1 :] for at in range(len(word)) for letter in ascii_lowercase
    ]
    parties = [
        ListedParty(id=str(at), kind="vessel", names=(PartyName(text=text),))
        for at, text in enumerate(dict.fromkeys(near))
    ]
    index = build_index(parties)
    asked = [word, "zhenrang", "borel", word + "s"]
    together = _neighbours(index, asked)
    assert together == [found for text in asked for found in _neighbours(index, [text])]
    assert [len(found) for found in together] == [96, 96, 0, 96]
    assert all(found == sorted(found, reverse=True, key=lambda each: each[1]) for found in together)


def _neighbours(index: Index, asked: list[str]) -> list[list[tuple[int, float, int]]]:
    """Return listed word, share and kind of the neighbours of each word."""
    words = Words(asked=True)
    for text in asked:
        words.numbers(read_name(text, "vessel").forms[0])
    assert words.texts == asked
    heard = heard_among(index.sounding, [() for _ in asked])
    near = neighbours(index.listed.lookup, words.vocabulary(index.rarity), heard)
    rows = list(zip(near.words.tolist(), near.shares.tolist(), near.kinds.tolist(), strict=True))
    heads = near.heads.tolist()
    return [rows[begin:end] for begin, end in pairwise(heads)]
