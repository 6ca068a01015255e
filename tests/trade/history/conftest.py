"""What tests of the past share: lines of made traders, an alert, and what the past says of it."""

import pickle
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from msgspec import structs

from tidewaiter.base.phrases import english
from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import Together
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.history.reasons import Past
from tidewaiter.trade.history.relevant_lines import Narrowing
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.types import Alert, Reason

DAY = date(2026, 11, 20)
Row = dict[str, Any]


def deal(sender: str, receiver: str, **more: Any) -> Row:
    """Make a line between two traders: ordinary goods on a day, unless `more` says otherwise."""
    day = more.pop("day", DAY)
    parties = [{"role": "exporter", "name": sender}, {"role": "importer", "name": receiver}]
    return {
        "goods": "cotton shirts",
        "hs": "610510",
        "net_mg": 10**9,
        "departure": day,
        "parties": parties,
        **more,
    }


def many(count: int, **more: Any) -> list[Row]:
    """Make so many earlier lines of traders that are in no other, from a year before on."""
    return [
        deal(f"Old {place}", f"Shop {place}", day=DAY - timedelta(days=365 - place % 300), **more)
        for place in range(count)
    ]


@pytest.fixture
def past(
    registry: Registry,
    rules: AlertRules,
    batch: Callable[..., pa.RecordBatch],
    screen: Callable[..., Screened],
) -> Callable[..., list[Alert]]:
    """Screen lines; return the alerts with what the past says of them.

    Lines that are narrowed first, and a past that another process takes up, say the same.
    """

    def marked(
        *rows: Row,
        before: Sequence[Row] = (),
        found: Sequence[Row] = (),
        inspected: Sequence[Inspected] = (),
        allowed: Sequence[Allowed] = (),
        by: AlertRules = rules,
        said: Sequence[Reason] = (),
    ) -> list[Alert]:
        alerts = screen(*rows).alerts
        here, then = batch(*rows), batch(*before, *found)
        made = begun(alerts, allowed, by)
        made.look(here, earlier=False, whole=True)
        made.look(then, earlier=True, whole=True)
        hear(made, alerts, found, inspected)
        asked = [structs.replace(each, reasons=(*each.reasons, *said)) for each in alerts]
        told = [made.mark(alert) for alert in asked]
        narrowed = begun(alerts, allowed, by)
        for lines, earlier in ((here, False), (then, True)):
            some = Narrowing(narrowed.wanted, DAY).narrow(lines, earlier=earlier)
            some.tell(narrowed, earlier=earlier)
        hear(narrowed, alerts, found, inspected)
        if not allowed:  # a register has no part in what goes to another process
            elsewhere = begun((), (), by)
            elsewhere.take(pickle.loads(pickle.dumps(narrowed.settle())))  # noqa: S301 - our own
            narrowed = elsewhere
        assert [narrowed.mark(alert) for alert in asked] == told
        return told

    def begun(alerts: Sequence[Alert], allowed: Sequence[Allowed], by: AlertRules) -> Past:
        made = Past(registry, by, Together(registry, by, DAY), DAY)
        made.allow(allowed)
        for alert in alerts:
            made.want(alert.line, alert.substances)
        return made

    def hear(
        made: Past, alerts: Sequence[Alert], found: Sequence[Row], inspected: Sequence[Inspected]
    ) -> None:
        for alert in screen(*found).alerts:
            made.add(structs.replace(alert, id=f"of another file {alert.id}"), earlier=True)
        for alert in alerts:
            made.add(alert)
        made.add_inspected(inspected)

    return marked


@pytest.fixture
def told(past: Callable[..., list[Alert]], rules: AlertRules) -> Callable[..., dict[str, str]]:
    """Screen one line that is an alert; return the sentences of the past, by rule."""

    def said(row: Row, **more: Any) -> dict[str, str]:
        (alert,) = past(row, **more)
        return {e.rule: english(e.says) for e in alert.reasons if e.rule in rules.past.rules}

    return said
