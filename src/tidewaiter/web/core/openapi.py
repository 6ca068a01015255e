"""OpenAPI 3.1 description of the API, generated from the handlers.

Handler options: ``query`` is the record of the query, ``makes`` marks a creation (201), ``gives``
is the media type of a file response, ``files`` the form field of uploaded files, ``takes`` the
record of a body that the handler decodes itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

import msgspec
from litestar import Litestar, Response, get
from litestar.handlers import HTTPRouteHandler

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.web.core import api_examples as examples
from tidewaiter.web.core.client_paths import is_matching
from tidewaiter.web.core.errors import PROBLEM, Problem
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.security import may

_REF = "#/components/schemas/{name}"
_REFUSALS = {
    "400": "What was sent cannot be read, or cannot be done",
    "401": "No token, or one whose time is over",
    "403": "The token has not the right for it",
    "404": "It is not there, or not for whoever asks",
    "409": "Another has changed it since",
    "413": "What was sent is too large",
    "429": "Too many at once; come back later",
    "503": "The database is locked, full, or out of reach",
}
Json = dict[str, Any]


class Shapes(Record, frozen=True, kw_only=True):
    """The schemas of all records."""

    of: Mapping[Any, Json]  # by record
    schemas: Mapping[str, Json]  # by name


@get("/openapi.json", guards=[may("see")], include_in_schema=False, sync_to_thread=True)
def openapi(request: Asked) -> Response[Json]:
    """Generate the description."""
    return Response(description(request.app), media_type="application/json")


def _schema(kind: type) -> Json:
    """Describe a phrase: external records contain its English text."""
    if kind is Phrase:
        return {"type": "string"}
    raise NotImplementedError(f"no schema for {kind.__name__}")


def description(app: Litestar) -> Json:
    """Describe the API of an application."""
    told = app.openapi_schema.to_schema()
    handlers = dict(_handlers(app))
    kinds = list(dict.fromkeys([Problem, *_kinds(handlers.values())]))
    told_kinds, schemas = msgspec.json.schema_components(
        kinds, schema_hook=_schema, ref_template=_REF
    )
    shapes = Shapes(of=dict(zip(kinds, told_kinds, strict=True)), schemas=schemas)
    paths: Json = {}
    for path, item in told["paths"].items():
        for method, operation in item.items():
            handler = handlers[method, path]
            plain = method == "get" and "gives" not in handler.opt and not is_matching(path)
            place = paths.setdefault(f"{path}.json" if plain else path, {})
            place[method] = _operation(operation, handler, shapes)
    bearer = {"type": "http", "scheme": "bearer"}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tidewaiter",
            "version": told["info"]["version"],
            "description": "The records that the pages show, and the actions that they offer.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": bearer}},
    }


def _handlers(app: Litestar) -> Iterator[tuple[tuple[str, str], HTTPRouteHandler]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            if isinstance(handler, HTTPRouteHandler) and handler.resolve_include_in_schema():
                path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path)
                for method in handler.http_methods:
                    yield (method.lower(), path), handler


def _kinds(handlers: Iterable[HTTPRouteHandler]) -> Iterator[Any]:
    """Return all request and response records."""
    for handler in handlers:
        yield from (body_of(handler), _answer(handler), handler.opt.get("query"))


def body_of(handler: HTTPRouteHandler) -> Any:
    """Return the record of a request body; None: there is none."""
    field = handler.parsed_data_field
    return handler.opt.get("takes") if field is None else field.annotation


def _answer(handler: HTTPRouteHandler) -> Any:
    told = handler.parsed_fn_signature.return_type
    inner = next(iter(get_args(told.raw)), told.annotation)
    return str if "gives" in handler.opt else inner


def _operation(told: Json, handler: HTTPRouteHandler, shapes: Shapes) -> Json:
    """Describe one action, or one page's record."""
    rights = [getattr(guard, "right", "") for guard in handler.guards or ()]
    plain = getattr(handler.fn, "func", handler.fn)  # unwrap Litestar's wrapper
    said = (plain.__doc__ or "").strip().partition("\n")[0]
    made: Json = {
        "operationId": handler.handler_name,
        "summary": said,
        "description": f"Needs the right “{rights[0]}”." if rights else "",
        "parameters": [*told.get("parameters", ()), *_parameters(handler, shapes)],
        "responses": _responses(handler, shapes),
    }
    content = dict(_sent(handler, shapes))
    if content:
        made["requestBody"] = {"required": True, "content": content}
    return made


def _sent(handler: HTTPRouteHandler, shapes: Shapes) -> Iterator[tuple[str, Json]]:
    """Describe the request body, by media type."""
    body, field = body_of(handler), handler.opt.get("files")
    if body is not None:
        told = _example(examples.body(handler.handler_name))
        yield "application/json", {"schema": shapes.of[body], **told}
    if field is not None:
        files = {"type": "array", "items": {"type": "string", "format": "binary"}, "minItems": 1}
        form = {"type": "object", "properties": {field: files}, "required": [field]}
        yield "multipart/form-data", {"schema": form}


def _example(value: Any) -> Json:
    return {} if value is None else {"examples": {"one": {"value": value}}}


def _parameters(handler: HTTPRouteHandler, shapes: Shapes) -> Iterator[Json]:
    kind = handler.opt.get("query")
    if kind is None:
        return
    name = shapes.of[kind]["$ref"].rpartition("/")[2]
    for field, schema in shapes.schemas[name]["properties"].items():
        yield {"name": field, "in": "query", "required": False, "schema": schema}


def _responses(handler: HTTPRouteHandler, shapes: Shapes) -> Json:
    code = "201" if handler.opt.get("makes") else "200"
    media = handler.opt.get("gives", "application/json")
    shown = _example(examples.answer(handler.handler_name, _answer(handler)))
    content = {media: {"schema": shapes.of[_answer(handler)], **shown}}
    refused = {
        status: {"description": says, "content": {PROBLEM: {"schema": shapes.of[Problem]}}}
        for status, says in _REFUSALS.items()
    }
    return {code: {"description": "Done", "content": content}, **refused}


HANDLERS = [openapi]
