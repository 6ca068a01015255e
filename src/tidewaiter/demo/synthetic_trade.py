"""Synthetic trade: ordinary lines, planted patterns and look-alikes, and their files.

Deterministic for a seed. It shows that rules find what was planted, and nothing about real-world
frequencies, as the patterns were designed with knowledge of the rules.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import structs

from tidewaiter.demo.firms import Market, Row, TradeFacts
from tidewaiter.demo.innocent_lookalikes import LOOK_ALIKES
from tidewaiter.demo.planted_patterns import PLANTED, Plant
from tidewaiter.trade.history.allowances import Allowed
from tidewaiter.trade.history.dealings import Inspected
from tidewaiter.trade.types import LINES

_PLANTED = 0.01
_ROOM = 25  # days left at the end of the year, so that splits end within it


class Made(NamedTuple):
    """A line and its label."""

    row: Row
    planted: str  # scenario name; "": ordinary
    like: str  # scenario that an innocent line resembles; "": none


class MadeTrade:
    """Generates the lines of a year, by day."""

    def __init__(self, seed: int, lines: int, *, splits: date | None = None) -> None:
        """Initialise the generator.

        Args:
            seed: Random seed.
            lines: Approximate number.
            splits: Start of some planted lines, instead of data/scenarios/trade.toml.
        """
        self._market = Market(seed, lines)
        if splits is not None:
            self._market.facts = structs.replace(self._market.facts, splits=splits)
        self._count = lines
        self.allowed: list[Allowed] = []
        """Allowances of permits and declared needs; available after generation."""
        self.inspected: list[Inspected] = []
        """Inspection results of traders' goods; likewise."""

    @property
    def facts(self) -> TradeFacts:
        """Return the trade data."""
        return self._market.facts

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Return the names of planted patterns."""
        return tuple(PLANTED)

    def lines(self) -> list[Made]:
        """Generate all lines; planted ones and look-alikes are in the screened part."""
        facts, market = self.facts, self._market
        days = (facts.begins, facts.days)
        made = [Made(market.ordinary(market.day(*days)), "", "") for _ in range(self._count)]
        late = sum(each.row["departure"] >= facts.splits for each in made)
        each_ = max(1, round(late * _PLANTED / len(PLANTED)))
        for name in PLANTED:
            made += self._some(PLANTED, each_, name, "")
            made += self._some(LOOK_ALIKES, each_, "", name)
        market.chance.shuffle(made)
        made.sort(key=lambda each: each.row["departure"])
        for number, each in enumerate(made, start=1):
            each.row.update(row=number, seq=1)
            each.row.setdefault("consignment", f"MT{number:07d}")
        return made

    def _some(
        self,
        makers: Mapping[str, Callable[[Market, date], Plant]],
        count: int,
        planted: str,
        like: str,
    ) -> list[Made]:
        rows: list[Row] = []
        around: list[Row] = []
        last = self.facts.begins + timedelta(days=self.facts.days)
        room = (last - self.facts.splits).days - _ROOM
        while len(rows) < count:
            plant = makers[planted or like](self._market, self._market.day(self.facts.splits, room))
            rows += plant.rows
            around += plant.around
            self.allowed += plant.allowed
            self.inspected += plant.inspected
        return [*(Made(row, planted, like) for row in rows), *(Made(row, "", "") for row in around)]


_ROWS = 65_536


class Written(NamedTuple):
    """Numbers of lines written."""

    past: int
    now: int
    planted: int


def write_made(trade: MadeTrade, folder: Path) -> Written:
    """Write past.parquet, now.parquet and truth.csv.

    Args:
        trade: Generated trade.
        folder: Existing folder.
    """
    made, splits = trade.lines(), trade.facts.splits
    past = [each for each in made if each.row["departure"] < splits]
    now = [each for each in made if each.row["departure"] >= splits]
    _write(folder / "past.parquet", past)
    _write(folder / "now.parquet", now)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("consignment", "planted", "looks like"))
        writer.writerows(
            (each.row["consignment"], each.planted, each.like)
            for each in now
            if each.planted or each.like
        )
    return Written(len(past), len(now), sum(bool(each.planted) for each in now))


def _write(path: Path, made: Sequence[Made]) -> None:
    with pq.ParquetWriter(path, LINES) as writer:
        for start in range(0, len(made), _ROWS):
            rows = [each.row for each in made[start : start + _ROWS]]
            numbered = [row | {"row": place} for place, row in enumerate(rows, start=start + 1)]
            writer.write_batch(pa.RecordBatch.from_pylist(numbered, schema=LINES))
