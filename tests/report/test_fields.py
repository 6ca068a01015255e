"""Fields of messages in words: every field that is declared with a label is shown."""

from typing import Any

import pytest
from hypothesis import given, settings
from tests.exchange.notices.making import records
from tests.support.notices import DAY

from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of
from tidewaiter.exchange.notices.types import (
    Amount,
    LineAmount,
    NoticeLine,
    Permit,
    Returned,
    Transport,
)
from tidewaiter.report.fields import facts_of


def _called(field: str, value: str) -> str:
    return f"{field} {value}"


def _facts(record: Record, **more: Any) -> dict[str, str]:
    return {each.label: each.value for each in facts_of(record, _called, **more)}


@settings(max_examples=50)
@given(record=records(Transport) | records(NoticeLine) | records(Permit))
def test_a_field_that_says_something_is_shown(record: Record) -> None:
    """Under its label; what is left at its default says nothing."""
    shown = _facts(record)
    for field in fields_of(type(record)):
        value = getattr(record, field.name)
        texts = field.shape.kind == "text" and not field.shape.many and not field.about.unit
        if field.label and texts and value:
            assert value in shown[field.label]


def test_fields_behind_another_share_its_label() -> None:
    """A period is one fact, and so are packages with their kind and size."""
    line = NoticeLine(number=1, packages=4, package_kind="drum", package_size="200 l")
    assert _facts(line) == {"Packages": "4 drum 200 l"}


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (NoticeLine(number=1, net=Amount(mass_mg=25_000_000)), {"Net quantity": "25 kg"}),
        (NoticeLine(number=1, content_ppm=985_000), {"Concentration": "98.5 %"}),
        (NoticeLine(number=1, gross_mg=30_000_000), {"Gross weight": "30 kg"}),
        (Transport(transit=("NL", "US")), {"Transit countries": "Netherlands, United States"}),
        (Transport(mode="sea"), {"Mode of transport": "mode sea"}),
    ],
)
def test_a_value_is_said_by_its_unit(record: Record, shown: dict[str, str]) -> None:
    """Amounts, shares, masses, countries and choices."""
    assert _facts(record) == shown


def test_the_first_fields_and_those_without() -> None:
    """A page may move some fields first, and omit those shown elsewhere."""
    travel = Transport(means="MV X", exit_point="Hamburg", document="B-1")
    labels = [each.label for each in facts_of(travel, _called, first=("document",))]
    assert labels == ["Bill of lading or waybill", "Vessel, flight or vehicle", "Point of exit"]
    assert "Point of exit" not in _facts(travel, without={"exit_point"})


def test_amounts_of_lines_are_one_fact_and_a_flag_may_speak_when_it_is_false() -> None:
    """What was shipped of each line, and that more will follow."""
    lines = tuple(LineAmount(line=n, amount=Amount(pieces=n)) for n in (1, 2))
    told = Returned(outcome="shipped", on=DAY, lines=lines, last=False)
    shown = _facts(told)
    assert shown["Quantity"] == "line 1: 1 pieces; line 2: 2 pieces"
    assert shown["More shipments to follow"] == "yes"
    assert "More shipments to follow" not in _facts(Returned(outcome="shipped", on=DAY))
