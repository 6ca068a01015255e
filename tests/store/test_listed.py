"""Completed inspection lists: training data from alerts and from lines without one."""

from collections.abc import Callable
from datetime import date

from msgspec import structs

from tidewaiter.casework.selection.types import Arm
from tidewaiter.casework.selection.yields import Listed
from tidewaiter.store.alerts.result_entry import add_result
from tidewaiter.store.core.database import Database, Stamp
from tidewaiter.store.ranking import inspected_in, outcomes
from tidewaiter.store.screening.runs import Batch, Run, Source, add_batch, begin_screening
from tidewaiter.store.selection import Days, file_label
from tidewaiter.trade.rules.results import Observed

LOOK = Observed(
    kind="inspection",
    outcome="as-declared",
    day=date(2026, 3, 1),
    person="Team 4",
    checks=("opened",),
)


def test_lists_teach_of_lines_without_an_alert(
    database: Database,
    stamp: Stamp,
    reading: tuple[Source, Run],
    make_batch: Callable[[int, int], Batch],
) -> None:
    """A result counts before a list; a line that is an alert now counts as one; secrets do not."""
    source, run = reading
    batch = make_batch(1, 8)
    secret = structs.replace(batch.alerts[3], restricted=True)
    with database.work(stamp) as work:
        kept = structs.replace(batch, alerts=[*batch.alerts[:3], secret])
        add_batch(work, begin_screening(work, source, run).id, kept)
        add_result(work, "alert-3", LOOK)
    label = file_label(source.name, source.sha256)

    def row(number: int, arm: Arm, outcome: str, alert: str = "", file: str = label) -> Listed:
        return Listed(key=f"{file}#{number}", arm=arm, alert=alert, outcome=outcome)

    listed = [
        row(1, "score", "not-as-declared", "alert-1"),
        row(2, "random", "not-as-declared"),  # its alert was added later, or decided before
        row(3, "score", "not-as-declared", "alert-3"),  # the result in the database says otherwise
        row(4, "random", "not-as-declared"),  # a secret
        row(5, "random", "as-declared"),
        row(6, "profile", "not-as-declared"),
        row(6, "random", "as-declared"),  # on two lists: the first counts
        row(7, "random", "could-not-inspect"),
        row(8, "random", ""),
        row(9, "random", "as-declared"),  # no such row
        row(5, "random", "as-declared", file="other.csv"),  # no such file
    ]
    with database.work() as work:
        found = inspected_in(work, listed)
        told = {each.alert.rpartition("#")[2]: each for each in outcomes(work, Days(), found)}
        late = list(outcomes(work, Days(first=date(2030, 1, 1)), found))
    assert {name: (each.hit, each.raised, each.by_lot) for name, each in told.items()} == {
        "alert-1": (True, True, False),
        "alert-2": (True, True, True),
        "alert-3": (False, True, False),
        "5": (False, False, True),
        "6": (True, False, False),
    }
    assert all(each.by_result for each in told.values())
    assert told["5"].values["mentions"] == 0.0
    assert not any(name.startswith("rule ") for name in told["5"].values)
    assert (len(found.lines), found.lost, late) == (2, 3, [])
