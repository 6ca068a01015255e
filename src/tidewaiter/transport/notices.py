"""Pre-export notifications are prepared, checked and sent, for a command or a page."""

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
    """A notice as it would go out, and what a check says of it."""

    notice: Notice
    checked: Checked


def made_ready(notice: Notice, day: date, law: Law, *, amends: State | None = None) -> Ready:
    """Fill in the day of sending, and the day for an answer where none is named; check the whole.

    Args:
        notice: As it was written.
        day: Today.
        law: By which its lines are looked up.
        amends: How the notice stands whose next version it is; None: it is a new one. Its day of
            sending stays.
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
        desk: Of this node.
        work: Begun with a stamp.
        peer: The node of the importing side.
        ready: The notice.

    Raises:
        InputError: Something of it must be mended, there is one of that reference, or it is not to
            be told to this peer.
        MissingError: There is no such peer.
    """
    _check(ready)
    return send_notice(work, desk.ring.lock, desk.node, peer, Sent(notice=ready.notice))


def send_next(
    desk: Desk, work: Work, number: int, ready: Ready, *, reason: str = "", seen: int | None = None
) -> Kept:
    """Send the next version of a notice.

    Args:
        desk: Of this node.
        work: Begun with a stamp.
        number: Of the notice.
        ready: Its next version.
        reason: Why it changes.
        seen: How many events of the other side whoever does it has seen; None: all.

    Raises:
        ConflictError: The other side has done something that was not seen.
        InputError: Something of it must be mended, or it cannot be amended now.
        MissingError: There is no such notice.
    """
    _check(ready)
    what = Amended(notice=ready.notice, reason=reason)
    return do_to_notice(work, desk.ring.lock, number, what, seen=seen)


def state_now(desk: Desk, work: Work, number: int, day: date) -> State:
    """Return how a notice stands.

    Raises:
        MissingError: There is none of that number.
    """
    return find_notice(work, desk.ring.lock, number, day).state


def _check(ready: Ready) -> None:
    wrong = [each for each in ready.checked.problems if each.level == "wrong"]
    if wrong:
        first, more = wrong[0], len(wrong) - 1
        others = f" (and {more} more)" if more else ""
        hint = first.hint or "mend what is wrong"
        raise InputError(
            "transport/notice-not-sent", text=first.text, others=others, hint=hint, at=first.at
        )
