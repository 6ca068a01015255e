"""The walk: the longest names that begin and end where words do, leftmost first."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.identify import load_lexicon
from tidewaiter.identify.engine.fold import Folded, fold_line, make_room
from tidewaiter.identify.engine.hashing import make_powers
from tidewaiter.identify.engine.hits import COLUMNS, Hits
from tidewaiter.identify.engine.rules import build_fold_tables
from tidewaiter.identify.engine.trie import Trie, build_trie, find_names
from tidewaiter.identify.engine.words import fold_keys

TABLES = build_fold_tables()
POWERS = make_powers(20_000)
WIDEST = 6  # characters that may separate two letters of a name

ENTRIES = load_lexicon(street=True).names.entries
NAMES = [entry.text for entry in ENTRIES]
TRIE = build_trie([np.array([ord(unit) for unit in entry.key], np.uint32) for entry in ENTRIES])
PLACES = {entry.key: place for place, entry in enumerate(ENTRIES)}
LONGEST = max(map(len, PLACES))

pieces = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES).map(str.upper),
    st.tuples(st.sampled_from(NAMES), st.integers(1, 12)).map(lambda cut: cut[0][: cut[1]]),
    st.text(st.sampled_from("aeionrm01lst麻黄碱酸"), max_size=6),
    st.characters(exclude_categories=["Cs"]),
)
separators = st.sampled_from(
    ["", " ", "-", ", ", "\n", "-\n", "\u200b", "\u00ad", " / ", "......", "       ", "\u00a0"]
)
lines = st.lists(st.tuples(pieces, separators), max_size=8).map(
    lambda parts: "".join(piece + separator for piece, separator in parts)
)


def _folded(text: str) -> tuple[Folded, int]:
    here = np.frombuffer(text.encode(), np.uint8)
    room = make_room(3 * len(here) + 8)
    return room, fold_line(here, TABLES, room)


def _walk(text: str, trie: Trie) -> list[tuple[int, int, int]]:
    """Find first unit, unit after and place of each name, as the scan does."""
    room, n = _folded(text)
    starts, strong = np.zeros(len(room.start), np.int32), np.ones(len(trie.ends), np.bool_)
    hits = Hits(np.zeros((n, COLUMNS), np.int64), np.zeros(1, np.int64))
    find_names(room, n, trie, strong, POWERS, starts, hits)
    rows = hits.rows[: hits.count[0]].tolist()
    return [(begin, end, key) for _, _, key, begin, end, *_ in rows]


def _try_all(text: str) -> list[tuple[int, int, int]]:
    """Find the same by trying every name at every word's start."""
    room, n = _folded(text)
    units = "".join(map(chr, room.key[:n].tolist()))
    starts = room.start[: n + 1].tolist()
    far = [at for at in range(1, n) if room.wide[at] > WIDEST]
    found, at = [], 0
    while at < n:
        last = min([n, at + LONGEST, *(gap for gap in far if gap > at)])
        ends = [
            end
            for end in range(last, at + 1, -1)
            if starts[at] and starts[end] and units[at:end] in PLACES
        ]
        if ends:
            found.append((at, ends[0], PLACES[units[at : ends[0]]]))
        at = ends[0] if ends else at + 1
    return found


def _found(names: Sequence[str], text: str) -> list[str]:
    trie = build_trie(fold_keys(names, TABLES))
    return [names[key] for _, _, key in _walk(text, trie)]


def test_a_failed_longer_name_does_not_hide_a_shorter() -> None:
    """Where "acetone cyan" fails, in "ace tone cya", the "tone" inside it is still found."""
    names = ["acetone cyan", "tone"]
    assert _found(names, "ace tone cya") == ["tone"]
    assert _found(names, "acetone cya") == []
    assert _found(names, "ace tone cyan") == ["acetone cyan"]


def test_the_longest_name_wins() -> None:
    """Of names that begin together the longest is taken, and the next begins after it."""
    names = ["acetic", "acetic anhydride", "anhydride", "anhydride of"]
    assert _found(names, "acetic anhydride of acetic") == ["acetic anhydride", "acetic"]
    assert _found(names, "acetic acid") == ["acetic"]


def test_the_leftmost_name_wins() -> None:
    """A name that begins inside one that is taken is not."""
    assert _found(["methyl ethyl", "ethyl ether"], "methyl ethyl ether") == ["methyl ethyl"]


def test_names_are_found_as_whole_words() -> None:
    """A name is not found inside a word, be it of letters or before letters."""
    assert _found(["ether"], "whether together leather ethers") == []
    assert _found(["ether"], "ether/ETHER(ether)5ether5") == ["ether"] * 4


def test_ideographs_need_no_spaces() -> None:
    """Names of ideographs are found anywhere, the longest first."""
    names = ["麻黄碱", "伪麻黄碱", "丙酮"]
    assert _found(names, "出口伪麻黄碱和麻黄碱丙酮") == ["伪麻黄碱", "麻黄碱", "丙酮"]


def test_a_wide_gap_ends_a_name() -> None:
    """Words of a name may be some signs apart, and no more."""
    assert _found(["acetic anhydride"], "acetic" + " " * WIDEST + "anhydride")
    assert not _found(["acetic anhydride"], "acetic" + " " * (WIDEST + 1) + "anhydride")


def test_no_names_find_nothing() -> None:
    """A trie of no names finds nothing, and neither does an empty line."""
    assert _walk("acetone", build_trie([])) == []
    assert _walk("", TRIE) == []


def test_every_name_finds_itself() -> None:
    """Each name of the registry, alone on a line, is found whole."""
    wrong = [
        name for place, name in enumerate(NAMES) if [hit[2] for hit in _walk(name, TRIE)] != [place]
    ]
    assert wrong == []


@settings(max_examples=300)
@given(lines)
def test_the_walk_finds_what_trying_all_names_does(text: str) -> None:
    """On any text the walk gives what comparing every name at every word does."""
    assert _walk(text, TRIE) == _try_all(text)
