"""The values of a JSON text, one at a time."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.trade.messages import json_text as jsonvalues
from tidewaiter.trade.messages.json_text import Values

TEXTS = st.text(st.sampled_from('a"\\[]{},é\n'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def cut(text: str, size: int, *, array: bool) -> Values:
    """Take a text in pieces."""
    raw = text.encode()
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    return Values(pieces, "a.json", array=array)


@settings(max_examples=60)
@given(st.lists(VALUES, max_size=5), st.integers(1, 40), st.sampled_from([None, 1]))
def test_an_array_is_what_json_says(values: list[Any], size: int, indent: int | None) -> None:
    """Wherever the pieces are cut, the values are those that Python's parser finds."""
    found = cut(json.dumps(values, indent=indent, ensure_ascii=False), size, array=True)
    assert [json.loads(each) for each in found] == values
    assert found.problem == ""


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(max_size=3), VALUES), max_size=4), st.integers(1, 40))
def test_values_one_after_another_are_found(values: list[Any], size: int) -> None:
    """Objects may be on one line each, on several, or side by side."""
    text = "\n".join(json.dumps(each, indent=place or None) for place, each in enumerate(values))
    assert [json.loads(each) for each in cut(text, size, array=False)] == values


@settings(max_examples=80)
@given(st.text(st.sampled_from('[]{}",:a1 \\\n'), max_size=40), st.booleans())
def test_no_text_stops_the_reading(text: str, array: bool) -> None:  # noqa: FBT001
    """Whatever is wrong, the values end, and none of them is empty."""
    found = list(cut("[" + text if array else text, 7, array=array))
    assert all(found)
    assert len(found) <= len(text)


@pytest.mark.parametrize(
    ("text", "count", "code"),
    [
        ('[{"a": 1}, {"a"', 2, "trade/array-cut"),
        ('[{"a": 1}', 1, "trade/array-cut"),
        ('[{"a": 1}] x', 1, "trade/text-after-array"),
        ('[{"a": 1},]', 1, ""),
    ],
)
def test_what_is_wrong_around_the_values_is_told(text: str, count: int, code: str) -> None:
    """An array that is not closed, and what stands behind one."""
    found = cut(text, 5, array=True)
    assert len(list(found)) == count
    assert found.problem == code


def test_a_bracket_that_never_closes_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value longer than the limit is refused."""
    monkeypatch.setattr(jsonvalues, "LONGEST", 1000)
    pieces = (b'{"a": "' if place == 0 else b"x" * 100 for place in range(1000))
    with raises("trade/value-too-long"):
        list(Values(pieces, "a.json", array=False))
