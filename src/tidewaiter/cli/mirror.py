"""The commands `tidewaiter mirror compare` and `tidewaiter mirror fetch`."""

import csv
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.files import check_apart, replacing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import FILE, OUT_FILE, json_option, ok_with_refusals
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.explain.mirror import (
    DISCREPANCY_COLUMNS,
    ORPHAN_COLUMNS,
    PRICE_COLUMNS,
    discrepancy_cells,
    elsewhere_in_words,
    freight_in_words,
    orphan_cells,
    price_cells,
    price_in_words,
    quantity,
    signed,
)
from tidewaiter.law.registry import load_registry
from tidewaiter.report.trade.mirror import render_mirror
from tidewaiter.trade.mirror.comtrade_preview import (
    ADDRESS,
    MOST,
    Query,
    Value,
    as_csv,
    read_answer,
)
from tidewaiter.trade.mirror.hs_codes import choose, watched_codes, with_older
from tidewaiter.trade.mirror.places import find_code, iso2_of, name_of, read_distances
from tidewaiter.trade.mirror.reading import read_files
from tidewaiter.trade.mirror.results import Mirrored, Question, answer
from tidewaiter.trade.mirror.types import Discrepancy, Orphan, Point, Price, load_method
from tidewaiter.transport.download import Limits
from tidewaiter.transport.download import fetch as download

_ROWS = 20


def check_format(path: Path | None, formats: Sequence[str]) -> None:
    """Check that a file's suffix names a format.

    Raises:
        InputError: It does not.
    """
    if path is not None and path.suffix.lower() not in formats:
        raise InputError(
            "cli/not-a-format-here", suffix=path.suffix, formats=", ".join(formats), at=str(path)
        )


def as_json(found: Mirrored) -> str:
    """Return the complete answer."""
    return msgspec.json.format(english_json(found)).decode()


def write(found: Mirrored, out: Path | None, orphans: Path | None, prices: Path | None) -> None:
    """Write the requested files."""
    if out is not None and out.suffix.lower() == ".json":
        with replacing(out, str(os.getpid())) as part:
            part.write_text(as_json(found) + "\n", encoding="utf-8", newline="\n")
    elif out is not None:
        _write_csv(out, DISCREPANCY_COLUMNS, map(discrepancy_cells, found.discrepancies))
    if orphans is not None:
        _write_csv(orphans, ORPHAN_COLUMNS, map(orphan_cells, found.orphans))
    if prices is not None:
        _write_csv(prices, PRICE_COLUMNS, map(price_cells, found.prices))


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with (
        replacing(path, str(os.getpid())) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)  # codes, numbers and our own names of countries: no stranger's text


def show(found: Mirrored) -> None:
    """Print the first rows of each list, what was read, and the caveats."""
    console = Console(highlight=False)
    _print(console, f"Differences: {len(found.discrepancies):,}", _discrepancies(found))
    _print(console, f"Flows that only one side reports: {len(found.orphans):,}", _orphans(found))
    if found.prices:
        _print(console, f"Unusual values per kilogram: {len(found.prices):,}", _prices(found))
    if found.unusual:
        _print(console, f"Unusual years of BACI: {len(found.unusual):,}", _unusual(found))
    _print(console, "Reporters, least reliable first", _reporters(found))
    for line in _talk(found):
        click.echo(visible(line), err=True)
    console.print(found.notice, style="dim", markup=False)
    for reason in found.reasons:
        console.print(f"- {reason}", style="dim", markup=False)


def _print(console: Console, title: str, table: Table) -> None:
    console.print(title, style="bold", markup=False)
    if table.row_count:
        console.print(table)
    else:
        console.print("none", style="dim")
    console.print()


