"""Cached state of a process is rebuilt when files change, and not before."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.bulk.screening import Settings, finder_for, pinned, screener_for, state_of
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import Judgement, add_judgement, version_of
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.trade.party_matches import PartyOnPaper, vessel_on_paper
from tidewaiter.trade.types import PartyMatch

DAY = date(2026, 11, 25)
HEAD = "id,kind,name,countries,action,basis,listed\n"
FIRST = "A-1,organisation,Harbourine Chemicals Ltd,IN,blocked,Order 1,2026-01-05\n"
SECOND = "A-2,organisation,Quaysideol Trading FZE,AE,blocked,Order 2,2026-01-05\n"


def _keep(folder: Path, text: str, dated: date) -> None:
    files = [ListFile(name="own.csv", content=text.encode())]
    read = read_list(files, load_definitions(), "own-watch")
    Archive(folder).add(read, files, datetime(2026, 11, 1, tzinfo=UTC), dated=dated)


def _matches(settings: Settings, name: str, country: str) -> tuple[PartyMatch, ...]:
    finder = finder_for(settings)
    assert finder is not None
    asked = PartyOnPaper(name=name, address=None, country=country, id_scheme=None, id=None)
    return finder.find([asked])[0]


def _found(settings: Settings, name: str, country: str) -> list[str]:
    return [match.entry for match in _matches(settings, name, country)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Keep a list of one entry, and screen by it."""
    folder = tmp_path / "lists"
    _keep(folder, HEAD + FIRST, date(2026, 10, 1))
    return Settings(day=DAY, file="", sha256="", lists=folder)


def test_a_list_that_is_updated_counts_from_then_on(settings: Settings) -> None:
    """A process that screened with a list before matches an entry added since."""
    assert settings.lists is not None
    assert _found(settings, "Quaysideol Trading FZE", "AE") == []
    _keep(settings.lists, HEAD + FIRST + SECOND, date(2026, 11, 1))
    assert _found(settings, "Quaysideol Trading FZE", "AE") == ["A-2"]


def test_a_judgement_counts_from_then_on(settings: Settings) -> None:
    """A party that is judged another one is no longer told of by a process that runs."""
    assert settings.lists is not None
    name = "Harbourine Chemicals Ltd"
    assert _found(settings, name, "IN") == ["A-1"]
    archive = Archive(settings.lists)
    ((_, (entry,)),) = archive.in_force(DAY)
    told = Judgement(
        list="own-watch",
        entry="A-1",
        version=version_of(entry),
        name=name,
        verdict="other",
        why="another firm",
        by="officer",
        day=DAY,
    )
    add_judgement(settings.lists, told)
    (match,) = _matches(settings, name, "IN")
    assert match.judged.startswith("assessed as a different party")


def test_a_judgement_of_a_name_is_none_of_a_number(settings: Settings) -> None:
    """A vessel dismissed as a namesake is still reported if it has the number of the entry."""
    assert settings.lists is not None
    head = "id,kind,name,identifiers,action,basis,listed\n"
    ship = "V-1,vessel,EXAMPLE EXPRESS,imo:9074729,blocked,Order 1,2026-01-05\n"
    _keep(settings.lists, head + ship, date(2026, 10, 2))
    ((_, (entry,)),) = Archive(settings.lists).in_force(DAY)
    told = Judgement(
        list="own-watch",
        entry="V-1",
        version=version_of(entry),
        name="Example Express",
        verdict="other",
        why="a namesake",
        by="officer",
        day=DAY,
    )
    add_judgement(settings.lists, told)
    finder = finder_for(settings)
    assert finder is not None
    papers = [vessel_on_paper("EXAMPLE EXPRESS", number) for number in (None, "9074729", "9")]
    (alone,), (numbered,), (wrong,) = finder.find(list(filter(None, papers)))
    assert alone.judged
    assert numbered.judged == ""
    assert wrong.judged


def test_one_screening_rests_on_one_state(settings: Settings) -> None:
    """What is updated in the middle of a screening counts from the next one on."""
    assert settings.lists is not None
    begun = pinned(settings)
    before = screener_for(begun)
    _keep(settings.lists, HEAD + FIRST + SECOND, date(2026, 11, 1))
    assert screener_for(begun) is before
    assert pinned(settings) != begun


def test_nothing_is_made_anew_without_need(settings: Settings) -> None:
    """As long as nothing changes, the same screener answers."""
    screener_for(settings)
    assert screener_for(settings) is screener_for(settings)


def test_a_file_that_is_written_or_removed_is_another_state(tmp_path: Path) -> None:
    """Content, name and presence count; files that are not lists or rules do not."""
    states = [state_of((tmp_path,))]
    place = tmp_path / "harbourine.toml"
    place.write_text("a = 1")
    states.append(state_of((tmp_path,)))
    place.write_text("a = 22")
    states.append(state_of((tmp_path, place)))
    place.unlink()
    (tmp_path / "note.txt").write_text("x")
    assert len(set(states)) == 3
    assert state_of((tmp_path,)) == states[0]
