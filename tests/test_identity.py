"""The files of keys: whole on the disk, for their owner alone, and never over what is needed."""

import errno
import os
from pathlib import Path

import pytest
from tests.support.keyrings import founded
from tests.support.raising import raises

from tidewaiter.base.errors import OutputError
from tidewaiter.node.identity import keep_ring, own_ring, read_secret, write_secret


def test_a_ring_is_read_as_it_was_kept(tmp_path: Path) -> None:
    """By its owner alone; nothing else is left beside it."""
    place = tmp_path / "new" / "node.ring"
    assert own_ring(place) is None
    for seed in (1, 2):
        keep_ring(place, founded(seed=seed).ring)
    assert own_ring(place) == founded(seed=2).ring
    assert place.stat().st_mode & 0o777 == 0o600
    assert place.parent.stat().st_mode & 0o077 == 0
    assert [each.name for each in place.parent.iterdir()] == ["node.ring"]


def test_a_ring_that_others_read_is_refused(tmp_path: Path) -> None:
    """And so is a file that is none."""
    place = tmp_path / "node.ring"
    keep_ring(place, founded().ring)
    place.chmod(0o640)
    with raises("node/key-readable-by-others"):
        own_ring(place)
    place.write_text('{"node":1}')
    place.chmod(0o600)
    with raises("node/file-without-node-keys"):
        own_ring(place)


def test_a_ring_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written beside, and takes the place of the old one at once."""
    place = tmp_path / "node.ring"
    keep_ring(place, founded().ring)

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError):
        keep_ring(place, founded(seed=2).ring)
    assert own_ring(place) == founded().ring


def test_a_root_is_written_over_nothing(tmp_path: Path) -> None:
    """An existing file may be a root that is needed."""
    place = tmp_path / "a.root1"
    write_secret(place, b"\1" * 32)
    assert read_secret(place) == b"\1" * 32
    with raises("node/something-stands-there", OutputError):
        write_secret(place, b"\2" * 32)
    for text in ("", "x", "00" * 31, "é", "00" * 33):
        place.write_text(text, encoding="utf-8")
        with raises("node/file-without-key"):
            read_secret(place)
