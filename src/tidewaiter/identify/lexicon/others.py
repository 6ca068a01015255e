"""Other chemicals: hashes of a million names that are not in the registry.

A listed name inside a longer name of these is another chemical ("acetone cyanohydrin"), and
a word of these is never taken for a misspelling of a listed one, nor is a word of theirs as another
language respells it ("difenilamina"). The file is made by tools/build_other_chemicals.py from FDA's
UNII names, the package `chemicals`, and the goods nomenclatures of the EU and the Eurasian Economic
Union; it holds 40 bits of each hash, so that one word in a million passes for a name by chance.
"""

import zlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.resources import data
from tidewaiter.identify.hashing import SHIFT

_MAGIC = b"TWOC2\n"


class OtherChemicals(NamedTuple):
    """Short hashes (``hash >> SHIFT``), sorted and distinct."""

    names: NDArray[np.uint64]
    words: NDArray[np.uint64]
    respelt: NDArray[np.uint64]  # keys of words, from `respelling`


class Respelt(NamedTuple):
    """Words of other chemicals, however a language spells them."""

    hashes: NDArray[np.uint64]  # of their keys, short, sorted

    def holds(self, hashed: np.uint64) -> bool:
        """Tell whether a key is among them, by its hash."""
        wanted = hashed >> SHIFT
        at = int(np.searchsorted(self.hashes, wanted))
        return at < len(self.hashes) and bool(self.hashes[at] == wanted)


def pack_others(others: OtherChemicals) -> bytes:
    """Write the hashes as compressed steps from one to the next."""
    parts = [_MAGIC]
    for hashes in others:
        steps = np.diff(hashes, prepend=np.uint64(0)).astype("<u8")
        planes = steps.view(np.uint8).reshape(-1, 8).T[:5]
        packed = zlib.compress(np.ascontiguousarray(planes).tobytes(), 9)
        parts += [len(hashes).to_bytes(8, "little"), len(packed).to_bytes(8, "little"), packed]
    return b"".join(parts)


def unpack_others(packed: bytes) -> OtherChemicals:
    """Read what `pack_others` wrote."""
    at = len(_MAGIC)
    found = []
    for _ in OtherChemicals._fields:
        count = int.from_bytes(packed[at : at + 8], "little")
        size = int.from_bytes(packed[at + 8 : at + 16], "little")
        planes = np.frombuffer(zlib.decompress(packed[at + 16 : at + 16 + size]), np.uint8)
        steps = np.zeros((count, 8), np.uint8)
        steps[:, :5] = planes.reshape(5, count).T
        found.append(np.cumsum(steps.reshape(-1).view("<u8"), dtype=np.uint64))
        at += 16 + size
    return OtherChemicals(*found)


def load_others() -> OtherChemicals:
    """Load data/other_chemicals/hashes.bin."""
    return unpack_others(data("other_chemicals", "hashes.bin").read_bytes())
