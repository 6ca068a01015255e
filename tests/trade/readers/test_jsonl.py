"""JSON Lines."""

import cProfile
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.types import ReadOptions, Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]


def test_flat_objects_share_the_names_of_columns(read: Read) -> None:
    """Keys are looked up like headers, with their units, in any style of writing."""
    line = {
        "Goods Description": "acetone",
        "hsCode": 291411,
        "grossWeightKg": 25.125,
        "cas": ["67-64-1"],
    }
    lines, refusals = read(json.dumps(line), "a.jsonl")
    assert refusals == []
    assert lines[0]["hs"] == "291411"
    assert lines[0]["gross_mg"] == 25_125_000
    assert lines[0]["cas"] == ["67-64-1"]


@pytest.mark.parametrize("key", ["a\ud800", "\ud800", "a\u0000b"])
def test_a_key_that_holds_half_a_letter_is_kept_beside_its_line(read: Read, key: str) -> None:
    """No key stops the file, in a line or in an object inside it, and its text is kept."""
    text = "\n".join(
        map(
            json.dumps,
            (
                {"goods": "acetone", key: "some toluene"},
                {"goods": "b", "in": {key: "more toluene"}},
            ),
        )
    )
    lines, _ = read(text, "a.jsonl")
    assert [line["goods"] for line in lines] == ["acetone", "b"]
    assert [line["other"][0]["text"] for line in lines] == ["some toluene", "more toluene"]


def test_a_consignment_with_lines_inside_is_one_line_each(read: Read) -> None:
    """The head of a nested object is repeated on each of its lines."""
    doc = {
        "consignment": "C1",
        "parties": [{"role": "exporter", "name": "Example Ltd", "country": "IN"}],
        "route": [{"function": "loading", "locode": "INNSA"}],
        "dates": {"arrival": "2026-03-30"},
        "lines": [
            {"goods": "acetone", "quantity": {"value": 5, "unit": "l"}},
            {"goods": "toluene", "net_kg": 2, "value": {"amount": 12.5, "currency": "EUR"}},
        ],
    }
    lines, refusals = read(json.dumps(doc) + "\n\n" + json.dumps({"goods": "x"}), "a.ndjson")
    assert refusals == []
    assert [(n["row"], n["consignment"], n["seq"]) for n in lines] == [
        (1, "C1", 1),
        (1, "C1", 2),
        (2, "row 2", 1),
    ]
    assert [line["volume_ul"] for line in lines] == [5_000_000, None, None]
    assert (lines[1]["value"], lines[1]["currency"]) == (Decimal("12.5000"), "EUR")
    assert {line["arrival"] for line in lines[:2]} == {date(2026, 3, 30)}
    assert lines[1]["parties"][0]["name"] == "Example Ltd"
    assert lines[1]["route"][0]["locode"] == "INNSA"


def test_no_description_of_an_object_is_lost(read: Read) -> None:
    """A head's description is kept with its lines' own, and so are two inside one line."""
    doc = {"description": "solvents", "lines": [{"description": "acetone"}, {"hs": "291411"}]}
    lines, _ = read(json.dumps(doc), "a.jsonl")
    assert [(n["goods"], n["commercial"]) for n in lines] == [
        ("acetone", "solvents"),
        ("solvents", None),
    ]
    twice = {"goods": {"description": "a"}, "description": "b"}
    lines, _ = read('{"goods": "x"}\n' + json.dumps(twice), "a.jsonl")
    assert (lines[1]["goods"], lines[1]["commercial"]) == ("a", "b")


def test_the_lines_of_one_object_stay_in_one_batch() -> None:
    """A batch ends where a row does, so that a run can go on after any batch."""
    doc = json.dumps({"mrn": "A", "lines": [{"goods": f"g{n}"} for n in range(7)]})
    raw = "\n".join([doc] * 5).encode()
    items = reader_for("a.jsonl")(io.BytesIO(raw), "a.jsonl", ReadOptions(batch_rows=3))
    ends = [
        (i["row"][0].as_py(), i["row"][-1].as_py()) for i in items if isinstance(i, pa.RecordBatch)
    ]
    assert ends == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("nonsense", "trade/line-not-json"),
        ("[1, 2]", "trade/not-an-object"),
        ('{"goods": "a", "net": 1, "net": 2}', "trade/several-columns-may-hold"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "trade/line-nested-too-deep"),
        ('{"goods": "a"', "trade/line-not-json"),
    ],
    ids=["text", "array", "twice", "deep", "open"],
)
def test_a_bad_line_of_json_is_refused_and_the_rest_is_read(
    read: Read, bad: str, code: str
) -> None:
    """One bad line is reported with its number."""
    lines, refusals = read(f'{{"goods": "first"}}\n{bad}\n{{"goods": "third"}}\n', "a.jsonl")
    assert [(line["row"], line["goods"]) for line in lines] == [(1, "first"), (3, "third")]
    assert [(r.row, r.code, r.screened) for r in refusals] == [(2, code, False)]


