"""The command `tidewaiter select report`: what inspections found, by arm."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.casework.results import Result
from tidewaiter.coalition.intervals import Share
from tidewaiter.report.inspectionlists import Row, read_list
from tidewaiter.selection.yields import Yields, yields_of
from tidewaiter.store.database import open_database
from tidewaiter.store.resultrows import results_of

_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WORDS = {"random": "by lot", "profile": "by profile", "score": "by score", "explore": "explored"}


@click.command()
@click.argument("paths", metavar="LIST...", nargs=-1, required=True, type=_HERE)
@click.option("--db", help="Take the results of its alerts: a path, or postgresql+psycopg://...")
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def report(paths: tuple[Path, ...], db: str | None, *, as_json: bool) -> None:
    """Count what the inspections of LISTs found, by lot, by profile, by score, and explored.

    A result in the database counts before what the list says. Give the earliest list first: a line
    on several counts once.

    Example: tidewaiter select report november.csv --db cases.db
    """
    rows = [row for path in paths for row in read_list(path)]
    found = yields_of(rows, _results(db, rows))
    if as_json:
        click.echo(msgspec.json.encode(found))
        return
    Console(highlight=False).print(_table(found))
    for line in _words(found):
        click.echo(line, err=True)


def _results(db: str | None, rows: list[Row]) -> dict[str, list[Result]]:
    if db is None:
        return {}
    with open_database(db) as database, database.work() as work:
        return results_of(work, [row.alert for row in rows if row.alert])


def _table(found: Yields) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("arm")
    for title in ("lines", "waiting", "not inspected", "inspected", "hits", "hit rate", "95 %"):
        table.add_column(title, justify="right")
    for each in found.arms:
        numbers = (each.selected, each.waiting, each.not_inspected, each.hits.of, each.hits.count)
        table.add_row(_WORDS[each.arm], *(f"{number:,}" for number in numbers), *_rate(each.hits))
    return table


def _rate(hits: Share) -> tuple[str, str]:
    if hits.share is None or hits.low is None or hits.high is None:
        return "too few", ""
    return f"{hits.share:.1%}", f"{hits.low:.1%} to {hits.high:.1%}"


def _words(found: Yields) -> list[str]:
    over = found.over_lot
    if over.points is None or over.low is None or over.high is None:
        return ["by score and by lot cannot be compared: fewer than five were inspected"]
    points = f"{over.points * 100:+.1f} points ({over.low * 100:+.1f} to {over.high * 100:+.1f})"
    told = [f"the hit rate by score is {points} from that of the lot: {over.tendency}"]
    lot = next(each.hits for each in found.arms if each.arm == "random")
    told.append(f"of all lines, {_rate(lot)[1]} are not as declared, as the lot has it")
    return told
