"""Entries with equal evidence, and the two kinds of words without a counterpart."""

import pytest

from tidewaiter.explain.matches import evidence_lines, rarity_line
from tidewaiter.parties.matching.explanation import _kinds
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.types import Identifier, ListedParty, PartyName

_NAMES = {
    "b": "Arvo Zelentas",
    "a": "Arvo Zelentas",
    "c": "Arvo Mikel Zelentas",
    "d": "Ruta Venclo",
}


def entry(key: str, name: str, **more: object) -> ListedParty:
    """Make an entry of a person."""
    return ListedParty(id=key, kind="person", names=(PartyName(text=name),), **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Return a matcher for four persons, two of one name."""
    return Matcher(build_index([entry(key, name) for key, name in _NAMES.items()]))


def test_entries_of_equal_evidence_name_each_other(matcher: Matcher) -> None:
    """Two persons of one name cannot be told apart by it; the third has other evidence."""
    (answer,) = matcher.match([AskedParty(text="Arvo Zelentas", kind="person")], 0.2)
    assert {m.entry: m.tied for m in answer.matches} == {"b": ("a",), "a": ("b",), "c": ()}


def test_equal_totals_are_ordered_by_birth_then_country() -> None:
    """A year and a country may add up to the same: the birth date goes first."""
    told = [
        entry("1", "Arvo Zelentas", countries=("LT",)),
        entry("2", "Arvo Zelentas", births=("1970",)),
    ]
    matcher = Matcher(build_index(told))
    asked = AskedParty(text="Arvo Zelentas", kind="person", births=("1970",), countries=("LT",))
    (answer,) = matcher.match([asked])
    best = answer.matches[0]
    same = [m for m in answer.matches if round(m.log_odds, 9) == round(best.log_odds, 9)]
    assert len(same) == 1 or best.entry == "2"
    assert [m.log_odds for m in answer.matches] == sorted(
        (m.log_odds for m in answer.matches), reverse=True
    )


def test_contradicted_words_are_told_apart_from_missing_ones(matcher: Matcher) -> None:
    """Another word is a contradiction; a shorter name lacks a word."""
    (shorter,) = matcher.match([AskedParty(text="Arvo Zelentas", kind="person")], 0.01)
    said = next(m.explanation for m in shorter.matches if m.entry == "c")
    assert {(each.word, each.how) for each in said.left_over} == {("Mikel", "omitted")}
    assert any(line.startswith("What is missing") for line in evidence_lines(said))
    (other,) = matcher.match([AskedParty(text="Arvo Tonder Zelentas", kind="person")], 0.0)
    said = next(m.explanation for m in other.matches if m.entry == "c")
    assert {(each.word, each.how) for each in said.left_over} == {
        ("Mikel", "contradicted"),
        ("Tonder", "contradicted"),
    }
    assert any(line.startswith("What contradicts") for line in evidence_lines(said))
    assert "not considered" in rarity_line(said)


@pytest.mark.parametrize(
    ("left", "against", "kinds"),
    [
        ({}, 0.0, []),
        ({1: 4.0}, 0.0, [("omitted", [1])]),
        ({1: 4.0}, 4.0, [("contradicted", [1])]),
        ({0: 4.0, 2: 1.0}, 4.0, [("contradicted", [0]), ("omitted", [2])]),
        ({0: 9.0}, 1.0, [("contradicted", [0])]),
    ],
)
def test_points_of_words_stay_whole(
    left: dict[int, float], against: float, kinds: list[tuple[str, list[int]]]
) -> None:
    """However the words are divided, the points of a side with words add up."""
    found = _kinds(left, against, -2.0, -0.5)
    assert [(kind, places) for kind, places, _ in found] == kinds
    if found:
        assert sum(points for *_, points in found) == -2.5


def test_a_number_is_looked_up_where_the_name_says_nothing() -> None:
    """The answer counts the numbers that were compared, with or without a hit."""
    number = Identifier(scheme="passport", value="ZZ12345678")
    matcher = Matcher(build_index([entry("1", "Arvo Zelentas", identifiers=(number,))]))
    for text in ("", "Trading"):
        (hit,) = matcher.match([AskedParty(text=text, identifiers=(number,))])
        assert [m.entry for m in hit.matches] == ["1"]
        assert hit.numbers == 1
        other = Identifier(scheme="passport", value="QQ98765432")
        (none,) = matcher.match([AskedParty(text=text, identifiers=(other,))])
        assert (none.matches, none.numbers) == ((), 1)
