"""Postal declarations, and the numbers of items."""

import json
from collections.abc import Callable

import pytest
from tests.trade.messages.conftest import Read

from tidewaiter.trade.check_digits import check_postal_number
from tidewaiter.trade.messages import FORMATS


@pytest.mark.parametrize("number", ["RR123456785GB", "rr 123 456 785 gb", "EE473124829CN"])
def test_good_numbers_of_items(number: str) -> None:
    """The check digit holds, whatever the case and the spaces."""
    assert check_postal_number(number) is None


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("RR123456784GB", "trade/postal-number-wrong"),
        ("12345", "trade/postal-number-not-known"),
        ("RR12345678GB", "trade/postal-number-not-known"),
    ],
)
def test_bad_numbers_of_items_say_why(number: str, code: str) -> None:
    """A wrong digit is reported with the correct one."""
    error = check_postal_number(number)
    assert error is not None
    assert error.code == code
    assert dict(error.values) == ({"check": 5} if code.endswith("wrong") else {})


def test_a_declaration_reads_where_it_is_asked_for(
    read: Read, sample: Callable[[str], bytes]
) -> None:
    """Pieces are lines; the number's wrong digit is a reason, and the piece is screened."""
    lines, refusals = read(sample("itmatt_like.json"), format="postal")
    line = lines[0]
    assert (line["goods"], line["hs"], line["origin"]) == ("PIGMENT POWDER SAMPLE", "320417", "CN")
    assert (line["net_mg"], line["gross_mg"], line["currency"]) == (1_000_000, 1_120_000, "USD")
    assert [p["role"] for p in line["parties"]] == ["consignor", "consignee"]
    assert [(s["function"], s["country"]) for s in line["route"]] == [
        ("loading", "CN"),
        ("unlading", "US"),
    ]
    assert {"name": "events[0].code", "text": "EMA"} in line["other"]
    assert [(r.column, r.screened) for r in refusals] == [("itemId", True)]
    assert refusals[0].values == {"check": 5}


def test_it_is_never_taken_by_itself(read: Read, sample: Callable[[str], bytes]) -> None:
    """No official sample confirms it: such a file is read as plain JSON until it is asked for."""
    content = sample("itmatt_like.json")
    assert not FORMATS["postal"].confirmed
    assert FORMATS["postal"].fits(content[:4096], "json")
    assert "events[0].code" not in {each["name"] for each in read(content)[0][0]["other"]}


def test_the_weight_of_all_pieces_is_that_of_none(read: Read) -> None:
    """With several pieces the gross weight of the item stays as written."""
    pieces = [{"description": "a", "netWeightKg": 1}, {"description": "b"}]
    item = {"itemId": "RR123456785GB", "grossWeightKg": 3, "contents": pieces}
    lines, refusals = read({"items": [item, {"itemId": "RR123456785GB"}]}, format="postal")
    assert [(line["goods"], line["gross_mg"]) for line in lines] == [("a", None), ("b", None)]
    assert {"name": "grossWeightKg", "text": "3"} in lines[0]["other"]
    assert [(r.row, r.code) for r in refusals] == [(2, "trade/postal-item-without-content")]
    assert json.dumps(lines[1]["seq"]) == "2"