def _table(*titles: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold", min_width=5 if title == "flow" else None)
    return table


def _discrepancies(found: Mirrored) -> Table:
    table = _table("code", "period", "flow", "X", "M'", "m", "usual", "z", "weight", "kind")
    for one in found.discrepancies[:_ROWS]:
        table.add_row(
            *_head(one),
            quantity(one.x, one.basis),
            quantity(one.m_fob, one.basis),
            signed(one.ratio),
            signed(one.usual),
            signed(one.z, 1),
            f"{one.weight:.2f}",
            one.kind,
        )
    return table


def _orphans(found: Mirrored) -> Table:
    table = _table("code", "period", "flow", "told", "other side", "amount", "seen")
    for one in found.orphans[:_ROWS]:
        amount = quantity(one.kg, "kg") if one.kg else quantity(one.usd, "USD")
        side = "exports" if one.reported == "X" else "imports"
        other = one.other + (f" ({elsewhere_in_words(one)})" if one.elsewhere else "")
        table.add_row(*_head(one), side, other, amount, str(one.seen))
    return table


def _unusual(found: Mirrored) -> Table:
    table = _table("code", "period", "flow", "kg", "usual", "z")
    for one in found.unusual[:_ROWS]:
        table.add_row(
            *_head(one), quantity(one.kg, "kg"), quantity(one.usual_kg, "kg"), signed(one.z, 1)
        )
    return table


def _prices(found: Mirrored) -> Table:
    table = _table("code", "period", "flow", "told", "kg", "USD/kg", "usual", "other", "pair", "z")
    for one in found.prices[:_ROWS]:
        told = (one.price, one.usual, one.other_side, one.pair_usual)
        table.add_row(
            *_head(one),
            "exports" if one.reported == "X" else "imports",
            quantity(one.kg, "kg"),
            *map(price_in_words, told),
            signed(one.z, 1),
        )
    return table


def _head(one: Discrepancy | Orphan | Point | Price) -> tuple[str, str, str]:
    """Return code, period and flow."""
    code = one.key.code + ("" if one.own else "*")
    ends = [iso2_of(each) or str(each) for each in (one.key.exporter, one.key.importer)]
    return code, str(one.key.period), ">".join(ends)


def _reporters(found: Mirrored) -> Table:
    table = _table("country", "reliability", "flows compared")
    for one in found.reporters[:_ROWS]:
        table.add_row(one.name, f"{one.reliability:.2f}", f"{one.compared:,}")
    return table


def _talk(found: Mirrored) -> Iterable[str]:
    for file in found.files:
        yield f"{file.name}: {how_many(file.rows, 'row')}, {file.used:,} used, "
        f"{file.refused:,} refused"
        for count in file.counts:
            yield f"  excluded, or used differently: {count.what}: {count.rows:,}"
    for one in found.refused:
        yield f"refused: {one.at}: {one.message}"
    if found.conflicting:
        yield (
            f"{found.conflicting:,} flows have conflicting values; where both are in one "
            "file, neither is used"
        )
    for gap in found.gaps[:_ROWS]:
        yield (
            f"total and parts differ: {gap.reporter}, {gap.side}, {gap.code}, {gap.period}: "
            f"{gap.total_kg:,.0f} kg and {gap.parts_kg:,.0f} kg"
        )
    yield freight_in_words(found.freight)
    yield (
        "* the code also covers chemicals that are not watched, so a difference is weaker evidence"
    )
    yield from found.notes


_YEARS = 30


@click.command()
@click.option(
    "--reporters", required=True, multiple=True, help="Reporting countries, for example US,NL."
)
@click.option("--years", required=True, help="A year or a range of years: 2023 or 2019-2023.")
@click.option(
    "--codes",
    multiple=True,
    help="HS6 codes, for example 2915.24,2914.31 (default: all watched codes).",
)
@click.option(
    "--out",
    required=True,
    help="Output file (.csv).",
    type=OUT_FILE,
)
@click.option(
    "--address", default=ADDRESS, show_default=True, help="Address of the preview server."
)
@click.option(
    "--pause",
    type=click.FloatRange(0),
    default=1.5,
    show_default=True,
    help="Seconds to wait between requests.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without data before a connection is abandoned.",
)
@ok_with_refusals
def fetch(**options: Any) -> None:
    """Download rows from the public preview of UN Comtrade, which needs no key.

    The preview returns at most 500 rows for each request. If an answer may be incomplete, the codes
    are requested in smaller groups, and any remaining gap is reported. The server sees which codes,
    countries and years you request, and its terms of use apply. Exit status 1: some rows are
    missing; 2: nothing was written.

    Example: tidewaiter mirror fetch --reporters US,MX --years 2021-2023 --out preview.csv
    """
    wanted = tuple(choose(options["codes"], watched_codes(load_registry())))
    countries = [find_code(each) for text in options["reporters"] for each in text.split(",")]
    limits = Limits(timeout=options["timeout"], pause=options["pause"])
    asked = [
        Query(reporter=country, year=year, flow=flow, codes=wanted)
        for country in countries
        for year in _span(options["years"])
        for flow in ("X", "M")
    ]
    with TemporaryDirectory() as folder:
        asking = _Asking(options["address"], Path(folder), options["pause"], limits)
        for query in asked:
            asking.ask(query)
    if not asking.answered:
        sys.exit(2)
    out: Path = options["out"]
    with replacing(out, str(os.getpid())) as part:
        part.write_text(as_csv(asking.rows), encoding="utf-8", newline="\n")
    click.echo(
        f"{out}: {how_many(len(asking.rows), 'row')} from {asking.answered:,} responses", err=True
    )
    sys.exit(1 if asking.missing else 0)


class _Asking:
    """A sequence of requests."""

    def __init__(self, address: str, folder: Path, pause: float, limits: Limits) -> None:
        self.rows: list[Mapping[str, Value]] = []
        self.answered = 0
        self.missing = 0
        self._address = address
        self._folder = folder
        self._pause = pause
        self._limits = limits
        self._asked = 0

    def ask(self, query: Query) -> None:
        """Send a request; if the answer may be incomplete, split its codes."""
        told = f"{name_of(query.reporter)}, {query.year}, {query.flow}"
        try:
            rows = self._answer(query.address(self._address))
        except TidewaiterError as error:
            self.missing += 1
            click.echo(visible(f"{told}: not fetched: {error.message}"), err=True)
            return
        halves = query.halves() if len(rows) >= MOST else None
        if halves:
            for half in halves:
                self.ask(half)
            return
        if len(rows) >= MOST:
            self.missing += 1
            code = query.codes[0]
            click.echo(
                f"{told}, {code}: the response is at its limit; rows may be missing", err=True
            )
        self.answered += 1
        self.rows += rows

    def _answer(self, address: str) -> tuple[Mapping[str, Value], ...]:
        if self._asked:
            time.sleep(self._pause)
        self._asked += 1
        got = download(address, self._folder, limits=self._limits)
        if got is None:
            return ()
        try:
            return read_answer(got.path.read_bytes(), address)
        finally:
            got.path.unlink(missing_ok=True)


def _span(text: str) -> range:
    """Parse "2023" or "2019-2023".

    Raises:
        InputError: The text is not a year or a range of years.
    """
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise InputError("cli/not-a-span-of-years", text=text)
    years = range(int(first), int(last or first) + 1)
    if not 0 < len(years) <= _YEARS:
        raise InputError("cli/span-of-years-too-long", text=text, years=_YEARS)
    return years


_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option(
    "--codes",
    multiple=True,
    help="HS6 codes, for example 2915.24,2914.31 (default: all watched codes).",
)
@click.option(
    "--reporters",
    multiple=True,
    help="Countries, for example US,NL, of which at least one side of a flow must be one.",
)
@click.option("--since", type=click.IntRange(1900, 2100), default=1900, help="First year to show.")
@click.option("--floor-kg", type=click.FloatRange(0), help="Hide smaller differences.")
@click.option(
    "--distances", type=FILE, help="A CSV file with the columns exporter, importer and km."
)
@click.option("--all", "every", is_flag=True, help="Also list ordinary differences.")
@click.option("--out", type=OUT_FILE, help="A .json or .csv file (default: print a table).")
@click.option("--orphans", type=OUT_FILE, help="A .csv file for flows that only one side reports.")
@click.option("--prices", type=OUT_FILE, help="A .csv file for unusual values per kilogram.")
@click.option("--report", type=OUT_FILE, help="Write a report as one HTML file that works offline.")
@language_of("the report")
@click.option(
    "--own",
    multiple=True,
    envvar="TIDEWAITER_OWN",
    type=_FOLDER,
    help="A folder with your own controlled substances; can be repeated.",
)
@json_option
@ok_with_refusals
def compare(files: tuple[Path, ...], own: tuple[Path, ...], **options: Any) -> None:
    """Compare exports with the imports that mirror them, in FILES from UN Comtrade or BACI.

    Give both sides: the export rows of one country and the import rows of its partners, in any
    number of files. If two files have the same flow, the later file is used. Every step of the
    calculation is shown. Exit status 1: some rows could not be read.

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
                render_mirror(found, reading, distances, spoken=options["language"]),
                encoding="utf-8",
                newline="\n",
            )
    if options["as_json"]:
        click.echo(as_json(found))
    else:
        show(found)
    sys.exit(1 if found.refused_rows else 0)
