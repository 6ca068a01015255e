"""What is selected from: lines and open alerts of the files of some days."""

from collections.abc import Callable
from datetime import date

from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.store.selection import Days, lines_seen, open_alerts_seen, restricted_seen
from tidewaiter.trade.types import Alert

TODAY = Days(first=date(2026, 3, 1), last=date(2026, 3, 1))


def test_lines_and_open_alerts_of_some_days(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> None:
    """A decided alert is none to inspect; its line can still be drawn by lot."""
    with database.work(stamp) as work:
        add_batch(work, begin_screening(work, *reading).id, make_batch(1, 4))
        seen = standings(work, ["alert-2"])["alert-2"]
        decide(work, seen, Wanted(verdict="dismiss", reason="other-goods"))
    with database.work() as work:
        lines = list(lines_seen(work, TODAY))
        found: list[tuple[str, Alert]] = list(open_alerts_seen(work, TODAY, restricted=False))
        later = Days(first=date(2026, 3, 2))
        assert not list(lines_seen(work, later))
        assert not list(open_alerts_seen(work, later, restricted=True))
        assert restricted_seen(work, TODAY) == 0
    assert sum(len(batch.lines) for batch in lines) == 4
    assert [alert.id for _, alert in found] == ["alert-1", "alert-3", "alert-4"]
    assert {label for label, _ in found} == {f"manifest.csv@{'a' * 12}"}
