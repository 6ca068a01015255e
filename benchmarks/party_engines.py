"""Other libraries that compare names, each configured as an experienced user would.

Each gets names in Latin letters (anyascii), in lower case and without punctuation, and answers with
the entries with the best-scoring names. They have no index: RapidFuzz compares each query with each
name of the list, and TF-IDF multiplies sparse matrices.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from anyascii import anyascii
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cdist, cpdist
from rapidfuzz.utils import default_process

from tidewaiter.parties.types import ListedParty

Floats = NDArray[np.float64]
Answers = list[list[tuple[int, float]]]  # by query: places of entries, and scores

KEPT = 10  # entries that answer a query
ROWS = 64  # queries compared together
NEAR = 100  # names that the sparse product keeps
LEAST = 0.2  # cosine from which it does
_SYLLABLE = re.compile("[\u3400-\u9fff\uac00-\ud7a3]")  # Han and Hangul


class Peer(NamedTuple):
    """Another way to compare names."""

    module: str  # that it needs beside ours
    search: Callable[["Names", Sequence[str]], tuple[Answers, float, float]]
    pairs: Callable[[Sequence[str], Sequence[str]], Floats]


class Names(NamedTuple):
    """The names of a list, entry by entry."""

    texts: list[str]
    entry: NDArray[np.int64]  # of each name
    starts: NDArray[np.int64]  # the first name of each entry


def names_of(parties: Sequence[ListedParty]) -> Names:
    """Lay the names of a list in a row."""
    counts = np.array([len(party.names) for party in parties])
    texts = [name.text for party in parties for name in party.names]
    starts = np.concatenate(([0], counts.cumsum()[:-1]))
    return Names(texts, np.repeat(np.arange(len(parties)), counts), starts)


def plain(text: str) -> str:
    """Return a name in Latin letters, lower case, without punctuation, syllables of Han apart."""
    return re.sub(" +", " ", default_process(anyascii(_SYLLABLE.sub(r" \g<0> ", text))))


def by_comparison(scorer: Callable[..., float]) -> Peer:
    """Compare each query with each name, by a scorer of RapidFuzz."""

    def search(names: Names, queries: Sequence[str]) -> tuple[Answers, float, float]:
        begun = time.process_time()
        listed = list(map(plain, names.texts))
        built = time.process_time()
        found: Answers = []
        for at in range(0, len(queries), ROWS):
            asked = list(map(plain, queries[at : at + ROWS]))
            scores = cdist(asked, listed, scorer=scorer, dtype=np.float32)
            found += _best(np.maximum.reduceat(scores, names.starts, axis=1))
        return found, time.process_time() - built, built - begun

    def pairs(first: Sequence[str], second: Sequence[str]) -> Floats:
        sides = (list(map(plain, first)), list(map(plain, second)))
        return np.asarray(cpdist(*sides, scorer=scorer), np.float64)

    return Peer("", search, pairs)


def _best(scores: NDArray[np.float32]) -> Iterator[list[tuple[int, float]]]:
    places = np.argpartition(-scores, KEPT, axis=1)[:, :KEPT]
    for row, entries in enumerate(places.tolist()):
        yield [(entry, float(scores[row, entry])) for entry in entries]


def by_grams() -> Peer:
    """Compare runs of two to four letters, the rare ones weighing more."""

    def search(names: Names, queries: Sequence[str]) -> tuple[Answers, float, float]:
        from sparse_dot_topn import sp_matmul_topn  # noqa: PLC0415 - an extra

        begun = time.process_time()
        grams = _grams()
        listed = grams.fit_transform(names.texts).T.tocsr()
        built = time.process_time()
        near = sp_matmul_topn(
            grams.transform(queries), listed, top_n=NEAR, threshold=LEAST, n_threads=1
        )
        found: Answers = []
        for row in range(len(queries)):
            best: dict[int, float] = {}
            inside = slice(near.indptr[row], near.indptr[row + 1])
            for name, score in zip(near.indices[inside], near.data[inside], strict=True):
                entry = int(names.entry[name])
                best[entry] = max(best.get(entry, 0.0), float(score))
            found.append(sorted(best.items(), key=lambda each: -each[1])[:KEPT])
        return found, time.process_time() - built, built - begun

    def pairs(first: Sequence[str], second: Sequence[str]) -> Floats:
        grams = _grams()
        grams.fit([*first, *second])
        product = grams.transform(first).multiply(grams.transform(second))
        return np.asarray(product.sum(axis=1), np.float64).ravel()

    return Peer("sparse_dot_topn", search, pairs)


def _grams() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - an extra

    return TfidfVectorizer(
        analyzer="char", ngram_range=(2, 4), preprocessor=lambda text: f" {plain(text)} "
    )


PEERS: Mapping[str, Peer] = MappingProxyType(
    {
        "RapidFuzz token_sort_ratio": by_comparison(fuzz.token_sort_ratio),
        "RapidFuzz token_set_ratio": by_comparison(fuzz.token_set_ratio),
        "RapidFuzz Jaro-Winkler": by_comparison(JaroWinkler.normalized_similarity),
        "TF-IDF of 2 to 4 letters": by_grams(),
    }
)


def installed() -> dict[str, Peer]:
    """Return the peers with an installed library."""
    return {name: peer for name, peer in PEERS.items() if not peer.module or find_spec(peer.module)}
