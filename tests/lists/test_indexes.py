"""Indexes: the cached index equals the built one, and restricted entries are not cached."""

import errno
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from tidewaiter.lists import index_cache as indexes
from tidewaiter.lists.index_cache import index_for
from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import ListedParty, PartyName

_ODD = ("上海化工有限公司", "Завод Химии", "شركة التجارة", "김철수", "Müller & Söhne GmbH", "")


def _some(count: int) -> list[ListedParty]:
    """Make parties of two names each, from a seed."""
    chance = random.Random(3)

    def word() -> str:
        return "".join(chance.choice(("ka", "lo", "mi", "ter", "dun", "sha")) for _ in range(3))

    names = [*_ODD, *(f"{word()} {word()} Trading Ltd" for _ in range(2 * count))]
    return [
        ListedParty(
            id=str(place),
            kind=chance.choice(("organisation", "person", "vessel")),
            names=tuple(PartyName(text=name) for name in names[2 * place : 2 * place + 2]),
        )
        for place in range(count)
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep indexes in a folder of their own, and of the smallest lists."""
    monkeypatch.setattr("tidewaiter.base.cache.cache_folder", lambda: tmp_path)
    monkeypatch.setattr(indexes, "_FEWEST", 1)
    return tmp_path


def _kept(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("parties-*"))


def _same(one: object, other: object) -> bool:
    """Compare all arrays of two layouts, with all that compiled code is chosen by."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(map(_same, one, other)) and len(one) == len(other)
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        layouts = [(a.dtype, a.ndim, a.flags.writeable, a.flags.c_contiguous) for a in (one, other)]
        return layouts[0] == layouts[1] and np.array_equal(one, other)
    return type(one) is type(other) and one == other


def _answers(index: Index) -> object:
    asked = [AskedParty(text=name) for name in ("Kalomi Terdun", "ZAVOD KHIMII", "Mueller Soehne")]
    return Matcher(index).match(asked, 0.1)


def test_what_is_kept_is_what_is_built(folder: Path) -> None:
    """Built first, read from the cache then: the same arrays, the same answers."""
    parties = _some(40)
    built, first = build_index(parties), index_for(parties)
    assert len(_kept(folder)) == 1
    before = _kept(folder)[0].stat().st_mtime_ns
    kept = index_for(parties)
    assert _kept(folder)[0].stat().st_mtime_ns == before
    for index in (first, kept):
        assert _same(built.listed, index.listed)
        assert _same(built.name_of, index.name_of)
        assert (index.rarity, index.parties) == (built.rarity, built.parties)
    assert _answers(kept) == _answers(built) != []


def test_the_rarity_that_is_given_counts(folder: Path) -> None:
    """An index of other counts is another one."""
    parties = _some(40)
    given = Rarity(entries=90_000, counts={"trading": 80_000})
    assert index_for(parties, given).rarity == index_for(parties, given).rarity == given
    assert index_for(parties).rarity != given
    assert len(_kept(folder)) == 2


def test_entries_are_those_that_are_asked_for(folder: Path) -> None:
    """Ids and all else but names and kinds do not decide the layout, and are of the caller."""
    parties = _some(40)
    index_for(parties)
    renamed = [structs.replace(party, id=f"x{party.id}") for party in parties]
    assert index_for(renamed).parties == tuple(renamed)
    assert len(_kept(folder)) == 1


@pytest.mark.parametrize(
    "change",
    [{"kind": "aircraft"}, {"names": (PartyName(text="Another Name"),)}, {"names": ()}],
    ids=["kind", "name", "none"],
)
def test_another_name_or_kind_is_another_index(folder: Path, change: dict[str, object]) -> None:
    """A single changed entry rebuilds everything."""
    parties = _some(40)
    index_for(parties)
    other = [structs.replace(parties[0], **change), *parties[1:]]
    assert _same(index_for(other).listed, build_index(other).listed)
    assert len(_kept(folder)) == 2


def test_nothing_restricted_is_kept(folder: Path) -> None:
    """One entry for the authority only, and nothing is written."""
    parties = _some(40)
    secret = [*parties[:-1], structs.replace(parties[-1], confidential=True)]
    assert _same(index_for(secret).listed, build_index(secret).listed)
    assert _kept(folder) == []


def test_small_lists_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are laid out as fast."""
    monkeypatch.setattr("tidewaiter.base.cache.cache_folder", lambda: tmp_path)
    index_for(_some(40))
    assert _kept(tmp_path) == []


def test_a_full_disk_costs_no_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be kept is used all the same, and no half of it stays."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(indexes, "save_arrays", full)
    parties = _some(40)
    assert _same(index_for(parties).listed, build_index(parties).listed)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "emptied", "gone", "changed"])
def test_a_damaged_index_is_built_anew(folder: Path, damage: str) -> None:
    """A cache that was cut off, half removed or changed costs time, and no answer."""
    parties = _some(40)
    index_for(parties)
    place = _kept(folder)[0]
    arrays = sorted(place.glob("*.npy"))
    if damage == "cut":
        arrays[0].write_bytes(arrays[0].read_bytes()[:50])
    elif damage == "emptied":
        arrays[0].write_bytes(b"")
    elif damage == "gone":
        arrays[-1].unlink()
    else:
        rarity = place / "rarity.msgpack"
        rarity.write_bytes(b"\xc1" * rarity.stat().st_size)
    assert _same(index_for(parties).listed, build_index(parties).listed)
    assert _kept(folder) == ([] if damage == "changed" else [place])
    index_for(parties)
    assert _kept(folder) == [place]
