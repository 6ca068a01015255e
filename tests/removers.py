"""Alerts on nail polish removers, and rules that suppress them."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from tidewaiter.casework.decisions import Status
from tidewaiter.casework.suppression.rules import Proposal, Suppression
from tidewaiter.casework.suppression.scope import Scope
from tidewaiter.store.alerts.decisions import Wanted, decide, standings
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.queue import count_alerts, matching_ids
from tidewaiter.store.core.database import Database, Stamp, Work
from tidewaiter.store.screening.runs import Batch
from tidewaiter.store.suppression.rules import approve, propose
from tidewaiter.trade.types import Alert, Line, Mention, PartyMatch

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
OFFICER = Stamp(who="reyes", at=DAY)
CHIEF = Stamp(who="okafor", at=DAY)
SCOPE = Scope(substances=("acetone",), phrase="acetone remover", most="high")
DISMISS = Wanted(verdict="dismiss", reason="other-goods")
Make = Callable[..., Alert]
MakeBatch = Callable[[int, int], Batch]
LISTED = PartyMatch(
    role="consignee",
    name="X",
    list="own",
    list_name="Own",
    version="",
    list_day=None,
    entry="1",
    listed_name="X",
    name_kind="primary",
    kind="organisation",
    probability=0.9,
    action="blocked",
)


def remover(make_alert: Make, row: int, **change: object) -> Alert:
    """Make an alert on a nail polish remover, which contains the word of a substance."""
    goods = f"Acetone remover pads {row}"
    facts: dict[str, object] = {
        "severity": "medium",
        "line": Line(row=row, consignment=f"C{row}", seq=1, goods=goods, hs="33043000"),
        "mentions": (
            Mention(
                substance="acetone",
                name="Acetone",
                cas=None,
                field="goods",
                start=0,
                end=7,
                text="Acetone",
                how="exact",
                tier="strong",
                score=0.98,
            ),
        ),
    }
    return make_alert(row, **(facts | change))


def proposal(**change: object) -> Proposal:
    """Make a proposal; keywords replace what it says."""
    facts: dict[str, object] = {
        "scope": SCOPE,
        "reason": "other-goods",
        "owner": "reyes",
        "expires": date(2026, 9, 1),
    }
    return Proposal(**(facts | change))  # type: ignore[arg-type]


def approved(database: Database, **change: object) -> Suppression:
    """Propose a rule and have it approved."""
    with database.work(OFFICER) as work:
        rule = propose(work, proposal(**change))
    with database.work(CHIEF) as work:
        return approve(work, rule).suppression


def counts_of(database: Database) -> dict[str, int]:
    """Count alerts by where they stand, as the queue does."""
    with database.work() as work:
        counts = count_alerts(work, Queue(today=DAY.date(), cleared=True), "status")
    return {name: count for name, count in counts.items() if count}


def standing_ids(work: Work, status: Status) -> list[str]:
    """Return the ids of alerts that the queue finds by a status."""
    wanted = AlertFilter(status=(status,))
    return matching_ids(work, Queue(wanted=wanted, today=DAY.date(), cleared=True), 100)


def decide_of(work: Work, alert: str, wanted: Wanted = DISMISS) -> None:
    """Decide of an alert as it stands."""
    decide(work, standings(work, [alert])[alert], wanted)
