"""Alignment of labelled name pairs without a search, as training data."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.kernels.linking import new_room
from tidewaiter.parties.matching.kernels.search import comparable, measure
from tidewaiter.parties.matching.matcher import Asker
from tidewaiter.parties.names.rarity import Rarity
from tidewaiter.parties.types import ListedParty, PartyKind, PartyName


class Pair(NamedTuple):
    """Two names; the second one takes the role of the listed name."""

    asked: str
    listed: str
    kind: PartyKind


def align_pairs(
    pairs: Sequence[Pair], rarity: Rarity
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Align each pair in every reading of its names.

    Args:
        pairs: The names.
        rarity: Rarity of words.

    Returns:
        The pair of each row, and its features, shape ``(rows, SIZE)``.
    """
    parties = [
        ListedParty(id=str(at), kind=each.kind, names=(PartyName(text=each.listed),))
        for at, each in enumerate(pairs)
    ]
    index = build_index(parties, rarity)
    asking = Asker(index).ask([each.asked for each in pairs], [each.kind for each in pairs])
    room = new_room(index.listed)
    forms: dict[int, list[int]] = defaultdict(list)
    for form, entry in enumerate(index.listed.entry.tolist()):
        forms[entry].append(form)
    rows, values = [], []
    for form, pair in enumerate(asking.forms.owner.tolist()):
        for other in forms[pair]:
            if not comparable(asking.forms.how[form], index.listed.how[other]):
                continue
            measure(room, index.listed, asking, form, other)
            rows.append(pair)
            values.append(room.features.astype(np.float64))
    return np.array(rows, np.int32), np.array(values)
