"""The command `tidewaiter burden rates`: death rates of a table of deaths and people by age."""

from pathlib import Path

import click

from tidewaiter.base.files import check_apart
from tidewaiter.burden.rating import rate_table
from tidewaiter.cli.deathfile import write_table


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--people",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The people by age, where they do not stand in FILE: columns age and people, and those of "
    "--by that it has.",
)
@click.option("--by", multiple=True, help="A column that makes groups, as it is titled in FILE.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table here, as Parquet where the name ends in .parquet, else as CSV. "
    "Without it, CSV goes to standard output.",
)
def rates(file: Path, people: Path | None, by: tuple[str, ...], out: Path | None) -> None:
    """Compute death rates per 100,000 people from the deaths by age in FILE.

    FILE has columns for ages and deaths: the table of "burden code --by band", or an export of CDC
    WONDER by ten-year age groups. Rates are crude, by age band, and adjusted to the 2000 standard
    population of the United States, each with its 95 % interval.

    Example: tidewaiter burden rates deaths.csv --people people.csv --by basis --by indicator
    """
    if out is not None:
        kept = {"FILE": file} | ({"--people": people} if people else {})
        check_apart({"--out": out}, kept)
    residents = people.read_bytes() if people else None
    write_table(rate_table(file.read_bytes(), residents, file.name, by), out)
