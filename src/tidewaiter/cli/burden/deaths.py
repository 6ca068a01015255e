"""The commands `tidewaiter burden` code, leading and rates: files of death records."""

import os
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import check_apart, replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.burden.deaths.counting import (
    BASES,
    KEEP,
    OLDEST,
    PARTS,
    Causes,
    Cells,
    breakdown,
    count_deaths,
    counted,
    parse_ages,
    total,
)
from tidewaiter.burden.deaths.leading_causes import (
    NOT_RANKED,
    RANKING_FIELDS,
    Place,
    Ranking,
    by_age,
    cause_table,
    rank,
)
from tidewaiter.burden.deaths.records import pieces
from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.rates import rate_table
from tidewaiter.cli.core.progress import stages

_PLAIN = pyarrow.csv.WriteOptions(quoting_style="needed")

year_of_file = click.option(
    "--year",
    type=click.IntRange(1979, 2100),
    help="The data year that the file must be of. Without it, that of its first records.",
)


def count_file(path: Path, keep: tuple[str, ...], year: int | None, causes: Causes | None) -> Cells:
    """Count the deaths of a file, with a bar on stderr; say on stderr what was refused."""
    size = path.stat().st_size
    cells: Cells | None = None
    with path.open("rb") as file, stages() as bar:
        parts = pieces(file, path.name)
        for found in count_deaths(parts, path.name, keep, year=year, causes=causes):
            if isinstance(found, Cells):
                cells = found
            else:
                bar.tell(f"{path.name}: {found.lines:,} lines", min(file.tell(), size), size)
    if cells is None or not len(cells.deaths):
        raise InputError("cli/no-readable-record", at=path.name)
    for note in cells.notes:
        click.echo(f"{path.name}, {note.place}: {note.problem}; {note.value} refused", err=True)
    return cells


def write_table(table: pa.Table, out: Path | None) -> None:
    """Write a table: to stdout or a file as CSV, or as Parquet where the file's name ends so."""
    if out is None:
        sink = pa.BufferOutputStream()
        pyarrow.csv.write_csv(table, sink, _PLAIN)
        click.echo(sink.getvalue().to_pybytes(), nl=False)
        return
    with replacing(out, str(os.getpid())) as written:
        if out.suffix == ".parquet":
            pyarrow.parquet.write_table(table, written)
        else:
            pyarrow.csv.write_csv(table, written, _PLAIN)


_SHOWN = 10


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@year_of_file
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
    cells = count_file(file, RANKING_FIELDS, year, cause_table())
    ranking = rank(cells, wanted, carve)
    if out is not None:
        write_table(by_age(cells), out)
    if as_json:
        click.echo(english_json(ranking))
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


_CODED = {
    "ICD-10": "X40-X44, X60-X64, X85, Y10-Y14",
    "ICD-9": "E850-E858, E950.0-E950.5, E962.0, E980.0-E980.5",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@year_of_file
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
    cells = count_file(file, KEEP, year, None)
    write_table(breakdown(cells, tuple(dict.fromkeys(by))), out)
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
