"""Feeds: what programs outside may read of incidents over TAXII; made and removed here."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from tidewaiter.base.records import Record
from tidewaiter.exchange.edges import taxii
from tidewaiter.exchange.markings import Purpose, Reach
from tidewaiter.report.languages import words
from tidewaiter.store.feeds import Feed, feeds, make_feed, remove_feed
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.markingwords import PURPOSES, purpose_choices, reach_choices
from tidewaiter.web.node import Node
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may
from tidewaiter.web.taxii import feed_path

Id = Annotated[str, PathParameter(max_length=64)]


class FeedRow(Record, frozen=True, kw_only=True):
    """A feed, and where programs read it."""

    feed: Feed
    address: str


class FeedsPage(Record, frozen=True, kw_only=True):
    """All feeds, by title."""

    start: str  # the address at which a client of TAXII begins
    rows: tuple[FeedRow, ...]


class MakeFeed(Record, frozen=True, kw_only=True):
    """A feed to be made."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    reach: Reach = "organisation"
    purpose: Purpose = "control"


class Removed(Record, frozen=True, kw_only=True):
    """The feed that is gone."""

    feed: str


class FeedLine(Record, frozen=True, kw_only=True):
    """A feed in words."""

    row: FeedRow
    reach: str
    purpose: str


class FeedsView(Record, frozen=True, kw_only=True):
    """The page in words."""

    lines: tuple[FeedLine, ...]
    reaches: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    relates: bool
    reads: bool  # whether whoever looks may make a token that reads
    connects: bool


@get("/feeds", guards=[may("exchange")], sync_to_thread=True)
def feeds_page(request: Asked, node: TheNode, user: TheUser) -> Response[FeedsPage]:
    """List the feeds, with the addresses at which programs read them."""
    with node.read() as work:
        rows = tuple(_row(node, each) for each in feeds(work))
    page = FeedsPage(start=node.address(taxii.DISCOVERY), rows=rows)
    return reply(request, "feeds.html", page, view=lambda: feeds_view(page, user))


@post("/feeds", guards=[may("relate")], sync_to_thread=True, makes=True)
def make_a_feed(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[MakeFeed]
) -> Response[FeedRow]:
    """Make a feed: what a marking holds back from such readers is not in it."""
    with node.change(user) as work:
        made = make_feed(work, data.title, data.reach, data.purpose)
    return done(request, _row(node, made), "/feeds", status=201)


@post("/feeds/{feed:str}/remove", guards=[may("relate")], sync_to_thread=True)
def remove_a_feed(request: Asked, node: TheNode, user: TheUser, feed: Id) -> Response[Removed]:
    """Take a feed away: its readers find nothing there any more."""
    with node.change(user) as work:
        remove_feed(work, feed)
    return done(request, Removed(feed=feed), "/feeds")


def feeds_view(page: FeedsPage, user: User) -> FeedsView:
    """Put the page into words."""
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


HANDLERS = [feeds_page, make_a_feed, remove_a_feed]
