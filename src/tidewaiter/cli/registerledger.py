"""What a person writes into the ledger of the register: shipments, and that one did not go."""

from datetime import date
from typing import Any, get_args

import click

from tidewaiter.cli.options import Day, Percent, Place, needs_db
from tidewaiter.cli.registerout import account_line, written_line
from tidewaiter.cli.table import as_line
from tidewaiter.exchange.register.book import Book, same_issuer
from tidewaiter.exchange.register.looking import account_on
from tidewaiter.exchange.register.shipments import Shipment, movement_of
from tidewaiter.exchange.register.types import Direction, Grant
from tidewaiter.identity import own_stamp
from tidewaiter.store.database import open_database
from tidewaiter.store.register import keeper, load_register
from tidewaiter.store.registerledger import cancel as cancel_movement
from tidewaiter.store.registerledger import find_movement, new_id
from tidewaiter.store.registerledger import write_off as write_movement
from tidewaiter.substances.registry import load_registry


@click.command(name="write-off")
@click.option("--substance", required=True, help="Slug, name or CAS number; that of a salt too.")
@click.option("--amount", required=True, help="Of the goods, like 25 kg.")
@click.option("--percent", type=Percent(), help="Content, where they are a mixture.")
@click.option("--direction", required=True, type=click.Choice(get_args(Direction)), help="Way.")
@click.option("--on", type=Day(), required=True, help="The day on which they moved.")
@click.option("--operator", default="", help="Id of who sent or got them.")
@click.option("--permit", default="", help="Number of the permit.")
@click.option("--issuer", type=Place(), help="Country that issued it.")
@click.option("--site", default="", help="Id of the site.")
@click.option("--id", "name", help="A name of its own, so that it is written off once (made).")
@click.option("--source", required=True, help="Where that is written: a declaration, a report.")
@click.option("--reason", required=True, help="Why you write it off.")
@needs_db
def write_off(reason: str, name: str | None, issuer: str | None, db: str, **options: Any) -> None:
    """Write off a shipment that no notice tells of.

    Say of what, how much, which way and when, and where that is written; a permit by --permit.

    Example: tidewaiter register write-off --substance ephedrine --amount "5 kg" ... --db cases.db
    """
    told = Shipment(**options, issuer=issuer or "")
    with open_database(db) as database, database.work(own_stamp()) as work:
        movement = movement_of(told, name or new_id(), keeper(work), load_registry())
        new = write_movement(work, movement, reason=reason)
        line = written_line(find_movement(work, movement.id))
        book = Book(load_register(work))
    click.echo(as_line(line if new else f"known: {line}"))
    for grant in book.numbered(Grant, told.permit, told.on):
        if same_issuer(grant.issuer, told.issuer):
            account = account_on(book, grant, told.on)
            click.echo(as_line(account_line(grant, account)))
            for each in account.findings:
                click.echo(as_line(f"note: {each.text}"), err=True)


@click.command()
@click.argument("movement")
@click.option("--on", type=Day(), required=True, help="From which day on it counts no more.")
@click.option("--source", required=True, help="Where that is written.")
@click.option("--reason", required=True, help="Why.")
@needs_db
def cancel(movement: str, on: date, source: str, reason: str, db: str) -> None:
    """Say that MOVEMENT, by its number or id, did not take place: what it took is given back.

    Example: tidewaiter register cancel 7 --on 2026-05-03 --source "letter" --reason no --db c.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        row = cancel_movement(work, movement, on, source=source, reason=reason)
    click.echo(as_line(written_line(row)))
