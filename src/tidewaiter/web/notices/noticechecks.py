"""The check of a notice that is being written: what is missing, what the law and lists say."""

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.records import Record
from tidewaiter.courier.notifying import Ready, made_ready
from tidewaiter.exchange.notices.states import State
from tidewaiter.exchange.notices.written import WrittenNotice, read_written
from tidewaiter.store.noticerows import find_notice, notice_of
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import Short, Words
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.noticecheckview import check_view, screened_view
from tidewaiter.web.noticepages import CheckPage
from tidewaiter.web.notices import law_of
from tidewaiter.web.noticescreen import Screened, screen_parties
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may


class DraftForm(Record, frozen=True, kw_only=True):
    """A notice that is being written, and what is wanted with it."""

    notice: WrittenNotice = WrittenNotice()
    peer: Short = ""  # the node that it goes to
    reason: Words = ""  # of an amendment
    version: int = 0  # of the draft, as it was seen; 0: it is not kept yet
    seen: int = 0  # last event of the other side, of an amendment
    amends: int = 0  # number of the notice whose next version it is
    add: Short = ""  # a list to which an empty row is added: "lines", "permits" ...
    remove: Short = ""  # a row that is taken out: "lines.1"
    send: bool = False
    looked: Short = ""  # `mark` of the resemblances that were looked at


class Checking(Record, frozen=True, kw_only=True):
    """A notice as it would go out, and all that was found."""

    ready: Ready
    page: CheckPage


@post("/notices/check", guards=[may("exchange")], sync_to_thread=True)
def check_notice(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[DraftForm]
) -> Response[CheckPage]:
    """Check a notice that is being written; nothing is kept."""
    amends = None
    if data.amends:
        with node.exchange() as (desk, work):
            amends = find_notice(work, desk.ring.lock, data.amends, node.today()).state
    page = checking(node, data.notice, amends=amends, cleared=user.account.cleared).page
    regimes = node.registry.regimes
    return reply(request, "notice-checked.html", page, view=lambda: check_view(page, regimes))


@get("/notices/{number:int}/listings", guards=[may("exchange")], sync_to_thread=True)
def notice_listings(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[Screened]:
    """Look the parties of a notice up in the lists that are loaded."""
    with node.exchange() as (desk, work):
        notice = notice_of(find_notice(work, desk.ring.lock, number, node.today()))
    page = screen_parties(node, notice, node.today(), cleared=user.account.cleared)
    return reply(request, "notice-listings.html", page, view=lambda: screened_view(page))


def checking(
    node: Node, written: WrittenNotice, *, amends: State | None, cleared: bool
) -> Checking:
    """Check a notice as a person wrote it.

    Args:
        node: The installation.
        written: What was written.
        amends: How the notice stands whose next version it is; None: it is a new one.
        cleared: Whether entries of lists that are for the authority only are told.
    """
    day = node.today()
    notice, problems = read_written(written)
    ready = made_ready(notice, day, law_of(node), amends=amends)
    checked = ready.checked
    page = CheckPage(
        day=day,
        sendable=checked.sendable and not problems,
        problems=(*problems, *checked.problems),
        law=checked.lines,
        reply=checked.reply,
        dispatch=checked.dispatch,
        reply_by=ready.notice.reply_by,
        screened=screen_parties(node, ready.notice, day, cleared=cleared),
    )
    return Checking(ready=ready, page=page)


HANDLERS = [check_notice, notice_listings]
