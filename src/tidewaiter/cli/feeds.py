"""The command `tidewaiter feeds`: feeds of incidents for other programs."""

import click

from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.options import Renamed, found_or_hint, needs_db
from tidewaiter.cli.core.reader_options import readers_of
from tidewaiter.exchange.protocol.markings import Purpose, Reach
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.feeds import Feed, make_feed, remove_feed
from tidewaiter.store.feeds import feeds as kept_feeds


@click.group(cls=Renamed, former={"make": "create"})
def feeds() -> None:
    """Publish incidents to other programs over TAXII 2.1, as far as their markings allow.

    `tidewaiter serve` serves feeds at /taxii2/ to tokens with the right "feed".

    Example: tidewaiter feeds create "For our own monitoring" --db node.db
    """


@feeds.command(name="create")
@click.argument("title")
@needs_db
@readers_of("feed")
def make(title: str, db: str, reach: Reach, purpose: Purpose) -> None:
    """Create a feed called TITLE, without incidents that their marking withholds from its readers.

    Example: tidewaiter feeds create "For our own monitoring" --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = make_feed(work, title, reach, purpose)
    _tell(made)


@feeds.command(name="list")
@needs_db
def list_feeds(db: str) -> None:
    """List the feeds.

    Example: tidewaiter feeds list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = kept_feeds(work)
    for each in found_or_hint(found, "create a feed with tidewaiter feeds create TITLE"):
        _tell(each)


@feeds.command()
@click.argument("feed")
@needs_db
def remove(feed: str, db: str) -> None:
    """Remove FEED; its readers no longer find it.

    Example: tidewaiter feeds remove 0f3b6d5c-7a18-4c1e-9d2f-5b1c6a7e8d90 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        remove_feed(work, feed)
    click.echo("removed")


def _tell(feed: Feed) -> None:
    told = feed.collection
    line = f"{told.id}\t{told.title}\t{told.edge.to.reach}\t{told.edge.purpose}"
    click.echo(as_line(f"{line}\t{feed.last.seq} objects so far"))
