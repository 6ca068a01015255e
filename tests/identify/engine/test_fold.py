"""Folding: what is written in many ways becomes one key, and each unit remembers its place."""

import unicodedata
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.identify.engine.fold import fold_line, fold_lines, make_room
from tidewaiter.identify.engine.rules import (
    COMMA,
    DIGIT,
    DOT,
    HYPHEN,
    IDEOGRAPH,
    LETTER,
    LINE,
    NEWLINE,
    SPACE,
    STOP,
    FoldTables,
    build_fold_tables,
)
from tidewaiter.identify.engine.words import joined

TABLES = build_fold_tables()

# Text as papers hold it, and as they should not: scripts, marks, look-alikes, rare planes.
unicode_text = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("rnmRNM0oO1lLiI|5sS8bB αβΑΒаеоАЕО-\u00ad\u200b\u0301\n麻黄碱ةأا・①½ﬁ"),
    ),
    max_size=40,
)
ascii_text = st.text(
    st.one_of(st.characters(max_codepoint=127), st.sampled_from("rnmRN01lLiI| -")), max_size=60
)


class _Unit(NamedTuple):
    """One unit: its key, class, whether a word starts there, gap, width of gap, and place."""

    key: str
    kind: int
    start: int
    gap: int
    wide: int
    begin: int
    end: int


def _fold(text: str, *, pipe: bool = False, tables: FoldTables = TABLES) -> list[_Unit]:
    here, offsets = joined([text])
    room, units = make_room(3 * len(here) + 8), np.zeros(2, np.int32)
    fold_lines(here, offsets, 0, 1, tables, room, units, pipe)
    columns = (room.kind, room.start, room.gap, room.wide, room.byte, room.byte_end)
    rows = zip(*(column[: units[1]].tolist() for column in columns), strict=True)
    keys = map(chr, room.key[: units[1]].tolist())
    return [_Unit(key, *row) for key, row in zip(keys, rows, strict=True)]


def _key(text: str) -> str:
    return "".join(unit.key for unit in _fold(text))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ACETONE", "acetone"),
        ("Straße", "strasse"),
        ("éphédrine", "ephedrine"),
        ("e\u0301phe\u0301drine", "ephedrine"),
        ("α-PVP", "alpha-pvp"),
        ("Β-ketone", "beta-ketone"),
        ("Δ9", "delta9"),
        ("αcetone", "acetone"),
        ("acetοne", "acetone"),
        ("аcetоne", "acetone"),
        ("АСЕТОNЕ", "acetone"),
        ("acetoոe", "acetone"),
        ("ａｃｅｔｏｎｅ", "acetone"),
        ("ᴀᴄᴇᴛᴏɴᴇ", "acetone"),
        ("𝐚𝐜𝐞𝐭𝐨𝐧𝐞", "acetone"),
        ("ac\u200beto\u200dne", "acetone"),
        ("\ufeffacetone", "acetone"),
        ("ace\u00adtone", "acetone"),
        ("acetic\u00a0anhydride", "acetic anhydride"),
        ("acetic-\nanhydride", "acetic anhydride"),
        ("acetic\u2011anhydride", "acetic anhydride"),
        ("ace|tone", "acetone"),
        ("KMnO₄", "kmno4"),
        ("KMnO⁴", "kmno4"),
        ("①-boc", "1-boc"),
        ("٤-AP", "4-ap"),
        ("ﬁlm", "film"),
        ("№ 5", "no 5"),
        ("أسيتون", "اسيتون"),
        ("أسيتـــون", "اسيتون"),
        ("أَسِيتُون", "اسيتون"),
        ("ё", "е"),
        ("й", "и"),
    ],
)
def test_ways_of_writing_have_one_key(written: str, name: str) -> None:
    """Case, accents, width, script, invisible marks and word separators are ignored."""
    assert _key(written) == _key(name)


@pytest.mark.parametrize(
    ("scanned", "name"),
    [
        ("acet0ne", "acetone"),
        ("t01uene", "toluene"),
        ("Iodine", "lodine"),
        ("iodine", "1odine"),
        ("5afrole", "safrole"),
        ("8enzaldehyde", "benzaldehyde"),
        ("arnmonia", "ammonia"),
        ("ammonia", "arnrnonia"),
        ("RNethyl", "methyl"),
    ],
)
def test_what_a_scan_confuses_has_one_key(scanned: str, name: str) -> None:
    """The groups 0=o, 1=l=i, 5=s, 8=b and rn=m have one key."""
    assert _key(scanned) == _key(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ethyl", "methyl"),
        ("methylone", "methylene"),
        ("4-AP", "3-AP"),
        ("r n", "m"),
        ("r-n", "m"),
        ("麻黄碱", "麻黄素"),
        ("α-PVP", "β-PVP"),
        ("ацетон", "acetone"),
    ],
)
def test_other_words_have_another_key(one: str, other: str) -> None:
    """Folding does not make two names one, and "rn" is "m" inside a word alone."""
    assert _key(one) != _key(other)