def test_strange_numbers_of_json_survive(read: Read) -> None:
    """NaN is nothing, and a number of any length is text."""
    text = '{"goods": NaN, "hs": 291411, "net_kg": 1e3}\n{"goods": "a", "note": ' + "9" * 9000 + "}"
    lines, refusals = read(text, "a.jsonl")
    assert (lines[0]["goods"], lines[0]["net_mg"], lines[1]["goods"]) == (None, 1_000_000_000, "a")
    assert refusals == []


def test_an_array_reads_as_its_objects_do(read: Read) -> None:
    """One array, on one line or on many, gives what the same objects give one a line."""
    objects = [{"goods": "acetone", "net_kg": 25}, {"lines": [{"goods": "a"}, {"goods": "b"}]}]
    rows, refusals = read("\n".join(map(json.dumps, objects)), "a.jsonl")
    assert refusals == []
    for indent in (None, 2):
        assert read(json.dumps(objects, indent=indent), "a.json") == (rows, [])
        assert read(json.dumps(objects, indent=indent), "a") == (rows, [])


def test_an_array_that_is_cut_short_is_reported(read: Read) -> None:
    """Earlier content is screened, and a value that is not an object is refused with its place."""
    lines, refusals = read('[{"goods": "a"}, 7, {"goods": "b"}, {"goods', "a.json")
    assert [line["goods"] for line in lines] == ["a", "b"]
    assert [(r.row, r.code) for r in refusals] == [
        (2, "trade/not-an-object"),
        (4, "trade/line-not-json"),
        (0, "trade/array-cut"),
    ]


def test_json_without_goods_lists_its_keys(read: Read) -> None:
    """Nothing to screen is an error, not a quiet pass."""
    with pytest.raises(InputError) as caught:
        read('{"foo": 1}', "a.jsonl", format="jsonl")
    assert '"foo"' in caught.value.hint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["goods", "lines", "parties", "route", "dates", "hs", "net", "unit", "value", "é"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=150)
@given(st.lists(json_values, max_size=5))
@example([{"goods": [{}, {"goods": False, "hs": False}]}])
def test_any_json_is_read_or_refused(docs: list[Any]) -> None:
    """No JSON value raises anything; each line is counted, each record of an unknown layout."""
    raw = "\n".join(['{"goods": "first"}', *(json.dumps(doc) for doc in docs)]).encode()
    rows, codes = set(), set()
    for item in reader_for("a.jsonl")(io.BytesIO(raw), "a.jsonl", ReadOptions()):
        if isinstance(item, Refusal):
            codes.add(item.code)
            rows.add(item.row or 1)  # of the file as a whole
        else:
            item.validate(full=True)
            rows.update(item["row"].to_pylist())
    lines = set(range(1, len(docs) + 2))
    assert rows == lines or ("trade/layout-not-confirmed" in codes and rows > lines)


def test_an_answer_for_json_must_name_a_key(read: Read) -> None:
    """A slip in --map is an error that lists the keys."""
    with raises("trade/no-key-for-field", key="foo"):
        read('{"goods": "a"}', "a.jsonl", columns={"hs": "foo"})
    assert read('{"x": "a"}', "a.jsonl", columns={"goods": "x"})[0][0]["goods"] == "a"


def test_nul_characters_are_left_out_and_reported(read: Read) -> None:
    """A NUL inside a name does not hide the name, however it is written."""
    lines, refusals = read('{"goods": "ace\\u0000tone"}\n{"goods": "a\\\\u0000"}\n', "a.jsonl")
    assert [line["goods"] for line in lines] == ["acetone", "a\\u0000"]
    assert [(r.row, r.screened) for r in refusals] == [(1, True)]


def _calls(keys: int) -> int:
    """Count the calls of functions that reading an object of so many keys takes."""
    line = json.dumps({"goods": "acetone"} | {f"remark of clerk {n}": "x" for n in range(keys)})
    profile = cProfile.Profile()
    profile.enable()
    found = list(reader_for("a.jsonl")(io.BytesIO(line.encode()), "a.jsonl", ReadOptions()))
    profile.disable()
    assert [len(item) for item in found if isinstance(item, pa.RecordBatch)] == [1]
    return sum(entry.callcount for entry in profile.getstats())


def test_an_object_of_very_many_keys_is_read_soon() -> None:
    """A key that means nothing takes no more than a look or two at its words."""
    _calls(10)  # loads the tables
    few, many = _calls(1_000), _calls(4_000)
    assert (many - few) / 3_000 < 600  # 346 as measured
