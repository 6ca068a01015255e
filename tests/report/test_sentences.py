"""Templates that are found again in what was filled in from them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.explain.sentence_templates import Book, Hole, Pattern, Shape, load_book

_ODD = [
    "",
    "Alpha; Beta (1)",
    " is named too",
    "化工 公司",
    "{name}",
    ": ",
    "\ud800",
    " and 2 more",
]
odd = st.sampled_from(_ODD) | st.text(max_size=9)
plainly = st.text(alphabet="QZŽ化7", min_size=1, max_size=9)
PATTERNS = [each for kind in load_book().groups for each in load_book().patterns(kind)]
patterns = st.sampled_from(PATTERNS)


def _held(data: st.DataObject, pattern: Pattern, anything: st.SearchStrategy[str]) -> list[str]:
    """Draw what each hole of a shape holds."""
    return [
        data.draw(anything if hole.pattern is None else st.from_regex(hole.pattern, fullmatch=True))
        for hole in pattern.shape.holes
    ]


def _written(shape: Shape, held: list[str]) -> str:
    values = iter(held)
    return "".join(next(values) if isinstance(part, Hole) else part for part in shape.parts)


@settings(max_examples=60)
@given(data=st.data(), pattern=patterns)
def test_names_are_found_as_they_were_filled_in(data: st.DataObject, pattern: Pattern) -> None:
    """Of every shape of every template."""
    held = _held(data, pattern, plainly)
    assert pattern.values(_written(pattern.shape, held)) == held


@settings(max_examples=60)
@given(data=st.data(), kind=st.sampled_from(sorted(load_book().groups)))
def test_no_earlier_template_takes_the_sentence_of_another(data: st.DataObject, kind: str) -> None:
    """The first shape that fits is the one that was filled in: else a name holds words of ours."""
    some = load_book().patterns(kind)
    whole = [each for each in some if all(hole.kind != "english" for hole in each.shape.holes)]
    pattern = data.draw(st.sampled_from(whole or some))
    held = _held(data, pattern, plainly)
    text = _written(pattern.shape, held)
    found = next(each.values(text) for each in some if each.values(text) is not None)
    assert found == held


@settings(max_examples=60)
@given(data=st.data(), pattern=patterns)
def test_nothing_is_lost_of_odd_names(data: st.DataObject, pattern: Pattern) -> None:
    """Where a name holds words of the template, all is found, or that nothing is certain."""
    text = _written(pattern.shape, _held(data, pattern, odd))
    found = pattern.values(text)
    assert found is None or _written(pattern.shape, found) == text


def test_a_name_that_holds_the_words_of_the_template_is_left_alone() -> None:
    """Nobody can tell where it ends."""
    (pattern,) = load_book().patterns("rule pair-new")[:1]
    text = "{} and {} are in 5 and 6 earlier lines, and never in one together"
    assert pattern.values(text.format("Alpha", "Beta")) == ["Alpha", "Beta", "5 and 6"]
    assert pattern.values(text.format("Alpha and Sons", "Beta")) is None


def test_no_pattern_repeats_without_an_end() -> None:
    """So a hostile sentence costs what its length does, and not its square."""
    closed = {hole.pattern for each in PATTERNS for hole in each.shape.holes if hole.pattern}
    assert closed
    endless = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\})")
    assert [pattern for pattern in closed if endless.search(pattern)] == []


def test_a_kind_that_is_not_known_holds_anything() -> None:
    """Names, numbers and quotes have no kind."""
    book: Book = load_book()
    assert book.kind_of("name", "rule more") == ""
    assert book.kind_of("figure2", "account") == "figure"
    assert book.kind_of("why", "rule free") == "checks"


@pytest.mark.parametrize("kind", sorted({*load_book().joined, *load_book().groups}))
def test_every_kind_is_used(kind: str) -> None:
    """Nothing stands in the file that no sentence holds, and no page asks for."""
    book = load_book()
    asked = {
        "found",
        "against",
        "demanded",
        "checks",
        "open",
        "support",
        "link",
        "done",
        "met",
        "title",
        "shown",
        "switched",
    }
    held = {hole.kind for each in PATTERNS for hole in each.shape.holes}
    inside = {book.kind_of(s, k) for k in book.groups for t in book.groups[k] for s in _slots(t)}
    of = {each.of for each in book.joined.values()}
    assert kind.startswith("rule ") or kind in asked | held | inside | of


def _slots(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("{")[1:]]
