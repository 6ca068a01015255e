"""Bitmaps of alerts: which alerts have a term, and how many alerts of a set do.

Alerts are numbered from 0 in the order of storing, and `BLOCK` of them share an index row. A row
holds a sparse list of positions, 2 bytes each, or a bitmap with one bit per position, as Roaring
bitmaps do: Chambi, Lemire, Kaser and Godin 2016, Software: Practice and Experience 46, 709-719.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 16
_BYTES = BLOCK // 8
_WORDS = BLOCK // 64
_PLACE = np.dtype("<u2")

Marks = NDArray[np.uint64]
"""A set of alerts: one bit each, shape (blocks, 1,024)."""

Row = tuple[int, bytes]
"""A block number, and the packed positions of a term in it."""


def nothing(blocks: int) -> Marks:
    """Return the empty set."""
    return np.zeros((blocks, _WORDS), np.uint64)


def packed(places: NDArray[np.int64]) -> bytes:
    """Pack the positions of alerts in their block.

    Args:
        places: 0 to 65,535, strictly increasing; at least one.
    """
    if len(places) * _PLACE.itemsize < _BYTES:
        return places.astype(_PLACE).tobytes()
    held = np.zeros(BLOCK, np.uint8)
    held[places] = 1
    return np.packbits(held, bitorder="little").tobytes()


def appended(bits: bytes, places: Sequence[int]) -> bytes | None:
    """Append positions to a row without unpacking it; None: not possible.

    Args:
        bits: As returned by `packed`, or b"" if empty.
        places: Strictly increasing; at least one.
    """
    size = len(bits) + len(places) * _PLACE.itemsize
    last = int.from_bytes(bits[-2:], "little") if bits else -1
    if size >= _BYTES or not places or places[0] <= last:
        return None
    return bits + struct.pack(f"<{len(places)}H", *places)


def places_of(bits: bytes) -> NDArray[np.int64]:
    """Unpack positions written by `packed`."""
    if len(bits) < _BYTES:
        return np.frombuffer(bits, _PLACE).astype(np.int64)
    return np.flatnonzero(np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little"))


def gathered(rows: Iterable[Row], blocks: int) -> Marks:
    """Return the union of some rows."""
    full = nothing(blocks)
    few: list[Row] = []
    for block, bits in rows:
        if block >= blocks:
            continue
        if len(bits) == _BYTES:
            full[block] |= np.frombuffer(bits, np.uint64)
        else:
            few.append((block, bits))
    return full | marked(_numbers(few), blocks) if few else full


def marked(numbers: NDArray[np.int64], blocks: int) -> Marks:
    """Return the set of some alert numbers; numbers in later blocks are ignored."""
    held = np.zeros(blocks * BLOCK, np.uint8)
    held[numbers[numbers < len(held)]] = 1
    return np.packbits(held, bitorder="little").view(np.uint64).reshape(blocks, _WORDS)


def numbers_in(marks: Marks) -> NDArray[np.int64]:
    """Return the alert numbers of a set, increasing."""
    filled = np.flatnonzero(marks.any(axis=1))
    held = np.unpackbits(marks[filled].view(np.uint8).reshape(-1), bitorder="little")
    found = np.flatnonzero(held)
    if len(filled) == len(marks):
        return found
    numbers: NDArray[np.int64] = filled[found // BLOCK] * BLOCK + found % BLOCK
    return numbers


def each_block(marks: Marks, *, down: bool) -> Iterator[NDArray[np.int64]]:
    """Yield the alert numbers of a set, one block at a time, increasing or decreasing."""
    filled = np.flatnonzero(marks.any(axis=1)).tolist()
    for block in reversed(filled) if down else filled:
        found = numbers_in(marks[block : block + 1]) + block * BLOCK
        yield found[::-1] if down else found


def is_in(marks: Marks, number: int) -> bool:
    """Return whether a set contains an alert."""
    block, place = divmod(number, BLOCK)
    return block < len(marks) and bool(marks[block, place // 64] >> np.uint64(place % 64) & 1)


def size(marks: Marks) -> int:
    """Count the alerts of a set."""
    return int(np.bitwise_count(marks).sum(dtype=np.int64))


def shared(rows: Sequence[Row], marks: Marks) -> NDArray[np.int64]:
    """Count the alerts of a set in each of some rows.

    Args:
        rows: Of any terms; their blocks must be within the set.
        marks: The set.

    Returns:
        Shape (rows,).
    """
    counts = np.zeros(len(rows), np.int64)
    held = [bits for _, bits in rows]
    of = np.array([block for block, _ in rows], np.int64)
    sizes = np.array(list(map(len, held)), np.int64)
    # One block at a time, so that the working set stays in the processor's cache.
    for block in np.unique(of).tolist():
        here, there = marks[block], np.flatnonzero(of == block)
        full, few = there[sizes[there] == _BYTES], there[sizes[there] != _BYTES]
        if len(full):
            words = np.frombuffer(b"".join([held[at] for at in full.tolist()]), np.uint64)
            both = np.bitwise_count(words.reshape(-1, _WORDS) & here)
            counts[full] = both.sum(axis=1, dtype=np.int64)
        if len(few):
            among = np.unpackbits(here.view(np.uint8), bitorder="little")
            places = np.frombuffer(b"".join([held[at] for at in few.tolist()]), _PLACE)
            ends = np.cumsum(sizes[few] // _PLACE.itemsize)
            starts = np.concatenate(([0], ends[:-1]))
            counts[few] = np.add.reduceat(among[places], starts, dtype=np.int64)
    return counts


def _numbers(few: Sequence[Row]) -> NDArray[np.int64]:
    places = np.frombuffer(b"".join(bits for _, bits in few), _PLACE).astype(np.int64)
    lengths = [len(bits) // _PLACE.itemsize for _, bits in few]
    first = np.array([block for block, _ in few], np.int64) * BLOCK
    numbers: NDArray[np.int64] = places + np.repeat(first, lengths)
    return numbers
