"""Amounts in alerts: each limit one unit below and above, what they take off and what never."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tidewaiter.base.phrases import english
from tidewaiter.trade.amounts import Amount, amount_of
from tidewaiter.trade.rules.alert_rules import AlertRules, Levels, Rule
from tidewaiter.trade.types import Alert, Holding, Line, Party

Between = Callable[..., tuple[Alert, ...]]
LITRES = 1_000_000  # microlitres


def _law(alert: Alert, regime: str) -> Holding:
    return next(each for each in alert.law if each.regime == regime)


def _points(alert: Alert) -> dict[str, int]:
    return {reason.rule: reason.points for reason in alert.reasons}


@pytest.mark.parametrize(
    ("goods", "row", "answer"),
    [
        ("acetone", {"volume_ul": 100 * LITRES - 1, "percent": "95"}, "free by amount"),
        ("acetone", {"volume_ul": 100 * LITRES, "percent": "95"}, "controlled"),
        ("acetone", {"volume_ul": 100 * LITRES, "percent": "89.9999"}, "free by amount"),
        ("acetone", {"volume_ul": 100 * LITRES, "percent": "90"}, "controlled"),
        ("acetone", {"volume_ul": 100 * LITRES}, "not assessable"),
        ("acetone", {"net_mg": 1}, "not assessable"),
        ("acetone", {}, "controlled"),
        ("acetone", {"volume_ul": 0, "net_mg": 0}, "controlled"),
        ("acetone 89 %", {"volume_ul": 500 * LITRES}, "free by amount"),
        ("acetone 90 %", {"volume_ul": 500 * LITRES}, "controlled"),
        ("acetone 20 % min", {"volume_ul": 500 * LITRES}, "not assessable"),
        ("acetone", {"volume_ul": 500 * LITRES, "percent": ">=20"}, "not assessable"),
        ("acetone", {"volume_ul": 500 * LITRES, "percent": ">=90"}, "controlled"),
        ("acetone 20 %", {"volume_ul": 500 * LITRES, "percent": "95"}, "controlled"),
        ("acetone", {"volume_ul": 500 * LITRES, "percent": "0"}, "not assessable"),
        ("hydrochloric acid 29 %", {"volume_ul": 500 * LITRES}, "free by amount"),
        ("hydrochloric acid 30 %", {"volume_ul": 500 * LITRES}, "controlled"),
        ("acetic anhydride 89.9%", {"volume_ul": 1}, "free by amount"),
        ("acetic anhydride 90%", {"volume_ul": 1}, "controlled"),
    ],
    ids=str,
)
def test_australia_frees_by_volume_and_content(
    goods: str, row: dict[str, Any], answer: str, between: Between
) -> None:
    """Exports from 100 l and of 90 % (acids 30 %) are held; whatever is not told frees nothing."""
    (alert,) = between("AU", "MX", {"goods": goods, **row})
    assert _law(alert, "au-precursors").answer == answer
    freed = any(reason.rule == "free" for reason in alert.reasons)
    assert freed is (answer == "free by amount")


def test_the_sum_and_the_rule_are_printed(between: Between) -> None:
    """The answer is given with the goods, the amount, the limit, its clause and the verdict."""
    (alert,) = between("AU", "MX", {"goods": "acetone 95 %", "volume_ul": 250 * LITRES})
    (said,) = _law(alert, "au-precursors").amounts
    assert english(said).startswith(
        "250 l at 95 %: concentration 95 %; 250 l counted; threshold: 100 l or more"
    )
    assert "Regulations 1958" in english(said)
    assert english(said).endswith("; not exempt")
    (alert,) = between("AU", "MX", {"goods": "acetone"})
    told = english(_law(alert, "au-precursors").amounts[0])
    assert told.endswith("; no quantity in the document")
    assert [each.amounts for each in alert.law if each.regime == "mx-precursors"] == [()]


@pytest.mark.parametrize(
    ("percent", "score", "severity"), [("2.2", 28, "low"), ("2.3", 73, "high")]
)
def test_a_free_content_takes_off_what_its_listing_added(
    percent: str, score: int, severity: str, between: Between
) -> None:
    """Iodine of 2.2 % or less is outside the American list, and no other list weighs in."""
    row = {"goods": "iodine crystals", "cas": ["7553-56-2"], "percent": percent}
    (alert,) = between("DE", "US", row)
    assert (alert.score, alert.severity) == (score, severity)
    assert alert.score == sum(reason.points for reason in alert.reasons)
    assert _points(alert).get("free", 0) == (-45 if percent == "2.2" else 0)
    duties = _law(alert, "us-listed-chemicals").duties
    assert bool(duties) is (percent == "2.3")


def test_other_listings_go_on_to_weigh(between: Between) -> None:
    """What Australia frees is in the UN tables too, so that nothing is taken off."""
    (free,) = between("AU", "MX", {"goods": "acetone", "volume_ul": 1, "percent": "95"})
    (held,) = between("AU", "MX", {"goods": "acetone", "volume_ul": 10**12, "percent": "95"})
    assert _points(free)["free"] == 0
    assert free.score == held.score
    reason = next(each for each in free.reasons if each.rule == "free")
    assert reason.source == "au-odc-pen"
    assert "0.000001 l at 95 %" in english(reason.says)


@pytest.mark.parametrize(("least", "score"), [(27, 28), (28, 28), (29, 29), (73, 73)])
def test_no_amount_drops_an_alert(
    least: int, score: int, between: Between, rules: AlertRules
) -> None:
    """Never is more taken off than leaves the least score of an alert."""
    levels = Levels(critical=90, high=80, medium=75, low=least)
    by = msgspec.structs.replace(rules, severity=levels)
    row = {"goods": "iodine crystals", "cas": ["7553-56-2"], "percent": "1.5"}
    (alert,) = between("DE", "US", row, by=by)
    assert (alert.score, alert.severity) == (score, "low")


@pytest.mark.parametrize(("points", "score"), [(0, 73), (-10, 63), (-100, 28)])
def test_an_authority_settles_what_is_taken_off(
    points: int, score: int, between: Between, rules: AlertRules
) -> None:
    """The points of the rule are the most that it takes off; 0 switches it off."""
    free = Rule(points=points, text=rules.check["free"].text)
    by = msgspec.structs.replace(rules, check={**rules.check, "free": free})
    row = {"goods": "iodine crystals", "cas": ["7553-56-2"], "percent": "1.5"}
    assert between("DE", "US", row, by=by)[0].score == score


@pytest.mark.parametrize(
    ("mass", "answer"),
    [(1, "not assessable"), (1_499_999_999, "not assessable"), (1_500_000_000, "controlled")],
)
def test_a_monthly_limit_frees_nothing_without_the_month(
    mass: int, answer: str, between: Between
) -> None:
    """American imports of acetone are regulated from 1,500 kg a month, of the whole mixture."""
    (bare,) = between("DE", "US", {"goods": "acetone"})
    (alert,) = between("DE", "US", {"goods": "acetone", "net_mg": mass, "percent": "20"})
    assert alert.score >= bare.score
    held = _law(alert, "us-listed-chemicals")
    assert held.answer == answer
    assert not any("[unverified]" in english(said) for said in held.amounts)


def test_a_gross_mass_is_told_as_at_most(between: Between) -> None:
    """A gross mass counts only where nothing better is given, and never as more than a bound."""
    goods = "phenylacetic acid"
    (alert,) = between("DE", "US", {"goods": goods, "gross_mg": 5_000_000})
    said = " ".join(map(english, _law(alert, "us-listed-chemicals").amounts))
    assert "5 kg gross: at most 5 kg counted, as only the gross mass is given" in said
    (alert,) = between("DE", "US", {"goods": goods, "gross_mg": 5_000_000, "net_mg": 4_000_000})
    said = " ".join(map(english, _law(alert, "us-listed-chemicals").amounts))
    assert "4 kg: 4 kg counted" in said
    assert "gross" not in said


def test_what_of_a_line_counts() -> None:
    """Net before gross, never a zero, and the party with its name folded."""
    line = Line(
        row=1,
        consignment="C",
        seq=1,
        gross_mg=9,
        volume_ul=5,
        percent=">=40",
        parties=(Party(role="importer", name=" ÉJEMPLO  S.A. "),),
    )
    assert amount_of(line, ()) == Amount(None, 5, Decimal(40), True, False, "ejemplo s.a.")
    bare = msgspec.structs.replace(line, volume_ul=0, percent="0", parties=None)
    assert amount_of(bare, ()) == Amount(9, None, None, False, True, "")
    assert not amount_of(msgspec.structs.replace(bare, gross_mg=0), ()).given
    assert english(amount_of(line, ()).said) == "0.000005 l at 40 % or more"


def test_two_contents_that_differ_are_none(between: Between) -> None:
    """Where two mentions give two contents, neither frees the goods."""
    row = {"goods": "acetone 20 %", "commercial": "acetone 95 %", "volume_ul": 500 * LITRES}
    (alert,) = between("AU", "MX", row)
    assert _law(alert, "au-precursors").answer == "not assessable"
    row["commercial"] = "acetone 20 %"
    (alert,) = between("AU", "MX", row)
    assert _law(alert, "au-precursors").answer == "free by amount"


def test_a_column_is_of_no_substance_where_two_are_named(between: Between) -> None:
    """A content of goods of two substances may be of either; one beside a name is its own."""
    row = {"volume_ul": 500 * LITRES, "percent": "20"}
    for goods, answer in (
        ("acetone", "free by amount"),
        ("acetone, free of toluene", "free by amount"),
        ("acetone and toluene", "not assessable"),
        ("acetone 20 % and toluene", "free by amount"),
    ):
        (alert,) = between("AU", "MX", {"goods": goods, **row})
        held = [h for h in alert.law if (h.substance, h.regime) == ("acetone", "au-precursors")]
        assert [each.answer for each in held] == [answer], goods


def test_an_amount_changes_no_identity(between: Between) -> None:
    """An alert is the same one, whatever its amount."""
    rows = [{"goods": "acetone"}, {"goods": "acetone", "volume_ul": 1, "percent": "95"}]
    ids = {between("AU", "MX", row)[0].id for row in rows}
    assert len(ids) == 1
