"""Pre-export notifications: inbox, outbox, notice page, actions, and print."""

from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import read_amount
from tidewaiter.exchange.notices.checks import check
from tidewaiter.exchange.notices.deadlines import working_days_until
from tidewaiter.exchange.notices.forms import form_of
from tidewaiter.exchange.notices.law import Law
from tidewaiter.exchange.notices.state import acts_of, outcomes_of
from tidewaiter.exchange.notices.types import (
    OTHER,
    Acknowledged,
    Amount,
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
from tidewaiter.exchange.notices.xml import NoticeFile, write_xml
from tidewaiter.exchange.problems import TEXT
from tidewaiter.explain import languages
from tidewaiter.report.notices import FilledForm, filled, render_form
from tidewaiter.report.pages import pdf_of
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.drafts import count_drafts
from tidewaiter.store.notices.events import deliveries, do_to_notice
from tidewaiter.store.notices.lookup import (
    ROWS,
    Kept,
    Row,
    Wish,
    count_notices,
    cursor_of,
    find_notice,
    notice_list,
    notice_of,
)
from tidewaiter.store.peers.directory import documents, peer_of
from tidewaiter.transport.context import Desk as Exchange
from tidewaiter.web.cases.steps import Short, Words
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.law.desk import desk_of
from tidewaiter.web.notices.schemas import (
    SIDES,
    BoxRow,
    NoticePage,
    NoticesAsked,
    NoticesPage,
    Stands,
    Told,
)
from tidewaiter.web.notices.views import Late, notice_list_view, notice_view


@get("/notices", guards=[may("exchange")], sync_to_thread=True, query=NoticesAsked)
def notices_page(request: Asked, node: TheNode, user: TheUser) -> Response[NoticesPage]:
    """List received or sent notices by deadline of the next act."""
    asked, day = read_query(request, NoticesAsked), node.today()
    wish = Wish(side=SIDES[asked.box], show=asked.show, text=asked.text, after=asked.after)
    with node.exchange() as (desk, work):
        found = notice_list(work, day, wish)
        own = own_country(desk, work)
        page = NoticesPage(
            rows=tuple(
                BoxRow(listed=each, days=_days(each.row.due, day, (own, each.country)))
                for each in found
            ),
            more=cursor_of(found[-1].row) if len(found) == ROWS else "",
            counts=count_notices(work, day),
            drafts=count_drafts(work, account_key(user.account.id)),
            asked=asked,
            day=day,
        )
    return reply(request, "notices.html", page, view=lambda: notice_list_view(page))


@get("/notices/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def notice_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[NoticePage]:
    """Show a notice: content, state, law, and available acts."""
    page = page_of(node, number)
    registry = node.registry
    return reply(request, "notice.html", page, view=lambda: notice_view(page, user, registry))


@get(
    "/notices/{number:int}/xml",
    guards=[may("exchange")],
    sync_to_thread=True,
    gives="application/xml",
)
def notice_xml(node: TheNode, number: FromPath[int]) -> Response[bytes]:
    """Send a notice with its events, as XML."""
    with node.exchange() as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, node.today())
    notice = notice_of(kept)
    written = write_xml(NoticeFile(notice=notice, events=kept.events))
    return download(written, "application/xml", f"notice-{number}.xml")


def page_of(node: Node, number: int) -> NoticePage:
    """Assemble the page of a notice.

    Raises:
        MissingError: Unknown number, or this installation is not a node.
    """
    day = node.today()
    with node.exchange() as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, day)
        stands = _stands(desk, work, kept, day)
        came = {(each.by, each.event): each for each in deliveries(work, number)}
    state = kept.state
    checked = check(state.notice, day, law_of(node)) if state.notice else None
    said: dict[str, list[str]] = {}
    for each in (*state.remarks, *state.wrong):
        said.setdefault(each.event, []).append(each.text)
    return NoticePage(
        row=kept.row,
        stands=stands,
        state=state,
        law=checked.lines if checked else (),
        problems=checked.problems if checked else (),
        told=tuple(
            Told(event=each, kept=came[each.by, each.id], remarks=tuple(said.get(each.id, ())))
            for each in kept.events
        ),
    )


def own_country(desk: Exchange, work: Work) -> str:
    """Return this node's country, from its document."""
    return documents(work, desk.node)[-1].read().country


def law_of(node: Node) -> Law:
    """Return this installation's law, with its own lists."""
    desk = desk_of(node)
    return Law(desk.registry, desk.book, desk.asker.find)


def _stands(desk: Exchange, work: Work, kept: Kept, day: date) -> Stands:
    row, peer = kept.row, peer_of(work, kept.row.peer)
    own = own_country(desk, work)
    due = row.due
    return Stands(
        day=day,
        seen=max((each.seq for each in kept.events if each.by == OTHER[row.side]), default=0),
        acts=acts_of(row.side, kept.events, kept.state),
        outcomes=outcomes_of(row.side, kept.events, kept.state),
        days=_days(due, day, (own, peer.country)),
        overdue=due is not None and due < day,
        own_country=own,
        peer_name=peer.name,
        peer_country=peer.country,
        relation=peer.relation.standing,
    )


def _days(due: date | None, day: date, countries: tuple[str, ...]) -> int | None:
    return None if due is None else working_days_until(day, due, filter(None, countries))


_SAID = ("text", "reason", "note", "conditions", "whose")  # texts to preserve on a conflict


class Seen(Record, frozen=True, kw_only=True):
    """Last event seen: `seen` of the page."""

    seen: int


class LineText(Record, frozen=True, kw_only=True):
    """An amount of one line, like "25 kg"; "": not stated."""

    line: int
    amount: Short = ""


