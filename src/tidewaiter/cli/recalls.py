"""The commands `tidewaiter recall` and `tidewaiter recalls`: to ask back what was sent."""

from datetime import date
from typing import get_args

import click
import msgspec

from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import Day, needs_db
from tidewaiter.cli.table import as_line
from tidewaiter.exchange.requests.recalls import Reason
from tidewaiter.identity import own_stamp
from tidewaiter.store.database import open_database
from tidewaiter.store.givingback import Custody, hold, lift, pass_on
from tidewaiter.store.recalllist import Recalling, is_over
from tidewaiter.store.recalllist import items as kept_items
from tidewaiter.store.recalllist import recalls as kept_recalls
from tidewaiter.store.recalls import Why
from tidewaiter.store.recalls import recall as recall_item
from tidewaiter.store.restored import check_complete

_item = click.argument("item")
_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
_rows = click.option(
    "--rows",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="How many at most.",
)


@click.command()
@_item
@click.option("--reason", required=True, type=click.Choice(get_args(Reason)), help="Why.")
@click.option("--basis", default="", help="The law or the order on which it rests.")
@click.option("--note", default="", help="In words.")
@click.option(
    "--from",
    "only",
    multiple=True,
    metavar="NODE",
    help="A peer from which alone it is recalled (all who were told).",
)
@needs_db
def recall(item: str, db: str, only: tuple[str, ...], **told: str) -> None:
    """Recall ITEM, a message that this node sent, from all who were told the same.

    What has not left is discarded. Who has it destroys what it says, or says that a legal hold
    keeps it; `tidewaiter recalls list` shows what came of it. This node keeps its own record.

    Example: tidewaiter recall 0198f0c2-... --reason wrong-recipient --db node.db
    """
    why = msgspec.convert(told, Why)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        done = recall_item(work, desk.ring.lock, desk.node, item, why, only=only)
    for each in done:
        click.echo(each)


@click.group()
def recalls() -> None:
    """See what was recalled and what came of it; hold or give back what others recall.

    Example: tidewaiter recalls list --db node.db
    """


@recalls.command(name="list")
@needs_db
@_rows
@_json
def list_(db: str, rows: int, *, as_json: bool) -> None:
    """List recalls, of this node and of peers, the last first.

    Example: tidewaiter recalls list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = kept_recalls(work, desk.ring.lock, rows=rows)
    today = own_stamp().at.date()
    for each in found:
        click.echo(msgspec.json.encode(each) if as_json else as_line(_line(each, desk.node, today)))


@recalls.command()
@needs_db
@click.option("--came", is_flag=True, help="What came (what was sent).")
@click.option("--with", "node", default="", metavar="NODE", help="Of this peer alone.")
@_rows
@_json
def items(db: str, node: str, rows: int, *, came: bool, as_json: bool) -> None:
    """List messages by the names by which they are recalled or held, the last first.

    Example: tidewaiter recalls items --with tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work() as work:
        check_complete(work)
        found = kept_items(work, came=came, node=node, rows=rows)
    for each in found:
        line = f"{each.id}\t{each.at[:16]}\t{each.peer}\t{each.kind}\t{each.about}\t{each.state}"
        click.echo(msgspec.json.encode(each) if as_json else as_line(line))


@recalls.command(name="hold")
@_item
@click.option("--basis", required=True, help="The law or the order; its source is told.")
@click.option("--until", type=Day(), help="The last day, where it is known.")
@click.option(
    "--case",
    type=click.IntRange(1),
    help="The case whose own legal hold keeps it, while that lasts.",
)
@needs_db
def hold_(item: str, basis: str, until: date | None, case: int | None, db: str) -> None:
    """Keep ITEM, a message that came, where its source recalls it.

    Example: tidewaiter recalls hold 0198f0c2-... --basis "Order 12/26" --case 7 --db node.db
    """
    custody = Custody(basis=basis, until=until, case=case)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        hold(work, desk.ring.lock, item, custody)
    click.echo("held")


@recalls.command(name="lift")
@_item
@needs_db
def lift_(item: str, db: str) -> None:
    """End the legal hold on ITEM; what was recalled meanwhile is destroyed.

    Example: tidewaiter recalls lift 0198f0c2-... --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = lift(work, desk.ring.lock, desk.node, item)
    click.echo(became or "not recalled")


@recalls.command()
@_item
@click.option("--to", "others", type=click.IntRange(0), required=True, help="To how many.")
@click.option(
    "--asked",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="How many of them have been asked to destroy it.",
)
@needs_db
def passed(item: str, others: int, asked: int, db: str) -> None:
    """Say to how many ITEM, a message that came, was passed on; where it is recalled, that is told.

    Example: tidewaiter recalls passed 0198f0c2-... --to 3 --asked 2 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = pass_on(work, desk.ring.lock, item, others, asked, own=desk.node)
    click.echo(became or "not recalled")


def _line(told: Recalling, own: str, today: date) -> str:
    who = f"from {told.peer}" if told.source == own else f"by {told.source}"
    line = f"{told.item}\t{told.kind} {told.about}".rstrip()
    line += f"\t{who}\t{told.reason}\t{told.asked[:16]}\t{_became(told, own)}"
    if told.outcome and told.outcome.basis:
        until = f" until {told.outcome.until}" if told.outcome.until else ""
        line += f" ({told.outcome.basis}{until})"
    if is_over(told, today):
        line += ", the hold is over"
    if told.outcome and told.outcome.reshared:
        line += f", reshared to {told.outcome.reshared}, of whom {told.untold} were not asked"
    return line


def _became(told: Recalling, own: str) -> str:
    if told.standing == "asked":
        return "no answer since" if told.source == own else "asked"
    return told.standing.replace("-", " ")
