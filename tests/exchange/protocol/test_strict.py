"""Strict JSON: what two readers read differently is refused, and soon."""

import contextlib
import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.protocol.strict_json import LARGEST, MOST_DEPTH, read_json


class Told(msgspec.Struct, frozen=True):
    """A record that takes anything."""

    a: object = None
    b: object = None


@pytest.mark.parametrize(
    "held",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"\\u0061":2}',
        b'{"b":{"x":1,"x":2}}',
        b'{"c":[{"x":1,"x":1}]}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e999}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"a":1}{"a":1}',
        b'{"a":1} x',
        b'{"a":1,}',
        b"{'a':1}",
        b"",
        b"[]",
        b"null",
        b'"a"',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b'{"a":"\n"}',
        b'{"a":01}',
        b"{\x00}",
        b'{"a":' + b"[" * MOST_DEPTH + b"]" * MOST_DEPTH + b"}",
        b"[" * 200_000,
    ],
)
def test_what_has_two_meanings_is_refused(held: bytes) -> None:
    """A key twice, in any spelling; numbers that some round; more depth than a reader has."""
    with pytest.raises(InputError) as caught:
        read_json(held, Told, "thing")
    assert caught.value.code in {"exchange/not-its-record", "exchange/too-many-levels"}
    assert caught.value.values["what"] == "thing"


@pytest.mark.parametrize(
    "held",
    [
        b'{"a":9007199254740991}',
        b' {"a" : 1 }\n',
        b'{"a":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}',
        b'{"a":"\\"{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{\\\\"}',
        b'{"a":' + b"[" * (MOST_DEPTH - 1) + b"]" * (MOST_DEPTH - 1) + b"}",
        b'{"a":[' + b"[]," * 100 + b"[]]}",
    ],
)
def test_what_has_one_is_read(held: bytes) -> None:
    """Brackets in texts are not levels, and neither are many in sequence."""
    assert read_json(held, Told, "thing").a == json.loads(held)["a"]
    assert LARGEST == 2**53 - 1


@pytest.mark.parametrize("inner", [b'\\"', b'"', b"\\", b'x\\"', b"a", b'"\\'])
def test_no_text_takes_long(inner: bytes) -> None:
    """Endless texts are scanned once, not again from each quote."""
    held = b"[" * 40 + b'"' + inner * (256_000 // len(inner))
    begun = time.process_time()
    with pytest.raises(InputError):
        read_json(held, Told, "thing")
    assert time.process_time() - begun < 2


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_others_write_is_read_alike(value: object) -> None:
    """Python's own reader and this one agree on whatever one of them writes."""
    try:
        held = json.dumps({"a": value}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    assert read_json(held, Told, "thing").a == value


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(held: bytes) -> None:
    """No bytes lead to another error than that they are none."""
    with contextlib.suppress(InputError):
        read_json(held, Told, "thing")
