"""Lines of one trader, each below a limit of law, that reach it together within some weeks."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from tests.trade.history.conftest import Row, deal

from tidewaiter.base.phrases import english
from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.history.reasons import Past
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.types import Alert

# In the United States 1,023 kg of acetic anhydride in a calendar month are the limit.
DAY = date(2026, 11, 28)
US = [{"function": "loading", "country": "US"}, {"function": "destination", "country": "CO"}]


def drums(receiver: str, kilos: int, days: int, **more: Any) -> Row:
    """Make a line of acetic anhydride for a receiver, some days before."""
    return deal(
        "Hafen Inc",
        receiver,
        day=DAY - timedelta(days=days),
        goods="acetic anhydride",
        hs="291524",
        net_mg=kilos * 10**6,
        route=US,
        **more,
    )


@pytest.fixture
def split(
    registry: Registry, rules: AlertRules, screen: Callable[..., Screened]
) -> Callable[..., list[list[str]]]:
    """Screen lines; return the sums that each is part of."""

    def found(*rows: Row) -> list[list[str]]:
        together = Together(registry, rules, DAY)
        past = Past(registry, rules, together, DAY)
        alerts = screen(*rows).alerts
        for alert in alerts:
            together.add(alert)
            past.add(alert)
        marked: list[Alert] = [past.mark(together.mark(alert)) for alert in alerts]
        return [[english(e.says) for e in alert.reasons if e.rule == "split"] for alert in marked]

    return found


def test_small_lines_to_several_receivers_reach_the_limit(
    split: Callable[..., list[list[str]]],
) -> None:
    """The law adds up pairs of parties per month; here it is one sender, for any recipients."""
    rows = [drums(f"Casa {place}", 400, 3 * place) for place in range(3)]
    told = split(*rows)
    assert all(len(each) == 1 for each in told)
    assert told[0][0].startswith("Hafen Inc (exporter): 3 lines of Acetic anhydride, 2026-11-22")
    assert (
        "(other parties or addresses: 3), each below the threshold, total 1,200 kg" in (told[0][0])
    )


@pytest.mark.parametrize(
    "rows",
    [
        [drums("Casa A", 400, 0), drums("Casa B", 400, 3)],  # two lines
        [drums(f"Casa {place}", 300, place) for place in range(3)],  # 900 kg
        [drums(f"Casa {place}", 400, 20 * place) for place in range(3)],  # 40 days
        [drums(f"Casa {place}", 100, place) for place in range(11)],  # tiny parts each
        [drums("Casa A", 400, place) for place in range(3)],  # the law itself adds these up
        [drums(f"Casa {place}", 1_100, place) for place in range(3)],  # each is above
    ],
)
def test_what_is_no_split(split: Callable[..., list[list[str]]], rows: list[Row]) -> None:
    """Few lines, too little, too long, tiny ones; what reaches a limit alone or by law itself."""
    assert split(*rows) == [[]] * len(rows)


def test_one_pair_over_the_end_of_a_month(split: Callable[..., list[list[str]]]) -> None:
    """The law restarts with each month, and a trader may exploit that."""
    days = [0, 27, 29]  # 28, 1 November and 30 October
    assert all(split(*(drums("Casa A", 400, each) for each in days)))


def test_another_address_is_another_place(split: Callable[..., list[list[str]]]) -> None:
    """One receiver with three sites, each small."""
    rows = []
    for place in range(3):
        row = drums(f"Casa {place}", 400, place)
        row["parties"][1] |= {"name": f"Casa {place}", "address": f"Calle {place}"}
        rows.append(row)
    assert all(split(*rows))


def test_the_past_of_a_batch_without_parties_is_empty(
    registry: Registry, rules: AlertRules, batch: Callable[..., pa.RecordBatch]
) -> None:
    """Papers without parties, masses and days are taken as they are."""
    past = Past(registry, rules, Together(registry, rules, DAY), DAY, everyone=True)
    rows = batch({"goods": "paper"}, {"goods": "paper", "hs": "4802", "parties": []})
    past.look(rows, earlier=True)
    past.look(rows.slice(0, 0), earlier=False)


def test_a_limit_that_was_read_weighs(
    registry: Registry, rules: AlertRules, screen: Callable[..., Screened]
) -> None:
    """Australia frees exports below 100 l of acetone a consignment; what is remembered weighs 0."""
    au = [{"function": "loading", "country": "AU"}, {"function": "destination", "country": "NZ"}]
    rows = [drums(f"Casa {n}", 1, n) for n in range(3)]
    rows = [
        {**row, "goods": "acetone 99 %", "net_mg": None, "volume_ul": 60 * 10**6, "route": au}
        for row in rows
    ]
    together = Together(registry, rules, DAY)
    past = Past(registry, rules, together, DAY)
    alerts = screen(*rows).alerts
    for alert in alerts:
        past.add(alert)
    for alert in map(past.mark, alerts):
        (made,) = [each for each in alert.reasons if each.rule == "split"]
        assert (made.points, "total 180 l" in english(made.says)) == (6, True)
