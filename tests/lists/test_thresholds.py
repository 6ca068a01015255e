"""Kept thresholds: the last one counts, and a broken file is not guessed at."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tidewaiter.base.errors import StoreError
from tidewaiter.lists.archive import Archive, KeptVersion
from tidewaiter.lists.decisions import (
    THRESHOLDS_FILE,
    KeptThreshold,
    add_threshold,
    changes_since,
    read_threshold,
    states_of,
    threshold_for,
)
from tidewaiter.parties.thresholds import KindThreshold
from tidewaiter.parties.types import ListedParty, PartyName

DAY = date(2026, 11, 25)
ENTRY = ListedParty(id="7", kind="person", names=(PartyName(text="MUSTER, Max"),))


def _made(**more: Any) -> KeptThreshold:
    facts: dict[str, Any] = {
        "threshold": 0.62,
        "why": "two officers",
        "by": "officer 1",
        "day": DAY,
        "model": "m1",
    }
    return KeptThreshold(**(facts | more))


def test_the_last_threshold_counts_and_none_is_lost(tmp_path: Path) -> None:
    """A later one takes the place of an earlier one; the file keeps both, byte for byte."""
    add_threshold(tmp_path, _made())
    first = (tmp_path / THRESHOLDS_FILE).read_bytes()
    kinds = (KindThreshold(kind="person", least=0.8),)
    add_threshold(tmp_path, _made(threshold=0.7, kinds=kinds))
    assert read_threshold(tmp_path) == _made(threshold=0.7, kinds=kinds)
    assert (tmp_path / THRESHOLDS_FILE).read_bytes().startswith(first)
    assert len((tmp_path / THRESHOLDS_FILE).read_bytes().splitlines()) == 2


def test_a_threshold_is_taken_back(tmp_path: Path) -> None:
    """One without a value takes back those before it; what was decided stays to be read."""
    add_threshold(tmp_path, _made())
    add_threshold(tmp_path, _made(threshold=None, why="lists have grown"))
    assert read_threshold(tmp_path) is None
    assert threshold_for(tmp_path, None) is None


def test_what_is_asked_for_comes_before_what_is_kept(tmp_path: Path) -> None:
    """The option, then the folder, then nothing: the model or the rules count."""
    assert threshold_for(tmp_path, None) is None
    add_threshold(tmp_path, _made())
    kept, asked = threshold_for(tmp_path, None), threshold_for(tmp_path, 0.3)
    assert kept is not None
    assert asked is not None
    assert (kept.least, kept.origin) == (0.62, "saved by officer 1 on 2026-11-25")
    assert (asked.least, asked.origin) == (0.3, "set for this run")


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"\xff",
        b"",
        b'{"threshold":5.0,"why":"x","by":"x","day":"2026-11-25","model":"m"}',
        b'{"threshold":0.5,"why":"x","by":"x","day":"2026-11-25","model":"m","extra":1}',
    ],
)
def test_a_broken_file_is_named_and_left_alone(tmp_path: Path, line: bytes) -> None:
    """A line that was edited wrongly stops reading and adding; it is not passed over."""
    add_threshold(tmp_path, _made())
    before = (tmp_path / THRESHOLDS_FILE).read_bytes() + line + b"\n"
    (tmp_path / THRESHOLDS_FILE).write_bytes(before)
    with pytest.raises(StoreError, match="line 2"):
        read_threshold(tmp_path)
    with pytest.raises(StoreError, match="line 2"):
        add_threshold(tmp_path, _made())
    assert (tmp_path / THRESHOLDS_FILE).read_bytes() == before


def test_what_changed_since_is_told(archive: Archive, keep: Callable[..., KeptVersion]) -> None:
    """Another version, an added list and another model are reported; without changes, nothing."""
    first = keep([ENTRY], date(2026, 10, 1))
    made = _made(lists=states_of([first.version]))
    assert changes_since(made, archive, DAY, "m1") == ()
    keep([ENTRY, ListedParty(id="8", kind="person", names=ENTRY.names)], date(2026, 11, 1))
    keep([ENTRY], date(2026, 11, 1), slug="other")
    told = changes_since(made, archive, DAY, "m2")
    assert told == ("other is new", "board has a new version", "the model has changed")
    assert changes_since(made, archive, date(2026, 10, 5), "m1") == ()
    assert changes_since(made, archive, date(2026, 9, 1), "m1") == ("board was removed",)
