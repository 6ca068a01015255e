"""Columns: a batch answers as its lines do, spans are those of the text, nothing is lost."""

import csv
import random
import resource
from collections.abc import Sequence

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tidewaiter.base.resources import data
from tidewaiter.identify import (
    MENTIONS,
    Identifier,
    Lexicon,
    column_of,
    identify,
    load_lexicon,
)
from tidewaiter.identify.findings import Defect, Finding

HOW = {
    "exact",
    "squeezed",
    "fuzzy",
    "cas",
    "hs",
    "unno",
    "cus",
    "name",
    "structure",
    "class",
}
Answer = tuple[list[Finding], list[Defect]]

LEXICON = load_lexicon()
IDENTIFIER = Identifier(LEXICON)  # keeps what it learns through all tests here
FEW = Identifier(LEXICON, few=True)
NAMES = [entry.text for entry in LEXICON.names.entries]
NUMBERS = [number.cas for number in LEXICON.names.numbers]

words = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(NAMES).map(lambda name: name[:-2] + name[-1:]),
    st.sampled_from(NAMES).map(lambda name: name[: len(name) // 2] + "x" + name[len(name) // 2 :]),
    st.sampled_from(NAMES).map(str.upper),
    st.sampled_from(NUMBERS),
    st.sampled_from(
        [
            "free",
            "free of",
            "H.S.",
            "U N",
            "C.A.S. no",
            "CAS",
            "CAS No.",
            "UN",
            "HS",
            "1715",
            "2915.24",
            "25 kg",
            "drum",
            "without",
            "cyanohydrin",
            "methyl",
            "acetone",
            "acetome",
            "hydrochloride",
            "不含",
            "酸",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
)
separators = st.sampled_from([" ", "", "-", ", ", "|", "\n", "; ", "\u200b", "\u00a0", "; 25 kg "])
lines = st.lists(st.tuples(words, separators), max_size=5).map(
    lambda parts: "".join(word + separator for word, separator in parts)
)
columns = st.lists(lines, max_size=8)


def _find(texts: Sequence[str | None], identifier: Identifier = IDENTIFIER) -> Answer:
    return identifier.find(pa.array(texts, pa.string()))


def _moved(answer: Answer, places: Sequence[int]) -> Answer:
    """Give the answers of a column's lines other places."""
    findings = [replace(each, line=places[each.line]) for each in answer[0]]
    defects = [replace(each, line=places[each.line]) for each in answer[1]]
    return findings, defects


def _alone(texts: Sequence[str]) -> Answer:
    """Ask each line alone, and give the answers its place."""
    answers = [_moved(_find([text]), [line]) for line, text in enumerate(texts)]
    return [each for found, _ in answers for each in found], [
        each for _, wrong in answers for each in wrong
    ]


def _by_line(answer: Answer) -> Answer:
    return sorted(answer[0], key=lambda each: each.line), sorted(
        answer[1], key=lambda each: each.line
    )


@settings(max_examples=150)
@given(columns)
def test_a_batch_answers_as_its_lines_do(texts: list[str]) -> None:
    """A column's mentions are those of its lines, each asked alone."""
    assert _find(texts) == _alone(texts)


@settings(max_examples=60, deadline=None)
@given(columns)
@example(["H.S. code 2915.24", "U.N. No. 1715", "C.A.S. 108-24-7", "50-06-6 N-methyl"])
def test_a_few_lines_need_no_compiled_code(texts: list[str]) -> None:
    """The functions of the scan, run by Python itself, find what they find compiled."""
    assert _find(texts, FEW) == _find(texts)


def test_the_sample_reads_the_same_without_compiled_code() -> None:
    """So do the goods of the sample manifest, with their cues, numbers and misspellings."""
    rows = csv.DictReader(data("samples", "manifest.csv").read_text("utf-8").splitlines())
    goods = [row["Description of goods"] for row in rows]
    assert len(goods) > 200
    spelled = ["H.S. code 2914.11 acetone", "H S-2914.11", "C.A.S. no 67-64-1", "U.N. 1090"]
    assert _find([*goods, *spelled], FEW) == _find([*goods, *spelled])


def test_texts_become_a_column_whatever_they_hold() -> None:
    """A column of texts holds them as they are."""
    texts = ["", "acetone", "不含丙酮", "|\0", "ä" * 300]
    assert column_of(texts).to_pylist() == texts
    assert len(column_of([])) == 0


@pytest.mark.parametrize(
    "texts",
    [
        ["free of", "丙酮 5 kg"],
        ["without", "acetone"],
        ["acetone", "free"],
        ["acetone", "甲酸铵 hydrochloride"],
        ["ephedrine", "hydrochloride"],
        ["acetone", "cyanohydrin"],
        ["methyl", "acetone"],
        ["CAS", "麻 108247"],
        ["CAS", "108 24 7"],
        ["108-24", "7"],
        ["UN", "1715"],
        ["acetic", "anhydride"],
        ["PMK", "25 kg"],
        ["PMK and more", "acetone"],
        ["pseudoephedr", "1ne"],
        ["potassium", "丙酮 permangnate"],
        ["potasssium", "permanganate"],
        ["HS", "2915.24", "PMK road"],
    ],
)
def test_no_line_reaches_into_another(texts: list[str]) -> None:
    """A cue, a negation, a salt or the rest of a name on the next line counts for nothing."""
    assert _find(texts) == _alone(texts)


@settings(max_examples=75)
@given(columns, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(texts: list[str], chance: random.Random) -> None:
    """Lines in another order have the same mentions."""
    order = list(range(len(texts)))
    chance.shuffle(order)
    shuffled = _find([texts[place] for place in order])
    assert _by_line(_moved(shuffled, order)) == _find(texts)


@settings(max_examples=75)
@given(columns, st.integers(0, 8))
def test_the_split_of_a_column_does_not_matter(texts: list[str], cut: int) -> None:
    """Two parts of a column have the mentions of the whole, as slices and as chunks."""
    whole, column = _find(texts), pa.array(texts, pa.string())
    cut = min(cut, len(texts))
    first, second = column[:cut], column[cut:]
    chunked = pa.chunked_array([first, second], pa.string())
    later = _moved(IDENTIFIER.find(second), range(cut, len(texts)))
    before = IDENTIFIER.find(first)
    assert (before[0] + later[0], before[1] + later[1]) == whole
    assert IDENTIFIER.find(chunked) == whole
    assert IDENTIFIER.find(column.cast(pa.large_string())) == whole


@settings(max_examples=40)
@given(columns)
def test_what_an_identifier_learnt_changes_nothing(texts: list[str]) -> None:
    """A fresh one answers as one that has read much, and as it does the second time."""
    fresh = Identifier(LEXICON)
    first = _find(texts, fresh)
    assert first == _find(texts) == _find(texts, fresh)


@settings(max_examples=75)
@given(columns, st.lists(st.integers(0, 7), max_size=12))
def test_repeated_lines_answer_as_single_ones(texts: list[str], again: list[int]) -> None:
    """A line that occurs many times in a column has its mentions each time."""
    repeated = texts + [texts[place % len(texts)] for place in again if texts]
    assert _find(repeated) == _alone(repeated)


@settings(max_examples=200)
@given(columns)
def test_spans_are_characters_of_the_text(texts: list[str]) -> None:
    """Start and end count characters of the text as written, and cut out what is shown."""
    findings, defects = _find(texts)
    spans = [(each.line, each.start, each.end, each.text) for each in findings]
    spans += [(each.line, each.start, each.end, each.text) for each in defects]
    for line, start, end, text in spans:
        assert 0 <= start < end
        assert texts[line][start:end] == text


@settings(max_examples=75)
@given(columns)
def test_findings_are_whole_and_in_order(texts: list[str]) -> None:
    """Scores lie within 0 and 1, downgrades lower them, and lines and places go up."""
    findings, defects = _find(texts)
    for found in (findings, defects):
        places = [(each.line, each.start) for each in found]
        assert places == sorted(places)
    for each in findings:
        assert 0 < each.score <= (0.3 if each.downgraded else 1)
        assert each.tier in {"strong", "weak"}
        assert each.how in HOW
        assert all(each.reasons)
        assert each.how in {"exact", "fuzzy"} or each.reasons


@pytest.mark.parametrize(
    "texts", [[], [None], [""], [None, ""], [" "], ["\0"], ["\n\n"], ["\u200b"], ["\ufeff", "·"]]
)
def test_lines_without_words_name_nothing(texts: list[str | None]) -> None:
    """No lines, nulls, and lines of nothing give an empty table of the right columns."""
    found = identify(pa.array(texts, pa.string()), LEXICON)
    assert found.num_rows == 0
    assert found.schema == MENTIONS


def test_a_null_does_not_move_the_others() -> None:
    """A null names nothing, and the lines after it keep their places."""
    findings, _ = _find([None, "acetone", None, "toluene", None])
    assert [each.line for each in findings] == [1, 3]


def test_the_table_holds_the_findings() -> None:
    """`identify` gives one row a mention, in the columns that it promises."""
    texts = ["acetone cyanohydrin", "no goods", "Ephedrine HCl, CAS 50-98-6"]
    found = identify(pa.array(texts), LEXICON)
    assert found.schema == MENTIONS
    assert found["line"].to_pylist() == [0, 2, 2]
    assert found["substance"].to_pylist() == ["acetone", "ephedrine", "ephedrine"]
    assert found["name"].to_pylist() == ["Acetone", "Ephedrine", "Ephedrine"]
    assert found["cas"].to_pylist() == ["67-64-1", "50-98-6", "50-98-6"]
    assert found["how"].to_pylist() == ["exact", "exact", "cas"]
    assert [len(why) for why in found["downgraded"].to_pylist()] == [1, 0, 0]


def test_identifying_twice_gives_the_same() -> None:
    """The same column gives equal tables, byte for byte."""
    chance = random.Random(1988)
    texts = [f"{chance.choice(NAMES)} {chance.choice(NAMES)[:-1]}" for _ in range(500)]
    first, second = identify(pa.array(texts), LEXICON), identify(pa.array(texts), LEXICON)
    assert first.equals(second)
    assert first.num_rows > 500


def test_many_hits_on_one_line_are_all_kept() -> None:
    """A line of thousands of names has thousands of mentions: there is no limit."""
    findings, _ = _find([", ".join(["acetone"] * 5000)])
    assert len(findings) == 5000
    assert findings[-1].start == 4999 * 9


def test_long_and_short_lines_stand_side_by_side() -> None:
    """Lines longer than a block do not disturb those around them."""
    long = "parts of a machine, " * 5000
    findings, _ = _find(["acetone", long + "toluene", "x" * 30_000, "ephedrine", long])
    slugs = [LEXICON.registry.substances[each.substance].slug for each in findings]
    assert list(zip((each.line for each in findings), slugs, strict=True)) == [
        (0, "acetone"),
        (1, "toluene"),
        (3, "ephedrine"),
    ]
    assert findings[1].start == len(long)


def test_a_line_of_ten_megabytes_is_read(lexicon: Lexicon) -> None:
    """Ten million characters on one line are read to the end, in less than 2 GB of memory."""
    text = "machine parts " * 714_286 + "ephedrine"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (found,) = Identifier(lexicon).find(pa.array([text]))[0]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (found.text, found.end) == ("ephedrine", len(text))
    assert (after - before) / 2**20 < 2
