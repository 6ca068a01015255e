"""Match parties against an index: the batch as Python sees it."""

from collections.abc import Sequence

import numpy as np

from tidewaiter.parties.matching.answering import Answers, answer, new_answers
from tidewaiter.parties.matching.index import KINDS, Index
from tidewaiter.parties.matching.model import load_model
from tidewaiter.parties.matching.neighbours import neighbours
from tidewaiter.parties.matching.search import Asking, new_room
from tidewaiter.parties.matching.words import Words, forms_of
from tidewaiter.parties.names import read_name


def ask(index: Index, names: Sequence[str], kinds: Sequence[str]) -> Asking:
    """Read names and find the neighbours of their words."""
    words = Words()
    read = [read_name(name, kind) for name, kind in zip(names, kinds, strict=True)]
    forms = forms_of(read, words)
    vocabulary = words.vocabulary(index.rarity)
    near = neighbours(index.listed.lookup, vocabulary)
    places = np.array([KINDS.index(kind) for kind in kinds], np.int8)
    return Asking(forms, vocabulary, near, places)


def answers(index: Index, asking: Asking) -> Answers:
    """Answer a batch of names."""
    out = new_answers(len(asking.kind))
    answer(index.listed, asking, load_model(), new_room(index.listed), out)
    return out
