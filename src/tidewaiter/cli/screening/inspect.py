"""The command `tidewaiter inspect`."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import FILE, Field, printable
from tidewaiter.cli.screening.input_files import members_of, read_members, with_layout
from tidewaiter.explain.lines import consignment_in_words, details_of
from tidewaiter.trade.messages.types import Format
from tidewaiter.trade.readers import plugin_formats
from tidewaiter.trade.readers.columns.layouts import load_layouts
from tidewaiter.trade.readers.coverage import remarks_on
from tidewaiter.trade.readers.formats import MESSAGES
from tidewaiter.trade.readers.inspection import Inspection, SeenColumn, inspect_file
from tidewaiter.trade.readers.parts import CONTAINERS
from tidewaiter.trade.readers.parts.types import Container
from tidewaiter.trade.types import Line, ReadOptions, Refusal

_TOLD = {"you": "chosen by you", "content": "from its first bytes", "name": "from its name", "": ""}
_HOWS = {
    "said": "chosen by you",
    "name": "from its name",
    "values": "from its values",
    "format": "from the format",
    "other text": "",
    "": "",
}
_TABLES = {
    "csv": "Delimited text (.csv, .tsv, .tab, .txt)",
    "jsonl": "Objects of JSON, one a line or in an array (.jsonl, .ndjson, .json)",
    "parquet": "Parquet (.parquet, .pq)",
    "xlsx": "Workbook (.xlsx, .xlsb, .ods, and .xlsm without macros), all sheets",
    "xls": "Workbook in Excel's old format (.xls), all sheets",
    "xml-workbook": "Workbook in Excel's XML of 2003, all sheets",
    "html": "Tables of a web page (.html, .htm, or under the name of a spreadsheet)",
    "dbf": "dBASE table (.dbf)",
    "sqlite": "SQLite database (.sqlite, .sqlite3, .db), all tables",
    "access": "Access database (.mdb, .accdb), all tables, if mdbtools is installed",
    "arrow": "Arrow and Feather (.arrow, .feather, .ipc)",
    "orc": "ORC (.orc)",
}
_READ = "based on a published document, schema or program"
_ORDERS = {"dmy": "day first", "mdy": "month first", "": "not known from the file"}


class KnownFormat(Record, frozen=True, kw_only=True):
    """A format that can be read."""

    name: str
    title: str
    source: str  # where its layout is published; "": not published
    confirmed: bool  # else it must be asked for: screen --format


@click.command()
@click.argument("path", required=False, type=FILE)
@click.option("--format", "form", help="Read the file as this format.")
@click.option("--formats", is_flag=True, help="List the supported formats.")
@click.option("--layouts", is_flag=True, help="List the known table layouts.")
@click.option(
    "--map", "columns", type=Field(), multiple=True, help='Map a column: goods="Item text".'
)
@click.option(
    "--encoding", help="Encoding of a text file, if it is detected wrongly: gb18030, cp1251."
)
@click.option("--delimiter", help="Delimiter of a text file, if it is detected wrongly.")
@click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark of numbers.")
@click.option(
    "--dates", type=click.Choice(["dmy", "mdy"]), help="How to read a date such as 03/04/2026."
)
@click.option("--unit", "units", type=Field(), multiple=True, help="Unit if the file has none.")
@click.option("--sheet", help="Sheet of a workbook (default: all).")
@click.option(
    "--columns",
    "layout",
    metavar="NAME|FILE",
    help="Read the file in this table layout: a name (see --layouts) or a file.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def inspect(
    path: Path | None,
    form: str | None,
    columns: tuple[tuple[str, str], ...],
    units: tuple[tuple[str, str], ...],
    *,
    formats: bool,
    layouts: bool,
    layout: str | None,
    as_json: bool,
    **said: Any,
) -> None:
    """Show how the file PATH would be read, without screening it.

    Only the first 200 rows or lines are read; for a ZIP, those of each file in it.
    Exit status 0: the file can be screened as it is; 1: it needs an option, has no description of
    goods, or cannot be read.

    Example: tidewaiter inspect manifest.csv
    """
    if formats + layouts + (path is not None) != 1:
        raise click.UsageError("Name a file, or use --formats or --layouts.")
    if path is None:
        (_print_formats if formats else _print_layouts)(as_json=as_json)
        return
    options = ReadOptions(columns=dict(columns), units=dict(units), format=form, **said)

    def is_unclear(place: Path) -> bool:
        mine = with_layout(layout, place, options) if layout else options
        with place.open("rb") as file:
            seen = inspect_file(file, place.name, mine)
        if as_json:
            click.echo(english_json(seen))
        else:
            _print(seen, place.name)
        return not seen.is_covered

    packed = members_of(path)
    if read_members(path, packed, is_unclear) if packed else is_unclear(path):
        sys.exit(1)


def known_formats() -> tuple[KnownFormat, ...]:
    """List every format: tables first, then messages, then those of plug-ins."""
    tables = [
        KnownFormat(name=name, title=title, source="", confirmed=True)
        for name, title in _TABLES.items()
    ]
    documents: tuple[Format | Container, ...] = (*CONTAINERS.values(), *MESSAGES.values())
    messages = [
        KnownFormat(name=each.name, title=each.title, source=each.source, confirmed=each.confirmed)
        for each in documents
    ]
    brought = [
        KnownFormat(name=name, title=each.title, source="", confirmed=True)
        for name, each in sorted(plugin_formats().items())
    ]
    return (*tables, *messages, *brought)


def _print_formats(*, as_json: bool) -> None:
    if as_json:
        click.echo(english_json(known_formats()))
        return
    table = _table("name", "format", "layout", "mark")
    for each in known_formats():
        mark = _READ if each.source else ""
        table.add_row(
            *_cells(
                each.name,
                each.title,
                each.source,
                mark
                if each.confirmed
                else (f"not confirmed with a real file: use --format {each.name}"),
            )
        )
    Console(highlight=False).print(table)


def _print_layouts(*, as_json: bool) -> None:
    if as_json:
        click.echo(english_json(load_layouts()))
        return
    table = _table("name", "table layout", "names read in")
    for name, each in load_layouts().items():
        table.add_row(*_cells(name, each.title, each.source))
    Console(highlight=False).print(table)


def _print(seen: Inspection, name: str) -> None:
    console = Console(highlight=False)
    console.print(Text(visible(f"{printable(name)}: {_what(seen)}"), style="bold"))
    for text in _said(seen):
        console.print(Text(visible(text)))
    if seen.problem:
        console.print(Text(visible(f"cannot be read: {seen.problem}"), style="bold red"))
        console.print(Text(visible(f"hint: {seen.hint}")))
    used = [column for column in seen.columns if column.fields]
    beside = [column for column in seen.columns if column.how == "other text"]
    unused = [column for column in seen.columns if not column.fields and not column.how]
    kept = "stored, not used" if seen.title else "not used"
    _print_columns(console, "understood", used)
    _print_unused(console, "screened as other text (weaker evidence)", beside)
    _print_unused(console, kept, unused)
    if seen.more_columns:
        console.print(Text(f"{seen.more_columns:,} further columns are not shown"))
    for text in _questions(seen):
        console.print(Text(visible(text), style="bold yellow"))
    for remark in remarks_on(seen.coverage, [each.name for each in beside]):
        told = f"{remark.problem} ({remark.hint})"
        console.print(Text(visible(told), style="bold yellow"))
    for line in seen.lines:
        _print_line(console, line)
    _print_refusals(console, seen.refusals)


def _what(seen: Inspection) -> str:
    table = _TABLES.get(seen.form, seen.form).partition(" (.")[0]
    what = seen.title or table or "unknown"
    told = f", {_TOLD[seen.told]}" if seen.told else ""
    return f"{what}{told}"


def _said(seen: Inspection) -> list[str]:
    """Summarise the whole file in lines."""
    mark = _READ if seen.confirmed else "not confirmed with a real file"
    may_be = ", ".join(f"--format {each}" for each in seen.may_be if each != seen.form)
    other = f", or {seen.doubt}" if seen.doubt else ""
    known = seen.layout
    told = {
        "layout": f"{seen.source} ({mark})" if seen.source else "",
        "table layout": f"{known.title} ({known.name})" if known else "",
        "remarks": known.remarks if known else "",
        "it may also be read with": may_be,
        "encoding": f"{seen.encoding}{other}" if seen.encoding else "",
        "delimiter": repr(seen.delimiter) if seen.delimiter else "",
        "sheet": seen.sheet,
        "other sheets": _other_sheets(seen),
        "decimal mark": _listed(seen.marks, {"": "not known from the file"}),
        "dates": _listed(seen.orders, _ORDERS),
        "units in the header": _listed(seen.units, {}),
        "read as kilograms if no unit is given": ", ".join(seen.assumed),
        "currency in the header": seen.currency,
    }
    return [f"{label}: {text}" for label, text in told.items() if text]


def _other_sheets(seen: Inspection) -> str:
    return ", ".join(f'--sheet "{each}"' for each in seen.sheets if each != seen.sheet)


def _listed(pairs: Any, names: dict[str, str]) -> str:
    return ", ".join(f"{field} {names.get(text, text)}" for field, text in pairs.items())


def _questions(seen: Inspection) -> list[str]:
    asked = [
        f"which one holds {each.field}? "
        + " or ".join(f'--map "{each.field}={column}"' for column in each.columns)
        for each in seen.questions
    ]
    if seen.needed:
        asked.append(
            f"nothing can be screened without one of these fields: {', '.join(seen.needed)}"
        )
    return asked


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _cells(*texts: str) -> list[Text]:
    return [Text(visible(text)) for text in texts]


def _print_columns(console: Console, title: str, columns: list[SeenColumn]) -> None:
    if not columns:
        return
    table = _table("column", "read as", "why", "first values")
    for each in columns:
        table.add_row(
            *_cells(each.name, ", ".join(each.fields), _HOWS[each.how], " | ".join(each.samples))
        )
    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)


def _print_unused(console: Console, title: str, columns: list[SeenColumn]) -> None:
    if not columns:
        return
    table = _table("column", "first values")
    for each in columns:
        table.add_row(*_cells(each.name, " | ".join(each.samples)))
    console.print()
    console.print(Text(title, style="bold"))
    console.print(table)


def _print_line(console: Console, line: Line) -> None:
    console.print()
    console.print(Text(f"row {line.row}, as it would be screened", style="bold"))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_row(*_cells("Consignment", consignment_in_words(line.consignment, line.seq)))
    for detail in details_of(line, goods=True):
        table.add_row(*_cells(detail.label, "; ".join(detail.values)))
    console.print(table)


def _print_refusals(console: Console, refusals: tuple[Refusal, ...]) -> None:
    if not refusals:
        return
    table = _table("row", "column", "value", "problem", "hint")
    for each in refusals:
        row = str(each.row) if each.row else ""
        table.add_row(*_cells(row, each.column, each.value, each.problem, each.hint))
    console.print()
    console.print(Text("no consignment line in the first rows", style="bold"))
    console.print(table)
