"""Drafts of pre-export notifications: form, rows, validation, and sending."""

from typing import Any, NamedTuple

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.checks import MOST_LINES
from tidewaiter.exchange.notices.drafts import (
    WrittenContained,
    WrittenLine,
    WrittenNotice,
    WrittenPermit,
    read_written,
    written_of,
)
from tidewaiter.exchange.notices.prefill import notice_of_alert
from tidewaiter.exchange.notices.state import State
from tidewaiter.exchange.notices.types import OTHER, Authority, Party
from tidewaiter.exchange.notices.xml import MOST_BYTES, read_xml
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.drafts import (
    Draft,
    KeptDraft,
    add_draft,
    change_draft,
    drafts_of,
    drop_draft,
    find_draft,
)
from tidewaiter.store.notices.lookup import Kept, find_notice, notice_of
from tidewaiter.store.peers.directory import documents
from tidewaiter.store.peers.directory import peers as known_peers
from tidewaiter.transport.context import Desk as Exchange
from tidewaiter.transport.notices import Ready, made_ready, send_new, send_next
from tidewaiter.web.alerts.handlers import seen_by
from tidewaiter.web.cases.steps import Short, Words
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm, read_query, sent_file
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.notices.handlers import Seen, law_of
from tidewaiter.web.notices.schemas import (
    CheckPage,
    DraftPage,
    DraftRow,
    DraftsPage,
    PeerChoice,
    Saved,
    Screened,
    screen_parties,
)
from tidewaiter.web.notices.views import check_view, form_view, screened_view


class DraftForm(Record, frozen=True, kw_only=True):
    """A form submission."""

    notice: WrittenNotice = WrittenNotice()
    peer: Short = ""  # receiving node
    reason: Words = ""  # of an amendment
    version: int = 0  # of the draft as seen; 0: not saved yet
    seen: int = 0  # amendments: last event of the other side
    amends: int = 0  # number of the notice that it amends
    add: Short = ""  # list to which to add an empty row: "lines", "permits" ...
    remove: Short = ""  # row to remove: "lines.1"
    send: bool = False
    looked: Short = ""  # `mark` of the party matches that were reviewed


class Checking(Record, frozen=True, kw_only=True):
    """A notice ready to send, and its check results."""

    ready: Ready
    page: CheckPage


@post("/notices/check", guards=[may("exchange")], sync_to_thread=True)
def check_notice(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[DraftForm]
) -> Response[CheckPage]:
    """Validate a form without saving it."""
    amends = None
    if data.amends:
        with node.exchange() as (desk, work):
            amends = find_notice(work, desk.ring.lock, data.amends, node.today()).state
    page = checking(node, data.notice, amends=amends, cleared=user.account.cleared).page
    return reply(request, "notice-checked.html", page, view=lambda: check_view(page, node.registry))


