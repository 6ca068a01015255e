"""What is done to a notice: an address for each act, each back to the page of the notice."""

from datetime import date
from typing import Any, NamedTuple

from litestar import Response, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.events import (
    Acknowledged,
    Answered,
    LicenceCheck,
    LineAmount,
    MoreTime,
    NoObjection,
    NotForUs,
    Objected,
    ObjectionCode,
    Outcome,
    Queried,
    Returned,
    Viewed,
    What,
    Withdrawn,
)
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.notices.writing import read_amount
from tidewaiter.exchange.problems import TEXT
from tidewaiter.store.noticerows import Row
from tidewaiter.store.notices import do_to_notice
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import Short, Words
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.notices import page_of
from tidewaiter.web.noticeview import Late, notice_view
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_SAID = ("text", "reason", "note", "conditions", "whose")  # that is not lost


class Seen(Record, frozen=True, kw_only=True):
    """What whoever acts has seen: `seen` of the page."""

    seen: int


class LineText(Record, frozen=True, kw_only=True):
    """An amount of one line, like "25 kg"; "": none is said."""

    line: int
    amount: Short = ""


class Agreement(Seen, frozen=True, kw_only=True):
    """That there is no objection; `allowed`: less than was notified, a line left out: all of it."""

    decided_by: Short = ""  # "": who is signed in
    conditions: Words = ""  # one in a line
    allowed: tuple[LineText, ...] = ()
    importer_licence: LicenceCheck = "not checked"


class Objection(Seen, frozen=True, kw_only=True):
    """An objection; `conditions`: on which it would fall, one in a line."""

    code: ObjectionCode
    text: Words = ""
    decided_by: Short = ""
    conditions: Words = ""
    importer_licence: LicenceCheck = "not checked"


class Query(Seen, frozen=True, kw_only=True):
    """Something that is asked before a decision."""

    text: Words


class QueryAnswer(Seen, frozen=True, kw_only=True):
    """An answer to a query; `query`: its id."""

    query: Short
    text: Words


class Longer(Seen, frozen=True, kw_only=True):
    """A later last day for the answer."""

    until: date
    reason: Words = ""


class Elsewhere(Seen, frozen=True, kw_only=True):
    """That another authority is meant."""

    reason: Words = ""
    whose: Short = ""


class TakenBack(Seen, frozen=True, kw_only=True):
    """That the notice is taken back."""

    reason: Words = ""


class GoodsTold(Seen, frozen=True, kw_only=True):
    """What became of the goods; `more`: further shipments follow."""

    outcome: Outcome
    on: date
    lines: tuple[LineText, ...] = ()
    permit: Short = ""
    incident: Short = ""
    more: bool = False
    note: Words = ""


@post("/notices/{number:int}/view", guards=[may("exchange")], sync_to_thread=True)
def view_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Seen]
) -> Response[Row]:
    """Tell the sending side that the notice was opened."""
    answer = _do(_At(request, node, user, number), Viewed(), data)
    if "hx-request" in request.headers:  # the page that was opened stays as it is
        answer = Response(None, status_code=204)
    return answer


@post("/notices/{number:int}/acknowledge", guards=[may("exchange")], sync_to_thread=True)
def acknowledge_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Seen]
) -> Response[Row]:
    """Say that a notice has come; that decides nothing."""
    return _do(_At(request, node, user, number), Acknowledged(), data)


@post("/notices/{number:int}/agree", guards=[may("exchange")], sync_to_thread=True)
def agree_to_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Agreement]
) -> Response[Row]:
    """Say that there is no objection."""
    what = NoObjection(
        conditions=_rows(data.conditions),
        allowed=_amounts(data.allowed),
        importer_licence=data.importer_licence,
        decided_by=_decider(data.decided_by, user),
    )
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/object", guards=[may("exchange")], sync_to_thread=True)
def object_to_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Objection]
) -> Response[Row]:
    """Object to the export."""
    what = Objected(
        code=data.code,
        text=_bounded(data.text),
        conditions=_rows(data.conditions),
        importer_licence=data.importer_licence,
        decided_by=_decider(data.decided_by, user),
    )
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/ask", guards=[may("exchange")], sync_to_thread=True)
def ask_about_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Query]
) -> Response[Row]:
    """Ask the exporting side something before deciding."""
    return _do(_At(request, node, user, number), Queried(text=_needed(data.text)), data)


