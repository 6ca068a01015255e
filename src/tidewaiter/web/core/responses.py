"""Responses: pages or their records, downloads, the menu and static files.

A menu entry may have parts, shown in a second row on the pages below it.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from markupsafe import Markup

from tidewaiter.accounts.roles import Right
from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.explain import languages
from tidewaiter.explain.errors import defect_in_words
from tidewaiter.explain.languages import marked, pmarked, words
from tidewaiter.report.pages import make_environment
from tidewaiter.web.core.exchange_terms import recall_reasons
from tidewaiter.web.core.request_parsing import CSRF_FIELD, Asked


class Entry(Record, frozen=True, kw_only=True):
    """A menu entry."""

    path: str
    label: str
    right: Right
    parts: tuple["Entry", ...] = ()  # the first has the path of the whole


class Shown(Record, frozen=True, kw_only=True):
    """A menu entry as displayed."""

    path: str
    label: str
    here: bool


ENTRIES = (
    Entry(
        path="/queue",
        label=marked("Alerts"),
        right="see",
        parts=(
            Entry(path="/queue", label=marked("Queue"), right="see"),
            Entry(path="/screen", label=marked("Upload"), right="see"),
            Entry(path="/bulk-decisions", label=marked("Bulk decisions"), right="see"),
            Entry(path="/suppressions", label=marked("Suppressions"), right="see"),
            Entry(path="/rules", label=marked("Rules"), right="see"),
            Entry(path="/ranker", label=marked("Ranking model"), right="decide"),
            Entry(path="/overview", label=marked("Overview"), right="overview"),
        ),
    ),
    Entry(path="/cases", label=marked("Cases"), right="see"),
    Entry(
        path="/parties",
        label=marked("Parties"),
        right="see",
        parts=(
            Entry(path="/parties", label=marked("Parties"), right="see"),
            Entry(path="/lists", label=marked("Party lists"), right="see"),
            Entry(path="/flows", label=marked("Trade flows"), right="see"),
        ),
    ),
    Entry(
        path="/law",
        label=pmarked("subject", "Law"),
        right="see",
        parts=(
            Entry(path="/law", label=pmarked("subject", "Law"), right="see"),
            Entry(path="/substances", label=marked("Substances"), right="see"),
        ),
    ),
    Entry(
        path="/notices",
        label=marked("Exchange"),
        right="exchange",
        parts=(
            Entry(path="/notices", label=marked("Pre-export notifications"), right="exchange"),
            Entry(path="/incidents", label=marked("Incidents"), right="exchange"),
            Entry(path="/requests", label=marked("Requests"), right="exchange"),
            Entry(path="/joint", label=marked("Joint cases"), right="exchange"),
            Entry(path="/recalls", label=marked("Recalls"), right="exchange"),
            Entry(path="/peers", label=marked("Peers"), right="exchange"),
            Entry(path="/groups", label=marked("Groups"), right="exchange"),
            Entry(path="/register", label=marked("Register"), right="exchange"),
            Entry(path="/private", label=marked("Private questions"), right="exchange"),
            Entry(path="/feeds", label=marked("Feeds"), right="exchange"),
        ),
    ),
    Entry(
        path="/coalition",
        label=marked("Coalition"),
        right="exchange",
        parts=(
            Entry(path="/coalition", label=marked("Dashboard"), right="exchange"),
            Entry(path="/coalition/members", label=marked("Members"), right="exchange"),
            Entry(path="/coalition/commitments", label=marked("Commitments"), right="exchange"),
            Entry(path="/coalition/timeline", label=marked("Timeline"), right="exchange"),
        ),
    ),
    Entry(
        path="/burden",
        label=marked("Overdose deaths"),
        right="see",
        parts=(
            Entry(path="/burden", label=marked("Trends"), right="see"),
            Entry(path="/burden/drugs", label=marked("Drugs"), right="see"),
            Entry(path="/burden/map", label=marked("Map"), right="see"),
            Entry(path="/burden/ages", label=marked("Ages"), right="see"),
            Entry(path="/burden/changes", label=marked("Changes"), right="see"),
            Entry(path="/burden/events", label=marked("Event cards"), right="see"),
            Entry(path="/burden/claims", label=marked("Check claims"), right="see"),
        ),
    ),
)

SETTINGS = (
    Entry(
        path="/accounts",
        label=marked("Settings"),
        right="vouch",
        parts=(
            Entry(path="/accounts", label=marked("Accounts"), right="vouch"),
            Entry(path="/webhooks", label=marked("Webhooks"), right="administer"),
            Entry(path="/plugins", label=marked("Plug-ins"), right="administer"),
            Entry(path="/jobs", label=marked("Jobs"), right="overview"),
            Entry(path="/rescreen", label=marked("Screen again"), right="overview"),
            Entry(path="/audit", label=marked("Audit log"), right="audit"),
        ),
    ),
)
"""Shown beside the name of the account: work stands in `ENTRIES`, at most seven."""


def shown_to(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the menu for a user's rights and path."""
    return _shown(ENTRIES, rights, path)


