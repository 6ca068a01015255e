"""The command `tidewaiter mirror fetch`."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.files import replacing
from tidewaiter.fetch import Limits
from tidewaiter.fetch import fetch as download
from tidewaiter.mirror.places import find_code, name_of
from tidewaiter.mirror.preview import ADDRESS, MOST, Query, Value, as_csv, read_answer
from tidewaiter.mirror.watch import choose, watched_codes
from tidewaiter.report.characters import visible
from tidewaiter.substances.registry import load_registry

_YEARS = 30


@click.command()
@click.option("--reporters", required=True, multiple=True, help="Countries that report: US,NL.")
@click.option("--years", required=True, help="A year or a span: 2023, 2019-2023.")
@click.option("--codes", multiple=True, help="HS6 codes, like 2915.24,2914.31; else all watched.")
@click.option(
    "--out",
    required=True,
    help="The CSV file that is written.",
    type=click.Path(dir_okay=False, path_type=Path),
)
@click.option("--address", default=ADDRESS, show_default=True, help="Of the preview.")
@click.option(
    "--pause",
    type=click.FloatRange(0),
    default=1.5,
    show_default=True,
    help="Seconds between two questions.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    help="Seconds without a byte after which a connection is given up.",
)
def fetch(**options: Any) -> None:
    """Download rows from the public preview of UN Comtrade, which needs no key.

    It gives 500 rows at most for a question; where an answer may be cut, the codes are asked in
    parts, and what stays cut is said. Nothing is downloaded unless you give this command, and the
    server learns which codes, countries and years you ask for. Its terms of use hold for what it
    gives. Exit status 1: some rows are missing; 2: nothing was written.

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
    click.echo(f"{out}: {len(asking.rows):,} rows of {asking.answered:,} answers", err=True)
    sys.exit(1 if asking.missing else 0)


class _Asking:
    """Questions, one after the other."""

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
        """Ask; where the answer may be cut, ask for the codes in parts."""
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
            click.echo(f"{told}, {code}: the answer is full; rows may be missing", err=True)
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
    """Read "2023" or "2019-2023".

    Raises:
        InputError: It is no such span.
    """
    first, _, last = text.partition("-")
    if not (first.isdecimal() and (last or first).isdecimal()):
        raise InputError(f'"{text}" is no span of years', hint="write 2023 or 2019-2023")
    years = range(int(first), int(last or first) + 1)
    if not 0 < len(years) <= _YEARS:
        raise InputError(f'"{text}" is no span of years', hint=f"1 to {_YEARS} of them, in order")
    return years
