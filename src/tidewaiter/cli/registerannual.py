"""The annual figures of the register, at the command line."""

from pathlib import Path

import click

from tidewaiter.base.files import replacing
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.options import needs_db
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.report.annual import unsure, write_annual
from tidewaiter.store.database import open_database
from tidewaiter.store.incidents import incidents as kept_incidents
from tidewaiter.store.registerannual import annual_of, own_incidents
from tidewaiter.substances.registry import load_registry


@click.command()
@click.argument("year", type=click.IntRange(1989, 2199))
@click.option("--form", is_flag=True, help="Only the columns of UN Form D that are confirmed.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A CSV file."
)
@needs_db
def annual(year: int, out: Path, db: str, *, form: bool) -> None:
    """Add up a YEAR: seized, stopped, imported, exported and needed, by substance.

    A sheet to fill UN Form D from; with --form, what of its columns is confirmed. Seizures and
    stopped shipments are those of this node's own incidents.

    Example: tidewaiter register annual 2026 --out 2026.csv --db cases.db
    """
    incidents = _incidents(db)
    with open_database(db) as database, database.work() as work:
        country, figures = annual_of(work, year, incidents, load_registry())
    with replacing(out, f"{year}") as part, part.open("wb") as file:
        write_annual(file, figures, form=form)
    click.echo(f"{len(figures)} substances of {country} in {year}: {out}")
    if unsure(figures):
        said = f"the content of {unsure(figures)} is not known; they are in no sum"
        click.echo(said, err=True)


def _incidents(db: str) -> list[Incident]:
    """Return the last version of each incident that this node itself told."""
    with open_database(db) as database, database.work() as work:
        if not kept_incidents(work, rows=1):
            click.echo("this database holds no incidents: no seizure is counted", err=True)
            return []
    with desk_at(db) as desk, desk.database.work() as work:
        return own_incidents(work, desk.ring.lock, desk.node)