def settings_of(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the entry of the settings; () if the user may change none."""
    return _shown(SETTINGS, rights, path)


def parts_at(rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return the second menu row: the parts of the current entry; () if none."""
    every = (*ENTRIES, *SETTINGS)
    here = next((each for each in every if each.parts and _is_at(each, path)), None)
    return _shown(here.parts, rights, path) if here else ()


def _shown(entries: Sequence[Entry], rights: Collection[Right], path: str) -> tuple[Shown, ...]:
    """Return entries with the closest one marked, as parts may be nested.

    An entry with parts is shown to those who may see any of them, and leads to the first of these.
    """
    at = max(
        (each for each in entries if _is_at(each, path)),
        key=lambda each: len(each.path),
        default=None,
    )
    return tuple(
        Shown(path=seen[0].path, label=words(each.label), here=each is at)
        for each in entries
        if (seen := [part for part in each.parts or (each,) if part.right in rights])
    )


def _is_at(entry: Entry, path: str) -> bool:
    if entry.parts:
        return any(_is_at(each, path) for each in entry.parts)
    return path == entry.path or path.startswith(f"{entry.path}/")


_KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "json": "application/json",
}
_PLACES = ("tidewaiter.web", "tidewaiter.report")


class Asset(Record, frozen=True, kw_only=True):
    """A static file."""

    content: bytes
    kind: str
    digest: str


@cache
def asset(name: str) -> Asset | None:
    """Return a file of the `static` folders; None: unknown."""
    kind = _KINDS.get(name.rpartition(".")[2])
    if kind is None or not name.replace(".", "").replace("-", "").isalnum():
        return None
    for place in _PLACES:
        file = files(place).joinpath("static", name)
        if file.is_file():
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:16]
            return Asset(content=content, kind=kind, digest=digest)
    return None


def static_address(name: str) -> str:
    """Return the address of a static file, which changes with its content."""
    found = asset(name)
    if found is None:
        raise LookupError(f'there is no static file "{name}"')
    return f"/static/{found.digest}/{name}"


@get("/static/{digest:str}/{name:str}", include_in_schema=False, sync_to_thread=False)
def static_file(digest: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """Send a static file."""
    found = asset(name)
    if found is None or digest != found.digest:
        raise NotFoundException
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found.content, media_type=found.kind, headers=headers)


HTML = "text/html"


def reply(
    request: Asked,
    template: str,
    page: Record,
    *,
    status: int = 200,
    view: Callable[[], Record] | None = None,
) -> Response[Any]:
    """Respond with a page, or its record if requested.

    Args:
        request: The request.
        template: Template of the page.
        page: The page record; programs get just this.
        status: HTTP status.
        view: Renders the record, if the template needs more than that.
    """
    if request.wants_json:
        return Response(page, status_code=status, media_type="application/json")
    with languages.speaking(request.state.get("language", "en")):
        shown = (
            environment()
            .get_template(template)
            .render(_common(request), page=page, view=view() if view else None)
        )
    return Response(shown, status_code=status, media_type=HTML)


def done(request: Asked, record: Record, address: str, *, status: int = 200) -> Response[Any]:
    """Respond after an action: record for programs, redirect for browsers.

    Args:
        request: The request.
        record: The result.
        address: Page to continue with.
        status: For programs.
    """
    if request.wants_json:
        return Response(record, status_code=status, media_type="application/json")
    return Redirect(path=address, status_code=303)


def download(content: bytes | Iterator[bytes], kind: str, name: str) -> Response[Any]:
    """Respond with a download, never shown inline.

    Args:
        content: File content; pieces of a large one are streamed.
        kind: Media type.
        name: File name.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if isinstance(content, bytes):
        return Response(content, media_type=kind, headers=headers)
    return Stream(content, media_type=kind, headers=headers)


@cache
def environment() -> Environment:
    """Return the template environment: escapes output, and an unknown name is an error."""
    made = make_environment("tidewaiter.web", "tidewaiter.report")
    made.filters |= {
        "person": _person,
        "problem": lambda defect: defect_in_words(defect)[0],
        "hint": lambda defect: defect_in_words(defect)[1],
    }
    made.globals |= {
        "static": static_address,
        "csrf": _csrf,
        "form_address": _form_address,
        "languages": languages.LANGUAGES,
        "recall_reasons": recall_reasons,
    }
    return made


def _common(request: Asked) -> Mapping[str, Any]:
    user = request.scope.get("user")
    rights = user.rights if user else frozenset()
    return {
        "request": request,
        "user": user,
        "menu": shown_to(rights, request.url.path),
        "settings": settings_of(rights, request.url.path),
        "parts": parts_at(rights, request.url.path),
        "people": cache(request.app.state.node.people) if user else dict,
    }


@pass_context
def _person(context: Context, who: str) -> str:
    """Format a person's name for display; unknown people keep their audit name."""
    people: Callable[[], Mapping[str, str]] = context["people"]  # loaded when needed
    return people().get(who, who)


def _csrf(request: Asked) -> Markup:
    """Return the hidden CSRF field of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, _token(request))


def _form_address(request: Asked) -> str:
    """Return the CSRF query parameter of an upload form, which has no such field."""
    return urlencode({CSRF_FIELD: _token(request)})


def _token(request: Asked) -> str:
    user = request.scope.get("user")
    return form_token(user.session) if user else ""


HANDLERS = [static_file]
