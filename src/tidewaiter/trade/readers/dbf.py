"""dBASE tables (.dbf), as customs offices export them: fixed records, read in blocks.

The layout is that of dBASE III to 7 and FoxPro. Texts in memo files are in another file, so they
are reported as missing, not read.
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.source import find_encoding
from tidewaiter.trade.readers.table import SAMPLE_ROWS, Block, Sheet, unique_names
from tidewaiter.trade.types import ReadOptions, Refusal

VERSIONS = frozenset(
    (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7B, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB)
)
"""First bytes of supported versions."""

_HEAD = 32  # bytes of the head, and of a field's description
_END = 0x0D
_LONGEST = 1 << 16  # bytes of the head, and of a record
_FIELDS = 2_048
_SAMPLE = 1 << 16  # bytes for the detection of the encoding
_DELETED = b"*"
_MEMOS = b"MGBP"
_NUMBERS = b"NF"
_INTEGERS = {b"I": "<i4", b"+": "<i4"}
# Language drivers in the head: https://www.clicketyclick.dk/databases/xbase/format/dbf.html
_CODECS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x08: "cp865", 0x09: "cp437", 0x0A: "cp850",
    0x13: "cp932", 0x1B: "cp437", 0x1D: "cp850", 0x4D: "gb18030", 0x4E: "euc_kr", 0x4F: "big5",
    0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x66: "cp865", 0x6A: "cp737", 0x6B: "cp857", 0x78: "big5", 0x79: "euc_kr", 0x7A: "gb18030",
    0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: off


class _Layout(Record, frozen=True, kw_only=True):
    records: int
    start: int  # of the first record
    size: int  # bytes of a record
    names: tuple[str, ...]
    kinds: tuple[bytes, ...]
    spans: tuple[tuple[int, int], ...]  # in a record
    codec: str  # "": not stated


def is_dbf(head: bytes) -> bool:
    """Return whether the first bytes are those of a dBASE table."""
    if len(head) < _HEAD + 1 or head[0] not in VERSIONS:
        return False
    month, day = head[2], head[3]
    start, size = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    fields = head[_HEAD : min(start, len(head))]
    return month <= 12 and day <= 31 and start > _HEAD and size > 1 and _END in fields  # noqa: PLR2004


def open_dbf(file: BinaryIO, name: str, options: ReadOptions) -> tuple[Sheet, ...]:
    """Open a dBASE table; deleted records are read too, and counted as lines.

    Raises:
        InputError: Damaged.
    """
    place = file.tell()
    layout = _layout(file.read(_LONGEST), name)
    file.seek(place + layout.start)
    some = file.read(min(_SAMPLE, layout.size * SAMPLE_ROWS))
    codec = options.encoding or layout.codec or _codec(some, layout, name)

    def blocks(wanted: Sequence[int], carried: Sequence[int] = ()) -> Iterator[Block]:
        file.seek(place + layout.start)
        row = 1
        yield Block(rows=np.array([], np.int64), cells={}, refusals=_remarks(layout))
        while (records := _records(file, layout, options.batch_rows)) is not None:
            cells = {at: _texts(records, layout, at, codec) for at in (*wanted, *carried)}
            yield Block(rows=np.arange(row, row + len(records)), cells=cells)
            row += len(records)
        if row <= layout.records:
            error = InputError("trade/records-missing", count=layout.records - row + 1)
            refusals = (Refusal.of(error, row=0),)
            yield Block(rows=np.array([], np.int64), cells={}, refusals=refusals)

    whole = len(some) // layout.size * layout.size
    records = np.frombuffer(some[:whole], np.uint8).reshape(-1, layout.size)
    columns = [_texts(records, layout, at, codec).to_pylist() for at in range(len(layout.names))]
    sheet = Sheet(
        header=unique_names(layout.names),
        sample=tuple(zip(*columns, strict=True)),
        blocks=blocks,
        encoding=codec,
        pointed=frozenset(at for at, kind in enumerate(layout.kinds) if kind in _NUMBERS),
    )
    return (sheet,)


def _layout(head: bytes, name: str) -> _Layout:
    error = InputError("trade/database-damaged", at=name)
    if not is_dbf(head):
        raise error
    start, size = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    names: list[str] = []
    kinds: list[bytes] = []
    spans: list[tuple[int, int]] = []
    at, offset = _HEAD, 1
    while at < min(start, len(head)) and head[at] != _END and len(names) < _FIELDS:
        field = head[at : at + _HEAD]
        if len(field) < _HEAD:
            raise error
        length = field[16] + (field[17] << 8 if field[11:12] == b"C" else 0)
        names.append(field[:11].split(b"\0")[0].decode("latin-1").strip())
        kinds.append(field[11:12])
        spans.append((offset, offset + length))
        at, offset = at + _HEAD, offset + length
    if not names or offset > size:
        raise error
    return _Layout(
        records=int.from_bytes(head[4:8], "little"),
        start=start,
        size=size,
        names=tuple(names),
        kinds=tuple(kinds),
        spans=tuple(spans),
        codec=_CODECS.get(head[29], ""),
    )


def _codec(some: bytes, layout: _Layout, name: str) -> str:
    """Detect the encoding of the texts, if the head states none."""
    texts = [
        some[row + low : row + high].rstrip(b" \0")
        for row in range(0, len(some) - layout.size + 1, layout.size)
        for (low, high), kind in zip(layout.spans, layout.kinds, strict=True)
        if kind == b"C"
    ]
    lines = b"\n".join(texts)
    return "utf-8" if lines.isascii() else find_encoding(lines, name, None).codec


def _remarks(layout: _Layout) -> tuple[Refusal, ...]:
    memos = [n for n, kind in zip(layout.names, layout.kinds, strict=True) if kind in _MEMOS]
    if not memos:
        return ()
    columns = ", ".join(f'"{each}"' for each in memos[:5])
    return (Refusal.of(InputError("trade/memos-not-read", columns=columns), row=0),)


def _records(file: BinaryIO, layout: _Layout, count: int) -> np.ndarray | None:
    raw = file.read(layout.size * count)
    whole = len(raw) // layout.size
    if not whole or raw[0] == 0x1A:  # noqa: PLR2004 - the end of the file
        return None
    return np.frombuffer(raw[: whole * layout.size], np.uint8).reshape(-1, layout.size)


def _texts(records: np.ndarray, layout: _Layout, at: int, codec: str) -> pa.Array:
    (low, high), kind = layout.spans[at], layout.kinds[at]
    width = high - low
    if not len(records) or not width or kind in _MEMOS:
        return pa.nulls(len(records), pa.string())
    cells = np.ascontiguousarray(records[:, low:high])
    if kind in _INTEGERS and width == 4:  # noqa: PLR2004
        return pa.array(cells.view("<i4").reshape(-1)).cast(pa.string())
    plain = [raw.strip(b" \0") for raw in cells.view(f"S{width}").reshape(-1).tolist()]
    texts = [raw.decode(codec, "replace") or None for raw in plain]
    return pa.array(texts, pa.string())
