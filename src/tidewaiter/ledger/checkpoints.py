"""Checkpoints: how long a log is and what it holds, in three lines that can be signed.

Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).
"""

import base64
import binascii

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

_HASH = 32  # bytes
_LEAST = 3  # lines


class Checkpoint(Record, frozen=True, kw_only=True):
    """The state of a log."""

    origin: str  # which log
    size: int  # entries
    root: bytes  # over all of them, shape (32,)
    notes: tuple[str, ...] = ()  # further lines, which say nothing of the tree

    def __str__(self) -> str:
        """Write it as the text of a note."""
        top = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, top, *self.notes))


def read_checkpoint(text: str) -> Checkpoint:
    """Read the text of a note as a checkpoint.

    Raises:
        InputError: It is none.
    """
    lines = text.removesuffix("\n").split("\n")
    hint = "a checkpoint names its log, its entries and its root, a line each"
    if len(lines) < _LEAST or not all(lines):
        raise InputError("this is no checkpoint", hint=hint)
    origin, size, top, *notes = lines
    if not size.isascii() or not size.isdigit() or str(int(size)) != size:
        raise InputError(f'"{size}" is no count of entries', at="line 2", hint=hint)
    try:
        root = base64.b64decode(top, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f'"{top}" is no hash', at="line 3", hint=hint) from error
    if len(root) != _HASH or base64.b64encode(root).decode() != top:
        raise InputError(f'"{top}" is no hash', at="line 3", hint=hint)
    return Checkpoint(origin=origin, size=int(size), root=root, notes=tuple(notes))
