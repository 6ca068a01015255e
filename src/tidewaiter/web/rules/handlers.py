"""Rule precision and weights, and the overview of the work of all officers."""

from datetime import date
from typing import Annotated, Literal, get_args

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.counts import Counts, decision_times, load_overview_rules
from tidewaiter.casework.decisions import Status
from tidewaiter.explain.rules import RuleLine, RuleView, rule_lines, rule_views
from tidewaiter.node.context import count_anew
from tidewaiter.report.alerts.overview import OverviewView, overview_view
from tidewaiter.store.alerts.bulk_decisions import Batch, batches, waiting_batches
from tidewaiter.store.alerts.counts import (
    Recounted,
    Span,
    is_counted,
    raised,
    read_counts,
    tracks_of,
)
from tidewaiter.store.rules import rule_settings, second_rule, set_rule
from tidewaiter.trade.rules.switches import RuleSetting, WantedSetting
from tidewaiter.web.alerts.bulk_decisions import BatchRow, batch_row
from tidewaiter.web.alerts.decision_form import status_in_words
from tidewaiter.web.core.node import Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may

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


class RulesPage(Record, frozen=True, kw_only=True):
    """All rules of alerts."""

    today: date
    months: int  # of which alerts are counted; 0: from the beginning
    raised: int  # alerts that came in
    rules: tuple[RuleLine, ...]


class RulesView(Record, frozen=True, kw_only=True):
    """All rules in words."""

    rules: tuple[RuleView, ...]
    may_turn: bool


class Turn(Record, frozen=True, kw_only=True):
    """What is to become of a rule."""

    to: Literal["off", "down", "on"]
    points: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None  # where it is turned down
    since: date
    why: Annotated[str, msgspec.Meta(max_length=500)]
    seen: Annotated[int, msgspec.Meta(ge=0, le=2**53)]  # number of its last setting; 0: none


@get("/rules", guards=[may("see")], sync_to_thread=True, query=Period)
def rules_page(request: Asked, node: TheNode, user: TheUser) -> Response[RulesPage]:
    """Show every rule: points, source, how often it fired, how often it was right, its history."""
    months = read_query(request, Period).months
    today = node.now().date()
    span = Span(today=today, days=1, months=months or None, cleared=user.account.cleared)
    with node.read() as work:
        tracks, settings = tracks_of(work, span, "rule"), rule_settings(work)
        page = RulesPage(
            today=node.today(),
            months=months,
            raised=raised(work, span),
            rules=rule_lines(node.alert_rules, tracks, settings),
        )

    def view() -> RulesView:
        told = rule_views(page.rules, page.raised, page.today, node.library(), node.people())
        return RulesView(rules=told, may_turn="approve" in user.rights)

    return reply(request, "rules.html", page, view=view)


@post("/rules/{rule:str}/setting", guards=[may("approve")], sync_to_thread=True)
def turn_rule(
    request: Asked, node: TheNode, user: TheUser, rule: FromPath[str], data: JSONBody[Turn]
) -> Response[RuleSetting]:
    """Turn a rule down, off or on again; a strong one below its floor waits for a second person."""
    if data.to == "down" and data.points is None:
        raise InputError("web/no-points-given", at="points")
    points = {"off": 0, "down": data.points, "on": None}[data.to]
    wanted = WantedSetting(rule=rule, points=points, since=data.since, why=data.why)
    with node.change(user) as work:
        made = set_rule(work, wanted, data.seen or None)
    return done(request, made, f"/rules#rule-{rule}")


@post("/rules/settings/{number:int}/agree", guards=[may("approve")], sync_to_thread=True)
def agree_to_rule(
    request: Asked, node: TheNode, user: TheUser, number: Number
) -> Response[RuleSetting]:
    """Agree, as a second person, that a strong rule is turned down."""
    with node.change(user) as work:
        made = second_rule(work, number)
    return done(request, made, f"/rules#rule-{made.rule}")


HANDLERS = [overview_page, recount_all, rules_page, turn_rule, agree_to_rule]
