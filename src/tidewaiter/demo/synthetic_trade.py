"""Synthetic trade: ordinary lines, planted patterns and look-alikes, and the files of them.

The same seed makes the same lines. It proves that rules see what was planted, and nothing of how
often any of it happens in life: who plants, knows the rules.
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
_ROOM = 25  # days that are left at the end of the year, so that a split ends within it


class Made(NamedTuple):
    """A line, and what it is."""

    row: Row
    planted: str  # name of the scenario; "": it is ordinary
    like: str  # name of the scenario that an innocent line looks like; "": of none


class MadeTrade:
    """Makes the lines of a year, in the order of days."""

    def __init__(self, seed: int, lines: int, *, splits: date | None = None) -> None:
        """Take what makes the lines.

        Args:
            seed: The same one makes the same lines.
            lines: About how many.
            splits: From when on some are planted, if not as data/scenarios/trade.toml has it.
        """
        self._market = Market(seed, lines)
        if splits is not None:
            self._market.facts = structs.replace(self._market.facts, splits=splits)
        self._count = lines
        self.allowed: list[Allowed] = []
        """What papers and declared needs of the lines allow; there once the lines are made."""
        self.inspected: list[Inspected] = []
        """What came out where goods of traders were looked at; likewise."""

    @property
    def facts(self) -> TradeFacts:
        """Return what the trade is made of."""
        return self._market.facts

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Return the names of what is planted."""
        return tuple(PLANTED)

    def lines(self) -> list[Made]:
        """Make all lines; planted ones and look-alikes are among those that are screened."""
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
    """How many lines were written."""

    past: int
    now: int
    planted: int


def write_made(trade: MadeTrade, folder: Path) -> Written:
    """Write past.parquet, now.parquet and truth.csv.

    Args:
        trade: That is made.
        folder: It exists.
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
