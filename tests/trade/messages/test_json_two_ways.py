"""Documents of JSON are decoded in two ways; both must give the same texts and refusals."""

import io
import json
import time
from typing import Any
from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tidewaiter.trade.messages import json_text as jsonobjects
from tidewaiter.trade.messages.json_documents import Document, documents, kept_of, left_of
from tidewaiter.trade.messages.types import Found

PIECES = st.sampled_from(
    [
        '{"a":1}',
        '{"a": -0, "b": 1.50}',
        '{"a":1,"a":2}',
        '{"a" :1,"a":"x\\":"}',
        '{"a":{"b":[{}]}}',
        '{"a":[{"b":"é"},{"b":"\\ud800"}]}',
        '{"a":NaN}',
        '{"a":"\\u0000"}',
        '{"a":1',
        '{"a":}',
        "{}",
        '{"a":' + "9" * 5000 + "}",
        "[1]",
        "x",
        ",",
        ",",
        ",",
        "\n",
        " ",
        "]",
        "{",
        "}",
        '"',
        "\v",
    ]
)


def read(raw: bytes) -> list[Any]:
    """Read documents: a number and its texts, or a refusal."""
    return [
        (item.row, kept_of(Found(row=1, fields={}, left=left_of(item.value))))
        if isinstance(item, Document)
        else item
        for item in documents(io.BytesIO(raw), "a.json", ("x",))
    ]


@settings(max_examples=120)
@example('[{"a" :1,"a":"x\\":"}]')
@given(
    st.tuples(
        st.sampled_from(["", "[", '{"x":[', "\ufeff", " \ufeff["]),
        st.lists(PIECES, max_size=8).map("".join),
        st.sampled_from(["", "]", "]}"]),
    ).map("".join)
)
def test_the_fast_way_and_the_careful_one_read_the_same(text: str) -> None:
    """For any file content, and for any position of an invalid document."""
    fast = read(text.encode())
    with mock.patch.object(jsonobjects, "_SKIP", side_effect=RecursionError):
        assert read(text.encode()) == fast


def test_a_document_may_be_longer_than_what_is_read_at_once() -> None:
    """The pieces of a file are put together until a document is whole."""
    raw = b'[{"a": "%s"}, {"b": 2}]' % (b"x" * (9 << 20))
    (_, [(_, text)]), second = read(raw)
    assert len(text) == 9 << 20
    assert second == (2, [("b", "2")])


def test_a_number_may_be_cut_where_a_piece_ends() -> None:
    """It is whole with the next piece, and what follows is still decoded at once."""
    raw = b'{"a": -1.5e+3, "b": [0, 12.25]}'
    for at in range(1, len(raw)):
        objects = jsonobjects.Objects(raw[:at], 0, iter([raw[at:], b",", raw]))
        assert list(objects) == [raw, raw], at


def test_objects_that_begin_each_otherwise_take_time_in_proportion() -> None:
    """Ten times as many in one piece take some ten times as long, and not a hundred times."""

    def spent(count: int, alike: int) -> float:
        raw = ",".join(f'{{"k{at // alike}":1}}' for at in range(count)).encode()
        started = time.process_time()
        assert sum(1 for _ in jsonobjects.Objects(raw, 0, iter(()))) == count
        return time.process_time() - started

    for alike in (1, 2):
        assert spent(40_000, alike) < 40 * spent(4_000, alike)


def test_json_may_be_of_any_encoding() -> None:
    """Including an array in UTF-32 with a mark that fills the first bytes."""
    raw = json.dumps([{"a": "é"}, {"b": 2}])
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "utf-32-be"):
        assert read(raw.encode(encoding)) == [(1, [("a", "é")]), (2, [("b", "2")])]


def test_a_key_may_stand_very_often() -> None:
    """Each of its values is kept, in time; a key that is called so already keeps its name."""
    raw = '{"a": 0, "a#3": 1, ' + ", ".join(f'"a": {at}' for at in range(2, 50_000)) + "}"
    started = time.process_time()
    ((_, found),) = read(raw.encode())
    assert time.process_time() - started < 20  # each counted from the first on takes minutes
    assert [text for _, text in found] == [str(at) for at in range(50_000)]
    assert [name for name, _ in found[:4]] == ["a", "a#3", "a#2", "a#4"]
