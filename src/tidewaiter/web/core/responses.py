"""Responses: pages or their records, downloads and static files."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
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

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.explain import languages
from tidewaiter.explain.errors import defect_in_words
from tidewaiter.report.pages import make_environment
from tidewaiter.web.core.exchange_terms import recall_reasons
from tidewaiter.web.core.guides import guide_for
from tidewaiter.web.core.menu import menu_for, pages_at, settings_for
from tidewaiter.web.core.request_parsing import CSRF_FIELD, Asked

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
        "menu": menu_for(rights, request.url.path),
        "pages": pages_at(rights, request.url.path),
        "guide": guide_for(request.url.path),
        "settings": settings_for(rights, request.url.path),
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
