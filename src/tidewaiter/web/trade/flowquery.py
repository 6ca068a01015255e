"""The query of the address of flows: what is added up, and by what."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.flows import Measure
from tidewaiter.consignments.types import Severity
from tidewaiter.report.monthstrip import first_day, last_day, window
from tidewaiter.store.queuefilter import AlertFilter

Month = Annotated[int, msgspec.Meta(ge=12, le=119_986)]
"""Months since the year 0, as the strip of the page counts them."""


class FlowQuery(Record, frozen=True, kw_only=True):
    """What an address asks of flows; what is None does not matter."""

    substance: str | None = None  # slug
    severity: Severity | None = None
    status: Status | None = None
    due_from: date | None = None
    due_to: date | None = None  # the day itself too
    measure: Measure = "alerts"
    first: Month | None = None  # of the strip: it goes before the days
    last: Month | None = None

    def settled(self, today: date) -> "FlowQuery":
        """Return the same query with days in the place of months; all of the strip is any day."""
        if self.first is None and self.last is None:
            return self
        least, most = window(today)
        first, last = sorted((self.first or least, self.last or most))
        whole = first <= least and last >= most
        return msgspec.structs.replace(
            self,
            first=None,
            last=None,
            due_from=None if whole else first_day(first),
            due_to=None if whole else last_day(last),
        )

    def wanted(self) -> AlertFilter:
        """Return the filter of the queue that lets through what is added up."""
        return AlertFilter(
            substance=(self.substance,) if self.substance else (),
            severity=(self.severity,) if self.severity else (),
            status=(self.status,) if self.status else (),
            due_from=self.due_from,
            due_to=self.due_to,
        )


def written(query: FlowQuery) -> str:
    """Write a settled query as an address has it, without what does not matter."""
    told = {name: getattr(query, name) for name in ("substance", "severity", "status")}
    told |= {"due_from": query.due_from, "due_to": query.due_to}
    told["measure"] = query.measure if query.measure != "alerts" else None
    return urlencode({name: str(value) for name, value in told.items() if value})


def queue_address(query: FlowQuery, **places: Any) -> str:
    """Return the address of the queue with what was added up, on a route or of a country.

    Args:
        query: A settled query.
        places: Fields of the queue's filter: ``origin``, ``destination``, ``country``.
    """
    told = {name: getattr(query, name) for name in ("substance", "severity")}
    told |= {"status": query.status or "all", "due_from": query.due_from, "due_to": query.due_to}
    told |= places
    return f"/queue?{urlencode({name: str(value) for name, value in told.items() if value})}"
