"""Near names: every key within its edits is found, and none beyond them."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import process
from rapidfuzz.distance import OSA

from tidewaiter.identify import load_lexicon
from tidewaiter.identify.engine.approximate_match import (
    FAR,
    LONGEST,
    MASKS,
    SHORTEST,
    build_near,
    clear_masks,
    distance,
    find_near,
    make_near_room,
    masked_distances,
    most_edits,
    near_any,
    same_digits,
    set_masks,
)

LEXICON = load_lexicon()
KEYS = sorted(
    {entry.key for entry in LEXICON.names.entries if SHORTEST <= len(entry.key) <= LONGEST}
)

words = st.text(st.sampled_from("abo12"), max_size=12)


def _units(text: str) -> np.typing.NDArray[np.uint32]:
    return np.array([ord(unit) for unit in text], np.uint32)


NEAR = build_near([_units(key) for key in KEYS])
ROOM = make_near_room(len(KEYS))


def _find(word: str) -> dict[str, int]:
    total = find_near(_units(word), NEAR, ROOM)
    found = (KEYS[at] for at in ROOM.keys[:total].tolist())
    return dict(zip(found, ROOM.edits.tolist(), strict=False))


def _digits(text: str) -> str:
    return "".join(unit for unit in text if unit in "0123456789")


def _compare_all(word: str) -> dict[str, int]:
    near = process.extract(word, KEYS, scorer=OSA.distance, score_cutoff=3, limit=None)
    return {
        key: far
        for key, far, _ in near
        if far <= most_edits(len(key)) and _digits(key) == _digits(word)
    }


def _edited(word: str, edits: int, chance: random.Random) -> str:
    """Make so many edits in a word: delete, insert, replace or swap."""
    for _ in range(edits):
        at, sign = chance.randrange(len(word)), chance.choice("aeotnhpyc2")
        word = chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + sign + word[at:],
                word[:at] + sign + word[at + 1 :],
                word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            ]
        )
    return word


@settings(max_examples=400)
@given(st.sampled_from(KEYS), st.integers(0, 4), st.randoms(use_true_random=False))
def test_all_keys_within_reach_are_found(key: str, edits: int, chance: random.Random) -> None:
    """The index finds what comparing the word with every key does, with the same edits."""
    word = _edited(key, edits, chance)
    assert _find(word) == _compare_all(word)


def test_every_key_finds_itself() -> None:
    """A key has an edit distance of zero from itself."""
    assert [key for key in KEYS if _find(key).get(key) != 0] == []


@pytest.mark.parametrize(("length", "most"), [(5, 1), (8, 1), (9, 2), (13, 2), (14, 3), (64, 3)])
def test_longer_keys_may_be_further_away(length: int, most: int) -> None:
    """Below 9 units 1 edit is allowed, below 14 two, then three."""
    assert most_edits(length) == most


def test_short_words_are_near_to_nothing() -> None:
    """No key of fewer than five units is found by edits, and no word is too short to ask."""
    assert _find("") == {}
    assert _find("a") == {}
    near = build_near([_units("tone"), _units("meth")])
    assert find_near(_units("tones"), near, ROOM) == 0


def test_the_room_bounds_what_is_found() -> None:
    """Where there is no more room the search ends, and nothing is written beyond it."""
    near = build_near([_units(f"acetone{sign}") for sign in "abcdefgh"])
    room, kept = make_near_room(3), np.full(5, -1, np.int32)
    assert find_near(_units("acetone"), near, room._replace(keys=kept[:3])) == 3
    assert kept[3:].tolist() == [-1, -1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("4ap", "4ab", True),
        ("4ap", "3ap", False),
        ("4ap", "ap", False),
        ("1b4p", "b1p4", True),
        ("14ap", "41ap", False),
        ("ap", "pa", True),
        ("", "", True),
    ],
)
def test_digits_must_be_the_same(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """Keys that differ in digits, by value or order, are different chemicals."""
    assert same_digits(_units(one), _units(other)) is same
    assert same_digits(_units(other), _units(one)) is same


@given(words, words, st.integers(0, 4))
def test_the_distance_is_optimal_string_alignment(one: str, other: str, most: int) -> None:
    """Up to the bound the distance is the one that rapidfuzz gives, and beyond it none."""
    far = OSA.distance(one, other)
    assert distance(_units(one), _units(other), most) == (far if far <= most else FAR)


@given(words.filter(bool), words, st.integers(0, 4))
def test_every_beginning_is_compared_at_once(key: str, text: str, most: int) -> None:
    """A bit for each unit gives the same distances, of all beginnings of a text."""
    masks, far = np.zeros(MASKS, np.uint64), np.zeros(len(text) + 1, np.int32)
    assert set_masks(masks, _units(key))
    done = masked_distances(masks, len(key), _units(text), most, far)
    truth = [OSA.distance(key, text[:end]) for end in range(len(text) + 1)]
    assert far[: done + 1].tolist() == truth[: done + 1]
    assert all(each > most for each in truth[done + 1 :])
    clear_masks(masks, _units(key))
    assert not masks.any()


@pytest.mark.parametrize("text", ["a" * 65, "acetone가"])
def test_what_has_no_bits_is_compared_unit_by_unit(text: str) -> None:
    """Keys of more than 64 units, or of rare scripts, leave no mark, and are found all the same."""
    masks = np.zeros(MASKS, np.uint64)
    assert not set_masks(masks, _units(text))
    assert not masks.any()
    near, word = build_near([_units(text[:64])]), text.replace("a", "e", 1)
    assert find_near(_units(word), near, make_near_room(3)) == 1


def test_names_of_several_words_have_an_anchor() -> None:
    """A name of several words is found by one word of it, at its place in the name."""
    anchors, entries = LEXICON.tables.anchors, LEXICON.names.entries
    assert anchors.lists[-1] == len(anchors.keys) > 1000
    for place in range(len(anchors.lists) - 1):
        first, last = anchors.near.first[place : place + 2].tolist()
        word = "".join(map(chr, anchors.near.units[first:last].tolist()))
        begin, end = anchors.lists[place : place + 2].tolist()
        for key, at in zip(
            anchors.keys[begin:end].tolist(), anchors.offsets[begin:end].tolist(), strict=True
        ):
            assert entries[key].key[at : at + len(word)] == word


def test_words_together_are_near_what_each_is_near() -> None:
    """An empty word and a long one are near nothing."""
    words = ["", "acetone", "acetpne", "zzzzzzzz", "a" * 100, *KEYS[:50]]
    found = near_any([_units(word) for word in words], NEAR)
    assert found.tolist() == [bool(word) and bool(_find(word)) for word in words]
    assert near_any([], NEAR).tolist() == []
