"""What `tidewaiter mirror compare` writes: a table, CSV files, JSON."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.mirror.places import iso2_of
from tidewaiter.mirror.results import Mirrored
from tidewaiter.mirror.types import Discrepancy, Orphan, Point, Price
from tidewaiter.report.characters import visible
from tidewaiter.report.mirrorwords import (
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

_ROWS = 20


def check_format(path: Path | None, formats: Sequence[str]) -> None:
    """Check that a file's suffix names a format.

    Raises:
        InputError: It does not.
    """
    if path is not None and path.suffix.lower() not in formats:
        hint = f"end the name in {', '.join(formats)}"
        raise InputError(f'"{path.suffix}" is no format here', at=str(path), hint=hint)


def as_json(found: Mirrored) -> str:
    """Return the whole answer."""
    return msgspec.json.format(msgspec.json.encode(found)).decode()


def write(found: Mirrored, out: Path | None, orphans: Path | None, prices: Path | None) -> None:
    """Write the files that were asked for."""
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
    """Print the first rows of each list, what was read, and what a difference is not."""
    console = Console(highlight=False)
    _print(console, f"Differences: {len(found.discrepancies):,}", _discrepancies(found))
    _print(console, f"Flows that one side alone reports: {len(found.orphans):,}", _orphans(found))
    if found.prices:
        _print(console, f"Unusual values per kilogram: {len(found.prices):,}", _prices(found))
    if found.unusual:
        _print(console, f"Unusual years of BACI: {len(found.unusual):,}", _unusual(found))
    _print(console, "Reporters, the least reliable first", _reporters(found))
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
        yield f"{file.name}: {file.rows:,} rows, {file.used:,} used, {file.refused:,} refused"
        for count in file.counts:
            yield f"  left out, or used otherwise: {count.what}: {count.rows:,}"
    for one in found.refused:
        yield f"refused: {one.at}: {one.message}"
    if found.conflicting:
        yield f"{found.conflicting:,} flows are given in two ways; of one file neither is used"
    for gap in found.gaps[:_ROWS]:
        yield (
            f"total and parts differ: {gap.reporter}, {gap.side}, {gap.code}, {gap.period}: "
            f"{gap.total_kg:,.0f} kg and {gap.parts_kg:,.0f} kg"
        )
    yield freight_in_words(found.freight)
    yield "* holds other chemicals beside the watched ones, so that m says little of these"
    yield from found.notes
