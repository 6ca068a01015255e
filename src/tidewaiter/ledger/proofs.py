"""Checkpoints of a log, and inclusion proofs that can be verified offline.

Source: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint).

Source: C2SP tlog-proof (c2sp.org/tlog-proof). The entry itself is the extra data; it needs no
separate trust, because the proof covers its hash.
"""

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.ledger.signed_notes import PublicKey, signed_text, unwrapped, wrapped
from tidewaiter.ledger.tree import includes, leaf_hash

_HASH = 32  # bytes
_LEAST = 3  # minimum number of lines


class Checkpoint(Record, frozen=True, kw_only=True):
    """The state of a log."""

    origin: str  # name of the log
    size: int  # number of entries
    root: bytes  # root hash, shape (32,)
    notes: tuple[str, ...] = ()  # extension lines, unrelated to the tree

    def __str__(self) -> str:
        """Serialise the checkpoint as the text of a signed note."""
        lines = (self.origin, self.size, wrapped(self.root), *self.notes)
        return "".join(f"{line}\n" for line in lines)


def read_checkpoint(text: str) -> Checkpoint:
    """Parse the text of a signed note as a checkpoint.

    Raises:
        InputError: Not a checkpoint.
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
    """An entry with its inclusion proof and a signed checkpoint."""

    entry: bytes
    place: int  # index from 0
    path: tuple[bytes, ...]
    note: str  # the signed checkpoint

    def __str__(self) -> str:
        """Serialise the proof."""
        lines = [_FIRST, f"extra {wrapped(self.entry)}", f"index {self.place}"]
        lines += map(wrapped, self.path)
        return "\n".join(lines) + f"\n\n{self.note}"


def read_proof(text: str) -> Proof:
    """Parse a proof.

    Raises:
        InputError: Not a proof, or it contains no entry.
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
    """Verify that a trusted key signed a checkpoint of a log that includes the entry.

    Args:
        proof: Proof to verify.
        keys: Trusted keys.

    Returns:
        The checkpoint, and the names of the keys that signed it.

    Raises:
        InputError: No trusted key signed the checkpoint, or the inclusion proof is invalid.
    """
    text, names = signed_text(proof.note, keys)
    checkpoint = read_checkpoint(text)
    leaf = leaf_hash(proof.entry)
    if not includes(leaf, proof.place, checkpoint.size, proof.path, checkpoint.root):
        raise InputError("ledger/entry-not-in-signed-log")
    return checkpoint, names


def _value(lines: list[str], name: str) -> str:
    """Return the value of the next line, which must have the given name."""
    line = lines.pop(0) if lines else ""
    if not line.startswith(f"{name} "):
        raise InputError("ledger/proof-line-missing", name=name)
    return line.removeprefix(f"{name} ")


def _bare(text: str) -> bytes:
    held = unwrapped(text)
    if held is None:
        raise InputError("ledger/not-base64", text=text)
    return held
