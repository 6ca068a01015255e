"""Inspection and laboratory results: reading."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, select

from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.columns import decode
from tidewaiter.store.core.database import Work
from tidewaiter.trade.rules.results import Observed, Result, Withdrawal


def find_result(work: Work, number: int) -> Result | None:
    """Find a result by its id."""
    query = _results().where(tables.result.c.id == number)
    row = work.connection.execute(query).mappings().one_or_none()
    return _result(row) if row else None


def results_of(work: Work, alerts: Sequence[str]) -> dict[str, list[Result]]:
    """Read all results of alerts, in order of entry.

    Args:
        work: Any transaction.
        alerts: Ids.

    Returns:
        By alert id; alerts without results are omitted.
    """
    c = tables.result.c
    found: dict[str, list[Result]] = {}
    for few in slices(alerts):
        some = _results().where(c.alert.in_(few)).order_by(c.id)
        for row in work.connection.execute(some).mappings():
            found.setdefault(row["alert"], []).append(_result(row))
    return found


def _results() -> Select[Any]:
    r, w = tables.result, tables.result_withdrawn.c
    gone = [w[name].label(f"gone_{name}") for name in ("reason", "note", "by", "at")]
    return select(r, *gone).select_from(r.outerjoin(tables.result_withdrawn))


def _result(row: RowMapping) -> Result:
    gone = {name: row[f"gone_{name}"] for name in ("reason", "note", "by", "at")}
    return Result(
        id=row["id"],
        alert=row["alert"],
        observed=decode(row["payload"], Observed, f"result {row['id']}"),
        replaces=row["replaces"],
        by=row["by"],
        at=row["at"],
        withdrawn=None if gone["at"] is None else Withdrawal(**gone),
    )