@pytest.mark.parametrize(
    ("between", "gap"),
    [
        (" ", SPACE),
        ("\t", SPACE),
        ("\u00a0", SPACE),
        ("-", HYPHEN),
        ("\u2010", HYPHEN),
        ("\u2014", HYPHEN),
        (".", DOT),
        ("·", DOT),
        (",", COMMA),
        ("，", COMMA),
        ("(", COMMA),
        ("\n", NEWLINE),
        ("\u2028", NEWLINE),
        (";", STOP),
        ("。", STOP),
        ("|", STOP),
        (" - ", SPACE | HYPHEN),
        ("-\r\n", HYPHEN | NEWLINE),
        ("", 0),
        ("\u200b", 0),
        ("\u00ad", 0),
    ],
)
@pytest.mark.parametrize("after", ["b", "ж"], ids=["ASCII", "any"])
def test_what_separates_is_remembered(between: str, gap: int, after: str) -> None:
    """A separator is not a unit: the next unit records which one it was, and its width."""
    first, second = _fold(f"a{between}{after}")
    assert (first.gap & LINE, second.gap) == (LINE, gap)
    assert second.wide == (len(between) if gap else 0)
    assert second.start == (gap != 0)


def test_words_start_where_class_changes() -> None:
    """Digits beside letters and each ideograph start a word; further letters do not."""
    units = _fold("25kg麻黄碱ab")
    assert [unit.start for unit in units] == [1, 0, 1, 0, 1, 1, 1, 1, 0]
    assert [unit.kind for unit in units] == [DIGIT] * 2 + [LETTER] * 2 + [IDEOGRAPH] * 3 + [
        LETTER
    ] * 2


def test_a_unit_of_many_remembers_one_place() -> None:
    """All units of "α" stand where it stands, and "rn" as "m" stands over both letters."""
    units = _fold("aα-b")
    assert {(unit.begin, unit.end) for unit in _fold("α-b")[:5]} == {(0, 2)}
    assert [(unit.key, unit.begin, unit.end) for unit in units] == [
        ("a", 0, 1),
        ("a", 1, 3),
        ("8", 4, 5) if units[-1].key == "8" else ("b", 4, 5),
    ]
    assert [(unit.key, unit.begin, unit.end) for unit in _fold("arna")] == [
        ("a", 0, 1),
        ("m", 1, 3),
        ("a", 3, 4),
    ]


def test_a_bar_is_a_letter_only_where_asked() -> None:
    """Between letters "|" is the letter l where a scan is supposed, and else separates."""
    assert [unit.key for unit in _fold("a|a", pipe=True)] == ["a", "l", "a"]
    assert [unit.key for unit in _fold("a|ж", pipe=True)] == ["a", "l", "ж"]
    assert [unit.key for unit in _fold("a|a")] == ["a", "a"]
    assert [unit.key for unit in _fold("a | a |1|", pipe=True)] == ["a", "a", "l"]


@given(ascii_text, st.booleans())
def test_both_ways_of_folding_agree(text: str, pipe: bool) -> None:  # noqa: FBT001
    """A line of ASCII folds as the same line does with a letter of another script after it."""
    assert _fold(text + " ж", pipe=pipe)[:-1] == _fold(text + " ", pipe=pipe)


@given(unicode_text)
def test_places_lie_in_order_inside_the_text(text: str) -> None:
    """Each unit stands over whole characters of the text, none before the unit it follows."""
    encoded, units = text.encode(), _fold(text)
    for unit in units:
        assert 0 <= unit.begin < unit.end <= len(encoded)
        assert encoded[unit.begin : unit.end].decode()
    places = [(unit.begin, unit.end) for unit in units]
    assert places == sorted(places)
    assert len(units) <= 3 * len(encoded)


@given(unicode_text)
def test_case_does_not_matter(text: str) -> None:
    """Lower-case text has the same key, if the case mapping preserves the letters.

    Greek is excluded: a capital counts as the Latin letter it resembles, a small one has a name.
    """
    greek = any("GREEK" in unicodedata.name(sign, "") for sign in text)
    if not greek and text.lower().upper().lower() == text.lower():
        assert _key(text.lower()) == _key(text)


@given(st.lists(unicode_text, max_size=6), st.booleans())
def test_lines_fold_together_as_apart(texts: list[str], pipe: bool) -> None:  # noqa: FBT001
    """The lines of a block have the units that each has alone, and no word reaches over."""
    here, offsets = joined(texts)
    room, units = make_room(3 * len(here) + 8), np.zeros(len(texts) + 1, np.int32)
    fold_lines(here, offsets, 0, len(texts), TABLES, room, units, pipe)
    for line, text in enumerate(texts):
        begin, end = units[line : line + 2].tolist()
        alone = _fold(text, pipe=pipe)
        assert "".join(map(chr, room.key[begin:end].tolist())) == "".join(u.key for u in alone)
        assert (room.byte[begin:end] - offsets[line]).tolist() == [u.begin for u in alone]
        assert room.start[begin:end].tolist() == [u.start for u in alone]
        assert all(gap & LINE for gap in room.gap[begin : min(begin + 1, end)].tolist())
    assert room.start[units[-1]] == 1


@given(st.binary(max_size=60))
def test_bytes_that_are_no_text_do_no_harm(raw: bytes) -> None:
    """Even bytes that are not UTF-8 fold to units inside the bytes."""
    here = np.frombuffer(raw, np.uint8)
    room = make_room(3 * len(here) + 8)
    n = fold_line(here, TABLES, room)
    assert 0 <= n <= 3 * len(raw)
    assert (room.byte[:n] < len(raw)).all()
