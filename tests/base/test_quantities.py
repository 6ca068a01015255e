"""Masses and volumes as trade papers write them."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.base.quantities import (
    Mark,
    decimal_mark,
    find_unit,
    load_units,
    parse_number,
    parse_quantity,
    whole,
)


def parse_mass(text: str, unit: str | None = None, mark: Mark | None = None) -> int:
    """Read a mass in whole milligrams."""
    return whole(parse_quantity(text, unit, mark), "mass", text)


@pytest.mark.parametrize(
    ("text", "milligrams"),
    [
        ("25 kg", 25_000_000),
        ("1,250.5 KGS", 1_250_500_000),
        ("0,5 t", 500_000_000),
        ("1.234,56 kg", 1_234_560_000),
        ("1 250 kg", 1_250_000_000),
        ("1'250.5 kg", 1_250_500_000),
        ("1,23,456 g", 123_456_000),
        ("2.5E+03 kg", 2_500_000_000),
        ("18400.000 kg", 18_400_000_000),
        ("300g", 300_000),
        ("1 lb", 453_592),
        ("1 oz", 28_350),
        ("2 MT", 2_000_000_000),
        ("٢٥ كجم", 25_000_000),
        ("２５千克", 25_000_000),
        ("3 тонны", 3_000_000_000),
        ("5 kilogramos", 5_000_000),
    ],
)
def test_a_mass_is_read_in_the_styles_of_the_world(text: str, milligrams: int) -> None:
    """Points, commas, gaps, scripts and languages come to the same milligrams."""
    assert parse_mass(text) == milligrams


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("25 kgz", "base/unit-not-known"),
        ("80 DRM", "base/not-a-number-with-a-unit"),
        ("5 l", "base/not-a-number-with-a-unit"),
        ("25", "base/not-a-number-with-a-unit"),
        ("-5 kg", "base/negative"),
        ("1,234 kg", "base/number-read-two-ways"),
        ("1.234 kg", "base/number-read-two-ways"),
        ("1.2.3 kg", "base/not-a-number"),
        ("3 tons", "base/unit-can-mean-several"),
        ("about 5 kg", "base/not-a-quantity"),
        ("", "base/not-a-quantity"),
        ("1e30 kg", "base/too-large"),
    ],
)
def test_what_is_no_mass_says_why(text: str, problem: str) -> None:
    """Unknown units, signs, and numbers with two readings are errors with a hint."""
    with raises(problem) as caught:
        parse_mass(text)
    assert caught.value.hint


def test_a_unit_may_stand_beside_the_amount() -> None:
    """The unit beside counts where the text names none; two different ones are an error."""
    assert parse_mass("25", "kg") == parse_mass("25 kg", "KGS") == 25_000_000
    assert parse_mass("1,234", "kg", ".") == 1_234_000_000
    assert parse_mass("1,234", "kg", ",") == 1_234_000
    for text in ("25 t", "80 drums"):
        with raises("base/names-another-unit"):
            parse_mass(text, "kg")


def test_volumes_are_whole_microlitres() -> None:
    """Litres, millilitres, cubic metres and the two gallons."""
    assert whole(parse_quantity("1.5 l"), "volume", "1.5 l") == 1_500_000
    assert whole(parse_quantity("2 m3"), "volume", "2 m3") == 2_000_000_000
    assert whole(parse_quantity("1 us gal"), "volume", "1 us gal") == 3_785_412
    with raises("base/unit-can-mean-several"):
        whole(parse_quantity("1 gal"), "volume", "1 gal")


def test_counts_and_packages_are_known_but_no_mass() -> None:
    """Eighty drums are a quantity of drums."""
    read = parse_quantity("80 DRM")
    assert read.amount == 80
    assert read.unit is not None
    assert read.unit.kind == "package"


def test_every_unit_is_sound() -> None:
    """Each mass and volume has a size; each unclear unit says what to write."""
    for alias, unit in load_units().items():
        assert find_unit(alias) is unit
        assert (unit.size > 0) == (unit.kind in ("mass", "volume"))
        assert bool(unit.hint) == (unit.kind == "unclear")


@given(st.decimals(0, 10**9, places=4), st.sampled_from([".", ","]))
def test_a_number_with_four_decimals_is_read_back(number: Decimal, mark: Mark) -> None:
    """Four decimals leave no doubt about the mark, with or without groups."""
    plain = f"{number:f}".replace(".", mark)
    grouped = (
        f"{number:,f}".replace(",", "_").replace(".", mark).replace("_", ",.".replace(mark, ""))
    )
    assert parse_number(plain) == parse_number(grouped) == number
    assert decimal_mark(grouped) == mark


@given(st.integers(0, 10**12))
def test_milligrams_are_read_back(milligrams: int) -> None:
    """What is written in milligrams, grams or kilograms comes back whole."""
    exact = Decimal(milligrams)
    assert parse_mass(f"{milligrams} mg") == milligrams
    assert parse_mass(f"{exact / 1000:f}", "g", ".") == milligrams
    assert parse_mass(f"{exact / 10**6:f}", "kg", ".") == milligrams


@given(st.text(max_size=12) | st.text(st.sampled_from("12 '.,-+e²፩"), max_size=9))
def test_any_text_is_a_number_or_an_error(text: str) -> None:
    """A text that is not a number raises InputError and nothing else."""
    number = Decimal(0)
    with suppress(InputError):
        number = parse_number(text)
    assert number.is_finite()
