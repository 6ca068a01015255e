"""Texts are extracted from JSON once; unmapped text is kept with its path."""

import io
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.json_documents import (
    joined,
    kept_of,
    left_of,
    pack,
    take,
    take_all,
    take_nodes,
    unpack,
)
from tidewaiter.trade.messages.json_text import decode_clean, decode_plain
from tidewaiter.trade.messages.types import Found

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=4),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one, max_size=4),
    max_leaves=12,
)


def texts(node: dict[str, Any]) -> list[tuple[str, str]]:
    """Return all texts of an object."""
    return kept_of(Found(row=1, fields={}, left=left_of(node)))


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4), st.sets(st.sampled_from("abcd"))
)
def test_each_text_is_taken_once_or_kept_once(document: dict[str, Any], keys: set[str]) -> None:
    """For any content: no text is lost, and none is reported twice."""
    node = decode_clean(json.dumps(document))
    before = sorted(text for _, text in texts(node))
    taken = [text for key in sorted(keys) for text in take_all(node, key)]
    assert sorted([*taken, *(text for _, text in texts(node))]) == before
    assert not any(take_all(node, key) for key in keys)


@settings(max_examples=60)
@given(st.dictionaries(st.text(max_size=3), VALUES, max_size=4))
def test_what_is_left_is_packed_and_unpacked(document: dict[str, Any]) -> None:
    """In file order, below the path of the object."""
    line = Found(row=1, fields={}, left=left_of(decode_clean(json.dumps(document)), "a[0]"))
    assert unpack(map(pack, line.left)) == kept_of(line)
    assert all(path.startswith("a[0].") for path, _ in kept_of(line))


def test_the_first_text_of_several_keys_is_taken() -> None:
    """An empty text, null and an object are none; a number is written as it is."""
    node = {"a": "", "b": None, "c": {"d": "1"}, "e": 7, "f": "8"}
    assert take(node, "a", "b", "c", "e", "f") == "7"
    assert texts(node) == [("c.d", "1"), ("f", "8")] or texts(node) == [("f", "8"), ("c.d", "1")]
    assert take(node, "a") is None


def test_objects_in_a_list_stay_where_they_are() -> None:
    """Texts are taken from between them, and texts stay where objects are taken."""
    node = {"a": ["1", {"b": "2"}, 3], "c": [{"d": "4"}, "5"]}
    assert joined(node, "a", mark="+") == "1+3"
    assert take_nodes(node, "c") == [{"d": "4"}]
    assert sorted(texts(node)) == [("a[1].b", "2"), ("c[1]", "5")]
    node = {"a": ["1", ["2", {"b": "3"}, ["4"]], []]}
    assert take_all(node, "a") == ["1", "2", "4"]
    assert texts(node) == [("a[1][1].b", "3")]


def test_what_is_nested_too_deep_for_a_path_is_kept_as_it_is() -> None:
    """No depth ends in an error."""
    for depth in (10, *range(800, 1_100, 20)):
        deep = b'{"a":' * depth + b'"x"' + b"}" * depth
        ((path, text),) = kept_of(Found(row=1, fields={}, left=(("p", deep),)))
        assert text == "x" if path.endswith((".a", "…")) else text == deep.decode()
        beside = b'{"b":"y",' + deep[1:]  # is reported once, with its path or with all the others
        kept = kept_of(Found(row=1, fields={}, left=(("p", beside),)))
        assert [text for _, text in kept] in (["y", "x"], [beside.decode()])


def test_long_keys_do_not_grow_into_longer_paths() -> None:
    """A key of a megabyte above many others is in the path of each, cut short."""
    node = {"k" * 1_000_000: {"n": {str(at): "x" for at in range(1_000)}}}
    assert sum(len(path) for path, _ in texts(node)) < 3_000_000


MEMBERS = st.tuples(
    st.sampled_from(['"a"', '"b"', '"\\u0061"', '"x:y"', '"\\u003a"', '"\\u0000"']),
    st.sampled_from([":", " : ", "\n:"]),
    st.sampled_from(
        ["1.50", "-0", "1E5", '":"', '{"a":1,"a":2}', "[{}]", '"\\u003A"', "NaN", '"é"']
    ),
).map("".join)


@settings(max_examples=200)
@given(st.lists(MEMBERS, max_size=4).map(",".join))
def test_what_is_decoded_at_once_is_what_the_careful_way_decodes(inside: str) -> None:
    """No duplicate key is lost, in any notation; otherwise it is not decoded at once."""
    raw = "{" + inside + "}"
    found = decode_plain(raw.encode())
    if found is not None:
        assert texts(found) == texts(decode_clean(raw))
    odd = raw.count('"a"') + raw.count("u0061") > 1 or any(o in raw for o in ("u00", "b", "NaN"))
    assert found is not None or odd or raw.count("x:y") > 1


def test_a_document_of_any_depth_is_read_or_refused() -> None:
    """No depth ends in another error, and what follows is read."""
    for depth in (10, *range(900, 1_010)):
        deep = '{"itemId": "1", "x": ' + '{"a":' * depth + "1" + "}" * depth
        deep += ', "contents": [{"description": "tea"}]}'
        raw = f'[{deep}, {{"itemId": "2", "contents": [{{"description": "tea"}}]}}]'.encode()
        items = list(FORMATS["postal"].read(io.BytesIO(raw), "a.json"))
        assert [item.row for item in items if isinstance(item, Found)][-1] == 2
        assert {item.row for item in items} == {1, 2}
