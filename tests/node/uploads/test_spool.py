"""The spool: whole files by their hash, for one user alone, and never more than the limit."""

import hashlib
import os
import shutil
import stat
import sys
import time
from collections import deque
from itertools import repeat
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.errors import OutputError
from tidewaiter.node.uploads import storage as spools
from tidewaiter.node.uploads.storage import Spool, spool_folder


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """Let files have a thousand bytes."""
    return Spool(folder=tmp_path / "spool", limit=1000)


def test_a_file_stands_under_its_hash_once(spool: Spool) -> None:
    """Sent twice, the same bytes are kept once, and nothing else is left."""
    for _ in range(2):
        with spool.receive() as part:
            part.write(b"a" * 600)
            part.write(b"b" * 400)
            digest = part.keep()
    assert digest == hashlib.sha256(b"a" * 600 + b"b" * 400).hexdigest()
    assert [path.name for path in spool.folder.iterdir()] == [digest]
    assert spool.place(digest).read_bytes() == b"a" * 600 + b"b" * 400


@pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")
def test_nobody_else_may_look_in(spool: Spool) -> None:
    """The folder and its files are for this user alone, whatever the mask."""
    before = os.umask(0)
    try:
        with spool.receive() as part:
            part.write(b"x")
            digest = part.keep()
    finally:
        os.umask(before)
    assert stat.S_IMODE(spool.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(spool.place(digest).stat().st_mode) == 0o600


def test_more_than_the_limit_is_cut_and_leaves_nothing(spool: Spool) -> None:
    """An endless file is refused at the limit, and its beginning is removed."""
    endless = repeat(b"x" * 100)
    with spool.receive() as part, raises("node/file-too-large"):
        deque(map(part.write, endless), maxlen=0)
    assert list(spool.folder.iterdir()) == []


def test_a_promise_beyond_the_limit_is_refused_at_once(spool: Spool) -> None:
    """Nothing is written, and the folder is not even made."""
    with raises("node/file-too-large"):
        spool.check(10 << 30)
    assert not spool.folder.exists()


def test_a_full_disk_takes_no_upload(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads leave room for the database beside them."""
    used = shutil.disk_usage("/")._replace(free=spools._RESERVE - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: used)
    with raises("node/disk-full", OutputError):
        spool.receive()


def test_what_was_cut_off_is_swept_when_it_is_old(spool: Spool) -> None:
    """The start of an upload from a killed process is deleted after a while; others stay."""
    with spool.receive() as part:
        part.write(b"whole")
        digest = part.keep()
    left = spool.folder / ".0123.part"
    left.write_bytes(b"half")
    assert spool.sweep(time.time() - 60) == 0
    assert spool.sweep(time.time() + 60) == 1
    assert [path.name for path in spool.folder.iterdir()] == [digest]


def test_uploads_stand_beside_the_database(tmp_path: Path) -> None:
    """The folder has the database's name; one on a server has a folder among the user's data."""
    assert spool_folder(str(tmp_path / "cases.db")) == tmp_path / "cases.db.uploads"
    assert spool_folder("postgresql://x@host/db").name == "uploads"
