"""Formats of plug-ins: read like ours, and named where they fail."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pytest
from tests.plugged import plug_in
from tests.support.raising import raises

from tidewaiter.base.errors import PluginError
from tidewaiter.base.plugins import READERS
from tidewaiter.trade.readers import mapping_of, reader_for
from tidewaiter.trade.readers.inspection import inspect_file
from tidewaiter.trade.types import LINES, FileFormat, ReadOptions, Refusal

_ROW = {"row": 1, "consignment": "A", "seq": 1, "goods": "acetone"}


def _read(file: BinaryIO, name: str, options: ReadOptions) -> Iterator[pa.RecordBatch | Refusal]:
    del name, options
    yield pa.RecordBatch.from_pylist([_ROW], schema=LINES)
    if file.read() == b"bad":
        raise ZeroDivisionError


def _other(*_: object) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist([{"goods": "acetone"}])


@pytest.fixture
def pman(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install two formats: one that can fail, and one that yields no lines."""
    forms = {"pman": FileFormat(title="P", read=_read), "odd": FileFormat(title="O", read=_other)}
    plug_in(monkeypatch, READERS, forms)


@pytest.mark.usefixtures("pman")
@pytest.mark.parametrize(("name", "said"), [("m.pman", None), ("m.bin", "pman")])
def test_it_is_chosen_by_suffix_or_by_name(name: str, said: str | None) -> None:
    """The user's choice precedes the suffix; the meaning of its columns cannot be determined."""
    options = ReadOptions(format=said)
    (batch,) = reader_for(name)(io.BytesIO(b"good"), name, options)
    assert isinstance(batch, pa.RecordBatch)
    assert batch.column("goods").to_pylist() == ["acetone"]
    assert mapping_of(io.BytesIO(b"good"), name, options).columns == {}
    assert inspect_file(io.BytesIO(b"good"), name, options).lines[0].goods == "acetone"


@pytest.mark.usefixtures("pman")
@pytest.mark.parametrize(("name", "content"), [("m.pman", b"bad"), ("m.odd", b"x")])
def test_one_that_fails_is_named(name: str, content: bytes) -> None:
    """If it raises any error, or yields something other than lines."""
    with raises("base/plugin-failed", PluginError, title=f'the plug-in "{name[2:]}" of guest 1.0'):
        list(reader_for(name)(io.BytesIO(content), name, ReadOptions()))
    assert "guest 1.0" in inspect_file(io.BytesIO(content), name, ReadOptions()).problem
