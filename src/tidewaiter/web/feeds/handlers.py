"""TAXII 2.1 feeds of incidents, and the page that manages them."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from tidewaiter.base.errors import ConflictError, InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.feeds import taxii
from tidewaiter.exchange.feeds.taxii import Collection, Item, Query, Reply, accepts, parse_query
from tidewaiter.exchange.protocol.markings import Purpose, Reach
from tidewaiter.explain.languages import words
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.feeds import Feed, feed_of, feeds, make_feed, remove_feed
from tidewaiter.web.core.exchange_terms import PURPOSES, purpose_choices, reach_choices
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may

_ROOT = "/taxii2/incidents"
_FEED = f"{_ROOT}/collections/{{feed:str}}"
_OBJECT = f"{_FEED}/objects/{{name:str}}"
_KIND = taxii.MEDIA_TYPE
_READ: dict[str, Any] = {"guards": [may("feed")], "include_in_schema": False, "gives": _KIND}
"""Common options of the routes, which the TAXII standard documents instead of our API."""
_NOT_ACCEPTABLE, _NOT_FOUND, _BAD, _LATER = 406, 404, 400, 503
Id = Annotated[str, PathParameter(max_length=200)]

OfPage = Callable[[Collection, list[Item], Query], Reply]


def feed_path(feed: str) -> str:
    """Return the path of a feed's objects."""
    return f"{_ROOT}/collections/{feed}/objects/"


@get(taxii.DISCOVERY, sync_to_thread=False, **_READ)
def discovery(request: Asked, node: TheNode) -> Response[bytes]:
    """Return the discovery resource."""
    told = taxii.discovery("Tidewaiter", [node.address(f"{_ROOT}/")])
    return _answer(request, lambda: told)


@get(_ROOT, sync_to_thread=False, **_READ)
def api_root(request: Asked) -> Response[bytes]:
    """Return the only API root."""
    return _answer(request, lambda: taxii.api_root("Incidents"))


@get(f"{_ROOT}/collections", sync_to_thread=True, **_READ)
def collections(request: Asked, node: TheNode) -> Response[bytes]:
    """Return the collections."""

    def told() -> Reply:
        with node.read() as work:
            return taxii.collections([each.collection for each in feeds(work)])

    return _answer(request, told)


@get(_FEED, sync_to_thread=True, **_READ)
def collection(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Return a collection."""

    def told() -> Reply:
        with node.read() as work:
            return taxii.collection(feed_of(work, feed).collection)

    return _answer(request, told)


@get(f"{_FEED}/objects", sync_to_thread=True, **_READ)
def objects(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Return a page of a feed's objects."""
    return _answer(request, lambda: _page(request, node, feed, taxii.objects))


@get(f"{_FEED}/manifest", sync_to_thread=True, **_READ)
def manifest(request: Asked, node: TheNode, feed: Id) -> Response[bytes]:
    """Return a page of a feed's manifest."""
    return _answer(request, lambda: _page(request, node, feed, taxii.manifest))


@get(_OBJECT, sync_to_thread=True, **_READ)
def an_object(request: Asked, node: TheNode, feed: Id, name: Id) -> Response[bytes]:
    """Return an object of a feed."""

    def of_it(one: Collection, items: list[Item], query: Query) -> Reply:
        return taxii.an_object(one, items, name, query)

    return _answer(request, lambda: _page(request, node, feed, of_it))


@get(f"{_OBJECT}/versions", sync_to_thread=True, **_READ)
def versions(request: Asked, node: TheNode, feed: Id, name: Id) -> Response[bytes]:
    """Return the versions of an object."""

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
    """Respond as defined by the standard, errors included."""
    if not accepts(request.headers.get("accept", "")):
        reply = taxii.error(_NOT_ACCEPTABLE, "the header Accept names no TAXII 2.1")
    else:
        try:
            reply = told()
        except MissingError as error:
            reply = taxii.error(_NOT_FOUND, error.message)
        except ConflictError as error:  # this node was restored and lacks messages
            reply = taxii.error(_LATER, error.message)
        except InputError as error:
            reply = taxii.error(_BAD, error.message, f"{error.at}: {error.hint}")
    headers = dict(reply.headers)
    kind = headers.pop("Content-Type")
    return Response(reply.body, status_code=reply.status, media_type=kind, headers=headers)


FeedId = Annotated[str, PathParameter(max_length=64)]


class FeedRow(Record, frozen=True, kw_only=True):
    """A feed and its address."""

    feed: Feed
    address: str


class FeedsPage(Record, frozen=True, kw_only=True):
    """All feeds, by title."""

    start: str  # discovery address for TAXII clients
    rows: tuple[FeedRow, ...]


class MakeFeed(Record, frozen=True, kw_only=True):
    """A feed to create."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    reach: Reach = "organisation"
    purpose: Purpose = "control"


class Removed(Record, frozen=True, kw_only=True):
    """The deleted feed."""

    feed: str


class FeedLine(Record, frozen=True, kw_only=True):
    """A feed, as displayed."""

    row: FeedRow
    reach: str
    purpose: str


class FeedsView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    lines: tuple[FeedLine, ...]
    reaches: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    relates: bool
    reads: bool  # the reader may create a reading token
    connects: bool


@get("/feeds", guards=[may("exchange")], sync_to_thread=True)
def feeds_page(request: Asked, node: TheNode, user: TheUser) -> Response[FeedsPage]:
    """List the feeds with their addresses."""
    with node.read() as work:
        rows = tuple(_row(node, each) for each in feeds(work))
    page = FeedsPage(start=node.address(taxii.DISCOVERY), rows=rows)
    return reply(request, "feeds.html", page, view=lambda: feeds_view(page, user))


@post("/feeds", guards=[may("relate")], sync_to_thread=True, makes=True)
def make_a_feed(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[MakeFeed]
) -> Response[FeedRow]:
    """Create a feed; items withheld by their markings are not included."""
    with node.change(user) as work:
        made = make_feed(work, data.title, data.reach, data.purpose)
    return done(request, _row(node, made), "/feeds", status=201)


@post("/feeds/{feed:str}/remove", guards=[may("relate")], sync_to_thread=True)
def remove_a_feed(request: Asked, node: TheNode, user: TheUser, feed: FeedId) -> Response[Removed]:
    """Delete a feed with its items."""
    with node.change(user) as work:
        remove_feed(work, feed)
    return done(request, Removed(feed=feed), "/feeds")


def feeds_view(page: FeedsPage, user: User) -> FeedsView:
    """Render the page as text."""
    reaches = dict(reach_choices())
    return FeedsView(
        lines=tuple(
            FeedLine(
                row=each,
                reach=reaches[each.feed.collection.edge.to.reach],
                purpose=words(PURPOSES[each.feed.collection.edge.purpose]),
            )
            for each in page.rows
        ),
        reaches=reach_choices(),
        purposes=purpose_choices(),
        relates="relate" in user.rights,
        reads="feed" in user.rights,
        connects="connect" in user.rights,
    )


def _row(node: Node, feed: Feed) -> FeedRow:
    return FeedRow(feed=feed, address=node.address(feed_path(feed.collection.id)))


HANDLERS = [
    discovery,
    api_root,
    collections,
    collection,
    objects,
    manifest,
    an_object,
    versions,
    feeds_page,
    make_a_feed,
    remove_a_feed,
]
