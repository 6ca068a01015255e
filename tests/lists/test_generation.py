"""Generations: word counts stay what they are until the lists have grown or shrunk by a tenth."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.generation import FILE, generation_of, rarity_in
from tidewaiter.parties.types import ListedParty, PartyName

Keep = Callable[..., KeptVersion]


def _parties(count: int, word: str = "Muster") -> list[ListedParty]:
    return [
        ListedParty(id=str(n), kind="organisation", names=(PartyName(text=f"{word} {n}x"),))
        for n in range(count)
    ]


def _day(number: int) -> tuple[date, datetime]:
    return date(2026, 12, number), datetime(2026, 12, number, tzinfo=UTC)


def test_no_lists_have_no_generation(archive: Archive) -> None:
    """A folder without lists counts nothing, and nothing is written there."""
    assert generation_of(archive) is None
    assert not archive.folder.exists()


@pytest.mark.parametrize(("count", "same"), [(22, True), (18, True), (23, False), (17, False)])
def test_a_tenth_more_or_less_begins_a_new_generation(
    count: int, *, same: bool, archive: Archive, keep: Keep
) -> None:
    """Two entries of twenty leave the words as they were counted; three do not."""
    keep(_parties(20), _day(1)[0], now=_day(1)[1])
    first = generation_of(archive)
    keep(_parties(count), _day(2)[0], now=_day(2)[1])
    assert (generation_of(archive) == first) == same
    assert generation_of(archive) == generation_of(archive)


def test_a_new_generation_can_be_asked_for(archive: Archive, keep: Keep) -> None:
    """It is of the latest versions, and stays."""
    keep(_parties(20), _day(1)[0], now=_day(1)[1])
    first = generation_of(archive)
    kept = keep(_parties(21), _day(2)[0], now=_day(2)[1])
    assert generation_of(archive) == first
    anew = generation_of(archive, anew=True)
    assert anew is not None
    assert anew.versions[0].sha256 == kept.version.sha256
    assert generation_of(archive) == anew != first


def test_the_counts_are_of_the_generation_and_not_of_the_latest(
    archive: Archive, keep: Keep
) -> None:
    """Word weights survive any update; stored counts equal recomputed ones."""
    keep(_parties(20), _day(1)[0], now=_day(1)[1])
    first = generation_of(archive)
    assert first is not None
    counted = rarity_in(archive, first)
    keep(_parties(20, "Beispiel"), _day(2)[0], now=_day(2)[1])
    generation = generation_of(archive)
    assert generation is not None
    assert rarity_in(archive, generation) == counted
    (place,) = (archive.folder / "rarities").iterdir()
    place.write_bytes(b"broken")
    assert rarity_in(archive, generation) == counted
    anew = generation_of(archive, anew=True)
    assert anew is not None
    assert rarity_in(archive, anew) != counted


def test_a_generation_whose_version_is_lost_is_begun_anew(archive: Archive, keep: Keep) -> None:
    """Its words cannot be counted any more."""
    lost = keep(_parties(20), _day(1)[0], now=_day(1)[1])
    first = generation_of(archive)
    keep(_parties(21), _day(2)[0], now=_day(2)[1])
    (archive.folder / "lists" / "board" / f"{lost.version.sha256}.json").unlink()
    assert generation_of(archive) != first


def test_a_broken_file_or_a_folder_that_takes_no_changes_is_read_all_the_same(
    archive: Archive, keep: Keep
) -> None:
    """The latest versions are counted then, each time."""
    keep(_parties(20), _day(1)[0], now=_day(1)[1])
    first = generation_of(archive)
    (archive.folder / FILE).write_bytes(b"{")
    assert generation_of(archive) == first
    (archive.folder / FILE).unlink()
    (archive.folder / FILE).mkdir()  # nothing can be written in its place, even by root
    (archive.folder / FILE / "x").touch()
    assert generation_of(archive) == first
    assert [path.name for path in (archive.folder / FILE).iterdir()] == ["x"]
