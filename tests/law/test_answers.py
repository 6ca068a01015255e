"""Legal questions: whether a route and an amount are given, and structure cache keys."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tidewaiter.law.answers import Question, Route, key_of


@pytest.mark.parametrize(
    ("places", "given"),
    [
        ({}, False),
        ({"origin": "DE"}, True),
        ({"destination": "MX"}, True),
        ({"transit": ("US",)}, True),
    ],
)
def test_a_route_is_given_by_any_of_its_places(places: dict[str, Any], *, given: bool) -> None:
    """One is enough."""
    assert Route(**places).given is given


@pytest.mark.parametrize(
    ("amounts", "measured"),
    [
        ({}, False),
        ({"mass_mg": 0}, True),
        ({"volume_ul": 0}, True),
        ({"percent": Decimal(0)}, True),
        ({"history": ()}, False),
    ],
)
def test_goods_are_measured_by_any_amount(amounts: dict[str, Any], *, measured: bool) -> None:
    """A content of zero is an amount too; earlier transactions are not."""
    assert Question(day=date(2026, 6, 1), **amounts).measured is measured


def test_a_form_is_kept_beside_its_substance() -> None:
    """A structure of the substance itself is kept under its slug alone."""
    keys = key_of("a", None), key_of("a", ""), key_of("a", "b"), key_of("ab", None)
    assert keys[0] == "a"
    assert len(set(keys)) == len(keys)
