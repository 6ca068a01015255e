"""TRADACOMS orders and invoices are read; what is wrong in a file is reported."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises
from tests.trade.messages.found import found_in

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages import FORMATS

ORDER = (
    "STX=ANA:1+50:SHOP PLC+60:MAKER PLC+940321+R'MHD=1+ORDHDR:9'TYP=0430'SDT=60:72'"
    "CDT=50+SHOP PLC+1 KING STREET:LONDON'MTR=5'MHD=2+ORDERS:9'CLO=70+DEPOT'ORD=981::940321'"
    "OLD=1+500+500++12+10++++ACETIC ANHYDRIDE:5 L'DNB=1+1++128:NOTE'OLD=2+501+501++6+5++++O?'NEIL'"
    "OTR=2'MTR=8'MHD=3+ORDTLR:9'OFT=1'MTR=3'END=3'"
)


def test_an_order_has_a_line_for_each_item() -> None:
    """Parties of the file's head are those of each message; texts are with the first line."""
    (first, second), refused = found_in("tradacoms", ORDER)
    assert refused == []
    assert dict(first.fields) == {
        "consignment": "981",
        "lodged": "1994-03-21",
        "seq": "1",
        "goods": "ACETIC ANHYDRIDE 5 L",
        "quantity": "10",
    }
    assert second.fields["goods"] == "O'NEIL"
    assert [(p["role"], p["name"], p["id"]) for p in first.parties] == [
        ("seller", "MAKER PLC", "60"),
        ("buyer", "SHOP PLC", "50"),
        ("consignee", "DEPOT", "70"),
    ]
    assert first.parties[1]["address"] == "1 KING STREET, LONDON"
    assert ("DNB", "1+1++128:NOTE") in first.kept
    assert ("OTR", "2") in second.kept


def test_an_invoice_is_read() -> None:
    """Its description is in another place."""
    text = "STX=ANA:1+A+B'MHD=1+INVOIC:9'IRF=I7+070331'ILD=1+1+97+++1+15+80+12+Z+0+++ETHER'MTR=4'"
    (line,), refused = found_in("tradacoms", text)
    assert refused == []
    assert (line.fields["goods"], line.fields["quantity"]) == ("ETHER", "15")
    assert (line.fields["consignment"], line.fields["lodged"]) == ("I7", "2007-03-31")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ORDER.replace("MTR=8", "MTR=9"), "trade/edifact-segment-count-wrong"),
        (ORDER.replace("MTR=8'", ""), "trade/edifact-message-without-end"),
        (ORDER.replace("MHD=3+ORDTLR", "MHD=3+UTLBIL"), "trade/edifact-message-not-supported"),
        (ORDER.replace("END=3'", "OLD=1'"), "trade/edifact-segment-outside-message"),
    ],
)
def test_what_is_wrong_is_told_and_the_goods_are_read(text: str, code: str) -> None:
    """No fault costs a line of goods."""
    lines, refused = found_in("tradacoms", text)
    assert [line.fields["seq"] for line in lines] == ["1", "2"]
    assert [each.code for each in refused] == [code]


def test_very_many_texts_are_bounded_and_none_is_lost() -> None:
    """They are on several lines."""
    texts = "".join(f"DIN=TEXT{at:04}'" for at in range(2_500))
    notes = "".join(f"DNB=NOTE{at:04}'" for at in range(2_500))
    text = ORDER.replace("OLD=1", f"{texts}OLD=1").replace("OLD=2", f"{notes}OLD=2")
    lines, _ = found_in("tradacoms", text)
    assert max(len(line.kept) for line in lines) < 2_100
    told = [text for line in lines for tag, text in line.kept if tag in {"DIN", "DNB"}]
    assert len(told) == 5_001
    assert len({*told}) == 5_001


def test_a_file_without_a_message_is_refused() -> None:
    """An envelope alone tells nothing."""
    with raises("trade/no-tradacoms-message"):
        found_in("tradacoms", "STX=ANA:1+A+B'END=0'")
    assert not FORMATS["tradacoms"].fits(b"STX,goods\n1,a", "csv")


@given(st.binary(max_size=200), st.integers(0, len(ORDER)))
def test_damage_is_read_or_refused(put: bytes, place: int) -> None:
    """Any content gives lines, reports, or an error for the user."""
    raw = ORDER.encode()
    with suppress(InputError):
        for line in found_in("tradacoms", raw[:place] + put + raw[place:])[0]:
            assert line.row
