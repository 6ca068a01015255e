"""The command `tidewaiter mirror compare`."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.files import check_apart, replacing
from tidewaiter.cli.mirrorout import as_json, check_format, show, write
from tidewaiter.mirror.places import find_code, read_distances
from tidewaiter.mirror.reading import read_files
from tidewaiter.mirror.results import Question, answer
from tidewaiter.mirror.revisions import with_older
from tidewaiter.mirror.types import load_method
from tidewaiter.mirror.watch import choose, watched_codes
from tidewaiter.report.characters import visible
from tidewaiter.report.mirrors import render_mirror
from tidewaiter.substances.registry import load_registry

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option("--codes", multiple=True, help="HS6 codes, like 2915.24,2914.31; else all watched.")
@click.option("--reporters", multiple=True, help="Countries, like US,NL: of one side at least.")
@click.option(
    "--since", type=click.IntRange(1900, 2100), default=1900, help="The first year shown."
)
@click.option("--floor-kg", type=click.FloatRange(0), help="Smaller differences are not listed.")
@click.option("--distances", type=_FILE, help="A CSV file: exporter, importer, km.")
@click.option("--all", "every", is_flag=True, help="List ordinary differences too.")
@click.option("--out", type=_OUT, help="A .json or .csv file; else a table.")
@click.option("--orphans", type=_OUT, help="A .csv file of the flows that one side alone reports.")
@click.option("--prices", type=_OUT, help="A .csv file of unusual values per kilogram.")
@click.option("--report", type=_OUT, help="A page of HTML that needs no network.")
@click.option(
    "--own",
    multiple=True,
    envvar="TIDEWAITER_OWN",
    type=_FOLDER,
    help="A folder of your own lists; may be given again.",
)
@click.option("--json", "as_json", is_flag=True, help="Write the whole answer to standard output.")
def compare(files: tuple[Path, ...], own: tuple[Path, ...], **options: Any) -> None:
    """Compare exports with the imports that mirror them, in FILES of UN Comtrade or BACI.

    Give both sides: the export rows of one country and the import rows of its partners, in any
    number of files; of one flow, a later file counts before an earlier. Every part of the
    computation is shown. Exit status 1: some rows could not be read.

    Example: tidewaiter mirror compare exports.csv imports.csv --since 2020 --report mirror.html
    """
    outputs = {
        name: options[name] for name in ("out", "orphans", "prices", "report") if options[name]
    }
    check_apart(outputs, {path.name: path for path in files})
    for name in ("out", "orphans", "prices"):
        check_format(options[name], (".json", ".csv") if name == "out" else (".csv",))
    watched = choose(options["codes"], watched_codes(load_registry(own)))
    countries = [each for text in options["reporters"] for each in text.split(",")]
    question = Question(
        reporters=frozenset(find_code(each) for each in countries),
        since=options["since"],
        floor_kg=options["floor_kg"],
        every=options["every"],
    )
    distances = read_distances(options["distances"]) if options["distances"] else None
    reading = read_files(files, watched, lambda text: click.echo(visible(text), err=True))
    found = answer(reading, with_older(watched), load_method(), question, distances)
    write(found, options["out"], options["orphans"], options["prices"])
    if options["report"]:
        with replacing(options["report"], str(os.getpid())) as part:
            part.write_text(
                render_mirror(found, reading, distances), encoding="utf-8", newline="\n"
            )
    if options["as_json"]:
        click.echo(as_json(found))
    else:
        show(found)
    sys.exit(1 if found.refused_rows else 0)
