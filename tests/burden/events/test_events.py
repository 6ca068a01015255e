"""Known events, and declarations that are kept."""

from datetime import date
from pathlib import Path

import pytest
from tests.burden.events.made import asked
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.burden.events.declarations import (
    dated_events,
    declarations,
    declare,
    find_declared,
    find_event,
    known_events,
)
from tidewaiter.law.registry import load_registry


def test_days_of_law_are_those_of_the_registry() -> None:
    """No day that our law holds is typed a second time, and each that is typed has a source."""
    assert all((each.day is None) == (each.law is not None) for each in known_events())
    assert all(each.source for each in known_events() if each.day)
    known = dated_events(load_registry())
    assert find_event("us-fentanyl-class", known).day == date(2018, 2, 6)
    assert find_event("cn-fentanyl-class", known).day == date(2019, 5, 1)
    assert not find_event("un-table-i-2022", known).verified  # its day is second-hand there
    with raises("burden/not-a-known-event"):
        find_event("nothing", known)


def test_an_authority_adds_its_own_events(tmp_path: Path) -> None:
    """A file of the same format adds events; one with neither day nor law is refused."""
    own = tmp_path / "own.toml"
    text = '[[events]]\nslug = "port"\nname = "Port"\nkind = "seizure"\nwhere = "US-OH"\n'
    own.write_text(text + "day = 2022-03-05\n")
    assert find_event("port", dated_events(load_registry(), own)).day == date(2022, 3, 5)
    own.write_text(text)
    with raises("burden/event-without-day-or-law", RegistryError):
        dated_events(load_registry(), own)


def test_declarations_are_added_and_stay_as_of_their_first_day(tmp_path: Path) -> None:
    """What was declared once keeps its day, however often it is declared again."""
    file = tmp_path / "declared.jsonl"
    first = declare(file, asked(80), date(2026, 1, 1))
    declare(file, asked(81), date(2026, 1, 2))
    assert declare(file, asked(80), date(2026, 1, 3)) == first
    assert [each.day.day for each in declarations(file)] == [1, 2]
    assert find_declared(first.sha256[:8], declarations(file)) == first
    assert find_declared("us-class", declarations(file)) is None


@pytest.mark.parametrize("how", ["changed", "dated back", "taken away"])
def test_a_file_of_declarations_that_was_changed_is_refused(how: str, tmp_path: Path) -> None:
    """Each line contains the hash of the previous one, so changes to earlier lines are detected."""
    file = tmp_path / "declared.jsonl"
    for at in (80, 81):
        declare(file, asked(at), date(2026, 1, 1))
    lines = file.read_bytes().splitlines(keepends=True)
    if how == "taken away":
        lines = lines[1:]
    else:
        old, new = {"changed": (b'"down"', b'"up"'), "dated back": (b"2026-01-01", b"2015-01-01")}[
            how
        ]
        lines[0] = lines[0].replace(old, new)
    file.write_bytes(b"".join(lines))
    with raises("burden/declaration-changed"):
        declarations(file)
