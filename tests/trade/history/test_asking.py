"""Which traders a past keeps: those of lines that are asked about, and no others."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pyarrow as pa
from tests.trade.history.conftest import DAY, deal, many

from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.history.reasons import Past
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Line, line_of

Batch = Callable[..., pa.RecordBatch]


def _asked(batch: Batch, rows: Iterable[dict[str, Any]]) -> list[Line]:
    return [line_of(row) for row in batch(*rows).to_pylist()]


def test_traders_that_no_line_asks_about_are_not_kept_and_nothing_else_is_said(
    registry: Registry, rules: AlertRules, batch: Batch
) -> None:
    """Where every line of a file may become an alert, its own traders are all that count."""
    old = [deal("Alpha", f"Shop {n}", day=DAY - timedelta(days=300 - n)) for n in range(60)]
    before = batch(*many(400), *old)
    lines = _asked(batch, [deal("Alpha", "Shop 3", hs="282300"), deal("Nova", "Shop 7")])
    said = []
    for everyone in (False, True):
        made = Past(registry, rules, Together(registry, rules, DAY), DAY, everyone=everyone)
        for line in lines:
            made.want(line)
        made.look(before, earlier=True, whole=True)
        said.append([made.reasons(line) for line in lines])
        book = made.settle().book
        assert (book.trader("old 5").before(DAY) == 1) == everyone
        assert book.trader("alpha").before(DAY) == 60
    assert said[0] == said[1]
    told = {reason.rule for reasons in said[0] for reason in reasons}
    assert told >= {"trader-new", "trade-change"}


def test_what_lines_ask_about_goes_to_another_process(
    registry: Registry, rules: AlertRules, batch: Batch
) -> None:
    """Traders, subheadings and containers that are asked for elsewhere are asked for here."""
    parts = [Past(registry, rules, Together(registry, rules, DAY), DAY) for _ in range(3)]
    rows = [deal("Alpha", "Beta", containers=["MSCU1234566"]), deal("Gamma", "Alpha", hs="282300")]
    for line, part in zip(_asked(batch, rows), parts[1:], strict=True):
        part.want(line)
        parts[0].ask(part.asking)
    wanted = parts[0].wanted
    assert set(wanted.traders or ()) == {"alpha", "beta", "gamma"}
    assert set(wanted.headings) == {"610510", "282300"}
    assert set(wanted.containers) == {"MSCU1234566"}
