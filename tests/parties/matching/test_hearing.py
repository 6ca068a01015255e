"""Words that sound alike: across scripts in both directions, and in other spellings."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.matching import hearing
from tidewaiter.parties.matching.hearing import (
    Units,
    heard_among,
    latin_units,
    other_units,
    sounding_of,
)
from tidewaiter.parties.matching.kernels.heard import CHUNK, tree_of
from tidewaiter.parties.names.sounds import latin_costs

PAIRS = [  # made up of common syllables, one per script
    ("דוידסון", "davidson"),
    ("شهرزاد", "shahrzad"),
    ("Григорьев", "grigoriev"),
    ("Παπαδόπουλος", "papadopoulos"),
    ("ჯავახიშვილი", "javakhishvili"),
    ("Հովհաննիսյան", "hovhannisyan"),
    ("亨德里克斯", "hendrix"),
    ("モハンマド", "mohammad"),
    ("알렉산더", "alexander"),
    ("सुनीता", "sunita"),
    ("สมชาย", "somchai"),
    ("テリロジー", "terilogy"),
]
OTHERS = ["technology", "clock", "martinez", "garcia", "schmidt", "wilson", "kowalski"]
WORDS = [*(latin for _, latin in PAIRS), *OTHERS]


def units(word: str) -> Units:
    """Return the units of a word in any script."""
    return latin_units(word) if word.isascii() else other_units(word)


def best(listed: list[str], asked: str) -> list[str]:
    """Return the listed words that sound like a word, the best first."""
    found = heard_among(sounding_of([units(word) for word in listed]), [units(asked)])
    assert (found.shares[1:] <= found.shares[:-1]).all()
    assert ((found.shares >= 0.4) & (found.shares <= 1)).all()
    return [listed[word] for word in found.words.tolist()]


@pytest.mark.parametrize(("native", "latin"), PAIRS)
def test_a_word_is_heard_in_both_directions(native: str, latin: str) -> None:
    """The word that it is comes first, whichever side is in the other script."""
    assert best(WORDS, native)[:1] == [latin]
    assert best([native for native, _ in PAIRS], latin)[:1] == [native]


@pytest.mark.parametrize(
    ("one", "other"), [("zulqadr", "zolghadr"), ("tatsiana", "tatyana"), ("soloviev", "solovyov")]
)
def test_another_spelling_is_heard(one: str, other: str) -> None:
    """Spellings that names have in Latin letters, marked as such."""
    found = heard_among(sounding_of([tuple(other), tuple("martinez")]), [tuple(one)])
    assert (found.words.tolist(), found.respelled.tolist()) == ([0], [True])


def test_each_word_keeps_its_own_answer_in_a_batch() -> None:
    """Words beside it, also those that are not read, change nothing."""
    listed = sounding_of([units(word) for word in WORDS])
    asked: list[Units] = [units(native) for native, _ in PAIRS]
    asked = [*asked[:3], (), tuple("schmitt"), *asked[3:]]
    together = heard_among(listed, asked)
    for (begin, end), word in zip(pairwise(together.heads.tolist()), asked, strict=True):
        alone = heard_among(listed, [word])
        assert together.words[begin:end].tolist() == alone.words.tolist()
        assert together.shares[begin:end].tolist() == alone.shares.tolist()


def test_no_rule_reads_more_letters_than_the_kernel_keeps() -> None:
    """It keeps what it found at the last letters only."""
    for told in (hearing._to_latin(), hearing._from_latin(), hearing._respelled()):
        assert max(told.sizes) <= CHUNK


@given(st.lists(st.text(alphabet="abcxyz", min_size=1, max_size=6), min_size=1, max_size=12))
def test_a_tree_holds_each_word_once(words: list[str]) -> None:
    """Following the letters of a word from the root leads to it, at its cost."""
    tree = tree_of(
        [tuple(map(ord, word)) for word in words],
        list(range(len(words))),
        [latin_costs(word) for word in words],
        {0: 5.0},
    )
    assert sorted(tree.words.tolist()) == list(range(len(words)))
    for number, word in enumerate(words):
        node = 0
        for letter in word:
            first, last = tree.children[node : node + 2]
            (place,) = np.flatnonzero(tree.letters[first:last] == ord(letter))
            node = int(first + place)
        assert number in tree.words[tree.heads[node] : tree.heads[node + 1]].tolist()
        assert tree.costs[node] == pytest.approx(latin_costs(word)[-1], rel=1e-5)
        assert tree.highest[0] >= tree.costs[node] - 1e-4


@given(st.text(max_size=12))
def test_any_word_is_asked_without_an_error(text: str) -> None:
    """Letters of unknown scripts included; nothing is found for no units."""
    found = heard_among(sounding_of([units(each) for each in WORDS]), [units(text)])
    assert int(found.heads[-1]) == len(found.words) <= 64
