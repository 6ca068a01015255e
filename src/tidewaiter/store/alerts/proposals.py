"""Proposals: what of an act on many alerts waits for a second officer, and how that ended."""

from collections.abc import Sequence
from typing import Literal

from sqlalchemy import insert, select, update

from tidewaiter.base.records import Record
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import plain
from tidewaiter.store.slices import slices
from tidewaiter.store.terms import change_terms, numbers_of

PROPOSED = "proposed:"
"""The term of an alert of which a decision waits for a second officer."""

State = Literal["waiting", "confirmed", "rejected", "withdrawn", "overtaken"]
"""withdrawn: with the whole act; overtaken: someone decided the alert by itself meanwhile."""


class Proposal(Record, frozen=True, kw_only=True):
    """A decision on one alert that a second officer confirms or rejects."""

    batch: int
    alert: str
    state: State
    settled_by: str | None  # None: it waits
    settled_at: str | None  # ISO 8601, UTC


def propose(work: Work, batch: int, alerts: Sequence[str]) -> None:
    """Let a decision on alerts wait for a second officer.

    Args:
        work: Begun with a stamp.
        batch: The act that it is of.
        alerts: Ids, each once; none of them waits already.
    """
    rows = [{"batch": batch, "alert": name, "state": "waiting"} for name in alerts]
    if rows:
        work.connection.execute(insert(tables.decision_proposal), rows)
        change_terms(work, {PROPOSED: list(numbers_of(work, alerts).values())})


def proposals(work: Work, batch: int) -> list[Proposal]:
    """Read what was proposed with an act, by alert."""
    p = tables.decision_proposal.c
    wanted = select(tables.decision_proposal).where(p.batch == batch).order_by(p.alert)
    return [Proposal(**row) for row in work.connection.execute(wanted).mappings()]


def waiting_on(work: Work, alerts: Sequence[str]) -> dict[str, int]:
    """Return the act that waits for a second officer, by alert; of the others there is none."""
    p = tables.decision_proposal.c
    found: dict[str, int] = {}
    for some in slices(alerts):
        wanted = select(p.alert, p.batch).where(p.alert.in_(some), p.state == "waiting")
        found |= {alert: batch for alert, batch in work.connection.execute(wanted)}  # noqa: C416
    return found


def settle(work: Work, alerts: Sequence[str], state: State) -> list[str]:
    """End what waits on alerts.

    Args:
        work: Begun with a stamp, which says by whom and when.
        alerts: Ids; those on which nothing waits are passed over.
        state: How it ended.

    Returns:
        The alerts on which something waited.
    """
    waited = list(waiting_on(work, alerts))
    stamp, p = stamp_of(work), tables.decision_proposal.c
    values = {"state": state, "settled_by": plain(stamp.who), "settled_at": moment(stamp.at)}
    for some in slices(waited):
        change = update(tables.decision_proposal)
        work.connection.execute(
            change.where(p.alert.in_(some), p.state == "waiting").values(**values)
        )
    if waited:
        change_terms(work, {}, {PROPOSED: list(numbers_of(work, waited).values())})
    return waited
