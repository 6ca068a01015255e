"""Names: whatever the text, the forms point into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.phrases import english
from tidewaiter.parties.names import ReadName, read_name, read_names
from tidewaiter.parties.names.scripts import fold
from tidewaiter.parties.types import PartyKind

ALPHABET = (
    "abcXYZ019 .,-/()'&@:\u200b\u0301\u00e9\u00df\u0130ﬁ½"
    "абвЪыёі武汉貿易有限公司株式会社김정은주식회사محمدعبدאבγφ㈜ｱｲｳกขहि"
)
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet=ALPHABET, max_size=50),
    st.lists(
        st.sampled_from(
            ["M/S", "C/O", "T/A", "TEL 12", "LTD", "CO.,", "S.A.", "of", "AB", "有限公司", "김"]
        ),
        max_size=6,
    ).map(" ".join),
)
KINDS: st.SearchStrategy[PartyKind] = st.sampled_from(
    ["person", "organisation", "vessel", "aircraft", "unknown"]
)


def _check_spans(name: ReadName) -> None:
    for form in name.forms:
        for token in form.tokens:
            assert 0 <= token.start < token.end <= len(name.text)
            assert name.text[token.start : token.end] == token.surface
            assert token.key
    for segment in name.segments:
        assert name.text[segment.start : segment.end] == segment.name.text
        _check_spans(segment.name)


@given(TEXTS, KINDS)
def test_any_text_is_read_and_spans_point_into_it(text: str, kind: PartyKind) -> None:
    """No text stops the reading, and each token says where it stands."""
    name = read_name(text, kind)
    _check_spans(name)
    assert bool(name.problem) or any(form.tokens for form in name.forms)


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(word: str) -> None:
    """Folding is idempotent."""
    assert fold(fold(word)) == fold(word)


@given(st.lists(TEXTS, max_size=5), KINDS)
def test_a_batch_reads_as_its_names_do(texts: list[str], kind: PartyKind) -> None:
    """Names do not change one another."""
    assert read_names(texts, kind) == [read_name(text, kind) for text in texts]


def test_a_text_without_end_is_read_in_part() -> None:
    """Ten thousand characters are read in part, and the reading says so."""
    name = read_name("Acme Trading " * 800, "organisation")
    assert any("characters were read" in english(step) for step in name.steps)
    assert len(name.forms[0].tokens) < 200


def _keys(text: str, kind: PartyKind, how: str) -> list[list[str]]:
    forms = read_name(text, kind).forms
    return [[token.key for token in form.tokens] for form in forms if form.how == how]


@pytest.mark.parametrize(
    ("text", "how", "keys"),
    [
        ("Siemens AG", "latin", ["siemens", "ag"]),
        ("M/S ABC TRDG CO., LTD. TEL: +86 21 5555", "latin", ["abc", "trading", "ltd"]),
        ("武汉远景化工有限公司", "pinyin", ["wuhan", "yuanjing", "huagong", "ltd"]),
        ("武漢遠景化工有限公司", "dictionary", ["wuhan", "yuanjing", "chemical", "ltd"]),
        ("ООО «Ромашка»", "cyrillic", ["ooo", "romashka"]),
        ("Gаzprоm PJSC", "latin", ["gazprom", "pjsc"]),
    ],
)
def test_companies(text: str, how: str, keys: list[str]) -> None:
    """Companies' names as the trade writes them."""
    assert keys in _keys(text, "organisation", how)
