"""Keys and hashes: texts with equal folding match, and saved keys load unchanged."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tidewaiter.base.mapped_arrays import load_arrays, save_arrays
from tidewaiter.identify.engine.hashing import (
    Table,
    build_members,
    build_table,
    find_all,
    first_of_each,
    has_all,
    hash_keys,
    make_powers,
    mix_all,
)
from tidewaiter.identify.engine.rules import build_fold_tables
from tidewaiter.identify.engine.words import (
    fold_keys,
    fold_texts,
    fold_words,
    hash_texts,
    hash_words,
    joined,
)

TABLES = build_fold_tables()

hashes = st.lists(st.integers(1, 2**64 - 1), max_size=200, unique=True)


def test_texts_are_joined_with_their_places() -> None:
    """Bytes run on, and the offsets say where each text begins, and the end."""
    text, offsets = joined(["ab", "", "é"])
    assert text.tobytes() == "abé".encode()
    assert offsets.tolist() == [0, 2, 2, 4]
    assert [part.tolist() for part in joined([])] == [[], [0]]


def test_what_separates_is_no_part_of_a_key() -> None:
    """A name has one hash however its words are separated; a text without letters has none."""
    texts = ["acetic anhydride", "ACETIC-ANHYDRIDE", "acetic\nanhydr1de", "aceticanhydride"]
    assert len(set(hash_texts(texts, TABLES).tolist())) == 1
    assert hash_texts(["", " -.", "\u200b"], TABLES).tolist() == [0, 0, 0]


def test_a_text_has_the_hash_of_its_key() -> None:
    """Hashing text in one pass gives what hashing its folded key does."""
    texts = ["acetone", "α-PVP", "麻黄碱", "5-boc"]
    assert hash_texts(texts, TABLES).tolist() == hash_keys(fold_keys(texts, TABLES)).tolist()


def test_words_are_hashed_alone() -> None:
    """Each word of three units or more has the hash that it has as a text."""
    words = hash_words(["acetic anhydride, 25 kg", "no", "麻黄碱 x-ray"], TABLES)
    assert words.tolist() == hash_texts(["acetic", "anhydride", "ray"], TABLES).tolist()


@given(hashes)
def test_a_table_finds_what_it_holds_and_nothing_else(keys: list[int]) -> None:
    """Each key leads to its value, and a key that is not there to none."""
    held, missing = keys[::2], keys[1::2]
    table = build_table(np.array(held, np.uint64), np.arange(len(held), dtype=np.int32))
    assert find_all(table, np.array(held, np.uint64)).tolist() == list(range(len(held)))
    assert (find_all(table, np.array(missing, np.uint64)) == -1).all()


@given(st.lists(st.integers(0, 2**64 - 1), max_size=200, unique=True))
def test_a_set_has_its_members_and_no_others(values: list[int]) -> None:
    """A member is found; another hash is not, but for one in a thousand million."""
    keys = mix_all(np.array(values, np.uint64))
    held = keys[::2].copy()
    members = build_members(held)
    assert has_all(members, held).all()
    others = keys[1::2][~np.isin(keys[1::2] >> 32, held >> 32)]
    assert not has_all(members, others).any()


@given(st.lists(st.text(max_size=12), max_size=20))
def test_texts_are_folded_alike_one_by_one_and_together(texts: list[str]) -> None:
    """The key of a text does not depend on its neighbours, and its words make up the key."""
    together = fold_texts(texts, TABLES)
    assert together == [fold_texts([text], TABLES)[0] for text in texts]
    assert together == ["".join(map(chr, key.tolist())) for key in fold_keys(texts, TABLES)]
    for key, words in zip(together, fold_words(texts, TABLES), strict=True):
        assert "".join(word for word, _ in words) == key
        assert all(key.startswith(word, at) for word, at in words)


def test_values_of_one_key_are_joined() -> None:
    """A key that comes twice has the bits of both values."""
    table = build_table(np.array([7, 9, 7], np.uint64), np.array([1, 8, 4], np.int32))
    assert find_all(table, np.array([7, 9], np.uint64)).tolist() == [5, 8]


def test_powers_are_those_of_the_base() -> None:
    """The powers start at 1, and each is the one before times the second, in 64 bits."""
    powers = [int(power) for power in make_powers(50)]
    assert powers == [pow(powers[1], exponent, 2**64) for exponent in range(50)]


@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=100))
def test_mixing_is_never_zero(values: list[int]) -> None:
    """A mixed hash is never 0, which marks an empty slot."""
    assert (mix_all(np.array(values, np.uint64)) != 0).all()


@given(st.lists(st.sampled_from(["", "a", "b", "ab", "é", "acetone", "acetone "]), max_size=40))
def test_repeats_are_numbered_by_first_place(texts: list[str]) -> None:
    """Equal lines have one number, and each number leads to the first line that holds it."""
    which, first = first_of_each(*joined(texts))
    order = list(dict.fromkeys(texts))
    assert [order[number] for number in which.tolist()] == texts
    assert first.tolist() == [texts.index(text) for text in order]


class _Arrays(NamedTuple):
    numbers: NDArray[np.int32]
    table: Table


def test_arrays_come_back_as_saved(tmp_path: Path) -> None:
    """Tuples of arrays, and tuples in them, are saved and mapped back with type and value."""
    saved = _Arrays(
        np.arange(5, dtype=np.int32), Table(np.array([3], np.uint64), np.zeros(0, np.int32))
    )
    save_arrays(tmp_path, "some", saved)
    loaded = load_arrays(tmp_path, "some", _Arrays)
    assert isinstance(loaded.table, Table)
    for mine, theirs in (
        (saved.numbers, loaded.numbers),
        (saved.table.values, loaded.table.values),
    ):
        assert mine.dtype == theirs.dtype
        assert mine.tolist() == theirs.tolist()
    assert loaded.table.keys.dtype == saved.table.keys.dtype
    assert loaded.table.keys.tolist() == [3]
