"""Rules: what each weighs, how its alerts came out, and what supervisors did to it."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.casework.switches import RuleSetting, WantedSetting
from tidewaiter.report.ruleviews import RuleLine, RuleView, rule_lines, rule_views
from tidewaiter.store.overview import Span, raised, tracks_of
from tidewaiter.store.rule_settings import rule_settings, second_rule, set_rule
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.overview import Period
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may


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
        raise InputError("no points are given", at="points", hint="0 turns a rule off")
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


HANDLERS = [rules_page, turn_rule, agree_to_rule]
