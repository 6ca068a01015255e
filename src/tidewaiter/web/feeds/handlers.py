"""TAXII 2.1: incidents for programs outside, read and never written, as far as markings allow."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import PathParameter

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.exchange.edges import taxii
from tidewaiter.exchange.edges.queries import Query, accepts, parse_query
from tidewaiter.exchange.edges.stock import Collection, Item
from tidewaiter.exchange.edges.taxii import Reply
from tidewaiter.store.feeds import feed_of, feeds
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.security import may

_ROOT = "/taxii2/incidents"
_FEED = f"{_ROOT}/collections/{{feed:str}}"
_OBJECT = f"{_FEED}/objects/{{name:str}}"
_KIND = taxii.MEDIA_TYPE
_READ: dict[str, Any] = {"guards": [may("feed")], "include_in_schema": False, "gives": _KIND}
"""What all addresses have in common; the standard describes them, not our own document."""
_NOT_ACCEPTABLE, _NOT_FOUND, _BAD, _LATER = 406, 404, 400, 503
Id = Annotated[str, PathParameter(max_length=200)]

OfPage = Callable[[Collection, list[Item], Query], Reply]


def feed_path(feed: str) -> str:
    """Return the path at which the objects of a feed are read."""
    return f"{_ROOT}/collections/{feed}/objects/"


@get(taxii.DISCOVERY, sync_to_thread=False, **_READ)
def discovery(request: Asked, node: TheNode) -> Response[bytes]:
    """Tell what is served here."""
    told = taxii.discovery("Tidewaiter", [node.address(f"{_ROOT}/")])
    return _answer(request, lambda: told)


@get(_ROOT, sync_to_thread=False, **_READ)
def api_root(request: Asked) -> Response[bytes]:
    """Tell of the only API root."""
    return _answer(request, lambda: taxii.api_root("Incidents"))


@get(f"{_ROOT}/collections", sync_to_thread=True, **_READ)
def collections(request: Asked, node: TheNode) -> Response[bytes]:
    """Tell which feeds there are."""

    def told() -> Reply:
        with node.read() as work:
            return taxii.collections([each.collection for each in feeds(work)])

    return _answer(request, told)


@get(_FEED, sync_to_thread=True, **_READ)
def collection(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Tell of a feed."""

    def told() -> Reply:
        with node.read() as work:
            return taxii.collection(feed_of(work, feed).collection)

    return _answer(request, told)


@get(f"{_FEED}/objects", sync_to_thread=True, **_READ)
def objects(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Give a page of the objects of a feed."""
    return _answer(request, lambda: _page(request, node, feed, taxii.objects))


@get(f"{_FEED}/manifest", sync_to_thread=True, **_READ)
def manifest(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Give a page of the manifest of a feed."""
    return _answer(request, lambda: _page(request, node, feed, taxii.manifest))


@get(_OBJECT, sync_to_thread=True, **_READ)
def an_object(request: Asked, node: TheNode, feed: Id, name: Id) -> Response[bytes]:
    """Give an object of a feed."""

    def of_it(one: Collection, items: list[Item], query: Query) -> Reply:
        return taxii.an_object(one, items, name, query)

    return _answer(request, lambda: _page(request, node, feed, of_it))


@get(f"{_OBJECT}/versions", sync_to_thread=True, **_READ)
def versions(request: Asked, node: TheNode, feed: Id, name: Id) -> Response[bytes]:
    """Tell which versions of an object there are."""

    def of_it(one: Collection, items: list[Item], query: Query) -> Reply:
        return taxii.versions(one, items, name, query)

    return _answer(request, lambda: _page(request, node, feed, of_it))


def _page(request: Asked, node: Node, feed: str, told: OfPage) -> Reply:
    query = parse_query(request.query_params.multi_items())
    with node.exchange() as (desk, _):
        pass
    one, items = node.shelf.read(desk, feed, node.registry)
    return told(one, items, query)


def _answer(request: Asked, told: Callable[[], Reply]) -> Response[bytes]:
    """Answer as the standard has it, errors too."""
    if not accepts(request.headers.get("accept", "")):
        reply = taxii.error(_NOT_ACCEPTABLE, "the header Accept names no TAXII 2.1")
    else:
        try:
            reply = told()
        except MissingError as error:
            reply = taxii.error(_NOT_FOUND, error.message)
        except ConflictError as error:  # this node was restored, and has not all messages again
            reply = taxii.error(_LATER, error.message)
        except InputError as error:
            reply = taxii.error(_BAD, error.message, f"{error.at}: {error.hint}")
    headers = dict(reply.headers)
    kind = headers.pop("Content-Type")
    return Response(reply.body, status_code=reply.status, media_type=kind, headers=headers)


HANDLERS = [
    discovery,
    api_root,
    collections,
    collection,
    objects,
    manifest,
    an_object,
    versions,
]
