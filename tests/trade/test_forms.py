"""Forms: an alert weighs an ester or a salt by the laws that hold it."""

from collections.abc import Callable
from datetime import date

import pytest

from tidewaiter.base.phrases import english
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.types import Alert

Screen = Callable[..., Screened]


def _alert(screen: Screen, goods: str, *ends: str) -> Alert:
    """Screen one line between two countries, and return its alert."""
    functions = zip(("loading", "destination"), ends, strict=False)
    route = [{"function": function, "country": code} for function, code in functions]
    (alert,) = screen({"goods": goods, "route": route}, day=date(2026, 1, 15)).alerts
    return alert


@pytest.mark.parametrize(
    ("goods", "ends", "severity"),
    [
        ("Methyl anthranilate perfumery grade", ("CN", "DE"), "low"),
        ("Methyl phenylacetate", ("TD", "FR"), "low"),
        ("Ethyl phenylacetate", ("GB", "CA"), "low"),
        ("Methyl anthranilate perfumery grade", ("CN", "US"), "high"),
        ("Ethyl phenylacetate", ("US", "MX"), "high"),
        ("Methyl anthranilate perfumery grade", (), "high"),
        ("Anthranilic acid", ("CN", "DE"), "high"),
        ("Sodium phenylacetate", ("CN", "DE"), "high"),
    ],
)
def test_an_ester_weighs_what_the_laws_of_its_route_hold(
    screen: Screen, goods: str, ends: tuple[str, ...], severity: str
) -> None:
    """A flavour is ordinary goods between countries that do not control it."""
    assert _alert(screen, goods, *ends).severity == severity


def test_listings_of_an_alert_say_whether_they_hold_the_form(screen: Screen) -> None:
    """On the route and off it, a listing that leaves the form out says so."""
    alert = _alert(screen, "Methyl anthranilate perfumery grade", "CN", "DE")
    answers = {each.regime: each.answer for each in alert.law}
    assert answers["us-listed-chemicals"] == "controlled"
    left_out = {"un-1988", "eu-precursors", "uk-precursors", "cn-precursors", "ca-precursors"}
    assert {answers[each] for each in left_out | {"mx-precursors"}} == {"not listed"}
    assert "Methyl anthranilate" in english(alert.title)
    assert alert.substances == ("anthranilic-acid",)
