"""Made files: made trade as files to be screened, and the truth beside them."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.consignments.types import LINES
from tidewaiter.scenario.madetrade import Made, MadeTrade

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