@get("/notices/{number:int}/listings", guards=[may("exchange")], sync_to_thread=True)
def notice_listings(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[Screened]:
    """Match the parties of a notice with the loaded lists."""
    with node.exchange() as (desk, work):
        notice = notice_of(find_notice(work, desk.ring.lock, number, node.today()))
    page = screen_parties(node, notice, node.today(), cleared=user.account.cleared)
    return reply(request, "notice-listings.html", page, view=lambda: screened_view(page))


def checking(
    node: Node, written: WrittenNotice, *, amends: State | None, cleared: bool
) -> Checking:
    """Validate a written notice.

    Args:
        node: The installation.
        written: The written form.
        amends: State of the notice that it amends; None: a new one.
        cleared: Whether to include restricted list entries.
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


_MOST = 50  # rows of other lists
_PARTIES = ("intermediate_consignees", "others")


def with_row(written: WrittenNotice, name: str) -> WrittenNotice:
    """Add an empty row to a list.

    Args:
        written: The notice.
        name: "lines", "permits", "others", "intermediate_consignees", or "contains.2": of the
            third line.

    Raises:
        InputError: Unknown list, or it is full.
    """
    head, _, place = name.partition(".")
    if head == "lines":
        _check_room(len(written.lines), MOST_LINES)
        return structs.replace(written, lines=(*written.lines, WrittenLine()))
    if head == "permits":
        _check_room(len(written.permits), _MOST)
        return structs.replace(written, permits=(*written.permits, WrittenPermit()))
    if head in _PARTIES:
        held: tuple[Party, ...] = getattr(written.parties, head)
        _check_room(len(held), _MOST)
        parties = structs.replace(written.parties, **{head: (*held, Party())})
        return structs.replace(written, parties=parties)
    if head == "contains" and place.isdecimal() and int(place) < len(written.lines):
        line = written.lines[int(place)]
        _check_room(len(line.contains), _MOST)
        line = structs.replace(line, contains=(*line.contains, WrittenContained()))
        lines = (*written.lines[: int(place)], line, *written.lines[int(place) + 1 :])
        return structs.replace(written, lines=lines)
    raise InputError("web/no-list", name=name[:40])


def without_row(written: WrittenNotice, name: str) -> WrittenNotice:
    """Remove a row from a list.

    Args:
        written: The notice.
        name: "lines.1": the second line; or of permits, others or intermediate_consignees.

    Raises:
        InputError: No such row.
    """
    head, _, place = name.partition(".")
    held = written.parties if head in _PARTIES else written
    rows = getattr(held, head, None)
    if head not in {"lines", "permits", *_PARTIES} or not place.isdecimal() or rows is None:
        raise InputError("web/no-row", name=name[:40])
    if int(place) >= len(rows):
        raise InputError("web/row-taken-out", name=name[:40])
    left = {head: (*rows[: int(place)], *rows[int(place) + 1 :])}
    if head in _PARTIES:
        return structs.replace(written, parties=structs.replace(written.parties, **left))
    return structs.replace(written, **left)


def _check_room(held: int, most: int) -> None:
    if held >= most:
        raise InputError("web/too-many-rows", held=held, most=most)


_AROUND = 65_536  # bytes of a form around its file


class Version(Record, frozen=True, kw_only=True):
    """A draft as seen."""

    version: int


class _Desk(NamedTuple):
    """Author and context."""

    node: Node
    user: User
    desk: Exchange
    work: Work

    @property
    def who(self) -> str:
        return account_key(self.user.account.id)


@get("/notices/drafts", guards=[may("exchange")], sync_to_thread=True)
def drafts_page(request: Asked, node: TheNode, user: TheUser) -> Response[DraftsPage]:
    """List the user's drafts."""
    with node.exchange() as (desk, work):
        found = drafts_of(work, desk.ring.lock, account_key(user.account.id))
    rows = tuple(
        DraftRow(
            number=each.number,
            changed=each.changed,
            peer=each.draft.peer,
            reference=each.draft.written.reference,
            amends=each.draft.amends,
            goods=tuple(line.name for line in each.draft.written.lines if line.name),
        )
        for each in found
    )
    return reply(request, "notice-drafts.html", DraftsPage(drafts=rows))


class NewNotice(Record, frozen=True, kw_only=True):
    """What the form begins with."""

    alert: Short = ""  # alert whose line fills it in; "": none


@get("/notices/new", guards=[may("exchange")], sync_to_thread=True, query=NewNotice)
def new_notice(request: Asked, node: TheNode, user: TheUser) -> Response[DraftPage]:
    """Show a form: empty, or filled in from the line of an alert."""
    name = read_query(request, NewNotice).alert
    with node.exchange() as (desk, work):
        at = _Desk(node, user, desk, work)
        draft = _empty(at)
        if name:
            alert = seen_by(work, user, name)
            written = notice_of_alert(alert, node.registry, draft.written)
            draft = structs.replace(draft, written=written)
        page = _page(at, KeptDraft(number=0, version=0, changed="", draft=draft))
    return _shown(request, node, user, page)


@post("/notices/drafts", guards=[may("exchange")], sync_to_thread=True, makes=True)
def keep_draft(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[DraftForm]
) -> Response[Saved]:
    """Save a new draft, and send it if requested."""
    return _saved(request, node, user, 0, data)


@get("/notices/drafts/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def draft_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int]
) -> Response[DraftPage]:
    """Show a draft of the user, with its check results."""
    with node.exchange() as (desk, work):
        at = _Desk(node, user, desk, work)
        page = _page(at, find_draft(work, desk.ring.lock, at.who, number))
    return _shown(request, node, user, page)


@post("/notices/drafts/{number:int}", guards=[may("exchange")], sync_to_thread=True)
def save_draft(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[DraftForm]
) -> Response[Saved]:
    """Save a draft, and send it if requested."""
    return _saved(request, node, user, number, data)


@post("/notices/drafts/{number:int}/end", guards=[may("exchange")], sync_to_thread=True)
def end_draft(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Version]
) -> Response[Saved]:
    """Delete a draft."""
    with node.exchange(user) as (desk, work):
        drop_draft(work, desk.ring.lock, number, data.version)
    return done(request, Saved(draft=number, version=0, notice=0), "/notices/drafts")


@post(
    "/notices/drafts/file",
    guards=[may("exchange")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=MOST_BYTES + _AROUND,
)
def draft_from_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    data: FileForm,
) -> Response[Saved]:
    """Fill the form from a notice in XML, ignoring events."""
    file = sent_file(data)
    notice = read_xml(file.file.read(MOST_BYTES + 1), file.filename)
    draft = Draft(written=written_of(notice.notice))
    with node.exchange(user) as (desk, work):
        kept = add_draft(work, desk.ring.lock, draft)
    return done(request, _told(kept), f"/notices/drafts/{kept.number}", status=201)


@post("/notices/{number:int}/amendment", guards=[may("exchange")], sync_to_thread=True, makes=True)
def amend_notice(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], data: JSONBody[Seen]
) -> Response[Saved]:
    """Start an amendment of a notice, as a draft with its current content."""
    with node.exchange(user) as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, node.today())
        if kept.state.notice is None or kept.row.side != "exporter":
            raise InputError("web/only-exporter-amends")
        draft = Draft(
            written=written_of(kept.state.notice),
            peer=kept.row.peer,
            amends=number,
            seen=data.seen,
        )
        made = add_draft(work, desk.ring.lock, draft)
    return done(request, _told(made), f"/notices/drafts/{made.number}", status=201)


