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
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, ok_with_refusals
from tidewaiter.cli.core.progress import stages

_PLAIN = pyarrow.csv.WriteOptions(quoting_style="needed")

year_of_file = click.option(
    "--year",
    type=click.IntRange(1979, 2100),
    help="Data year that the file must contain (default: the year of its first records).",
)


def count_file(path: Path, keep: tuple[str, ...], year: int | None, causes: Causes | None) -> Cells:
    """Count the deaths in a file, with a progress bar and a report of rejected lines on stderr."""
    size = path.stat().st_size
    cells: Cells | None = None
    with path.open("rb") as file, stages() as bar:
        parts = pieces(file, path.name)
        for found in count_deaths(parts, path.name, keep, year=year, causes=causes):
            if isinstance(found, Cells):
                cells = found
            else:
                bar.tell(
                    f"{path.name}: {how_many(found.lines, 'line')}", min(file.tell(), size), size
                )
    if cells is None or not len(cells.deaths):
        raise InputError("cli/no-readable-record", at=path.name)
    for note in cells.notes:
        click.echo(f"{path.name}, {note.place}: {note.problem}; {note.value} rejected", err=True)
    return cells


def write_table(table: pa.Table, out: Path | None) -> None:
    """Write a table as CSV to stdout or a file, or as Parquet if the file name ends in .parquet."""
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
@click.argument("file", type=FILE)
@year_of_file
@click.option(
    "--ages",
    default="all",
    help='Ages in completed years, for example "18-49" or "85+" (default: all ages).',
)
@click.option(
    "--carve",
    default="",
    help='Count "overdose", or a drug in overdoses such as "T40.4", as a separate cause, '
    "and subtract it from the causes that include it.",
)
@click.option(
    "--out",
    type=OUT_FILE,
    help="Write all causes by single year of age to this file: Parquet if the name ends "
    "in .parquet, otherwise CSV.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all causes as JSON.")
@click.pass_context
@ok_with_refusals
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
    """Rank the causes of death of residents in FILE, one year of death records.

    The official ranking has no category for overdoses: it counts them as accidents, suicides and
    homicides, by intent. With --carve, a second ranking counts them separately and shows which
    causes they were subtracted from.

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
        f"{how_many(ranking.deaths, 'death')}"
    )
    _print("Official ranking (NCHS)", ranking.official)
    if ranking.carve:
        name = indicators()[ranking.carve].name
        _print(f"With a separate cause: {name}", ranking.carved)
        click.echo(_carved(ranking, name))
    if ranking.unstated:
        click.echo(
            f"Deaths at an unstated age: {ranking.unstated:,}; not included in any ranking by age."
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
        return f"No deaths at these ages are recorded for: {name}."
    parts = [
        f"{each.deaths:,} from {each.cause}"
        + (f" ({each.intent} intent)" if each.cause == NOT_RANKED else "")
        for each in ranking.taken
    ]
    return (
        f"Counted separately: {how_many(total, 'death')}, {', '.join(parts)}. The official "
        "ranking has no such cause, so a claim that it is the leading cause is true "
        "only in this second ranking."
    )


_CODED = {
    "ICD-10": "X40-X44, X60-X64, X85, Y10-Y14",
    "ICD-9": "E850-E858, E950.0-E950.5, E962.0, E980.0-E980.5",
}


@click.command()
@click.argument("file", type=FILE)
@year_of_file
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(PARTS),
    help="Break the counts down by this; can be repeated.",
)
@click.option(
    "--out",
    type=OUT_FILE,
    help="Write the table to this file: Parquet if the name ends in .parquet, otherwise "
    "CSV (default: CSV to stdout).",
)
@click.pass_context
@ok_with_refusals
def code(
    ctx: click.Context, file: Path, year: int | None, by: tuple[str, ...], out: Path | None
) -> None:
    """Code the death records in FILE as CDC does, and count them by drug.

    FILE is one year of the public multiple-cause-of-death file of the United States, 1979 to 2024,
    as plain text, .gz or .zip. Counts are given twice: for residents, as NCHS publishes deaths, and
    for all deaths that occurred in the country, as in CDC's provisional counts. Drug categories
    overlap: do not add them up.

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
    both = "{:,} residents, {:,} by place of occurrence".format
    codes = _CODED[cells.revision]
    lines = [
        f"{head}: {how_many(cells.lines, 'line')}, {cells.refused:,} rejected",
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
                f"with {name}: {deaths:,}, {100 * deaths / overdoses:.1f} % of the "
                "overdose deaths of residents"
            )
    if cells.elsewhere:
        lines.append(
            f"{how_many(cells.elsewhere, 'death')} outside the 50 states and the District of "
            "Columbia are excluded"
        )
    return lines


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--people",
    type=FILE,
    help="Population by age, if FILE does not have it: columns age and people, and those "
    "of --by if present.",
)
@click.option("--by", multiple=True, help="Group by this column of FILE; can be repeated.")
@click.option(
    "--out",
    type=OUT_FILE,
    help="Write the table to this file: Parquet if the name ends in .parquet, otherwise "
    "CSV (default: CSV to stdout).",
)
def rates(file: Path, people: Path | None, by: tuple[str, ...], out: Path | None) -> None:
    """Compute death rates per 100,000 people from the deaths by age in FILE.

    FILE has columns for ages and deaths: the output of "burden code --by band", or an export of CDC
    WONDER by ten-year age groups. The table has crude rates, rates by age group, and rates adjusted
    to the 2000 standard population of the United States, each with its 95 % interval.

    Example: tidewaiter burden rates deaths.csv --people people.csv --by basis --by indicator
    """
    if out is not None:
        kept = {"FILE": file} | ({"--people": people} if people else {})
        check_apart({"--out": out}, kept)
    residents = people.read_bytes() if people else None
    write_table(rate_table(file.read_bytes(), residents, file.name, by), out)
