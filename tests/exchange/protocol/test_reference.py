"""What is written about the protocol is what is sent."""

import re
from pathlib import Path
from typing import get_args

import pytest

from tidewaiter.courier.gates import REQUESTS
from tidewaiter.courier.line import DOCUMENT, HELD, INBOX
from tidewaiter.courier.noting import MOST
from tidewaiter.courier.receiving import MOST_LINES
from tidewaiter.courier.taking import PATIENT
from tidewaiter.exchange import documents, envelopes, receipts
from tidewaiter.exchange.envelopes import Header
from tidewaiter.exchange.markings import Marking
from tidewaiter.exchange.receipts import Final, Passing, Receipt
from tidewaiter.exchange.relations import CONTROL

PLACE = Path(__file__).parents[2] / "docs" / "reference" / "exchange-protocol.md"
TEXT = PLACE.read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return a section."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_code_has_an_entry_and_no_other() -> None:
    """In the table of what is refused, and of what is turned away."""
    codes = section("Receipts").split("### Codes")[1]
    refused, turned = codes.split("`turned-away`: ")
    assert re.findall(r"^\| `([a-z-]+)`", refused, re.MULTILINE) == list(get_args(Final))
    assert re.findall(r"^\| `([a-z-]+)`", turned, re.MULTILINE) == list(get_args(Passing))


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Documents", documents.Document.__struct_encode_fields__),
        ("Envelopes", (*Header.__struct_encode_fields__, *Marking.__struct_encode_fields__)),
        ("Receipts", Receipt.__struct_encode_fields__),
        ("Messages of control", sorted(CONTROL)),
    ],
)
def test_every_member_has_an_entry(title: str, names: tuple[str, ...]) -> None:
    """In the section of what it is a member of."""
    assert [name for name in names if f"`{name}`" not in section(title)] == []


def test_types_limits_and_addresses_are_those_of_the_code() -> None:
    """A number that changes here changes there."""
    for typ in (documents.TYPE, envelopes.TYPE, receipts.TYPE, INBOX, HELD, DOCUMENT, *PATIENT):
        assert f"`{typ}`" in TEXT or f" {typ}`" in TEXT, typ
    for number in (envelopes.MOST_BYTES, envelopes.MOST_BODY, REQUESTS, MOST):
        assert f"{number:,}" in TEXT
    assert f"1 to {MOST_LINES} envelopes" in TEXT
    assert f"at most {documents.ENDPOINTS} addresses" in TEXT
