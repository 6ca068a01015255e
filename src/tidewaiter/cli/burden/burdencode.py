"""The command `tidewaiter burden code`: a year of death records, coded and counted."""

from pathlib import Path

import click

from tidewaiter.base.files import check_apart
from tidewaiter.burden.deaths.counting import Cells
from tidewaiter.burden.deaths.tables import BASES, KEEP, PARTS, breakdown, counted, total
from tidewaiter.cli import deathfile

_CODED = {
    "ICD-10": "X40-X44, X60-X64, X85, Y10-Y14",
    "ICD-9": "E850-E858, E950.0-E950.5, E962.0, E980.0-E980.5",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@deathfile.year_of_file
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(PARTS),
    help="Break the counts down by this; give it again for another part of each row.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table here, as Parquet where the name ends in .parquet, else as CSV. "
    "Without it, CSV goes to standard output.",
)
@click.pass_context
def code(
    ctx: click.Context, file: Path, year: int | None, by: tuple[str, ...], out: Path | None
) -> None:
    """Code the death records in FILE as CDC does, and count them by drug.

    FILE is a year of the public multiple-cause-of-death file of the United States, 1979 to 2024,
    plain, .gz or .zip. Each count stands twice: of residents, as NCHS publishes deaths, and of all
    who died in the country, as CDC's provisional counts do. Drugs overlap: they do not add up.

    Example: tidewaiter burden code VS22MORT.zip --by month --out deaths-2022.csv
    """
    if out is not None:
        check_apart({"--out": out}, {"FILE": file})
    cells = deathfile.counted(file, KEEP, year, None)
    deathfile.write_table(breakdown(cells, tuple(dict.fromkeys(by))), out)
    for line in _summary(cells):
        click.echo(line, err=True)
    ctx.exit(1 if cells.refused else 0)


def _summary(cells: Cells) -> list[str]:
    overdoses = total(cells, "overdose", "residence")
    of_residents, occurred = (
        {key: total(cells, key, basis) for key in ("all-causes", "overdose")} for basis in BASES
    )
    head = f"{cells.year}, United States, final file, coded by {cells.revision}"
    both = "{:,} of residents, {:,} that occurred there".format
    codes = _CODED[cells.revision]
    lines = [
        f"{head}: {cells.lines:,} lines, {cells.refused:,} refused",
        f"deaths: {both(of_residents['all-causes'], occurred['all-causes'])}",
        f"overdose deaths ({codes}): {both(overdoses, occurred['overdose'])}",
    ]
    shares = {
        "opioids": "opioids",
        "T40.4": "synthetic opioids other than methadone (T40.4)",
        "specified": "a drug specified (T36-T50.8)",
    }
    for key, name in shares.items():
        if key in counted(cells) and overdoses:
            deaths = total(cells, key, "residence")
            lines.append(
                f"with {name}: {deaths:,}, {100 * deaths / overdoses:.1f} % of these of residents"
            )
    if cells.elsewhere:
        lines.append(
            f"{cells.elsewhere:,} deaths outside the 50 states and the District of Columbia are "
            "left out"
        )
    return lines
