"""Jump box: one search over alerts, parties, list entries, substances, cases, PENs and pages.

Pages are those of the menu and of the documentation.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Annotated, Literal, get_args

import msgspec
from litestar import Response, get

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.explain import languages
from tidewaiter.explain.languages import counted, number, pgettext, words
from tidewaiter.explain.lines import consignment_in_words
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.sentences import alert_sentence
from tidewaiter.explain.words import severity_in_words
from tidewaiter.node.matching.service import LoadedLists
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.store.cases.casefile import CaseFilter, cases, find_case
from tidewaiter.store.core.database import Work
from tidewaiter.store.network.entities import search_entities
from tidewaiter.store.network.resolutions import current_run
from tidewaiter.store.notices.lookup import Wish, notice_list
from tidewaiter.trade.types import Alert
from tidewaiter.web.cases.steps import viewer_of
from tidewaiter.web.core.menu import SECTIONS, SETTINGS
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.help.documents import chapters
from tidewaiter.web.law.desk import LawDesk, desk_of
from tidewaiter.web.lists.drawing import list_entry_path

Kind = Literal["alert", "case", "notice", "substance", "party", "entry", "page", "help"]
"""What is found, in the order of the results."""

_EACH = 4  # results of a kind
_LEAST = 2  # characters from which more than pages are searched
_LONGEST = 200
_ANY_STATUS = ()


class Query(Record, frozen=True, kw_only=True):
    """What to find."""

    q: Annotated[str, msgspec.Meta(max_length=_LONGEST)] = ""


class Hit(Record, frozen=True, kw_only=True):
    """Something to go to."""

    kind: Kind
    name: str
    detail: str
    path: str
    exact: bool = False  # an id, a number or the whole name


class JumpPage(Record, frozen=True, kw_only=True):
    """Search results: exact ids first, then pages whose name begins so, then by kind."""

    q: str
    hits: tuple[Hit, ...]
    loading: bool  # names of list entries cannot be searched yet


class HitView(Record, frozen=True, kw_only=True):
    """A result, as displayed."""

    hit: Hit
    kind: str


class JumpView(Record, frozen=True, kw_only=True):
    """Search results, as displayed."""

    hits: tuple[HitView, ...]
    counted: str
    queue: str  # text for a search of the queue


@get("/jump", guards=[may("see")], sync_to_thread=True, query=Query)
def jump_page(request: Asked, node: TheNode, user: TheUser) -> Response[JumpPage]:
    """Find alerts, parties, list entries, substances, cases, PENs and pages by id or name."""
    return _answer(request, node, user, "jump.html")


@get(
    "/jump/results", guards=[may("see")], sync_to_thread=True, query=Query, include_in_schema=False
)
def jump_results(request: Asked, node: TheNode, user: TheUser) -> Response[JumpPage]:
    """Show the results alone, for the dialog."""
    return _answer(request, node, user, "jump-results.html")


def _answer(request: Asked, node: Node, user: User, template: str) -> Response[JumpPage]:
    text = read_query(request, Query).q.strip()
    language = "en" if request.wants_json else request.state.get("language", "en")
    with languages.speaking(language):
        page = find(node, user, text)
    return reply(request, template, page, view=lambda: jump_view(page))


def find(node: Node, user: User, text: str) -> JumpPage:
    """Find whatever a text names, as far as a user may see it, in the current language."""
    found = list(_pages(user, text))
    law, lists = desk_of(node), node.matching
    entries = lists.loaded(cleared=user.account.cleared) if len(text) >= _LEAST else None
    if text:
        with node.read() as work:
            found += _cases(work, user, text)
    if len(text) >= _LEAST:
        with node.read() as work:
            found += _alerts(work, node, user, text)
            found += _parties(work, text)
        found += _notices(node, user, text)
        found += _substances(law, text)
        found += _documents(text)
    if entries is not None:
        found += _entries(entries, text)
    order, asked = get_args(Kind), plain(text)
    found.sort(
        key=lambda each: (
            not each.exact,
            not (each.kind == "page" and plain(each.name).startswith(asked)),
            order.index(each.kind),
        )
    )
    waits = len(text) >= _LEAST and entries is None and lists.is_ready()
    return JumpPage(q=text, hits=tuple(found), loading=waits)


def _entries(lists: LoadedLists, text: str) -> Iterator[Hit]:
    """Yield the list entry with an id, and those with all words of a text."""
    known = lists.find(text)
    places = ([known] if known else []) + lists.search(text, prefix=True)
    for place in islice(dict.fromkeys(places), _EACH):
        version = lists.versions.get(place.list)
        yield Hit(
            kind="entry",
            name=place.party.names[0].text,
            detail=f"{version.name if version else place.list}, {place.party.id}",
            path=list_entry_path(place.list, place.party.id),
            exact=place is known,
        )


def _pages(user: User, text: str) -> Iterator[Hit]:
    """Yield the pages of the menu whose name, or that of their section, begins so."""
    asked = plain(text)
    shown = 0
    for section in (*SECTIONS, SETTINGS):
        for entry in section.entries():
            name, within = words(entry.label), words(section.label)
            if entry.right not in user.rights or shown >= 2 * _EACH:
                continue
            if not asked or _begins((name, within), asked):
                shown += 1
                detail = "" if name == within else within
                exact = asked == plain(name)
                yield Hit(kind="page", name=name, detail=detail, path=entry.path, exact=exact)


def _documents(text: str) -> Iterator[Hit]:
    """Yield the documents with a word in their title that begins so."""
    asked = plain(text)
    found = (
        Hit(kind="help", name=title, detail=chapter.caption, path=f"/help/{name}")
        for chapter in chapters()
        for name, title in chapter.documents
        if _begins([title], asked)
    )
    yield from islice(found, _EACH)


def _begins(names: Iterable[str], asked: str) -> bool:
    """Return whether a word of the names, and what follows it, begins with a text."""
    told = [plain(name) for name in names]
    return any(each.startswith(asked) or f" {asked}" in each for each in told)


def _alerts(work: Work, node: Node, user: User, text: str) -> Iterator[Hit]:
    """Yield the alerts with an id or a consignment, or else those with the words of a text."""
    found: dict[str, Alert] = {}
    for wanted in (
        AlertFilter(status=_ANY_STATUS, consignment=text),
        AlertFilter(status=_ANY_STATUS, words=text),
    ):
        queue = Queue(wanted=wanted, today=node.today(), cleared=user.account.cleared)
        page = queue_page(work, queue, View(rows=_EACH))
        found |= {each.id: each for each in page.alerts if len(found) < _EACH}
    for alert in found.values():
        consignment = consignment_in_words(alert.consignment, alert.seq)
        yield Hit(
            kind="alert",
            name=alert_sentence(alert).text,
            detail=f"{severity_in_words(alert.severity)} · {consignment}",
            path=f"/alerts/{alert.id}",
            exact=text.lower() == alert.id or text == alert.consignment,
        )


def _cases(work: Work, user: User, text: str) -> Iterator[Hit]:
    """Yield the visible case with a number, and those with a text in their title."""
    viewer = viewer_of(user)
    digits = text.removeprefix("#")
    if digits.isdecimal() and (case := find_case(work, viewer, int(digits))):
        yield _case(case.number, case.title, exact=True)
    for row in cases(work, viewer, CaseFilter(text=text), rows=_EACH):
        yield _case(row.number, row.title, exact=False)


def _case(number_: int, title: str | None, *, exact: bool) -> Hit:
    return Hit(
        kind="case",
        name=title or words("(erased)"),
        detail=words("Case {number}").format(number=number_),
        path=f"/cases/{number_}",
        exact=exact,
    )


def _parties(work: Work, text: str) -> Iterator[Hit]:
    run = current_run(work)
    for hit in search_entities(work, run.id, plain(text), rows=_EACH) if run else ():
        profile = hit.profile
        lines = counted("{count} consignment", "{count} consignments", profile.consignments)
        told = (profile.country, lines.format(count=number(profile.consignments)))
        yield Hit(
            kind="party",
            name=hit.name or profile.name,
            detail=", ".join(filter(None, told)),
            path=f"/parties/{profile.entity}",
            exact=hit.likeness == 1 and any(sign.isdigit() for sign in text),
        )


def _notices(node: Node, user: User, text: str) -> Iterator[Hit]:
    """Yield the pre-export notifications with a text in their reference or peer."""
    if "exchange" not in user.rights:
        return
    with suppress(MissingError, ConflictError, InputError), node.exchange() as (_, work):
        for side in ("importer", "exporter"):
            for listed in notice_list(work, node.today(), Wish(side=side, text=text), rows=_EACH):
                yield Hit(
                    kind="notice",
                    name=listed.row.reference,
                    detail=listed.name,
                    path=f"/notices/{listed.row.number}",
                    exact=text.casefold() == listed.row.reference.casefold(),
                )


def _substances(law: LawDesk, text: str) -> Iterator[Hit]:
    for hit in law.catalogue.search(text)[:_EACH]:
        substance = hit.substance
        yield Hit(
            kind="substance",
            name=substance_name(substance.name),
            detail=hit.text or ", ".join(substance.cas[:1]),
            path=f"/law/classes/{substance.slug}"
            if substance.kind == "class"
            else f"/substances/{substance.slug}",
            exact=plain(text) in {plain(substance.name), plain(hit.text), *substance.cas},
        )


def kind_in_words(kind: Kind) -> str:
    """Return the name of a kind of result."""
    told = {
        "alert": words("Alert"),
        "case": words("Case"),
        "notice": words("PEN"),
        "substance": words("Substance"),
        "party": words("Party"),
        "entry": words("List entry"),
        "page": words("Page"),
        "help": pgettext("navigation", "Help"),
    }
    return told[kind]


def jump_view(page: JumpPage) -> JumpView:
    """Render search results."""
    text = counted("{count} result", "{count} results", len(page.hits))
    return JumpView(
        hits=tuple(HitView(hit=each, kind=kind_in_words(each.kind)) for each in page.hits),
        counted=text.format(count=number(len(page.hits))),
        queue=page.q if len(page.q) >= _LEAST else "",
    )


HANDLERS = [jump_page, jump_results]
