"""The annual figures of the register, at the command line."""

from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import needs_db
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.register.annual import figures_of, form_rows, sheet_rows
from tidewaiter.exchange.register.book import Book
from tidewaiter.report.cells import neutralise
from tidewaiter.report.exports import CsvTable
from tidewaiter.store.database import open_database
from tidewaiter.store.incidents import find_incident
from tidewaiter.store.incidents import incidents as kept_incidents
from tidewaiter.store.register import keeper, load_register
from tidewaiter.substances.registry import load_registry

_ALL = 1 << 31


@click.command()
@click.argument("year", type=click.IntRange(1989, 2199))
@click.option("--form", is_flag=True, help="Only the columns of UN Form D that are confirmed.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path),
              help="A CSV file.")  # fmt: skip
@needs_db
def annual(year: int, out: Path, db: str, *, form: bool) -> None:
    """Add up a YEAR: seized, stopped, imported, exported and needed, by substance.

    A sheet to fill UN Form D from; with --form, what of its columns is confirmed. Seizures and
    stopped shipments are those of this node's own incidents.

    Example: tidewaiter register annual 2026 --out 2026.csv --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        country, book = keeper(work), Book(load_register(work))
    if not country:
        raise InputError("there is no register yet", hint="tidewaiter register add FILE")
    figures = figures_of(book, _incidents(db), country, year, load_registry())
    titles, *rows = form_rows(figures) if form else sheet_rows(figures)
    with replacing(out, f"{year}") as part, part.open("wb") as file:
        CsvTable(file, titles).rows([[neutralise(cell) for cell in row] for row in rows])
    unsure = sum(
        len(total.open)
        for each in figures
        for total in (each.seized, each.stopped, each.imports, each.exports)
    )
    click.echo(f"{len(rows)} substances of {country} in {year}: {out}")
    if unsure:
        click.echo(f"the content of {unsure} is not known; they are in no sum", err=True)


def _incidents(db: str) -> list[Incident]:
    """Return the last version of each incident that this node itself told."""
    with open_database(db) as database, database.work() as work:
        if not kept_incidents(work, rows=1):
            click.echo("this database holds no incidents: no seizure is counted", err=True)
            return []
    with desk_at(db) as desk, desk.database.work() as work:
        names = [x for x in kept_incidents(work, rows=_ALL) if x.owner == desk.node]
        known = [find_incident(work, desk.ring.lock, x.owner, x.id).now() for x in names]
    return [each for each in known if each is not None]
