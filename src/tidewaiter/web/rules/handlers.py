"""The overview: the work of all officers in figures, and which rules are right."""

from datetime import date
from typing import Annotated, get_args

import msgspec
from litestar import Response, get, post

from tidewaiter.base.records import Record
from tidewaiter.casework.counts import Counts, decision_times
from tidewaiter.casework.decisions import Status
from tidewaiter.casework.overviewrules import load_overview_rules
from tidewaiter.node import count_anew
from tidewaiter.report.overview import OverviewView, overview_view
from tidewaiter.store.bulkdecisions import Batch, batches, waiting_batches
from tidewaiter.store.overview import Span, read_counts
from tidewaiter.store.tallies import Recounted, is_counted
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.bulkdecisionsview import BatchRow, batch_row
from tidewaiter.web.decisionform import status_in_words
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_BULK = 5  # bulk decisions that are shown
MONTHS = 3  # of which rules, substances and lists are told unless more is asked for


class Period(Record, frozen=True, kw_only=True):
    """Of how many months rules, substances and lists are told."""

    months: Annotated[int, msgspec.Meta(ge=0, le=1_200)] = MONTHS  # 0: from the beginning


class OverviewPage(Record, frozen=True, kw_only=True):
    """What waits, what came in and went, how long it took, and which rules are right."""

    first: date  # of the days; the last is today, both in UTC
    today: date
    months: int  # of which rules, substances and lists are told; 0: from the beginning
    counted: bool  # False: after an upgrade, nothing is counted until it is counted anew
    counts: Counts
    median_minutes: int | None  # to the first decision, of those made in these days
    ninety_minutes: int | None  # nine in ten were made within it
    waiting: tuple[Batch, ...]  # bulk decisions that wait for a second officer, the oldest first
    bulk: tuple[Batch, ...]  # the last bulk decisions, the newest first


class Overview(Record, frozen=True, kw_only=True):
    """The overview in words."""

    figures: OverviewView
    waiting: tuple[BatchRow, ...]
    bulk: tuple[BatchRow, ...]


@get("/overview", guards=[may("overview")], sync_to_thread=True, query=Period)
def overview_page(request: Asked, node: TheNode, user: TheUser) -> Response[OverviewPage]:
    """Show workload, ageing, times to decisions, precision by rule, alerts per million lines."""
    months = read_query(request, Period).months
    span = Span(
        today=node.now().date(),
        days=load_overview_rules().days,
        months=months or None,
        cleared=user.account.cleared,
    )
    with node.read() as work:
        counts, counted = read_counts(work, span), is_counted(work)
        waiting = tuple(waiting_batches(work, cleared=span.cleared))
        bulk = tuple(batches(work, rows=_BULK, cleared=span.cleared))
    half, most = decision_times(counts.took)
    page = OverviewPage(
        first=span.first_day,
        today=span.today,
        months=months,
        counted=counted,
        counts=counts,
        median_minutes=half,
        ninety_minutes=most,
        waiting=waiting,
        bulk=bulk,
    )

    def view() -> Record:
        names = {status: status_in_words(status) for status in get_args(Status)}
        return Overview(
            figures=overview_view(counts, span.first_day, span.today, node.library(), names),
            waiting=tuple(map(batch_row, waiting)),
            bulk=tuple(map(batch_row, bulk)),
        )

    return reply(request, "overview.html", page, view=view)


@post("/overview/recount", guards=[may("administer")], sync_to_thread=True)
def recount_all(request: Asked, node: TheNode, user: TheUser) -> Response[Recounted]:
    """Count all alerts anew, as after an upgrade."""
    told = count_anew(node.database, lambda: node.stamp(user))
    return done(request, told, "/overview")


HANDLERS = [overview_page, recount_all]
