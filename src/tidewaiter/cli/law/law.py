"""The command `tidewaiter law`."""

import os
import sys
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.cli.lawdesk import Desk, Wanted
from tidewaiter.cli.options import Day, Field, Percent, Place, Places, own_lists
from tidewaiter.substances.lawbook import load_lawbook
from tidewaiter.substances.questions import Goods
from tidewaiter.substances.registry import load_registry

_CORES = os.cpu_count() or 1
_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("what", nargs=-1)
@click.option("--day", type=Day(), help="The law as it stood then (today).")
@click.option("--from", "origin", type=Place(), help="Country that it is sent from: CN.")
@click.option("--to", "destinations", type=Places(), default=(), help="Country of destination: MX.")
@click.option("--transit", type=Places(), default=(), help="Countries that it passes: PA,US.")
@click.option("--in", "jurisdictions", type=Places(), default=(), help="Whose law: US,EU,UN.")
@click.option("--amount", help='Of the goods as they are: "25 kg", "200 l".')
@click.option("--percent", type=Percent(), help="Content of the substance in the goods: 40.")
@click.option("--form", "goods", type=click.Choice(get_args(Goods)), help="What the goods are.")
@click.option("--party", default="", help="The other party, as the history names it.")
@click.option(
    "--history", type=_HERE, help="A file of earlier dealings, added up by month or year."
)
@click.option("--catalogue", type=_HERE, help="Check a file of products for each country of --to.")
@click.option(
    "--file", "compounds", type=_HERE, help="Assess each structure of a file: .smi, .sdf, .csv."
)
@click.option("--out", type=_FILE, help="Of --file or --catalogue: .jsonl, .csv or .xlsx.")
@click.option("--sheets", type=_FOLDER, help="With --file: a page for each, in a new folder.")
@click.option("--sheet", type=_FILE, help="Of one WHAT: a page to read and to print: .html.")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=_CORES,
    show_default=True,
    help="With --file: processes.",
)
@click.option(
    "--map", "columns", type=Field(), multiple=True, help="A column: goods=Name; structure=Name."
)
@click.option("--refused", type=_FILE, help="What could not be read (refused.csv).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each answer.")
@own_lists
def law(what: tuple[str, ...], **options: Any) -> None:
    """Ask what the law says of WHAT: a slug, a name, a CAS number or a structure.

    One answer for each regime: controlled, free by amount, proposed, not listed or not
    assessable, with clause, days, source and marks. With --from, --to and --transit the laws
    on the route answer, else those of --in, else all that are loaded. A structure is a SMILES,
    an InChI or, with the extra "chem", a systematic name. Exit status 1: some of it was not
    found or could not be read.

    Example: tidewaiter law acetone --from AU --to MX --amount "250 l" --percent 95
    """
    wanted = Wanted(**options)
    if sum((bool(what), wanted.catalogue is not None, wanted.compounds is not None)) != 1:
        raise click.UsageError(
            "give a substance, --catalogue or --file: tidewaiter law acetone --in EU"
        )
    _check_files(wanted, what)
    if wanted.catalogue is None and len(wanted.destinations) > 1:
        raise click.UsageError("--to takes several countries with --catalogue only")
    registry = load_registry(wanted.own)
    desk = Desk(wanted, registry, load_lawbook(registry))
    if wanted.compounds:
        done = desk.compounds(wanted.compounds)
    elif wanted.catalogue:
        done = desk.catalogue(wanted.catalogue)
    else:
        done = desk.ask(what)
    if not done:
        sys.exit(1)


def _check_files(wanted: Wanted, what: tuple[str, ...]) -> None:
    """Check that what is to be written fits what is asked."""
    if wanted.out and what:
        raise click.UsageError("--out goes with --file or --catalogue; --json answers on WHAT")
    if wanted.sheets and wanted.compounds is None:
        raise click.UsageError("--sheets goes with --file; a page on one WHAT is --sheet FILE.html")
    if wanted.sheet and len(what) != 1:
        raise click.UsageError("--sheet goes with one WHAT; pages on a file are --sheets FOLDER")
