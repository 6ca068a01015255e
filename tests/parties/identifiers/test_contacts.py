"""Telephones, e-mails, sites and wallets in one spelling."""

import importlib.util

import phonenumbers
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import bitcoin

from tidewaiter.parties.identifiers.contacts import (
    country_of_phone,
    own_domain,
    read_email,
    read_phone,
    read_site,
)
from tidewaiter.parties.identifiers.validation import read_identifier, read_wallet
from tidewaiter.parties.types import Identifier

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
# The first block's address, and those of BIP 173 and BIP 350 for the same key.
PLAIN = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
TAPROOT = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
ETHER = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # of ERC-55


@pytest.mark.parametrize(
    ("text", "countries", "read"),
    [
        ("+86 10 6512 3456", (), ("+861065123456", "valid")),
        ("Tel. No.: 010-6512 3456 ext. 12", ("CN",), ("+861065123456", "valid")),
        ("0086 10 65123456", (), ("+861065123456", "valid")),
        ("No. 03889402", ("LB",), ("+9613889402", "valid")),
        ("850 2 381 4431/4432", ("KP",), ("+85023814431", "valid")),
        ("97082881184", ("PS",), ("+97082881184", "valid")),
        ("9647807890955", ("FJ",), ("+9647807890955", "valid")),
        ("(357)(22660766)", (), ("+35722660766", "valid")),
        ("6512 3456", (), ("65123456", "not valid")),
        ("12", ("CN",), ("12", "not valid")),
        ("none", ("CN",), ("", "not valid")),
    ],
)
def test_telephones(text: str, countries: tuple[str, ...], read: tuple[str, str]) -> None:
    """E.164, by the country of the party; extensions and second numbers are removed."""
    assert read_phone(text, countries) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Sales@Example.CO.UK", ("sales@example.co.uk", "example.co.uk")),
        ("<info@mail.example.com>", ("info@mail.example.com", "example.com")),
        ("someone@gmail.com", ("someone@gmail.com", "")),
        ("someone@vip.163.com", ("someone@vip.163.com", "")),
        ("no address", ("no address", "")),
    ],
)
def test_emails(text: str, read: tuple[str, str]) -> None:
    """Lower case, and the domain that is the party's own: none where anyone can have one."""
    assert read_email(text) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("https://www.Example.com/", ("example.com", "example.com")),
        ("www.example.com.mx:8080/a/B?c#d", ("example.com.mx/a/b", "example.com.mx")),
        ("shop.blogspot.com", ("shop.blogspot.com", "shop.blogspot.com")),
        ("http://www.facebook.com/ZKGrandTown/", ("facebook.com/zkgrandtown", "")),
        ("org. of something", ("org. of something", "")),
        ("10.0.0.1", ("10.0.0.1", "")),
    ],
)
def test_sites(text: str, read: tuple[str, str]) -> None:
    """Host and path, and the registrable domain by the public suffix list."""
    assert read_site(text) == read


def test_a_public_suffix_is_nobodys() -> None:
    """No domain is shared by all firms of a country."""
    assert [own_domain(host) for host in ("co.uk", "com.cn", "localhost", "")] == [""] * 4


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"XBT {PLAIN}", PLAIN),
        (f"bitcoin:{PLAIN}", PLAIN),
        (SEGWIT.upper(), SEGWIT),
        (TAPROOT, TAPROOT),
        ("- TRX TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
    ],
)
def test_wallets_with_a_checksum(text: str, address: str) -> None:
    """Base58Check, bech32 and bech32m; the currency before the address is removed."""
    assert read_wallet(text) == (address, "valid")


@given(
    st.sampled_from([(PLAIN, _BASE58), (SEGWIT, _BECH32), (TAPROOT, _BECH32)]),
    st.integers(4, 33),
    st.data(),
)
def test_one_changed_character_of_a_wallet_is_found(
    known: tuple[str, str], place: int, data: st.DataObject
) -> None:
    """A checksum of 4 bytes, and a code that finds any 4 errors."""
    address, letters = known
    other = data.draw(st.sampled_from(letters))
    assume(other != address[place])
    assert read_wallet(address[:place] + other + address[place + 1 :])[1] == "not valid"


def test_the_library_and_we_agree_on_segwit_of_version_0() -> None:
    """Taproot is beyond the library, which knows bech32 alone."""
    assert bitcoin.is_valid(SEGWIT)
    assert bitcoin.is_valid(SEGWIT[:-1] + "q") == (read_wallet(SEGWIT[:-1] + "q")[1] == "valid")


@pytest.mark.skipif(
    importlib.util.find_spec("Crypto") is None, reason='the extra "wallets" is not installed'
)
def test_the_case_of_an_ethereum_address_is_a_checksum() -> None:
    """ERC-55: one letter in the wrong case is found; an address in one case has no checksum."""
    assert read_wallet(ETHER) == (ETHER.lower(), "valid")
    assert read_wallet(ETHER[:-1] + "D")[1] == "not valid"
    assert read_wallet(ETHER.lower()) == (ETHER.lower(), "no check known")


def test_wallets_of_other_currencies_are_kept_as_written() -> None:
    """No check is known; a text that is too short is not an address."""
    monero = "4" + "A" * 94
    assert read_wallet(monero) == (monero, "no check known")
    assert read_wallet("wallet 12")[1] == "not valid"


def test_the_country_of_a_party_is_that_of_its_telephone() -> None:
    """A number as it is dialled at home follows the plan of the party's country."""
    home = Identifier(scheme="mobile", value="138 0013 8000")
    read = read_identifier(home, ("China",))
    assert read is not None
    assert (read.scheme, read.value) == ("phone", "+8613800138000")
    alone = read_identifier(home)
    assert alone is not None
    assert (alone.check, alone.value) == ("not valid", "13800138000")


@given(
    st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)),
    st.text("0123456789", min_size=2, max_size=13),
)
def test_the_country_of_a_number_is_that_of_the_library(code: int, rest: str) -> None:
    """A number is not parsed where its code is of one country; the answer is the same."""
    text = f"+{code}{rest}"
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        assume(False)
    assert country_of_phone(text) == (phonenumbers.region_code_for_number(number) or "")
