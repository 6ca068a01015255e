"""The lexicon and the file of other chemicals: kept as made, and made of what they say."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tidewaiter.base import cache
from tidewaiter.identify import Lexicon, load_lexicon
from tidewaiter.identify.engine.hashing import SHIFT
from tidewaiter.identify.engine.rules import build_fold_tables
from tidewaiter.identify.engine.words import hash_texts
from tidewaiter.identify.lexicon.unlisted_chemicals import (
    OtherChemicals,
    load_others,
    pack_others,
    unpack_others,
)

TABLES = build_fold_tables()


@pytest.fixture(scope="module")
def others() -> OtherChemicals:
    """Load the file of other chemicals."""
    return load_others()


hashes = st.lists(st.integers(1, 2**40 - 1), unique=True, max_size=50).map(
    lambda values: np.array(sorted(values), np.uint64)
)


@given(hashes, hashes, hashes)
def test_other_chemicals_come_back_as_packed(
    names: NDArray[np.uint64], words: NDArray[np.uint64], respelt: NDArray[np.uint64]
) -> None:
    """What is packed comes back: hashes of 40 bits, sorted and distinct."""
    found = unpack_others(pack_others(OtherChemicals(names, words, respelt)))
    assert found.names.tolist() == names.tolist()
    assert found.words.tolist() == words.tolist()
    assert found.respelt.tolist() == respelt.tolist()


def _held(text: str, hashes_of: NDArray[np.uint64]) -> bool:
    wanted = hash_texts([text], TABLES)[0] >> SHIFT
    at = int(np.searchsorted(hashes_of, wanted))
    return at < len(hashes_of) and bool(hashes_of[at] == wanted)


@pytest.mark.parametrize(
    "name", ["acetone cyanohydrin", "toluene diisocyanate", "acetone oxime", "ibuprofen", "aspirin"]
)
def test_the_file_holds_other_chemicals(name: str, others: OtherChemicals) -> None:
    """Names that hold a listed name, and common chemicals, are in the file."""
    assert _held(name, others.names)


def test_the_file_holds_no_name_of_table_one(lexicon: Lexicon, others: OtherChemicals) -> None:
    """No substance of Table I is another chemical under its preferred name."""
    ours = [
        substance.name
        for substance in lexicon.registry.substances
        if any(
            (control.regime, control.schedule) == ("un-1988", "Table I")
            for control in substance.controls
        )
    ]
    assert len(ours) > 40
    assert [name for name in ours if _held(name, others.names)] == []


def test_the_file_is_sorted_and_large(others: OtherChemicals) -> None:
    """Its hashes are distinct and sorted, of 40 bits, and more than half a million."""
    for values in others:
        assert (np.diff(values.astype(np.int64)) > 0).all()
        assert int(values.max()) < 2**40
    assert len(others.names) > 500_000


@pytest.mark.parametrize("word", ["potasium", "pottasium", "soidum", "amonium", "hydrchloride"])
def test_misspelt_words_of_chemistry_are_left_out(word: str, others: OtherChemicals) -> None:
    """A word that is a slip of a far more frequent one hides no name, though lists print it."""
    assert not _held(word, others.words)


@pytest.mark.parametrize(
    "word", ["potassium", "sodium", "methylene", "propenone", "butenol", "phosphorous", "menthol"]
)
def test_seldom_words_that_are_right_are_kept(word: str, others: OtherChemicals) -> None:
    """Another vowel makes another chemical, and a word that is a name is none misspelt."""
    assert _held(word, others.words)


@pytest.mark.parametrize("word", ["excavator", "acetne", "qwertyuiop"])
def test_the_file_does_not_hold_any_word(word: str, others: OtherChemicals) -> None:
    """Words that no chemical name has are not in the file."""
    assert not _held(word, others.words)


def test_every_key_stands_once(lexicon: Lexicon) -> None:
    """No two entries share a key; each has one, and its substance is of the registry."""
    keys = [entry.key for entry in lexicon.names.entries]
    assert len(set(keys)) == len(keys)
    assert all(len(key) > 1 for key in keys)
    assert {e.substance for e in lexicon.names.entries} <= set(
        range(len(lexicon.registry.substances))
    )


def test_every_preferred_name_is_known(lexicon: Lexicon) -> None:
    """Each substance is found by its own name; a class by the structures of its members."""
    named = {entry.substance for entry in lexicon.names.entries}
    assert [
        substance.slug
        for place, substance in enumerate(lexicon.registry.substances)
        if place not in named and substance.kind != "class"
    ] == []


def test_short_names_of_letters_need_a_cue(lexicon: Lexicon) -> None:
    """An entry of fewer than three letters is not taken."""
    assert [e.text for e in lexicon.names.entries if len(e.key) < 3 and e.key.isascii()] == []


def test_the_lexicon_is_compiled_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lexicon: Lexicon
) -> None:
    """A second load finds what the first compiled, and both are the one of the session."""
    monkeypatch.setenv("TIDEWAITER_CACHE", str(tmp_path))
    monkeypatch.setattr(cache, "PREBUILT", tmp_path / "none")
    first = load_lexicon()
    made = sorted(path.name for path in tmp_path.iterdir())
    second = load_lexicon()
    assert sorted(path.name for path in tmp_path.iterdir()) == made
    assert [name.split("-")[0] for name in made] == ["lexicon", "registry"]
    assert first.names == second.names == lexicon.names
    assert np.array_equal(first.tables.trie.ends, lexicon.tables.trie.ends)
