"""The protocol reference agrees with what is sent."""

import re
from pathlib import Path
from typing import get_args

import pytest

from tidewaiter.exchange.protocol import documents, envelopes, receipts
from tidewaiter.exchange.protocol.envelopes import Header
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.protocol.receipts import Final, Passing, Receipt
from tidewaiter.exchange.protocol.relations import CONTROL
from tidewaiter.transport.context import MOST
from tidewaiter.transport.http_client import DOCUMENT, HELD, INBOX
from tidewaiter.transport.rate_limits import REQUESTS
from tidewaiter.transport.receiving import MOST_LINES, PATIENT

PLACE = Path(__file__).parents[3] / "docs" / "reference" / "exchange-protocol.md"
TEXT = PLACE.read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return a section."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_code_has_an_entry_and_no_other() -> None:
    """In the tables of refusal and rejection codes."""
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
        ("Control messages", sorted(CONTROL)),
    ],
)
def test_every_member_has_an_entry(title: str, names: tuple[str, ...]) -> None:
    """In the section of the parent object."""
    assert [name for name in names if f"`{name}`" not in section(title)] == []


def test_types_limits_and_addresses_are_those_of_the_code() -> None:
    """A number that changes here changes there."""
    for typ in (documents.TYPE, envelopes.TYPE, receipts.TYPE, INBOX, HELD, DOCUMENT, *PATIENT):
        assert f"`{typ}`" in TEXT or f" {typ}`" in TEXT, typ
    for number in (envelopes.MOST_BYTES, envelopes.MOST_BODY, REQUESTS, MOST):
        assert f"{number:,}" in TEXT
    assert f"1 to {MOST_LINES} envelopes" in TEXT
    assert f"at most {documents.ENDPOINTS} addresses" in TEXT
