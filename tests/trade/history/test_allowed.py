"""Lines that pass together what a paper, or a declared need, allows."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec import structs
from tests.trade.history.conftest import DAY, Row, deal

from tidewaiter.base.phrases import Phrase, as_written
from tidewaiter.trade.history.allowances import Allowed, trader_key
from tidewaiter.trade.types import Alert, Reason

Told = Callable[..., dict[str, str]]
KG = 10**6
PAPER = Allowed(
    what="paper",
    name=Phrase("allowance/paper", paper="export permit", number="PE/1"),
    number="PE/1",
    substance="acetone",
    mass_mg=100 * KG,
    source="the permit",
)
NEED = Allowed(
    what="need",
    name=Phrase("allowance/need", name="op-1", year="2026"),
    traders=("beta",),
    substance="acetone",
    country="CO",
    mass_mg=100 * KG,
    content=True,
    since=date(2026, 1, 1),
    until=date(2026, 12, 31),
    source="the list",
)
ROUTE = [{"function": "loading", "country": "DE"}, {"function": "destination", "country": "CO"}]
ELSEWHERE = [*ROUTE[:1], {"function": "destination", "country": "PE"}]


def lot(kilos: int, days: int = 0, **more: Any) -> Row:
    """Make a line of acetone under the permit, some days before."""
    said = {"goods": "acetone", "hs": "291411", "net_mg": kilos * KG, "percent": "100"}
    said |= {"licences": ["pe 1"], "route": ROUTE, "day": DAY - timedelta(days=days), **more}
    return deal("Alpha", "Beta", **said)


def test_lines_under_one_number_add_up(told: Told) -> None:
    """Earlier files count, with the number in any spelling; up to the amount is allowed."""
    said = told(lot(41), found=[lot(30, 10), lot(30, 20)], allowed=[PAPER])
    assert said["over-quota"] == (
        "3 lines of Acetone under export permit PE/1 total 101 kg since 2026-10-31; the authorised "
        "quantity is 100 kg"
    )
    assert "over-quota" not in told(lot(40), found=[lot(60, 10)], allowed=[PAPER])
    wide = lot(60, 10, licences=["ＰＥ／１"])
    assert "over-quota" in told(lot(41), found=[wide], allowed=[PAPER])


def test_papers_of_one_number_must_all_be_passed(told: Told) -> None:
    """Two authorities may issue the same number, and a line does not say which."""
    larger = structs.replace(PAPER, name="import permit PE-1", mass_mg=110 * KG)
    allowed, found = [PAPER, larger], [lot(60, 10)]
    assert "over-quota" not in told(lot(45), found=found, allowed=allowed)
    assert "over-quota" in told(lot(55), found=found, allowed=allowed)


@pytest.mark.parametrize(
    "other",
    [
        lot(90, 10, licences=["PE/2"]),
        lot(90, 10, goods="toluene", hs="290230"),
        lot(90, -5),
        lot(90, 10, net_mg=None, gross_mg=90 * KG),
        lot(90, 10, net_mg=None, volume_ul=90 * KG),
    ],
    ids=["another paper", "other goods", "later", "gross", "another measure"],
)
def test_what_does_not_count(told: Told, other: Row) -> None:
    """Another number or substance, a later line, and what cannot be compared."""
    assert "over-quota" not in told(lot(41), found=[other], allowed=[PAPER])


def test_a_declared_need_is_of_its_year_and_country(told: Told) -> None:
    """By the name of the receiver or its number; the content counts, not the goods."""
    mine = {"found": [lot(80, 30)], "allowed": [NEED]}
    assert told(lot(41), **mine)["over-need"] == (
        "2 lines of Acetone for the importer Beta total 121 kg since 2026-10-21; the annual "
        "requirement of op-1 for 2026 is 100 kg"
    )
    assert "over-need" not in told(lot(41, percent="40"), **mine)
    assert "over-need" not in told(lot(41, percent=None), **mine)
    assert "over-need" not in told(lot(41, route=ELSEWHERE), **mine)
    assert "over-need" not in told(lot(41), found=[lot(80, 400)], allowed=[NEED])


def test_a_receiver_is_known_by_its_number_too(told: Told) -> None:
    """Whatever name is given with it."""
    parties = [{"role": "importer", "name": "Betta", "id": "QE-1"}]
    need = [
        Allowed(
            what="need",
            name=as_written("its need"),
            traders=(trader_key("qe1"),),
            mass_mg=KG,
            substance="acetone",
            source="the list",
        )
    ]
    assert "over-need" in told(lot(41) | {"parties": parties}, allowed=need)


def test_each_line_is_told_on_its_day(past: Callable[..., list[Alert]]) -> None:
    """The one before the excess is not told, and no line is a sum."""
    rows = [lot(60, 3), lot(60, 2), lot(1, 1)]
    found = past(*rows, allowed=[PAPER])
    told = [[each.points for each in alert.reasons if each.rule == "over-quota"] for alert in found]
    assert told == [[], [8], [8]]


@pytest.mark.parametrize(("points", "left"), [(15, 0), (0, 8)])
def test_what_the_register_says_itself_counts_once(
    past: Callable[..., list[Alert]], points: int, left: int
) -> None:
    """Where its own rule has points; one that an authority set to nothing takes nothing away."""
    said = Reason(
        rule="register-exceeded", says=as_written("More."), points=points, source="the register"
    )
    (alert,) = past(lot(101), allowed=[PAPER], said=[said])
    assert [each.points for each in alert.reasons if each.rule == "over-quota"] == [left]
