"""The fast way and the careful way through JSON Lines must agree."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.trade.readers.json_columns import read_block
from tidewaiter.trade.readers.json_rows import Asked, header, read_carefully
from tidewaiter.trade.readers.table import Block

KEYS = [
    "goods",
    "Description",
    "hs",
    "net weight (kg)",
    "gross weight",
    "weight unit",
    "quantity",
    "unit",
    "value USD",
    "currency",
    "consignment",
    "importer name",
    "address 1",
    "importer address 1",
    "importer address 2",
    "description 2",
    "lines",
    "parties",
    "cas",
    "foo",
    "",
    "é",
    "goods#2",
    "purity %",
]
numbers = st.sampled_from(
    ["0", "-0", "-0.0", "1", "25.50", "1e3", "1E-2", "1e999", "9" * 25, "1.0", "NaN", "01", "1."]
)
texts = st.text(st.sampled_from('ab":,{}[] \\é\ufffd\u2028\0\n'), max_size=6).map(json.dumps)
raw_texts = st.sampled_from(
    ['"25 kg"', '""', '" "', '"\\ud800"', '"\\ud83d\\ude00"', '"a\tb"', '"\\u0000a"', '"\\\\u0000"']
)
scalars = st.one_of(
    numbers, texts, raw_texts, st.sampled_from(["null", "true", "false", '"x"', '"5"', "[]", "{}"])
)
lists = st.lists(scalars, max_size=3).map(lambda found: f"[{','.join(found)}]")
values = (
    scalars | lists | st.sampled_from(['[{"goods": "a"}]', '{"unit": "l", "value": 5}', "[[1]]"])
)
colons = st.sampled_from([":", ": ", " :", "\t:"])


def written(pairs: list[tuple[str, str, str]]) -> bytes:
    """Write an object; keys may be duplicated."""
    inner = ", ".join(f"{json.dumps(key, ensure_ascii=False)}{colon}{v}" for key, colon, v in pairs)
    return f"{{{inner}}}".encode()


objects = st.lists(st.tuples(st.sampled_from(KEYS), colons, values), max_size=5).map(written)
plain = st.fixed_dictionaries(
    {},
    optional={
        key: st.sampled_from([None, "", "x", "5", 5, 2.5, "3 kg", True]) for key in KEYS[:12]
    },
).map(lambda found: json.dumps(found).encode())
noise = st.one_of(
    st.binary(min_size=1, max_size=12).map(lambda raw: raw.replace(b"\n", b"") or b"x"),
    st.binary(max_size=4).map(lambda raw: b'{"goods": "' + raw.replace(b"\n", b"") + b'"}'),
    st.sampled_from([b"[1]", b'{"goods": "a"} x', b'{"goods": "a"}\r', b'{"a": 1', b"{}"]),
).filter(bytes.strip)
asked = st.sampled_from([(), (("goods", "foo"),), (("net", "gross weight"), ("value", "hs"))])


def found(block: Block) -> dict[str, Any]:
    """Give all that a block says, in a form that can be compared."""
    return {
        "rows": block.rows.tolist(),
        "cells": {place: column.to_pylist() for place, column in sorted(block.cells.items())},
        "types": {place: column.type for place, column in sorted(block.cells.items())},
        "refusals": block.refusals,
        "pointed": block.pointed,
    }


@settings(max_examples=600)
@given(st.lists(objects | plain | noise, min_size=1, max_size=8), asked)
def test_many_lines_at_once_give_what_each_gives_alone(lines: list[bytes], said: Asked) -> None:
    """Rows, refusals in their words and decimal points are the same, whatever the lines hold."""
    careful = read_carefully(enumerate(lines, 7), said)
    assert found(read_block(lines, 7, said)) == found(careful)


@settings(max_examples=200)
@given(st.lists(plain, min_size=1, max_size=30), asked)
def test_flat_objects_with_gaps_give_what_each_gives_alone(lines: list[bytes], said: Asked) -> None:
    """A key without a value is as if it were not there, in a block as in a line."""
    careful = read_carefully(enumerate(lines, 1), said)
    assert found(read_block(lines, 1, said)) == found(careful)


def test_a_key_that_stands_twice_is_never_lost() -> None:
    """However the colons are written, and whatever the texts hold, both values are seen."""
    twice = [
        b'{"goods":"a","goods":"b"}',
        b'{"goods" :"a","goods" :"b"}',
        b'{"x" :1,"goods" :2,"goods":":y"}',
        b'{"goods":"a\\":","goods":"b"}',
    ]
    block = read_block(twice, 1, ())
    assert block.refusals == ()
    cells = [block.cells[header().index(field)].to_pylist() for field in ("goods", "commercial")]
    assert cells == [["a", "a", "2", 'a":'], ["b", "b", ":y", "b"]]
    nets = [line.replace(b"goods", b"net") for line in twice]
    assert [refusal.row for refusal in read_block(nets, 1, ()).refusals] == [1, 2, 3, 4]


def test_keys_that_hang_on_others_are_read_alike() -> None:
    """In an order "Billing Name" is the buyer; "foreign port" follows the way of the trade."""
    docs = [
        {"Billing Name": "A", "Billing Street": "1 Rd", "Ship Name": "B", "goods": "acetone"},
        {"Billing Name": "A", "Billing Street": None, "Ship Name": "B", "goods": "acetone"},
        {"importer name": "A", "foreign port": "B", "goods": "acetone"},
        {"importer name": "", "foreign port": "B", "goods": "acetone"},
        {"net_mg": 5, "gross_mg": 6, "volume_ul": 7, "origin": "IN", "goods": "acetone"},
        {"net_mg": 5, "gross_mg": 6, "volume_ul": None, "origin": "IN", "goods": "acetone"},
    ]
    lines = [json.dumps(doc).encode() for doc in docs]
    fast = read_block(lines, 1, ())
    assert found(fast) == found(read_carefully(enumerate(lines, 1), ()))
    names = {
        name: fast.cells[place].to_pylist()
        for place, name in enumerate(header())
        if place in fast.cells
    }
    assert names["buyer.name"] == ["A", None, None, None, None, None]


@pytest.mark.parametrize(
    "lines",
    [
        [b'{"MAKTX":"acetone","BRGEW":"5"}', b'{"MAKTX":"soap"}', b'{"BRGEW":"7","goods":"x"}'],
        [b'{"goods":"a","Netto":"5"}', b'{"goods":"b","Netto":"7","MwSt":"1"}'],
        [b'{"hs":"291411","EXPORTER_NAME_VN":"X"}', b'{"hs":"2","EXPORTER_NAME_XQ":"Y"}'],
        [b'{"Q_HS":"2914","Q_GOODS":"a","Q_NETWT":"1"}', b'{"Q_HS":"3","goods":"b"}'],
    ],
    ids=["layout", "taxes", "lone", "prefix"],
)
def test_names_that_hang_on_others_are_read_the_same_both_ways(lines: list[bytes]) -> None:
    """Names of a layout, lone ones, those with the mark of a program: each object has its own."""
    block = read_block(lines, 1, ())
    careful = read_carefully(enumerate(lines, 1), ())
    assert found(block) == found(careful)
