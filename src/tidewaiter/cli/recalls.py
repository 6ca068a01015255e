"""The commands `tidewaiter recall` and `tidewaiter recalls`: recalls and legal holds."""

from datetime import date
from typing import get_args

import click
import msgspec

from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import (
    Day,
    Renamed,
    found_or_hint,
    json_option,
    needs_db,
    rows_option,
)
from tidewaiter.exchange.recalls import Reason
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.peers.reconcile import check_complete
from tidewaiter.store.recalls.compliance import Custody, hold, lift, pass_on
from tidewaiter.store.recalls.issued import RecallFilter, Recalling, Why, is_over
from tidewaiter.store.recalls.issued import items as kept_items
from tidewaiter.store.recalls.issued import recall as recall_item
from tidewaiter.store.recalls.issued import recalls as kept_recalls

_item = click.argument("item")


@click.command()
@_item
@click.option("--reason", required=True, type=click.Choice(get_args(Reason)), help="Why.")
@click.option("--basis", default="", help="Legal basis or order for the recall.")
@click.option("--note", default="", help="Details.")
@click.option(
    "--from",
    "only",
    multiple=True,
    metavar="NODE",
    help="Recall the message only from this peer (default: from every recipient).",
)
@needs_db
def recall(item: str, db: str, only: tuple[str, ...], **told: str) -> None:
    """Recall ITEM, a message from this node, from every recipient.

    Messages that have not been sent yet are discarded. Recipients destroy the content, or report
    that a legal hold prevents it; see `tidewaiter recalls list`. This node keeps its own record.

    Example: tidewaiter recall 0198f0c2-... --reason wrong-recipient --db node.db
    """
    why = msgspec.convert(told, Why)
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        done = recall_item(work, desk.ring.lock, desk.node, item, why, only=only)
    for each in done:
        click.echo(each)


@click.group(cls=Renamed, former={"passed": "shared"})
def recalls() -> None:
    """Track recalls, and place or lift legal holds on messages that peers recall.

    Example: tidewaiter recalls list --db node.db
    """


@recalls.command(name="list")
@needs_db
@rows_option
@json_option
def list_recalls(db: str, rows: int, *, as_json: bool) -> None:
    """List recalls by this node and by peers, newest first.

    Example: tidewaiter recalls list --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = kept_recalls(work, desk.ring.lock, RecallFilter(), rows=rows)
    today = own_stamp().at.date()
    for each in found_or_hint(found, "recall a message with tidewaiter recall ITEM"):
        click.echo(english_json(each) if as_json else as_line(_recall_line(each, desk.node, today)))


@recalls.command()
@needs_db
@click.option("--came", is_flag=True, help="List received messages (default: sent messages).")
@click.option(
    "--with", "node", default="", metavar="NODE", help="Only messages exchanged with this peer."
)
@rows_option
@json_option
def items(db: str, node: str, rows: int, *, came: bool, as_json: bool) -> None:
    """List messages with the IDs by which they can be recalled or held, newest first.

    Example: tidewaiter recalls items --with tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work() as work:
        check_complete(work)
        found = kept_items(work, came=came, node=node, rows=rows)
    hint = "without --came sent messages are listed, with it received ones"
    for each in found_or_hint(found, hint):
        line = f"{each.id}\t{each.at[:16]}\t{each.peer}\t{each.kind}\t{each.about}\t{each.state}"
        click.echo(english_json(each) if as_json else as_line(line))


@recalls.command(name="hold")
@_item
@click.option("--basis", required=True, help="Legal basis or order; the source is notified of it.")
@click.option("--until", type=Day(), help="Last day of the hold, if known.")
@click.option(
    "--case",
    type=click.IntRange(1),
    help="A case under legal hold; its hold also keeps the message, for as long as it lasts.",
)
@needs_db
def hold_(item: str, basis: str, until: date | None, case: int | None, db: str) -> None:
    """Place a legal hold on ITEM, a received message, so that a recall does not destroy it.

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
    """Lift the legal hold on ITEM; if it was recalled in the meantime, it is destroyed.

    Example: tidewaiter recalls lift 0198f0c2-... --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = lift(work, desk.ring.lock, desk.node, item)
    click.echo(became or "not recalled")


@recalls.command(name="shared")
@_item
@click.option(
    "--to", "others", type=click.IntRange(0), required=True, help="Number of onward recipients."
)
@click.option(
    "--asked",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Number of them who have been asked to destroy it.",
)
@needs_db
def passed(item: str, others: int, asked: int, db: str) -> None:
    """Report that ITEM, a received message, was shared onward; a recall then reports this.

    Example: tidewaiter recalls shared 0198f0c2-... --to 3 --asked 2 --db node.db
    """
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        became = pass_on(work, desk.ring.lock, item, others, asked, own=desk.node)
    click.echo(became or "not recalled")


def _recall_line(told: Recalling, own: str, today: date) -> str:
    who = f"from {told.peer}" if told.source == own else f"by {told.source}"
    line = f"{told.item}\t{told.kind} {told.about}".rstrip()
    line += f"\t{who}\t{told.reason}\t{told.asked[:16]}\t{_became(told, own)}"
    if told.outcome and told.outcome.basis:
        until = f" until {told.outcome.until}" if told.outcome.until else ""
        line += f" ({told.outcome.basis}{until})"
    if is_over(told, today):
        line += ", the hold has ended"
    if told.outcome and told.outcome.reshared:
        line += (
            f", shared onward with {told.outcome.reshared}, of whom {told.untold} were not asked"
        )
    return line


def _became(told: Recalling, own: str) -> str:
    if told.standing == "asked":
        return "no reply since" if told.source == own else "asked"
    return told.standing.replace("-", " ")
