"""Names in two scripts as training data, in addition to the queries of `train_party_model`.

From the list: each name in another script with an even checksum, queried against the list with
Latin names only, and vice versa. From the table of ordinary companies: the names with an even
checksum, queried in both scripts with the other one listed, and without being listed at all. The
names with an odd checksum are used only for evaluation
(``python -m benchmarks.parties_scripts --match``).
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.index import Index
from tidewaiter.parties.matching.kernels.alignment import SIZE
from tidewaiter.parties.matching.kernels.linking import TOP, new_room
from tidewaiter.parties.matching.kernels.search import gather
from tidewaiter.parties.matching.matcher import Asker
from tidewaiter.parties.names.scripts import script
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName

Floats = NDArray[np.float64]
MOST = 150  # maximum number of names per script and kind


class Asked(NamedTuple):
    """A query name."""

    text: str
    kind: PartyKind
    right: str  # id of its entry; "": no entry
    entry: str  # determines the fold


class Weights(NamedTuple):
    """Weights of queries: those with an entry, and those that are not listed."""

    listed: float
    alone: float


class Block(NamedTuple):
    """A list with its queries."""

    parties: list[ListedParty]
    asked: list[Asked]
    person: Weights = Weights(0.5, 3.0)
    other: Weights = Weights(0.5, 3.0)

    def weight(self, asked: Asked) -> float:
        """Return the weight of a query."""
        weights = self.person if asked.kind == "person" else self.other
        return weights.listed if asked.right else weights.alone


def aligned(
    index: Index, texts: list[str], kinds: list[PartyKind]
) -> tuple[NDArray[np.int32], Floats]:
    """Align names with a list; return the rows and their features."""
    asking = Asker(index).ask(texts, kinds)
    most = len(asking.forms.owner) * TOP
    rows, values = np.zeros((most, 4), np.int32), np.zeros((most, SIZE), np.float32)
    count = gather(index.listed, asking, new_room(index.listed), rows, values)
    return rows[:count], values[:count].astype(np.float64)


def blocks(parties: Sequence[ListedParty], table: Path) -> Iterator[Block]:
    """Yield the list in Latin letters only, then in other scripts where available."""
    natives = list(_some(parties))
    ordinary = list(_ordinary(table))
    latin = [each for each in map(_latin, parties) if each.names]
    asked = [
        *(Asked(name, each.kind, each.id, each.id) for each, name in natives),
        *(Asked(native, "organisation", number, number) for number, native, _ in ordinary),
    ]
    own = [_party(number, "organisation", english) for number, _, english in ordinary]
    yield Block([*latin, *own], asked)
    yield Block(
        latin, [Asked(native, "organisation", "", number) for number, native, _ in ordinary]
    )
    yield Block(latin, [Asked(name, "organisation", "", number) for number, _, name in ordinary])
    held = {each.id: _party(each.id, each.kind, name) for each, name in natives}
    asked = [
        *(Asked(_latin(each).names[0].text, each.kind, each.id, each.id) for each, _ in natives),
        *(Asked(english, "organisation", number, number) for number, _, english in ordinary),
    ]
    own = [_party(number, "organisation", native) for number, native, _ in ordinary]
    yield Block([*(held.get(each.id, each) for each in latin), *own], asked)


def _party(number: str, kind: PartyKind, name: str) -> ListedParty:
    return ListedParty(id=number, kind=kind, names=(PartyName(text=name),))


def _latin(party: ListedParty) -> ListedParty:
    names = tuple(name for name in party.names if not _script(name.text))
    return ListedParty(id=party.id, kind=party.kind, names=names)


def _script(name: str) -> str:
    """Return the script of a name without Latin letters; "" for any other name."""
    scripts = {script(word) for word in name.split()} - {"common"}
    return next(iter(scripts)) if len(scripts) == 1 and "latin" not in scripts else ""


def _some(parties: Iterable[ListedParty]) -> Iterator[tuple[ListedParty, str]]:
    """Yield names in other scripts for entries that also have Latin names."""
    counts: dict[tuple[str, str], int] = {}
    for party in parties:
        for name in party.names:
            key = (_script(name.text), party.kind)
            if not key[0] or _odd(name.text) or not _latin(party).names:
                continue
            counts[key] = counts.get(key, 0) + 1
            if counts[key] <= MOST:
                yield party, name.text


def _ordinary(table: Path) -> Iterator[tuple[str, str, str]]:
    """Yield number, native name and English name of each ordinary company."""
    for number, line in enumerate(table.read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            _, native, english = line.split("\t")
            if not _odd(native):
                yield f"ordinary-{number}", native, english


def _odd(name: str) -> bool:
    return bool(zlib.crc32(name.encode()) % 2)