class Agreement(Seen, frozen=True, kw_only=True):
    """No objection; `allowed`: reduced amounts, omitted lines in full."""

    decided_by: Short = ""  # "": the signed-in user
    conditions: Words = ""  # one per line
    allowed: tuple[LineText, ...] = ()
    importer_licence: LicenceCheck = "not checked"


class Objection(Seen, frozen=True, kw_only=True):
    """An objection; `conditions`: for lifting it, one per line."""

    code: ObjectionCode
    text: Words = ""
    decided_by: Short = ""
    conditions: Words = ""
    importer_licence: LicenceCheck = "not checked"


class Query(Seen, frozen=True, kw_only=True):
    """A question before a decision."""

    text: Words


class QueryAnswer(Seen, frozen=True, kw_only=True):
    """An answer to a query; `query`: its id."""

    query: Short
    text: Words


class Longer(Seen, frozen=True, kw_only=True):
    """A later deadline."""

    until: date
    reason: Words = ""


class Elsewhere(Seen, frozen=True, kw_only=True):
    """Referral: not the competent authority."""

    reason: Words = ""
    whose: Short = ""


class TakenBack(Seen, frozen=True, kw_only=True):
    """A withdrawal."""

    reason: Words = ""


class GoodsTold(Seen, frozen=True, kw_only=True):
    """Outcome of the goods; `more`: further shipments follow."""

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
    """Inform the sending side that the notice was opened."""
    answer = _do(_At(request, node, user, number), Viewed(), data)
    if "hx-request" in request.headers:  # keeps the open page
        answer = Response(None, status_code=204)
    return answer


@post("/notices/{number:int}/acknowledge", guards=[may("exchange")], sync_to_thread=True)
def acknowledge_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Seen]
) -> Response[Row]:
    """Acknowledge receipt; decides nothing."""
    return _do(_At(request, node, user, number), Acknowledged(), data)


@post("/notices/{number:int}/agree", guards=[may("exchange")], sync_to_thread=True)
def agree_to_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Agreement]
) -> Response[Row]:
    """State no objection."""
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
    """Ask the exporting side a question before deciding."""
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
    """Request more time for the answer."""
    what = MoreTime(until=data.until, reason=_bounded(data.reason))
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/not-for-us", guards=[may("exchange")], sync_to_thread=True)
def notice_not_for_us(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Elsewhere]
) -> Response[Row]:
    """Declare that this is not the competent authority."""
    what = NotForUs(reason=_bounded(data.reason), whose=data.whose)
    return _do(_At(request, node, user, number), what, data)


@post("/notices/{number:int}/withdraw", guards=[may("exchange")], sync_to_thread=True)
def withdraw_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[TakenBack]
) -> Response[Row]:
    """Withdraw a notice permanently."""
    return _do(_At(request, node, user, number), Withdrawn(reason=_bounded(data.reason)), data)


@post("/notices/{number:int}/return", guards=[may("exchange")], sync_to_thread=True)
def tell_of_goods(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[GoodsTold]
) -> Response[Row]:
    """Report the outcome of the goods."""
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
    """Acting user, and the notice."""

    request: Asked
    node: Node
    user: User
    number: int


def _do(at: _At, what: What, data: Seen) -> Response[Any]:
    """Perform an act; on a conflict, show the other side's new events instead."""
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
            view=lambda: notice_view(page, at.user, at.node.registry, late),
        )
    return done(at.request, kept.row, f"/notices/{at.number}")


def _amounts(written: tuple[LineText, ...]) -> tuple[LineAmount, ...]:
    """Parse the amounts stated.

    Raises:
        InputError: Invalid amount.
    """
    found = []
    for each in written:
        try:
            amount = read_amount(each.amount)
        except InputError as error:
            raise error.placed(f"line {each.line}") from error
        if amount != Amount():
            found.append(LineAmount(line=each.line, amount=amount))
    return tuple(found)


def _decider(written: str, user: User) -> str:
    return written.strip() or user.account.shown


def _rows(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in _bounded(text).splitlines() if each.strip())


def _needed(text: str) -> str:
    if not text.strip():
        raise InputError("web/text-missing")
    return _bounded(text)


def _bounded(text: str) -> str:
    if len(text) > TEXT:
        raise InputError("web/text-too-long", count=len(text), text=TEXT)
    return text


_PDF = "application/pdf"


class FormAsked(Record, frozen=True, kw_only=True):
    """The form requested."""

    form: Annotated[str, msgspec.Meta(max_length=40)] = "treaty"  # slug


@get("/notices/{number:int}/form", guards=[may("exchange")], sync_to_thread=True, query=FormAsked)
def notice_form(request: Asked, node: TheNode, number: FromPath[int]) -> Response[FilledForm]:
    """Show a notice on an official form, for printing."""
    return reply(request, "notice-form.html", _filled(request, node, number))


@get(
    "/notices/{number:int}/form.pdf",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=FormAsked,
    gives=_PDF,
)
def notice_paper(request: Asked, node: TheNode, number: FromPath[int]) -> Response[bytes]:
    """Send a notice on an official form as PDF."""
    with languages.speaking(request.state.get("language", "en")):
        form = _filled(request, node, number)
        held = pdf_of(render_form(form))
    return download(held, _PDF, f"notice-{number}-{form.slug}.pdf")


def _filled(request: Asked, node: Node, number: int) -> FilledForm:
    form = form_of(read_query(request, FormAsked).form)
    with node.exchange() as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, node.today())
    with languages.speaking(request.state.get("language", "en")):
        return filled(notice_of(kept), form, number=number, state=kept.state.name, day=node.today())


HANDLERS = [
    notices_page,
    notice_page,
    notice_xml,
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
    notice_form,
    notice_paper,
]
