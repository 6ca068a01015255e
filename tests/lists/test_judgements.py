"""Judgements: kept one after the other, by party and entry as it was; the last one counts."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from tidewaiter.base.errors import StoreError
from tidewaiter.lists.decisions import (
    JUDGEMENTS_FILE,
    Judgement,
    add_judgement,
    read_judgements,
    version_of,
)
from tidewaiter.parties.types import ListedParty, PartyName

ENTRY = ListedParty(id="7", kind="person", names=(PartyName(text="MUSTER, Max"),))


def _made(**more: Any) -> Judgement:
    facts: dict[str, Any] = {
        "list": "test-list",
        "entry": "7",
        "version": version_of(ENTRY),
        "name": "Max Müster",
        "verdict": "other",
        "why": "born in another year",
        "by": "officer 1",
        "day": date(2026, 11, 25),
    }
    return Judgement(**(facts | more))


def test_a_judgement_is_found_by_party_and_entry(tmp_path: Path) -> None:
    """Case, accents and spaces make no other party; another entry or list does."""
    add_judgement(tmp_path, _made())
    known = read_judgements(tmp_path)
    assert known.of("test-list", ENTRY, " MAX  MUSTER", "DE") == _made()
    assert known.of("other-list", ENTRY, "Max Müster", "") is None
    assert known.of("test-list", structs.replace(ENTRY, id="8"), "Max Müster", "") is None
    assert known.of("test-list", ENTRY, "Moritz Müster", "") is None


def test_a_judgement_of_one_country_holds_for_no_other(tmp_path: Path) -> None:
    """The same name from elsewhere may be someone else."""
    add_judgement(tmp_path, _made(country="DE"))
    known = read_judgements(tmp_path)
    assert known.of("test-list", ENTRY, "Max Muster", "de") is not None
    assert known.of("test-list", ENTRY, "Max Muster", "MX") is None
    assert known.of("test-list", ENTRY, "Max Muster", "") is None


def test_an_entry_that_changed_is_told_again(tmp_path: Path) -> None:
    """What was decided on other facts does not hold."""
    add_judgement(tmp_path, _made())
    changed = structs.replace(ENTRY, births=("1970",))
    assert read_judgements(tmp_path).of("test-list", changed, "Max Muster", "") is None


def test_the_last_judgement_counts_and_none_is_lost(tmp_path: Path) -> None:
    """A decision is taken back by another one; the file keeps both."""
    add_judgement(tmp_path, _made())
    add_judgement(tmp_path, _made(verdict="same", why="papers were false"))
    found = read_judgements(tmp_path).of("test-list", ENTRY, "Max Muster", "")
    assert found is not None
    assert found.verdict == "same"
    assert len((tmp_path / JUDGEMENTS_FILE).read_bytes().splitlines()) == 2


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    """A file that was edited wrongly is refused with the line, and not read in part."""
    add_judgement(tmp_path, _made())
    with (tmp_path / JUDGEMENTS_FILE).open("a", encoding="utf-8") as file:
        file.write("{}\n")
    with pytest.raises(StoreError, match="line 2"):
        read_judgements(tmp_path)


def test_no_file_is_no_judgement(tmp_path: Path) -> None:
    """A folder without decisions has none."""
    assert read_judgements(tmp_path).of("test-list", ENTRY, "Max Muster", "") is None
