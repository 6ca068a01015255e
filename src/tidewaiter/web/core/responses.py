"""Replies: a page, or the record that it shows; after an action, the way to the next page."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from litestar import Response
from litestar.response import Redirect, Stream
from markupsafe import Markup

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.report import languages
from tidewaiter.report.lineview import role_in_words
from tidewaiter.report.pages import make_environment
from tidewaiter.report.reasonwords import markup, part_told, title_told
from tidewaiter.web import menu, static
from tidewaiter.web.asking import CSRF_FIELD, Asked
from tidewaiter.web.recallwords import recall_reasons

HTML = "text/html"
T = TypeVar("T")


def reply(
    request: Asked,
    template: str,
    page: Record,
    *,
    status: int = 200,
    view: Callable[[], Record] | None = None,
) -> Response[Any]:
    """Answer with a page, or with its record where that is asked for.

    Args:
        request: What is asked.
        template: Of the page.
        page: All that is told; a program gets just this.
        status: Of the answer.
        view: Puts the record into words, where the template prints more than the record.
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
    """Answer after an action: with its record to a program, with another page to a browser.

    Args:
        request: What was asked.
        record: What came of it.
        address: Of the page to go on with.
        status: For a program.
    """
    if request.wants_json:
        return Response(record, status_code=status, media_type="application/json")
    return Redirect(path=address, status_code=303)


def download(content: bytes | Iterator[bytes], kind: str, name: str) -> Response[Any]:
    """Answer with a file to be kept, never shown inline.

    Args:
        content: Of the file; of a large one its pieces, sent as they come.
        kind: Its media type.
        name: By which it is kept.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if isinstance(content, bytes):
        return Response(content, media_type=kind, headers=headers)
    return Stream(content, media_type=kind, headers=headers)


@cache
def environment() -> Environment:
    """Return what fills our templates: it escapes, and a name that is not there is an error."""
    made = make_environment("tidewaiter.web", "tidewaiter.report")
    made.filters |= {
        "person": _person,
        "country": languages.country,
        "role": role_in_words,
        "titled": _titled,
        "told": _told,
    }
    made.globals |= {
        "static": static.address,
        "csrf": _csrf,
        "form_address": _form_address,
        "languages": languages.LANGUAGES,
        "language": languages.language,
        "recall_reasons": recall_reasons,
    }
    return made


def _common(request: Asked) -> Mapping[str, Any]:
    user = request.scope.get("user")
    rights = user.rights if user else frozenset()
    return {
        "request": request,
        "user": user,
        "menu": menu.shown_to(rights, request.url.path),
        "parts": menu.parts_at(rights, request.url.path),
        "people": cache(request.app.state.node.people) if user else dict,
    }


@pass_context
def _person(context: Context, who: str) -> str:
    """Write a person as colleagues do; who is not known stays as the trail names them."""
    people: Callable[[], Mapping[str, str]] = context["people"]  # read where a page names someone
    return people().get(who, who)


def _titled(title: str) -> Markup:
    """Write the title of an alert."""
    return markup(title_told(title))


def _told(text: str, kind: str) -> Markup:
    """Write a sentence of a kind of data/rules/sentences.toml."""
    return markup(part_told(kind, text))


def _csrf(request: Asked) -> Markup:
    """Return the hidden field without which no form is taken."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, _token(request))


def _form_address(request: Asked) -> str:
    """Return what stands in the address of a form with a file, which has no such field."""
    return urlencode({CSRF_FIELD: _token(request)})


def _token(request: Asked) -> str:
    user = request.scope.get("user")
    return form_token(user.session) if user else ""
