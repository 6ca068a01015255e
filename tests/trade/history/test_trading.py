"""What is new or unlike in a line, beside what its traders did before."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.trade.history.conftest import DAY, Row, deal, many

from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Alert

Told = Callable[..., dict[str, str]]
EPHEDRINE: Row = {"goods": "ephedrine hydrochloride", "hs": "293941"}
WEEK = timedelta(days=7)


def weekly(sender: str, receiver: str, count: int, **more: Any) -> list[Row]:
    """Make lines of two traders, one a week, up to the week before."""
    return [deal(sender, receiver, day=DAY - WEEK * place, **more) for place in range(1, count + 1)]


def test_traders_of_no_earlier_line_are_new(told: Told) -> None:
    """Both are reported, with the first day covered by earlier lines."""
    said = told(deal("Alpha", "Beta", **EPHEDRINE), before=many(120))
    assert said["trader-new"].startswith(
        "The importer Beta does not appear in any of 120 earlier lines"
    )
    assert set(said) == {"trader-new"}


@pytest.mark.parametrize("before", [many(50), [deal("X", "Y", day=DAY - WEEK)] * 500, []])
def test_little_history_says_nothing_new(told: Told, before: list[Row]) -> None:
    """Few lines, or lines of the last weeks alone, do not tell who is new."""
    assert told(deal("Alpha", "Beta", **EPHEDRINE), before=before) == {}


def test_names_are_compared_without_case_and_accents(told: Told) -> None:
    """A trader in another spelling is not new."""
    before = [*many(120), *weekly("ÁLPHA", "beta", 3)]
    assert told(deal("Alpha", "Béta", **EPHEDRINE), before=before) == {}


def test_a_trader_that_comes_back_after_a_year_is_dormant(told: Told) -> None:
    """A day less than a year says nothing."""
    old = deal("Alpha", "Beta", day=DAY - timedelta(days=365))
    late = deal("Alpha", "Beta", day=DAY - timedelta(days=364))
    said = told(deal("Alpha", "Beta", **EPHEDRINE), before=[*many(120), old])
    assert "last appeared in a line of 2025-11-20, 365 days earlier" in said["trader-dormant"]
    assert told(deal("Alpha", "Beta", **EPHEDRINE), before=[*many(120), old, late]) == {}


def test_known_traders_that_never_dealt_with_each_other(told: Told) -> None:
    """Both have lines of these goods, with others."""
    before = [*many(120), *weekly("Alpha", "Else", 6, **EPHEDRINE)]
    before += weekly("Other", "Beta", 6, **EPHEDRINE)
    said = told(deal("Alpha", "Beta", **EPHEDRINE), before=before)
    assert said == {
        "pair-new": "Alpha and Beta appear in 6 and 6 earlier lines respectively, never together"
    }


def test_goods_that_a_trader_never_had(told: Told) -> None:
    """Other chemicals before: the substance is new. Shirts before: the whole trade is."""
    chemist = weekly("Alpha", "Beta", 12, hs="293980")
    said = told(deal("Alpha", "Beta", **EPHEDRINE), before=[*many(120), *chemist])
    assert "in 12 earlier lines, none of them with Ephedrine" in said["goods-new"]
    draper = weekly("Alpha", "Beta", 12)
    said = told(deal("Alpha", "Beta", **EPHEDRINE), before=[*many(120), *draper])
    assert (
        "has had no goods of HS chapter 29 in 12 earlier lines, which were of HS chapter 61"
        in (said["trade-change"])
    )
    assert "goods-new" not in said


def test_goods_that_were_found_before_under_another_code_are_not_new(told: Told) -> None:
    """Earlier matches count, whatever HS code they had."""
    found = [deal("Alpha", "Beta", day=DAY - WEEK, goods="ephedrine", hs="340220")]
    draper = weekly("Alpha", "Beta", 12)
    row = deal("Alpha", "Beta", **EPHEDRINE)
    assert told(row, before=[*many(120), *draper], found=found) == {}


def test_an_amount_that_is_many_times_the_usual_one(told: Told) -> None:
    """Five times the median of five lines or more, and more than any."""
    before = [*many(120), *weekly("Alpha", "Beta", 5, **EPHEDRINE, net_mg=2 * 10**6)]
    said = told(deal("Alpha", "Beta", **EPHEDRINE, net_mg=10**7), before=before)
    assert said["amount-unusual"].startswith("10 kg is more than the importer Beta has had")
    assert told(deal("Alpha", "Beta", **EPHEDRINE, net_mg=10**7 - 1), before=before) == {}


def test_machines_and_chemicals_for_one_receiver(told: Told) -> None:
    """In whichever order within a year; the sender may be another one."""
    press = {"goods": "rotary tablet press machine, 1 set", "hs": "847989"}
    found = [deal("Gamma", "Beta", day=DAY - WEEK, **EPHEDRINE)]
    said = told(deal("Alpha", "Beta", **press), found=found)
    assert (
        "for the importer Beta, the intended recipient of Ephedrine on 2026-11-13"
        in (said["equipment-after"])
    )
    found = [deal("Gamma", "Beta", day=DAY - WEEK, **press)]
    assert "equipment-after" in told(deal("Alpha", "Beta", **EPHEDRINE), found=found)
    found = [deal("Beta", "Delta", day=DAY - WEEK, **press)]
    assert "equipment-after" not in told(deal("Alpha", "Delta-2", **EPHEDRINE), found=found)
    found = [deal("Gamma", "Beta", day=DAY - timedelta(days=366), **press)]
    assert "equipment-after" not in told(deal("Alpha", "Beta", **EPHEDRINE), found=found)


def test_results_of_inspections_feed_back(told: Told) -> None:
    """Discrepancies are reported together with confirmations; later results are not."""
    results = [
        Inspected("alpha", DAY - WEEK, "Not as declared"),
        Inspected("alpha", DAY - 2 * WEEK, ""),
        Inspected("alpha", DAY, "Identified"),
        Inspected("beta", DAY - WEEK, ""),
    ]
    said = told(deal("Alpha", "Beta", **EPHEDRINE), inspected=results)
    assert list(said) == ["inspected-before"]
    assert said["inspected-before"].endswith("Not as declared (2026-11-13); as declared: 1")


def test_the_past_adds_little_and_changes_no_identity(
    past: Callable[..., list[Alert]], rules: AlertRules
) -> None:
    """The total is limited by the rules; no country is among the reasons."""
    results = [Inspected("alpha", DAY - WEEK, "Not as declared")]
    rows = [deal("Alpha", "Beta", **EPHEDRINE, origin="CN")]
    (before,) = past(*rows)
    (alert,) = past(*rows, before=many(120), inspected=results)
    assert (alert.id, alert.score - before.score) == (before.id, 11)
    assert alert.rank - before.rank == 11 + rules.order_of(alert.reasons) == 11 + 40


def test_the_past_alone_makes_no_alert(past: Callable[..., list[Alert]]) -> None:
    """New traders with ordinary goods are nothing to look at."""
    assert past(deal("Alpha", "Beta"), before=many(120)) == []


def test_later_lines_and_the_order_of_lines_change_nothing(
    past: Callable[..., list[Alert]],
) -> None:
    """Only earlier days speak of a line, and it does not matter where they stand."""
    before = [*many(120), *weekly("Alpha", "Beta", 12, hs="293980")]
    rows = [deal("Alpha", "Beta", **EPHEDRINE), deal("Alpha", "Gamma", **EPHEDRINE)]
    first = {alert.row: alert.reasons for alert in past(*rows, before=before)}
    later = [deal("Alpha", "Beta", day=DAY + WEEK, **EPHEDRINE)]
    mixed = [*before, *later]
    random.Random(7).shuffle(mixed)
    assert {alert.row: alert.reasons for alert in past(*rows, before=mixed)} == first
