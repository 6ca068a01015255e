"""Records of a fixed length out of a stream of bytes, many at a time.

Most of a file is lines of one length, which are cut out of the bytes without looking at each. Where
a piece holds a line of another length, that piece is cut at its line ends, the line is refused with
its place, and the rest goes on.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

_NEWLINE, _RETURN, _BLANK = 10, 13, 32
_LOOKED_AT = 1000  # lines by which the length of a file is told
_LONGEST = 64 << 20  # bytes without a line end, which are no records
_NONE = np.zeros(0, np.int64)
_END = b"\x1a"  # an old mark of the end of a file

Block = npt.NDArray[np.uint8]


class Shape(Record, frozen=True, kw_only=True):
    """How long the records of a file are."""

    width: int  # bytes of a record without its line end
    least: int  # shortest line that is a record; blanks are missing at its end


class Records(Record, frozen=True, kw_only=True):
    """Some records of a file, and the lines among them that are none."""

    block: Block  # (records, width)
    numbers: npt.NDArray[np.int64]  # line of each record, from 1
    others: npt.NDArray[np.int64]  # lines of another length


def usual_width(start: bytes) -> int:
    """Return the most frequent length of the first lines; 0: there is none."""
    lines = start.split(b"\n", _LOOKED_AT)[:_LOOKED_AT]
    lengths = Counter(len(line.removesuffix(b"\r")) for line in lines if line.strip())
    return lengths.most_common(1)[0][0] if lengths else 0


def records(chunks: Iterable[bytes], shape: Shape) -> Iterator[Records]:
    """Cut a stream of bytes into records.

    Args:
        chunks: The file, in pieces of any size.
        shape: How long its records are.

    Yields:
        Records, and lines of another length, in the order of the file. Empty lines are nothing.

    Raises:
        InputError: A line has no end.
    """
    carry, line = b"", 1
    for chunk in chunks:
        content = carry + chunk
        cut = content.rfind(b"\n") + 1
        carry = content[cut:]
        if cut:
            found, lines = _cut(content[:cut], line, shape)
            line += lines
            yield found
        if len(carry) > _LONGEST:
            raise InputError(
                "it has no line ends", at=f"line {line:,}", hint="download the file again"
            )
    carry = carry.rstrip(_END)
    if carry:
        yield _cut(carry + b"\n", line, shape)[0]


def _cut(content: bytes, line: int, shape: Shape) -> tuple[Records, int]:
    lines = content.count(b"\n")
    flat = np.frombuffer(content, np.uint8)
    for ending in (1, 2):
        stride = shape.width + ending
        if lines * stride == len(content):
            block = flat.reshape(lines, stride)
            ends = block[:, -1] == _NEWLINE
            if ends.all() and (block[:, -ending] == (_NEWLINE, _RETURN)[ending - 1]).all():
                numbers = np.arange(line, line + lines)
                found = Records(block=block[:, : shape.width], numbers=numbers, others=_NONE)
                return found, lines
    return _cut_at_ends(flat, line, shape), lines


def _cut_at_ends(flat: Block, line: int, shape: Shape) -> Records:
    ends = np.flatnonzero(flat == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    returned = (ends > starts) & (flat[ends - 1] == _RETURN)
    lengths = ends - starts - returned
    good = (lengths >= shape.least) & (lengths <= shape.width)
    places = starts[good, None] + np.arange(shape.width)
    inside = np.arange(shape.width) < lengths[good, None]
    block = np.where(inside, flat[np.minimum(places, len(flat) - 1)], np.uint8(_BLANK))
    numbers = line + np.arange(len(ends))
    return Records(block=block, numbers=numbers[good], others=numbers[~good & (lengths > 0)])
