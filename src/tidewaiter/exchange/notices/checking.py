"""Checking: every problem of a notice at once, the law on its lines, and its deadlines."""

from collections.abc import Iterable, Iterator
from datetime import date

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.deadlines import (
    Deadline,
    Due,
    earliest_dispatch,
    reply_deadline,
)
from tidewaiter.exchange.notices.forms import Form, load_forms, of_basis, suggested
from tidewaiter.exchange.notices.lawlines import Law, LineLaw, law_of
from tidewaiter.exchange.notices.required import missing_fields
from tidewaiter.exchange.notices.sense import MOST_LINES, contradictions
from tidewaiter.exchange.notices.types import Notice
from tidewaiter.exchange.problems import Problem, doubt, wrong


class Checked(Record, frozen=True, kw_only=True):
    """What a check found."""

    day: date
    forms: tuple[str, ...]  # slugs of those that were asked, without those of the basis
    problems: tuple[Problem, ...]
    lines: tuple[LineLaw, ...]
    reply: Deadline  # the least last day for an answer
    dispatch: Deadline  # the first day on which the goods may leave

    @property
    def sendable(self) -> bool:
        """Tell whether nothing must be mended before it goes out."""
        return all(each.level != "wrong" for each in self.problems)


def check(notice: Notice, day: date, law: Law, forms: Iterable[str] | None = None) -> Checked:
    """Check a notice before it goes out, or after it came in.

    Of more lines than a notice may have, the law on the first ones alone is looked up.

    Args:
        notice: The notice.
        day: Today, whose law counts; a notice without a day of sending goes out on it.
        law: The registry, its rules, and who finds names.
        forms: Slugs of the forms that must be filled; None: those of both countries are suggested,
            and what they lack is a doubt.

    Raises:
        InputError: A form is not known.
    """
    chosen = [_form(slug) for slug in forms or ()]
    known = [law_of(notice, line, day, law) for line in notice.lines[:MOST_LINES]]
    lines = tuple(line for line, _ in known)
    offered = [_form(slug) for slug in _suggested(notice, lines, day)] if forms is None else []
    sent = notice.sent or day
    reply, dispatch = reply_deadline(notice, sent), earliest_dispatch(notice, sent)
    problems = [
        *missing_fields(notice, [*of_basis(notice.basis), *chosen], offered),
        *contradictions(notice, day),
        *(problem for _, each in known for problem in each),
        *_deadlines(notice, reply, dispatch),
    ]
    return Checked(
        day=day,
        forms=tuple(form.slug for form in (*chosen, *offered)),
        problems=tuple(problems),
        lines=lines,
        reply=reply,
        dispatch=dispatch,
    )


def _form(slug: str) -> Form:
    form = load_forms().get(slug)
    if form is None:
        named = ", ".join(load_forms())
        raise InputError(f'no form is called "{slug}"', hint=f"one of: {named}")
    return form


def _suggested(notice: Notice, lines: Iterable[LineLaw], day: date) -> tuple[str, ...]:
    slugs = {line.assessment.substance for line in lines if line.assessment}
    return suggested(notice, {slug for slug in slugs if slug}, day)


def _deadlines(notice: Notice, reply: Deadline, dispatch: Deadline) -> Iterator[Problem]:
    for deadline, place, day, verb in (
        (reply, "reply by", notice.reply_by, "an answer may not be asked for"),
        (dispatch, "transport, dispatch", notice.transport.dispatch, "the goods may not leave"),
    ):
        if deadline.due is not None:
            yield from _too_early(deadline.due, place, day, verb, waiver=notice.waiver)
        for due in deadline.shown:
            if day is not None and due.day is not None and day < due.day:
                text = f"{due.period.text}: that would be {due.day}"
                yield doubt(place, text, "remembered, not read: look it up", due.period.source)


def _too_early(
    due: Due, place: str, day: date | None, verb: str, *, waiver: str
) -> Iterator[Problem]:
    period = due.period
    if due.counted is not None and due.counted.missing:
        named = ", ".join(due.counted.missing)
        text = f"the working days of {named} are not known, so the day may be later"
        yield doubt(place, text, "ask that authority for its holidays", period.source)
    if day is not None and due.day is not None and day < due.day:
        text = f"{verb} before {due.day}: {period.text}"
        if period.waiver and waiver:
            yield doubt(place, text, f"waived by {waiver}, for {period.waiver}", period.source)
        else:
            yield wrong(place, text, period.clause, period.source)
