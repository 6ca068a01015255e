"""The command `tidewaiter feeds`: what programs outside may read of incidents, over TAXII."""

from typing import get_args

import click

from tidewaiter.cli.options import needs_db
from tidewaiter.cli.table import as_line
from tidewaiter.exchange.markings import Purpose, Reach
from tidewaiter.identity import own_stamp
from tidewaiter.store.database import open_database
from tidewaiter.store.feeds import Feed, make_feed, remove_feed
from tidewaiter.store.feeds import feeds as kept_feeds


@click.group()
def feeds() -> None:
    """Let programs outside read incidents over TAXII 2.1, as far as their markings allow.

    `tidewaiter serve` serves them at /taxii2/, to who has a token with the right "feed".

    Example: tidewaiter feeds make "For our own monitoring" --db node.db
    """


@feeds.command()
@click.argument("title")
@needs_db
@click.option(
    "--reach",
    type=click.Choice(get_args(Reach)),
    default="organisation",
    show_default=True,
    help="How far from here whoever reads it is.",
)
@click.option(
    "--purpose",
    type=click.Choice(get_args(Purpose)),
    default="control",
    show_default=True,
    help="What they read it for.",
)
def make(title: str, db: str, reach: Reach, purpose: Purpose) -> None:
    """Make a feed called TITLE. What a marking holds back from such readers is not in it.

    Example: tidewaiter feeds make "For our own monitoring" --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = make_feed(work, title, reach, purpose)
    _tell(made)


@feeds.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List the feeds.

    Example: tidewaiter feeds list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = kept_feeds(work)
    for each in found:
        _tell(each)


@feeds.command()
@click.argument("feed")
@needs_db
def remove(feed: str, db: str) -> None:
    """Take FEED away: its readers find nothing there any more.

    Example: tidewaiter feeds remove 0f3b6d5c-7a18-4c1e-9d2f-5b1c6a7e8d90 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        remove_feed(work, feed)
    click.echo("removed")


def _tell(feed: Feed) -> None:
    told = feed.collection
    line = f"{told.id}\t{told.title}\t{told.edge.to.reach}\t{told.edge.purpose}"
    click.echo(as_line(f"{line}\t{feed.last.seq} objects so far"))
