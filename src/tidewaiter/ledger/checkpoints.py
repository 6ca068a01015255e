"""Checkpoints: how long a log is and what it holds, in three lines that can be signed.

Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).
"""

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.base64s import unwrapped, wrapped

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
        lines = (self.origin, self.size, wrapped(self.root), *self.notes)
        return "".join(f"{line}\n" for line in lines)


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
    root = unwrapped(top)
    if root is None or len(root) != _HASH:
        raise InputError(f'"{top}" is no hash', at="line 3", hint=hint)
    return Checkpoint(origin=origin, size=int(size), root=root, notes=tuple(notes))