@post("/notices/{number:int}/answer", guards=[may("exchange")], sync_to_thread=True)
def answer_query(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: JSONBody[QueryAnswer],
) -> Response[Row]:
    """Answer a query of the importing side."""
    what = Answered(query=data.query, text=_needed(data.text))
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/more-time", guards=[may("exchange")], sync_to_thread=True)
def ask_more_time(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Longer]
) -> Response[Row]:
    """Ask for more time for the answer."""
    what = MoreTime(until=data.until, reason=_bounded(data.reason))
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/not-for-us", guards=[may("exchange")], sync_to_thread=True)
def notice_not_for_us(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Elsewhere]
) -> Response[Row]:
    """Say that the notice is another authority's."""
    what = NotForUs(reason=_bounded(data.reason), whose=data.whose)
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/withdraw", guards=[may("exchange")], sync_to_thread=True)
def withdraw_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[TakenBack]
) -> Response[Row]:
    """Take a notice back, for good."""
    return _do(_At(request, node, user, number), Withdrawn(reason=_bounded(data.reason)), data)


@post("/notices/{number:int}/return", guards=[may("exchange")], sync_to_thread=True)
def tell_of_goods(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[GoodsTold]
) -> Response[Row]:
    """Tell what became of the goods."""
    what = Returned(
        outcome=data.outcome,
        on=data.on,
        lines=_amounts(data.lines),
        permit=data.permit,
        incident=data.incident,
        last=not data.more,
        note=_bounded(data.note),
    )
    return _do(_At(request, node, user, number), what, data)


class _At(NamedTuple):
    """Who acts, and on which notice."""

    request: Asked
    node: Node
    user: User
    number: int


def _do(at: _At, what: What, data: Seen) -> Response[Any]:
    """Do something to a notice; where the other side was faster, show what is new instead."""
    try:
        with at.node.exchange(at.user) as (desk, work):
            kept = do_to_notice(work, desk.ring.lock, at.number, what, seen=data.seen)
    except ConflictError:
        if at.request.wants_json:
            raise
        page = page_of(at.node, at.number)
        said = tuple(str(getattr(data, name, "")) for name in _SAID)
        late = Late(seen=data.seen, said=said)
        return reply(
            at.request,
            "notice.html",
            page,
            status=409,
            view=lambda: notice_view(page, at.user, at.node.registry.regimes, late),
        )
    return done(at.request, kept.row, f"/notices/{at.number}")


def _amounts(written: tuple[LineText, ...]) -> tuple[LineAmount, ...]:
    """Read the amounts that are said.

    Raises:
        InputError: One is no amount.
    """
    found = []
    for each in written:
        try:
            amount = read_amount(each.amount)
        except InputError as error:
            raise InputError(error.message, at=f"line {each.line}", hint=error.hint) from error
        if amount != Amount():
            found.append(LineAmount(line=each.line, amount=amount))
    return tuple(found)


def _decider(written: str, user: User) -> str:
    return written.strip() or user.account.shown


def _rows(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in _bounded(text).splitlines() if each.strip())


def _needed(text: str) -> str:
    if not text.strip():
        raise InputError("nothing is written", hint="write what the other side is to read")
    return _bounded(text)


def _bounded(text: str) -> str:
    if len(text) > TEXT:
        raise InputError(f"it has {len(text):,} characters", hint=f"write at most {TEXT:,}")
    return text


HANDLERS = [
    view_notice,
    acknowledge_notice,
    agree_to_notice,
    object_to_notice,
    ask_about_notice,
    answer_query,
    ask_more_time,
    notice_not_for_us,
    withdraw_notice,
    tell_of_goods,
]
