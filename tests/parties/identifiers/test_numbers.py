"""Numbers: one spelling, check digits, and what tells the scheme."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from tidewaiter.parties.identifiers.validation import read_identifier
from tidewaiter.parties.types import Identifier

_LETTERS = string.digits + string.ascii_uppercase
USCC = "91310115MA1K4DLAXM"


def _check(scheme: str, value: str) -> str:
    read = read_identifier(Identifier(scheme=scheme, value=value))
    return read.check if read else ""


@st.composite
def leis(draw: st.DrawFn) -> str:
    """Make an LEI with right check digits."""
    stem = draw(st.text(_LETTERS, min_size=18, max_size=18))
    return stem + mod_97_10.calc_check_digits(stem)


@given(leis(), st.integers(0, 19), st.data())
def test_one_changed_character_of_an_lei_is_found(
    lei: str, place: int, data: st.DataObject
) -> None:
    """ISO 7064 mod 97-10: a digit for a digit, a letter for a letter; 97 is above any difference.

    A letter counts as two digits, so that a digit for a letter passes once in 97 times.
    """
    assert _check("LEI", lei) == "valid"
    digit = lei[place].isdigit()
    other = data.draw(st.sampled_from(string.digits if digit else string.ascii_uppercase))
    changed = lei[:place] + other + lei[place + 1 :]
    assert (_check("LEI", changed) == "valid") == (changed == lei)


@given(st.integers(0, 17), st.sampled_from(string.digits))
def test_one_changed_digit_of_a_credit_code_is_found(place: int, digit: str) -> None:
    """GB 32100: weights are powers of 3 modulo 31, a prime."""
    changed = USCC[:place] + digit + USCC[place + 1 :]
    assert (_check("USCC", changed) == "valid") == (changed == USCC)


@given(st.integers(100_000, 999_999), st.integers(0, 5), st.integers(0, 9))
def test_what_the_check_of_an_imo_number_finds(stem: int, place: int, digit: int) -> None:
    """Weights 7 to 2 modulo 10: what weight and change make a multiple of 10 passes."""
    digits = [int(each) for each in str(stem)]
    check = sum(weight * each for weight, each in zip(range(7, 1, -1), digits, strict=True)) % 10
    assert _check("IMO", f"{stem}{check}") == "valid"
    apart = abs(digits[place] - digit)
    digits[place] = digit
    changed = "".join(map(str, digits)) + str(check)
    assert (_check("IMO", changed) == "valid") == (apart * (7 - place) % 10 == 0)


@given(st.text(max_size=60), st.text(max_size=12), st.sampled_from(["", "RU", "CN", "GB", "Iran"]))
def test_any_text_can_be_read(value: str, scheme: str, country: str) -> None:
    """Nothing stops parsing; an empty text is not an identifier."""
    read = read_identifier(Identifier(scheme=scheme, value=value, country=country), (country,))
    assert (read is None) == (not value.split())


@pytest.mark.parametrize(
    ("scheme", "value", "countries", "told"),
    [
        ("lei", "213800KUD8 LAJW-SQ9D15", (), ("LEI", "213800KUD8LAJWSQ9D15", "valid")),
        ("imo number", "IMO 9187629", (), ("IMO", "9187629", "valid")),
        ("", "IMO No. 9187629", (), ("IMO", "9187629", "valid")),
        ("tax", "7707083893", ("Russia",), ("INN", "7707083893", "valid")),
        ("tax", "7707083893", (), ("tax", "7707083893", "no check known")),
        ("registration", "1027739609391", ("RU",), ("OGRN", "1027739609391", "valid")),
        ("VAT", "DE 136.695.976", (), ("tax", "136695976", "valid")),
        ("cnpj", "11.222.333/0001-81", (), ("tax", "11222333000181", "valid")),
        ("rfc", "DIB-771110-HQ1", (), ("RFC", "DIB771110HQ1", "valid")),
        ("rfc", "AUAM-530929", (), ("RFC", "AUAM530929", "no check known")),
        ("iban", "GB82 WEST 1234 5698 7654 32", (), ("IBAN", "GB82WEST12345698765432", "valid")),
        ("bic", "HAVI-GB-2L", (), ("SWIFT", "HAVIGB2L", "no check known")),
        ("bic", "no bank", (), ("SWIFT", "NOBANK", "not valid")),
        ("mmsi", "572469210", (), ("MMSI", "572469210", "no check known")),
        ("mmsi", "172469210", (), ("MMSI", "172469210", "not valid")),
        ("call sign", "T2EU4", (), ("call-sign", "T2EU4", "no check known")),
        ("passport", "a 123-45", (), ("passport", "A12345", "no check known")),
        ("LEI", "1", (), ("LEI", "1", "not valid")),
        ("national id", "1", (), ("national-id", "1", "no check known")),
        ("fishing licence", "AB-1", (), ("fishing-licence", "AB1", "no check known")),
    ],
)
def test_numbers_in_one_spelling(
    scheme: str, value: str, countries: tuple[str, ...], told: tuple[str, str, str]
) -> None:
    """Scheme, number and check for numbers as written; the country determines the scheme."""
    read = read_identifier(Identifier(scheme=scheme, value=value), countries)
    assert read is not None
    assert (read.scheme, read.value, read.check) == told
    assert bool(read.problem) == (read.check == "not valid")


def test_british_company_numbers_have_their_zeros() -> None:
    """Companies House writes eight characters, papers leave zeros out."""
    short, whole = (
        read_identifier(Identifier(scheme="registration", value=value, country="GB"))
        for value in ("2720485", "02720485")
    )
    assert short == whole


def test_an_identifier_reads_the_same_again() -> None:
    """The parsed number is in the canonical spelling."""
    for scheme, value in (("LEI", "213800KUD8LAJWSQ9D15"), ("phone", "+86 10 6512 3456")):
        read = read_identifier(Identifier(scheme=scheme, value=value))
        assert read is not None
        assert read_identifier(Identifier(scheme=read.scheme, value=read.value)) == read
