"""The command `tidewaiter burden event`."""

from pathlib import Path
from typing import Any

import click
import msgspec

from tidewaiter.burden.events.cards import event_card
from tidewaiter.cli.burdendeclare import FILE, asked, declaration_of, known_of
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.declarations import declarations, find_declared
from tidewaiter.releases.materials import Beside, material_of
from tidewaiter.releases.shelf import Shelf, releases_of
from tidewaiter.report.burdencards import card_text, placebo_text


@click.command()
@click.argument("event", required=False)
@asked
@click.option("--release", "file", type=FILE, help="A release; else the archive's newest.")
@click.option("--base", type=FILE, help="Months of the first window: a release by month, or CSV.")
@click.option(
    "--declared",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file of declarations; EVENT may then be the hash of one.",
)
@click.option(
    "--dose", type=FILE, help="Pounds by month: CBP's seizures, or CSV; in differences only."
)
@click.option("--drug", default="seized-fentanyl", show_default=True, help="Of CBP's seizures.")
@click.option("--placebos", is_flag=True, help="List the dates that it is ranked among.")
@click.option("--json", "as_json", is_flag=True, help="The card as JSON, nothing left out.")
@archived_in
def event(event: str | None, folder: Path, **options: Any) -> None:
    """Set an event beside its series: its gap, and its rank among dates without an event.

    A card estimates no effect. It says "compatible with", "not distinguishable from ordinary
    variation" or "opposite to declared direction", and is wrong at most at 1 date in 20.

    Example: tidewaiter burden event us-fentanyl-class --direction down --release release.csv
    """
    known = known_of(options["events"])
    kept = declarations(options["declared"]) if options["declared"] else ()
    named = find_declared(event, kept) if event else None
    wanted = named.declaration if named else declaration_of(event, known, options)
    shelf = Shelf(releases_of(options["file"], folder))
    beside = Beside(
        kept=kept,
        known=known,
        **{name: options[name] for name in ("base", "dose", "drug")},
    )
    material = material_of(wanted, shelf, beside)
    card = event_card(wanted, material)
    if options["as_json"]:
        click.echo(msgspec.json.encode(card))
    else:
        click.echo(placebo_text(card) if options["placebos"] else card_text(card))
