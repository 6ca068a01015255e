"""What the database tells a later screening: results on traders, and alerts of other files."""

from collections.abc import Callable
from datetime import date

from msgspec import structs

from tidewaiter.store.alerts.result_entry import add_result, withdraw_result
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.history import alerts_naming, holds_other, inspected
from tidewaiter.store.screening.runs import Run, Source
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.rules.results import Finding, Observed
from tidewaiter.trade.types import Alert, Party

DAY = date(2026, 2, 1)
WRONG = Observed(
    kind="inspection", outcome="not-as-declared", day=DAY, person="Team 4", checks=("opened",)
)
RIGHT = structs.replace(WRONG, outcome="as-declared")
PAPERS = structs.replace(RIGHT, checks=("documents",))
GONE = structs.replace(WRONG, outcome="not-found", checks=("documents",))
FOUND = Observed(
    kind="laboratory",
    outcome="identified",
    day=DAY,
    person="Laboratory",
    methods=("colour-test",),
    strength="presumptive",
    findings=(Finding(substance="acetone"),),
)


def test_results_are_told_of_both_traders(
    database: Database, stamp: Stamp, put: Callable[..., None], make_alert: Callable[..., Alert]
) -> None:
    """Withdrawn, inconclusive and restricted results are not reported."""
    parties = (Party(role="exporter", name="Älpha AG"), Party(role="consignee", name="Beta"))
    made = [make_alert(row) for row in range(1, 7)]
    alerts = [structs.replace(a, line=structs.replace(a.line, parties=parties)) for a in made]
    alerts[5] = structs.replace(alerts[5], restricted=True, open_id="")
    put(*alerts)
    with database.work(stamp) as work:
        for alert, said in zip(alerts, (WRONG, RIGHT, PAPERS, GONE, FOUND, WRONG), strict=True):
            add_result(work, alert.id, said)
        withdraw_result(work, add_result(work, alerts[1].id, WRONG).id, "entered")
    with database.work() as work:
        told = list(inspected(work))
    says = ["Not as declared", "", "Identified"]
    assert sorted(told) == sorted(
        Inspected(trader, DAY, said) for said in says for trader in ("alpha ag", "beta")
    )


def test_alerts_of_other_files_by_substance(
    database: Database,
    put: Callable[..., None],
    make_alert: Callable[..., Alert],
    reading: tuple[Source, Run],
) -> None:
    """Alerts of the given files are excluded; None selects all substances."""
    alerts = [
        structs.replace(make_alert(row), substances=(slug,))
        for row, slug in ((1, "acetone"), (2, "safrole"))
    ]
    put(*alerts)
    with database.work() as work:
        named = [each.id for _, each in alerts_naming(work, ("safrole",), but=())]
        assert named == [alerts[1].id]
        assert len(list(alerts_naming(work, None, but=()))) == 2
        assert holds_other(work, ())
        assert list(alerts_naming(work, None, but={reading[0].sha256})) == []
        assert not holds_other(work, {reading[0].sha256})
