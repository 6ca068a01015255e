"""What a check of a notice found, in words."""

from collections.abc import Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.deadlines import Deadline
from tidewaiter.exchange.problems import Problem
from tidewaiter.report.languages import day, words
from tidewaiter.substances.types import Regime
from tidewaiter.web.noticefacts import role_in_words
from tidewaiter.web.noticepages import CheckPage
from tidewaiter.web.noticescreen import Hit, Screened
from tidewaiter.web.noticeview import LawView, law_view


class HitView(Record, frozen=True, kw_only=True):
    """A resemblance in words."""

    role: str
    percent: int
    list: str  # its name and day
    action: str  # what the list does, with outcome and days
    hit: Hit


class ScreenedView(Record, frozen=True, kw_only=True):
    """Resemblances in words."""

    hits: tuple[HitView, ...]


class CheckView(Record, frozen=True, kw_only=True):
    """What a check found, in words."""

    wrong: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    law: tuple[LawView, ...]
    reply: str
    dispatch: str
    hits: tuple[HitView, ...]


def check_view(page: CheckPage, regimes: Mapping[str, Regime]) -> CheckView:
    """Put what a check found into words.

    Args:
        page: What it found.
        regimes: By their slugs.
    """
    return CheckView(
        wrong=tuple(each for each in page.problems if each.level == "wrong"),
        doubts=tuple(each for each in page.problems if each.level == "doubt"),
        law=tuple(law_view(each, regimes) for each in page.law),
        reply=_deadline(page.reply),
        dispatch=_deadline(page.dispatch),
        hits=screened_view(page.screened).hits,
    )


def screened_view(page: Screened) -> ScreenedView:
    """Put resemblances into words."""
    return ScreenedView(hits=tuple(map(_hit, page.hits)))


def _hit(hit: Hit) -> HitView:
    match = hit.match
    dated = words("of {day}").format(day=day(match.list_day)) if match.list_day else ""
    outcome = " ".join(filter(None, (match.outcome, _on(match.outcome_day))))
    return HitView(
        role=role_in_words(hit.place),
        percent=round(100 * match.probability),
        list=" ".join(filter(None, (match.list_name, dated))),
        action=", ".join(filter(None, (match.action, _on(match.listed), outcome))),
        hit=hit,
    )


def _on(when: date | None) -> str:
    return words("on {day}").format(day=day(when)) if when else ""


def _deadline(told: Deadline) -> str:
    if told.due is None or told.due.day is None:
        return words("no period is known")
    return words("{day}: {period}").format(day=day(told.due.day), period=told.due.period.text)
