"""What holds for every format of messages, whatever a file holds."""

import gzip
import json
import os
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trade.messages.conftest import DATA, read_document

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages import FORMATS
from tidewaiter.trade.messages.types import Format, Found
from tidewaiter.trade.readers.json_rows import header
from tidewaiter.trade.types import Refusal

SOAK = int(os.environ.get("TIDEWAITER_SOAK", "0"))  # further examples
OURS = [
    FORMATS[name]
    for name in (
        "dcsa",
        "shopify-products",
        "shopify-orders",
        "google-products",
        "amazon-orders",
        "postal",
        "eu-h7",
        "woocommerce-orders",
    )
]
KEYS = st.sampled_from(
    [
        "consignmentItems",
        "cargoItems",
        "documentParties",
        "notifyParties",
        "HSCodes",
        "variants",
        "title",
        "grams",
        "price",
        "quantity",
        "line_items",
        "shipping_address",
        "OrderItems",
        "payload",
        "ItemPrice",
        "contents",
        "sender",
        "itemId",
        "product",
        "order",
        "transports",
        "value",
        "x",
    ]
)
NODES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=15,
)


@pytest.mark.parametrize("form", OURS, ids=lambda form: form.name)
@settings(max_examples=12 + SOAK)
@given(st.lists(st.dictionaries(KEYS, NODES, max_size=5), max_size=3))
def test_any_json_gives_lines_or_refusals(form: Format, documents: list[dict[str, Any]]) -> None:
    """Whatever stands under the keys, each line names our fields, and no other error comes."""
    with suppress(InputError):
        for item in form.read(BytesIO(json.dumps(documents).encode()), "a.json"):
            assert isinstance(item, Found | Refusal)
            if isinstance(item, Found):
                assert set(item.fields) <= set(header())
                assert all(isinstance(text, str) for text in item.fields.values())


@pytest.mark.parametrize("form", OURS, ids=lambda form: form.name)
@settings(max_examples=12 + SOAK)
@given(st.integers(0, 4000), st.binary(max_size=6))
def test_a_damaged_document_is_no_crash(form: Format, place: int, what: bytes) -> None:
    """Bytes that are changed, or an end that is missing, are refused and nothing else."""
    content = (DATA / "dcsa-ebl.json").read_bytes()
    with suppress(InputError):
        read_document(content[:place] + what + content[place + 9 :], format=form.name)
    with suppress(InputError):
        read_document(b"<a><GoodsItem>" + what + b"</GoodsItem>" + what, format=form.name)
    with suppress(InputError):
        read_document(what, format=form.name)


def test_a_number_without_end_is_refused() -> None:
    """More digits than a float can represent give no value, and no warning."""
    offer = b'[{"offerId": "1", "title": "A", "price": %s}]' % (b"9" * 400)
    (line,), refusals = read_document(offer, format="google-products")
    assert line["value"] is None
    assert [refusal.column for refusal in refusals] == ["value"]


@pytest.mark.parametrize("form", FORMATS)
def test_damage_of_the_packing_is_told(form: str) -> None:
    """Earlier content is kept; a second part that is not gzip ends the file, without a crash."""
    whole = gzip.compress(b"FWB/16\n\n" * 2)
    for raw in (whole + b"\x1f\x8b??", whole[:-9], whole[:12]):
        with suppress(InputError):
            _, refusals = read_document(raw, format=form)
            assert not all(each.screened for each in refusals)


def test_a_key_that_is_no_text_is_written_as_one() -> None:
    """Half of a pair and NUL in a key are written as in a text; the line is read."""
    key = '"q\\ud800\\u0000": 1'
    (line,), _ = read_document(
        b'[{"offerId": "1", "title": "A", %s}]' % key.encode(), format="google-products"
    )
    assert line["other"] == [{"name": "q\ufffd", "text": "1"}]


def test_a_format_says_where_its_layout_is_from() -> None:
    """Those that no sample confirms are never recognised by themselves."""
    assert all(form.source and form.title for form in OURS)
    assert [form.name for form in OURS if not form.confirmed] == ["postal", "eu-h7"]
