"""Numbers of transport: a wrong check digit adds a little to an alert, and makes none."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso6346

from tidewaiter.base.phrases import english
from tidewaiter.trade.check_digits import (
    awb_digit,
    container_digit,
    container_number,
    is_eori,
    is_locode,
)
from tidewaiter.trade.screening import Screened

Screen = Callable[..., Screened]


def _told(screen: Screen, **row: Any) -> dict[str, str]:
    alerts = screen({"goods": "acetic anhydride"} | row).alerts
    return {r.rule: english(r.says) for r in alerts[0].reasons if r.rule.startswith("number-")}


def test_a_wrong_container_number_is_a_reason(screen: Screen) -> None:
    """A line that is an alert says that its container number is wrong, with few points."""
    told = _told(screen, containers=["CSQU3054383", "CSQU3054384"])
    assert told == {
        "number-digit": "The container number CSQU3054384 is invalid: its check digit is wrong"
    }


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"consignment": "020-12345676"}, "number-digit"),
        ({"consignment": "02012345676", "mode": "air"}, "number-digit"),
        ({"consignment": "02012345676", "mode": "4"}, "number-digit"),
        ({"consignment": "RR123456786CN"}, "number-digit"),
        ({"imo": "9811001"}, "number-digit"),
        ({"imo": "12345"}, "number-form"),
        ({"imo": "H3RC"}, "number-form"),
        ({"route": [{"function": "loading", "locode": "IN1SA"}]}, "number-form"),
        ({"parties": [{"role": "importer", "id_scheme": "EORI", "id": "123456"}]}, "number-form"),
    ],
)
def test_each_wrong_number_is_told(screen: Screen, row: dict[str, Any], rule: str) -> None:
    """An air waybill, a postal item, a place and an EU trader are reported alike."""
    assert set(_told(screen, **row)) == {rule}


def test_right_and_other_numbers_say_nothing(screen: Screen) -> None:
    """Right numbers, and such as are of no scheme that is known, add nothing."""
    rows: list[dict[str, Any]] = [
        {"containers": ["CSQU3054383", "EQ123456", "BULK"], "consignment": "020-12345675"},
        {"consignment": "02012345676", "mode": "sea"},
        {"consignment": "RR123456785CN", "route": [{"function": "loading", "locode": "IN NSA"}]},
        {"vessel": "EVER SO", "imo": "9811000", "voyage": "012E"},
    ]
    assert [_told(screen, **row) for row in rows] == [{}, {}, {}, {}]


def test_a_wrong_number_makes_no_alert(screen: Screen) -> None:
    """Goods of which nothing is found stay no alert, whatever their container is called."""
    assert not screen({"goods": "steel bolts", "containers": ["CSQU3054384"]}).alerts


@given(st.from_regex(r"[A-Z]{3}[UJZ][0-9]{7}", fullmatch=True))
def test_containers_agree_with_another_hand(number: str) -> None:
    """The check digit of a container is what python-stdnum says, but for its remainder 10."""
    assert container_digit(number) is iso6346.is_valid(number)


def test_a_container_is_known_however_it_is_written() -> None:
    """Separators between the parts of its number are not part of it."""
    written = ("CSQU3054383", "csqu 305438-3", "CSQU.305438/3", "ＣＳＱＵ３０５４３８３")
    assert set(map(container_number, written)) == {"CSQU3054383"}
    assert all(map(container_digit, written))
    assert not container_number("CSQU305438")


def test_forms() -> None:
    """Forms are those of the standards: a UN/LOCODE has no 0 or 1, an EORI a country first."""
    assert [is_locode(c) for c in ("INNSA", "US2BC", "INNS1", "NSA")] == [True, True, False, False]
    assert [is_eori(c) for c in ("GB123456789000", "DE1", "1DE")] == [True, True, False]
    assert (awb_digit("12345"), container_digit("X1")) == (None, None)
