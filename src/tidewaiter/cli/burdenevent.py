"""The command `tidewaiter burden event`."""

from pathlib import Path
from typing import Any

import click
import msgspec
import pyarrow as pa

from tidewaiter.burden.events.cards import event_card
from tidewaiter.burden.monthly import MONTHLY, Months
from tidewaiter.cli.burdendeclare import asked, declaration_of, known_of
from tidewaiter.cli.burdenmaterial import FILE, read_base, shelf_of
from tidewaiter.cli.releasesfolder import archived_in
from tidewaiter.releases.declarations import declarations, find_declared
from tidewaiter.releases.material import material_of
from tidewaiter.report.burdencards import card_text, placebo_text


@click.command()
@click.argument("event", required=False)
@asked
@click.option("--release", "file", type=FILE, help="A release; else the archive's newest.")
@click.option("--base", type=FILE, help="Months of the first window: a release by month, or CSV.")
@click.option("--declared", type=click.Path(dir_okay=False, path_type=Path),
              help="The file of declarations; EVENT may then be the hash of one.")  # fmt: skip
@click.option("--dose", type=FILE, help="Pounds by month, CSV; shown in differences only.")
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
    base, dose = options["base"], options["dose"]
    material = material_of(
        wanted, shelf_of(options["file"], folder), known, kept,
        base=read_base(base, wanted.place, wanted.indicator) if base else None,
        dose=_dose(dose) if dose else None,
    )  # fmt: skip
    card = event_card(wanted, material)
    if options["as_json"]:
        click.echo(msgspec.json.encode(card))
    else:
        click.echo(placebo_text(card) if options["placebos"] else card_text(card))


def _dose(file: Path) -> Months:
    counts = read_base(file, "US", "dose")
    rows = [
        dict.fromkeys(MONTHLY.names) | {
            "place": "US", "indicator": file.stem, "measure": "pounds", "basis": "", "part": "",
            "missing": "", "last": month, "months": 1, "value": value,
        }
        for month, value in sorted(counts.items())
    ]  # fmt: skip
    figures = pa.Table.from_pylist(rows, schema=MONTHLY)
    return Months(figures=figures, method="as reported", notes=())
