"""Checkpoints of a log, and proofs that an entry is in it, to be checked offline.

Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).

Source: C2SP tlog-proof (c2sp.org/tlog-proof). The entry itself is its extra data; it needs no
trust, as the proof is over its hash.
"""

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.signed_notes import PublicKey, signed_text, unwrapped, wrapped
from tidewaiter.ledger.tree import includes, leaf_hash

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
    if len(lines) < _LEAST or not all(lines):
        raise InputError("ledger/not-a-checkpoint")
    origin, size, top, *notes = lines
    if not size.isascii() or not size.isdigit() or str(int(size)) != size:
        raise InputError("ledger/not-a-count-of-entries", size=size, at="line 2")
    root = unwrapped(top)
    if root is None or len(root) != _HASH:
        raise InputError("ledger/not-a-hash", top=top, at="line 3")
    return Checkpoint(origin=origin, size=int(size), root=root, notes=tuple(notes))


_FIRST = "c2sp.org/tlog-proof@v1"


class Proof(Record, frozen=True, kw_only=True):
    """An entry, and the way from it to a signed checkpoint."""

    entry: bytes
    place: int  # from 0
    path: tuple[bytes, ...]
    note: str  # the checkpoint, signed

    def __str__(self) -> str:
        """Write the proof."""
        lines = [_FIRST, f"extra {wrapped(self.entry)}", f"index {self.place}"]
        lines += map(wrapped, self.path)
        return "\n".join(lines) + f"\n\n{self.note}"


def read_proof(text: str) -> Proof:
    """Read a proof from its text.

    Raises:
        InputError: It is none, or has no entry in it.
    """
    head, gap, note = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines.pop(0) != _FIRST:
        raise InputError("ledger/not-a-proof")
    entry = _bare(_value(lines, "extra"))
    place = _value(lines, "index")
    if not place.isascii() or not place.isdigit() or str(int(place)) != place:
        raise InputError("ledger/not-a-place-of-an-entry", place=place)
    path = tuple(map(_bare, lines))
    if any(len(each) != _HASH for each in path):
        raise InputError("ledger/proof-with-odd-hash")
    return Proof(entry=entry, place=int(place), path=path, note=note)


def check_proof(proof: Proof, keys: tuple[PublicKey, ...]) -> tuple[Checkpoint, tuple[str, ...]]:
    """Check that a key signed a checkpoint of a log that holds the entry.

    Args:
        proof: What is to be checked.
        keys: Those that are trusted.

    Returns:
        The checkpoint, and the names of the keys that signed it.

    Raises:
        InputError: No given key signed it, or the entry does not stand there.
    """
    text, names = signed_text(proof.note, keys)
    checkpoint = read_checkpoint(text)
    leaf = leaf_hash(proof.entry)
    if not includes(leaf, proof.place, checkpoint.size, proof.path, checkpoint.root):
        raise InputError("ledger/entry-not-in-signed-log")
    return checkpoint, names


def _value(lines: list[str], name: str) -> str:
    """Take the value of the next line, which must have a name."""
    line = lines.pop(0) if lines else ""
    if not line.startswith(f"{name} "):
        raise InputError("ledger/proof-line-missing", name=name)
    return line.removeprefix(f"{name} ")


def _bare(text: str) -> bytes:
    held = unwrapped(text)
    if held is None:
        raise InputError("ledger/not-base64", text=text)
    return held
