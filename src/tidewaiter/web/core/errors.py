"""Error responses: what is wrong, where, and what to do; never internal details."""

import logging
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException, ValidationException
from litestar.response import Redirect
from msgspec import structs

from tidewaiter.base.errors import (
    ConflictError,
    InputError,
    MissingError,
    PluginError,
    StoreError,
    TidewaiterError,
)
from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds import taxii
from tidewaiter.explain.errors import hint_in_words, message_in_words
from tidewaiter.explain.languages import words
from tidewaiter.web.core.client_paths import is_taxii
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply

PROBLEM = "application/problem+json"
AnyRequest = Request[Any, Any, Any]
_LOG = logging.getLogger("tidewaiter.web")
_STATUS: dict[type[TidewaiterError], int] = {
    MissingError: 404,
    ConflictError: 409,
    StoreError: 503,
    InputError: 400,
    PluginError: 500,
}


class Problem(Record, frozen=True, kw_only=True):
    """RFC 9457 problem details, with position and hint."""

    title: str
    status: int
    detail: str
    at: str = ""
    hint: str = ""
    code: str = ""  # of an error of ours; "": it is another


def on_error(request: AnyRequest, error: TidewaiterError) -> Response[Any]:
    """Respond to a user error."""
    kinds = (status for kind, status in _STATUS.items() if isinstance(error, kind))
    problem = _problem(next(kinds, 400), message_in_words(error))
    told = structs.replace(problem, at=error.at, hint=hint_in_words(error), code=error.code)
    return _answer(Asked(request.scope), told)


def on_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Respond to an invalid request."""
    if isinstance(error, NotAuthorizedException) and is_taxii(request.url.path):
        return _challenge(error.detail)
    if isinstance(error, NotAuthorizedException) and _is_page(Asked(request.scope)):
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        asked = "" if path == "/" else f"?next={quote(path)}"
        return Redirect(path=f"/sign-in{asked}", status_code=303)
    detail = error.detail
    if isinstance(error, ValidationException):
        told = error.extra if isinstance(error.extra, list) else []
        detail = "; ".join(f"{each.get('key', '')}: {each.get('message', '')}" for each in told)
    return _answer(Asked(request.scope), _problem(error.status_code, detail), error.headers)


def on_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    """Respond to an internal error with an id that is also in the log."""
    number = secrets.token_hex(4)
    _LOG.error("error %s at %s %s", number, request.method, request.url.path, exc_info=error)
    said = words("Error {number}. The server log has the details.").format(number=number)
    return _answer(Asked(request.scope), _problem(500, said))


def _challenge(detail: str) -> Response[Any]:
    """Request credentials from a TAXII client (RFC 9110, 11.6.1)."""
    told = taxii.error(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED.phrase, detail)
    realm = 'realm="TAXII", charset="UTF-8"'
    return Response(
        told.body,
        status_code=told.status,
        media_type=taxii.MEDIA_TYPE,
        headers={"WWW-Authenticate": f"Basic {realm}, Bearer {realm.partition(',')[0]}"},
    )


def _is_page(request: Asked) -> bool:
    return request.method == "GET" and not request.wants_json


def _problem(status: int, detail: str) -> Problem:
    title = HTTPStatus(status).phrase
    return Problem(title=title, status=status, detail=detail or title)


def _answer(
    request: Asked, problem: Problem, headers: dict[str, str] | None = None
) -> Response[Any]:
    if request.wants_json:
        return Response(problem, status_code=problem.status, media_type=PROBLEM, headers=headers)
    answer = reply(request, "error.html", problem, status=problem.status)
    answer.headers.update(headers or {})
    return answer
