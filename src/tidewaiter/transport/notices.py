"""Preparing, checking and sending pre-export notifications, for commands and pages."""

from datetime import date

from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.checks import Checked, check
from tidewaiter.exchange.notices.law import Law
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import Amended, Notice, Sent
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.events import do_to_notice, send_notice
from tidewaiter.store.notices.lookup import Kept, find_notice
from tidewaiter.transport.context import Desk


class Ready(Record, frozen=True, kw_only=True):
    """A notice ready to send, and its check result."""

    notice: Notice
    checked: Checked


def made_ready(notice: Notice, day: date, law: Law, *, amends: State | None = None) -> Ready:
    """Fill in the day of sending and a missing deadline; check everything.

    Args:
        notice: As written.
        day: Today.
        law: For the look-up of its lines.
        amends: State of the notice that it amends, which keeps its day of sending; None: a new
            notice.
    """
    before = amends.notice if amends else None
    version, sent = (amends.version + 1 if amends else 1), (before.sent if before else day)
    notice = structs.replace(notice, version=version, sent=sent)
    checked = check(notice, day, law)
    due = checked.reply.due
    if notice.reply_by is None and due is not None and due.day is not None:
        notice = structs.replace(notice, reply_by=due.day)
        checked = check(notice, day, law)
    return Ready(notice=notice, checked=checked)


def send_new(desk: Desk, work: Work, peer: str, ready: Ready) -> Kept:
    """Send a new notice.

    Args:
        desk: The node's context.
        work: A write transaction.
        peer: Node of the importing side.
        ready: The notice.

    Raises:
        InputError: It has errors, its reference exists, or it may not be sent to this
            peer.
        MissingError: No such peer.
    """
    _check(ready)
    return send_notice(work, desk.ring.lock, desk.node, peer, Sent(notice=ready.notice))


def send_next(
    desk: Desk, work: Work, number: int, ready: Ready, *, reason: str = "", seen: int | None = None
) -> Kept:
    """Send the next version of a notice.

    Args:
        desk: The node's context.
        work: A write transaction.
        number: Notice number.
        ready: Its next version.
        reason: Reason of the amendment.
        seen: How many events of the other side the user has seen; None: all.

    Raises:
        ConflictError: The other side has added an event that the user has not seen.
        InputError: It has errors, or cannot be amended now.
        MissingError: No such notice.
    """
    _check(ready)
    what = Amended(notice=ready.notice, reason=reason)
    return do_to_notice(work, desk.ring.lock, number, what, seen=seen)


def state_now(desk: Desk, work: Work, number: int, day: date) -> State:
    """Return the state of a notice.

    Raises:
        MissingError: No notice has that number.
    """
    return find_notice(work, desk.ring.lock, number, day).state


def _check(ready: Ready) -> None:
    wrong = [each for each in ready.checked.problems if each.level == "wrong"]
    if wrong:
        first, more = wrong[0], len(wrong) - 1
        others = f" (and {more} more)" if more else ""
        hint = first.hint or "mend what is wrong"
        raise InputError(
            "transport/notice-not-sent", text=first.problem, others=others, hint=hint, at=first.at
        )
