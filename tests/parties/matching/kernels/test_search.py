"""The search gives up what cannot be among the best; the best are those of the long way."""

import random

import numpy as np
import pytest

from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.kernels import search
from tidewaiter.parties.matching.kernels.linking import (
    MET,
    TOP,
    TOPS,
    WIDE,
    Room,
    link_form,
    new_room,
)
from tidewaiter.parties.matching.matcher import Asker, Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import ListedParty, PartyName

WORDS = [
    "zhenrong",
    "yuanjing",
    "huaxin",
    "borel",
    "gudrun",
    "tekno",
    "marine",
    "global",
    "chemical",
    "trading",
    "ltd",
    "co",
    "star",
    "sanmar",
    "hoeks",
    "petro",
    "lima",
    "vostok",
]


@pytest.fixture(scope="module")
def alike() -> Index:
    """Build a list whose names share their words, so that hundreds are met by each."""
    chance = random.Random(1988)
    names = (" ".join(chance.sample(WORDS, chance.randint(2, 5))) for _ in range(900))
    return build_index(
        [
            ListedParty(id=str(at), kind="organisation", names=(PartyName(text=name),))
            for at, name in enumerate(names)
        ]
    )


def _sure(room: Room, index: Index, size: int) -> list[float]:
    """Return the ranks, by all words, of the forms that are sure to be looked at; they fall."""
    listed = index.listed
    mine = float(room.asked.weights[:size].sum())
    forms = room.met[: room.counts[MET]].copy()
    agreed = room.agreed[: len(forms)].copy()
    both = mine + 0.5 * listed.weight[forms]
    hopeful = agreed + room.left[0] >= search._FLOOR * both
    first = np.sort(agreed[hopeful] / both[hopeful])[::-1]
    least = first[WIDE - 1] if len(first) > WIDE else 0.0
    sure = hopeful & (agreed / both > least + 1e-6)
    return sorted(
        (
            search._bound(room, listed, form) / of
            for form, of in zip(forms[sure].tolist(), both[sure].tolist(), strict=True)
        ),
        reverse=True,
    )


def test_none_of_the_best_is_given_up(alike: Index) -> None:
    """Each form among the best by its shared words is selected, in its position."""
    chance = random.Random(2)
    texts = [" ".join(chance.sample(WORDS, chance.randint(1, 5))) for _ in range(150)]
    asking = Asker(alike).ask(texts, ["organisation"] * len(texts))
    room, crowded = new_room(alike.listed), 0
    for form in range(len(asking.forms.owner)):
        size = link_form(room, alike.listed, asking, form)
        search.meet(room, alike.listed)
        crowded += room.counts[MET] > WIDE
        sure = _sure(room, alike, size)
        search.choose(room, alike.listed)
        found = room.top_rank[: room.counts[TOPS]].tolist()
        least = max(search._FLOOR, search._LEAST * max(found, default=0.0))
        wanted = [rank for rank in sure if rank > least + 1e-5][:TOP]
        assert len(wanted) <= len(found) <= TOP
        assert all(rank <= other + 1e-5 for rank, other in zip(wanted, found, strict=False))
        assert all(least <= rank + 1e-5 for rank in found)
    assert crowded > 100


def test_a_word_that_all_names_have_tells_nothing() -> None:
    """Its weight is 0, of which no share is taken."""
    names = (PartyName(text="Zhenrong"),)
    index = build_index([ListedParty(id=str(at), kind="vessel", names=names) for at in range(2000)])
    assert not index.listed.weight.any()
    assert Matcher(index).match([AskedParty(text="Zhenrong", kind="vessel")])[0].matches == ()
