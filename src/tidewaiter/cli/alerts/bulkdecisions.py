"""The commands `tidewaiter alerts bulk`: several alerts decided in one act, and the way back."""

from typing import Literal

import click
import msgspec

from tidewaiter.cli.options import needs_db, printable
from tidewaiter.identity import own_stamp
from tidewaiter.report.characters import visible
from tidewaiter.store.bulkdecisions import (
    Batch,
    batch_of,
    batches,
    members_of,
    settle_batch,
    undo_batch,
)
from tidewaiter.store.database import open_database

_NUMBER = click.argument("number", type=click.IntRange(1))


@click.group(name="bulk")
def bulk() -> None:
    """List, undo and settle bulk decisions: several alerts decided in one act.

    Example: tidewaiter alerts bulk list --db cases.db
    """


@bulk.command(name="list")
@needs_db
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def list_(db: str, rows: int, *, as_json: bool) -> None:
    """List bulk decisions, the newest first.

    Example: tidewaiter alerts bulk list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        found = batches(work, rows=rows)
    for each in found:
        click.echo(msgspec.json.encode(each) if as_json else visible(_in_words(each)))


@bulk.command(name="show")
@_NUMBER
@needs_db
def show(number: int, db: str) -> None:
    """Show bulk decision NUMBER, and what became of each of its alerts.

    Example: tidewaiter alerts bulk show 7 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        batch, members = batch_of(work, number), members_of(work, number)
    click.echo(visible(_in_words(batch)))
    for name, became in members.items():
        click.echo(f"{name}  {became}")


@bulk.command(name="undo")
@_NUMBER
@needs_db
def undo(number: int, db: str) -> None:
    """Undo bulk decision NUMBER in one step; alerts decided since stay as they are.

    Example: tidewaiter alerts bulk undo 7 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        undone = undo_batch(work, number)
    click.echo(
        f"as before: {undone.reopened:,}, proposals withdrawn: {undone.withdrawn:,}, "
        f"left as they were decided since: {undone.left:,}",
        err=True,
    )


@bulk.command(name="settle")
@_NUMBER
@click.argument("how", type=click.Choice(["confirm", "reject"]))
@needs_db
@click.option("--alert", "alerts", multiple=True, help="Id of one that is waiting (all).")
@click.option("--note", default="", help="Words of your own; a rejection needs some.")
def settle(
    number: int, how: Literal["confirm", "reject"], db: str, alerts: tuple[str, ...], note: str
) -> None:
    """Confirm or reject what bulk decision NUMBER proposed, as a second officer.

    Example: tidewaiter alerts bulk settle 7 confirm --db cases.db
    """
    names = [printable(each) for each in alerts] or None
    with open_database(db) as database, database.work(own_stamp()) as work:
        told = settle_batch(work, number, names, confirm=how == "confirm", note=printable(note))
    click.echo(f"{how}ed: {told.settled:,}, left: {told.left:,}", err=True)


def _in_words(batch: Batch) -> str:
    counts = (
        ("decided", batch.decided),
        ("waiting for a second officer", batch.waiting),
        ("rejected", batch.rejected),
        ("left out", batch.left),
    )
    told = ", ".join(f"{count:,} {what}" for what, count in counts if count) or "nothing"
    undone = f"; undone by {batch.undone_by}" if batch.undone_by else ""
    return (
        f"{batch.number}  {batch.verdict}/{batch.reason}  {told}{undone}  "
        f"{batch.by}, {batch.at[:16]}: {batch.note}"
    )
