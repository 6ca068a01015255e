"""The command `tidewaiter burden leading`: leading causes of death, and overdoses among them."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.files import check_apart
from tidewaiter.burden.ages import OLDEST, parse_ages
from tidewaiter.burden.facts import indicators
from tidewaiter.burden.leading import KEEP, NOT_RANKED, Place, Ranking, by_age, cause_table, rank
from tidewaiter.cli import deathfile

_SHOWN = 10


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@deathfile.year_of_file
@click.option(
    "--ages", default="all", help='Completed years, like "18-49", "85+" ; without it all.'
)
@click.option(
    "--carve",
    default="",
    help='Take "overdose", or a drug in overdoses like "T40.4", out of the causes that hold it, as '
    "a cause of its own.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all causes by single year of age here too, as Parquet where the name ends in "
    ".parquet, else as CSV.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON, all causes.")
@click.pass_context
def leading(
    ctx: click.Context,
    file: Path,
    year: int | None,
    ages: str,
    carve: str,
    *,
    out: Path | None,
    as_json: bool,
) -> None:
    """Rank the causes of death of residents in FILE, a year of death records.

    The official ranking knows no overdoses: they are accidents, suicides and homicides by their
    intent. With --carve a second ranking stands beside it, and what was taken out of what.

    Example: tidewaiter burden leading VS21MORT.zip --ages 18-49 --carve T40.4
    """
    wanted = parse_ages(ages)
    if out is not None:
        check_apart({"--out": out}, {"FILE": file})
    cells = deathfile.counted(file, KEEP, year, cause_table())
    ranking = rank(cells, wanted, carve)
    if out is not None:
        deathfile.write_table(by_age(cells), out)
    if as_json:
        click.echo(msgspec.json.encode(ranking))
    else:
        _show(ranking)
    ctx.exit(1 if cells.refused else 0)


def _show(ranking: Ranking) -> None:
    ages = "all ages" if ranking.last >= OLDEST and not ranking.first else _ages(ranking)
    click.echo(
        f"{ranking.year}, United States, residents, {ages}, final file, underlying cause: "
        f"{ranking.deaths:,} deaths"
    )
    _print("Official ranking (NCHS)", ranking.official)
    if ranking.carve:
        name = indicators()[ranking.carve].name
        _print(f"With this as a cause of its own: {name}", ranking.carved)
        click.echo(_carved(ranking, name))
    if ranking.unstated:
        click.echo(
            f"Deaths at an age that is not stated: {ranking.unstated:,}, in no ranking by age."
        )


def _ages(ranking: Ranking) -> str:
    if ranking.last >= OLDEST:
        return f"aged {ranking.first} and over"
    return f"aged {ranking.first} to {ranking.last}"


def _print(title: str, places: tuple[Place, ...]) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("rank", justify="right")
    table.add_column("cause")
    table.add_column("deaths", justify="right")
    for place in places[:_SHOWN]:
        table.add_row(f"{place.rank}", place.cause, f"{place.deaths:,}")
    Console().print(table)


def _carved(ranking: Ranking, name: str) -> str:
    total = sum(each.deaths for each in ranking.taken)
    if not total:
        return f"No death at these ages is counted by: {name}."
    parts = [
        f"{each.deaths:,} from {each.cause}"
        + (f" ({each.intent} intent)" if each.cause == NOT_RANKED else "")
        for each in ranking.taken
    ]
    return (
        f"Carved out: {total:,} deaths, {', '.join(parts)}. The official ranking has no such "
        "cause, so a claim that it leads holds only in this second ranking."
    )
