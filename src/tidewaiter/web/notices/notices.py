"""Notices: the inbox and the outbox by deadline, the page of one, and it as a file."""

from datetime import date

from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.courier.desk import Desk as Exchange
from tidewaiter.exchange.notices.acts import acts_of, outcomes_of
from tidewaiter.exchange.notices.checking import check
from tidewaiter.exchange.notices.events import OTHER
from tidewaiter.exchange.notices.lawlines import Law
from tidewaiter.exchange.notices.shapes import NoticeFile
from tidewaiter.exchange.notices.workdays import working_days_until
from tidewaiter.exchange.notices.xml import write_xml
from tidewaiter.store.accounts import account_key
from tidewaiter.store.database import Work
from tidewaiter.store.deliveries import deliveries
from tidewaiter.store.documents import documents
from tidewaiter.store.noticedrafts import count_drafts
from tidewaiter.store.noticelist import ROWS, Wish, count_notices, cursor_of, notice_list
from tidewaiter.store.noticerows import Kept, find_notice, notice_of
from tidewaiter.store.peers import peer_of
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.lawdesk import desk_of
from tidewaiter.web.node import Node
from tidewaiter.web.noticelistview import notice_list_view
from tidewaiter.web.noticepages import (
    SIDES,
    BoxRow,
    NoticePage,
    NoticesAsked,
    NoticesPage,
    Stands,
    Told,
)
from tidewaiter.web.noticeview import notice_view
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may


@get("/notices", guards=[may("exchange")], sync_to_thread=True, query=NoticesAsked)
def notices_page(request: Asked, node: TheNode, user: TheUser) -> Response[NoticesPage]:
    """List the notices that came, or that went: by the day on which the next act is due."""
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
    """Show a notice: what it says, how it stands, what the law says, and what may be done."""
    page = page_of(node, number)
    regimes = node.registry.regimes
    return reply(request, "notice.html", page, view=lambda: notice_view(page, user, regimes))


@get(
    "/notices/{number:int}/xml",
    guards=[may("exchange")],
    sync_to_thread=True,
    gives="application/xml",
)
def notice_xml(node: TheNode, number: FromPath[int]) -> Response[bytes]:
    """Send a notice with all that was done to it, as XML."""
    with node.exchange() as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, node.today())
    notice = notice_of(kept)
    written = write_xml(NoticeFile(notice=notice, events=kept.events))
    return download(written, "application/xml", f"notice-{number}.xml")


def page_of(node: Node, number: int) -> NoticePage:
    """Gather the page of a notice.

    Raises:
        MissingError: There is none of that number, or this installation is no node.
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
    """Return the country of this node, as its document says."""
    return documents(work, desk.node)[-1].read().country


def law_of(node: Node) -> Law:
    """Return the law of this installation, with its own lists."""
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


HANDLERS = [notices_page, notice_page, notice_xml]
