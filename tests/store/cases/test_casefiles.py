"""Files of cases: kept byte by byte, told by their bytes, and limited."""

import io

import pytest
from sqlalchemy import select, update
from tests.store.cases.conftest import ANNA, BEN
from tests.support.raising import raises

from tidewaiter.base.errors import MissingError, StoreError
from tidewaiter.casework.cases.permissions import load_case_rules
from tidewaiter.store.cases.attachments import Given, add_file, file_parts, find_file
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Database, Stamp


def test_a_file_is_kept_byte_by_byte(
    filled: Database, number: int, stamp: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is known by its hash, told by its bytes and not by its name, and read back as it was."""
    monkeypatch.setattr("tidewaiter.store.cases.attachments.PART", 1000)
    body = b"%PDF-1.7\n" + bytes(range(256)) * 20
    with filled.work(stamp) as work:
        step = add_file(work, ANNA, number, Given(name="../photo.exe"), io.BytesIO(body))
        again = add_file(work, ANNA, number, Given(name="copy.pdf"), io.BytesIO(body))
        told = find_file(work, ANNA, number, step.id)
        assert b"".join(file_parts(work, ANNA, number, again.id)) == body
        with raises("store/case-no-file", MissingError, step=step.id):
            next(file_parts(work, BEN, number, step.id))
        parts = work.connection.execute(select(tables.blob_part.c.number)).scalars().all()
    assert told is not None
    assert (told.name, told.size, told.type) == ("../photo.exe", len(body), "application/pdf")
    assert len(parts) == 6


def test_bytes_that_were_changed_are_found(filled: Database, number: int, stamp: Stamp) -> None:
    """The hash reveals a change made outside the program."""
    with filled.work(stamp) as work:
        step = add_file(work, ANNA, number, Given(name="a.txt"), io.BytesIO(b"seal 17"))
        work.connection.execute(update(tables.blob_part).values(bytes=b"seal 71"))
        with raises("store/file-bytes-changed", StoreError):
            list(file_parts(work, ANNA, number, step.id))


def test_files_have_limits(
    filled: Database, number: int, stamp: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is too large is refused before a byte of it is kept."""
    monkeypatch.setattr("tidewaiter.store.cases.attachments.PART", 1 << 24)
    size = load_case_rules().limits.file_bytes

    class Endless(io.RawIOBase):
        read_bytes = 0

        def seek(self, *_: int) -> int:
            self.read_bytes = 0
            return 0

        def read(self, size: int = -1) -> bytes:
            self.read_bytes += size
            return b"x" * size

    endless = Endless()
    for file, said in ((endless, "store/file-too-large"), (io.BytesIO(), "store/file-empty")):
        with raises(said), filled.work(stamp) as work:
            add_file(work, ANNA, number, Given(name="big"), file)  # type: ignore[arg-type]
    assert endless.read_bytes <= size + (1 << 24)
    with filled.work() as work:
        assert work.connection.execute(select(tables.blob)).all() == []