def _saved(request: Asked, node: Node, user: User, number: int, data: DraftForm) -> Response[Any]:
    """Save a draft; send it if requested and valid."""
    written = data.notice
    if data.add:
        written = with_row(written, data.add)
    if data.remove:
        written = without_row(written, data.remove)
    with node.exchange(user) as (desk, work):
        at = _Desk(node, user, desk, work)
        amends = find_draft(work, desk.ring.lock, at.who, number).draft.amends if number else 0
        draft = Draft(
            written=written, peer=data.peer, amends=amends, seen=data.seen, reason=data.reason
        )
        if number:
            kept = change_draft(work, desk.ring.lock, number, draft, data.version)
        else:
            kept = add_draft(work, desk.ring.lock, draft)
    if data.send:
        return _sent(request, node, user, kept, data.looked)
    place = f"#{data.add.partition('.')[0]}" if data.add else ""
    address = f"/notices/drafts/{kept.number}{place}"
    return done(request, _told(kept), address, status=200 if number else 201)


def _sent(request: Asked, node: Node, user: User, kept: KeptDraft, looked: str) -> Response[Any]:
    """Send a draft and delete it; or show what prevents it."""
    try:
        with node.exchange() as (desk, work):  # no write lock during validation
            found = _checked(_Desk(node, user, desk, work), kept.draft)
        _check(found, kept.draft, looked)
        with node.exchange(user) as (desk, work):
            made = _go(desk, work, kept.draft, found)
            drop_draft(work, desk.ring.lock, kept.number, kept.version)
    except InputError as error:
        if request.wants_json:
            raise
        with node.exchange() as (desk, work):
            page = _page(_Desk(node, user, desk, work), kept)
        return _shown(request, node, user, page, trouble=error)
    number = made.row.number
    return done(request, Saved(draft=0, version=0, notice=number), f"/notices/{number}")


def _check(found: Checking, draft: Draft, looked: str) -> None:
    """Check that a draft can be sent.

    Raises:
        InputError: Something must be corrected, selected or reviewed first.
    """
    wrong = next((each for each in found.page.problems if each.level == "wrong"), None)
    if wrong is not None:
        raise InputError("web/notice-not-sent", text=wrong.problem, hint=wrong.hint, at=wrong.at)
    if not draft.peer:
        raise InputError("web/no-peer-chosen", at="peer")
    if found.page.screened.mark and looked != found.page.screened.mark:
        raise InputError("web/parties-resemble-entries", at="parties")


def _go(desk: Exchange, work: Work, draft: Draft, found: Checking) -> Kept:
    """Send a draft through the same function as the command."""
    if draft.amends:
        return send_next(
            desk, work, draft.amends, found.ready, reason=draft.reason, seen=draft.seen
        )
    return send_new(desk, work, draft.peer, found.ready)


def _checked(at: _Desk, draft: Draft) -> Checking:
    amends = _amended(at, draft)
    return checking(
        at.node,
        draft.written,
        amends=amends.state if amends else None,
        cleared=at.user.account.cleared,
    )


def _amended(at: _Desk, draft: Draft) -> Kept | None:
    if not draft.amends:
        return None
    return find_notice(at.work, at.desk.ring.lock, draft.amends, at.node.today())


def _page(at: _Desk, kept: KeptDraft) -> DraftPage:
    amends = _amended(at, kept.draft)
    side = amends.row.side if amends else "exporter"
    events = amends.events if amends else ()
    return DraftPage(
        draft=kept,
        checked=_checked(at, kept.draft).page,
        peers=tuple(
            PeerChoice(
                node=each.node,
                name=each.name,
                country=each.country,
                relation=each.relation.standing,
            )
            for each in known_peers(at.work)
            if each.relation.standing in {"active", "frozen"}
        ),
        seen=max((each.seq for each in events if each.by == OTHER[side]), default=0),
        amends=amends.row.reference if amends else "",
    )


def _empty(at: _Desk) -> Draft:
    """Return a form with this node's own data only."""
    own = documents(at.work, at.desk.node)[-1].read()
    sender = Authority(name=own.name, country=own.country)
    return Draft(written=WrittenNotice(sender=sender, lines=(WrittenLine(),)))


def _shown(
    request: Asked, node: Node, user: User, page: DraftPage, *, trouble: InputError | None = None
) -> Response[Any]:
    return reply(
        request,
        "notice-draft.html",
        page,
        status=400 if trouble else 200,
        view=lambda: form_view(page, user, node.registry, trouble),
    )


def _told(kept: KeptDraft) -> Saved:
    return Saved(draft=kept.number, version=kept.version, notice=0)


HANDLERS = [
    check_notice,
    notice_listings,
    drafts_page,
    new_notice,
    keep_draft,
    draft_page,
    save_draft,
    end_draft,
    draft_from_file,
    amend_notice,
]
