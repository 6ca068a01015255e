"""Addresses, contacts and numbers of parties: what is read of a text as written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.addresses import read_address
from tidewaiter.parties.identifiers.contacts import domain_of, find_contacts
from tidewaiter.parties.identifiers.validation import is_checked, read_party_number
from tidewaiter.parties.resolution import Written
from tidewaiter.parties.resolution.members import read_written


@pytest.mark.parametrize(
    "text",
    [
        "Rm 301, 3/F, No.12 Keji Road, Nanshan District, Shenzhen, China",
        "Room301, 3rd Floor, 12 Keji Lu, Nanshan Qu, Shenzhen",
        "深圳市南山区科技路12号3楼301室",
        "NO. 12, KEJI RD., 3FL, UNIT 301, NANSHAN, SHENZHEN",
    ],
)
def test_one_address_in_four_spellings(text: str) -> None:
    """Abbreviations, pinyin and Chinese characters give the same parts."""
    parts = read_address(text)
    assert parts.words == {"keji", "nanshan", "shenzhen"}
    assert parts.houses == {"12"}
    assert parts.units == {"3", "301"}


def test_postcodes_boxes_and_telephones_are_no_house_numbers() -> None:
    """Numbers are distinguished by their form and the words beside them."""
    assert read_address("12 Main St., Springfield, IL 62701-1234").postcode == "62701-1234"
    assert read_address("The Minories, London EC3N 1DY").postcode == "EC3N1DY"
    box = read_address("P.O. Box 1234, Dubai")
    assert (box.box, box.houses) == ("1234", frozenset())
    assert read_address("Calle 5, Centro, Tel 55 1234 5678").houses == {"5"}


@given(st.text())
def test_any_text_has_an_address_and_contacts(text: str) -> None:
    """No text stops the reading; white space around it changes nothing."""
    assert read_address(text) == read_address(f"  {text}  ")
    assert find_contacts(text, "CN") == find_contacts(text, "CN")


def test_contacts_are_found_in_the_text_of_an_address() -> None:
    """Telephones in E.164, e-mails, domains without free mail, persons."""
    text = "Calle 5, Tel: 55 1234 5678, attn: Mr. Juan Perez, juan@acme.com.mx; acme@163.com"
    found = find_contacts(text, "MX")
    assert found.phones == ("+525512345678",)
    assert found.emails == ("acme@163.com", "juan@acme.com.mx")
    assert found.domains == ("acme.com.mx",)
    assert found.people == ("juan perez",)


def test_a_number_without_a_word_before_it_is_no_telephone() -> None:
    """Addresses are full of numbers."""
    assert find_contacts("Plot 12345678, Sector 1234 5678", "IN").phones == ()
    assert find_contacts("电话：0755-26712345", "CN").phones == ("+8675526712345",)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.com", "example.com"),
        ("mail.example.co.uk", "example.co.uk"),
        ("example.com.mx", "example.com.mx"),
        ("localhost", ""),
    ],
)
def test_the_domain_that_one_owner_has(host: str, domain: str) -> None:
    """The last two labels, or three below a second level of a country."""
    assert domain_of(host) == domain


@pytest.mark.parametrize("value", ["", "N/A", "0000000", "123456789", "A-1", "none", "99999"])
def test_what_fills_a_field_is_no_number(value: str) -> None:
    """Placeholders link no parties."""
    assert read_party_number("tax", value) is None


def test_numbers_with_check_digits_tell_their_scheme() -> None:
    """An LEI and a Chinese credit code are known by themselves, in any spelling."""
    lei = read_party_number("", "5493 001K JTII GC8Y 1R12")
    assert lei == ("LEI", "5493001KJTIIGC8Y1R12")
    assert is_checked(*lei)
    uscc = read_party_number("tax", "91110000600037341L")
    assert uscc == ("USCC", "91110000600037341L")
    assert read_party_number("VAT", "DE 136 695 976") == ("tax", "DE136695976")
    assert not is_checked("tax", "DE136695976")


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "a@" * 50_000, "1 " * 90_000, "tel " * 50_000, "路" * 90_000, "A." * 90_000],
    ids=["word", "mail", "numbers", "tel", "han", "dots"],
)
def test_no_text_takes_long(text: str) -> None:
    """A cell of any size is read in less than a second."""
    begun = time.process_time()
    read_written(Written(name=text, address=text, country="CN", id=text))
    assert time.process_time() - begun < 1
