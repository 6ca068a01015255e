"""A cluster in this process: rows in parts, each step called for each part, in any order."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from tidewaiter.base.resources import data
from tidewaiter.bulk.screening import Settings
from tidewaiter.bulk.spark.batches import Input, Step, Task
from tidewaiter.bulk.spark.run import Outcome, screen_on
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.report.alerts.exports import alert_writer
from tidewaiter.trade.types import ReadOptions

BASIS = Settings(day=date(2026, 11, 25), file="", sha256="")
HEADER = "consignment,goods,net weight kg,departure date,consignor,consignor address,consignee"
ROOM = '"Room 5, 12 Keji Road, Shenzhen"'
_counter = itertools.count()

_Parts = list[list[pa.RecordBatch]]


class HereRows:
    """Rows in parts; in which order parts are worked on, and rows gathered, is drawn by chance."""

    def __init__(
        self, make: Callable[[], _Parts], chance: random.Random, *, keeps: bool = True
    ) -> None:
        """Take the function that makes the parts on request.

        Args:
            make: Makes them.
            chance: Draws orders.
            keeps: Persisted parts are kept; otherwise they are lost, as on a failed machine, and
                recomputed.
        """
        self._make = make
        self._chance = chance
        self._keeps = keeps

    def through(self, step: Step, schema: pa.Schema) -> Self:
        """Return what a step makes of them."""

        def make() -> _Parts:
            parts = self._make()
            made: _Parts = [[] for _ in parts]
            for place in self._chance.sample(range(len(made)), len(made)):
                made[place] = list(step(iter(parts[place])))
            assert all(batch.schema.equals(schema) for part in made for batch in part)
            return made

        return self._then(make)

    def parted(self, column: str, parts: int) -> Self:
        """Return them in parts by a column that counts these, in the order of file and batch."""

        def make() -> _Parts:
            rows = [row for row in self._rows() if 0 <= row.column(column)[0].as_py() < parts]
            self._chance.shuffle(rows)
            made: _Parts = [[] for _ in range(parts)]
            for row in rows:
                made[row.column(column)[0].as_py()].append(row)
            for part in made:
                part.sort(
                    key=lambda row: (row.column("file")[0].as_py(), row.column("batch")[0].as_py())
                )
            return made

        return self._then(make)

    def kept(self) -> Self:
        """Return them so that they are computed once, if this cluster keeps anything."""
        return self._then(cache(self._make)) if self._keeps else self

    def gathered(self, *columns: str) -> pa.Table:
        """Return some columns of all rows, in any order."""
        rows = self._rows()
        self._chance.shuffle(rows)
        if not rows:
            return pa.table({name: pa.array([], pa.int32()) for name in columns})
        return pa.Table.from_batches(rows).select(list(columns))

    def streamed(self, *columns: str) -> Iterator[dict[str, Any]]:
        """Yield some columns of rows that were parted, one part after the other."""
        for part in self._make():
            for batch in part:
                yield from batch.select(list(columns)).to_pylist()

    def _then(self, make: Callable[[], _Parts]) -> Self:
        return type(self)(make, self._chance, keeps=self._keeps)

    def _rows(self) -> list[pa.RecordBatch]:
        return [
            batch.slice(place, 1)
            for part in self._make()
            for batch in part
            for place in range(len(batch))
        ]


class HereCluster:
    """A cluster of one process."""

    def __init__(self, cores: int, seed: int, *, keeps: bool = True) -> None:
        """Take how many cores it says to have, the seed of its orders, and if it keeps rows."""
        self.cores = cores
        self._keeps = keeps
        self._chance = random.Random(seed)

    def rows(self, table: pa.Table) -> HereRows:
        """Return the rows of a table, each in a separate part."""
        parts = [table.slice(place, 1).to_batches() for place in range(len(table))]
        return HereRows(lambda: parts, self._chance, keeps=self._keeps)


def write(folder: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    """Write a manifest under a unique name."""
    path = folder / f"m{next(_counter)}.csv"
    noted = [f"{','.join(row)},note {number}" for number, row in enumerate(rows)]
    path.write_text("\n".join([f"{HEADER},Zork", *noted]) + "\n", encoding="utf-8")
    return path


def spread(
    paths: list[Path],
    out: Path,
    *,
    batch_rows: int = 16,
    seed: int = 0,
    history: Sequence[Path] = (),
    basis: Settings = BASIS,
    keeps: bool = True,
) -> Outcome:
    """Screen files on a cluster of this process."""
    options = ReadOptions(batch_rows=batch_rows)
    inputs = [Input(path=path, name=path.name, options=options) for path in paths]
    earlier = [Input(path=p, name=p.name, options=options, earlier=True) for p in history]
    task = Task(
        open_writer=alert_writer,
        inputs=(*inputs, *earlier),
        settings=basis,
        digest=registry_digest(basis),
    )
    out.mkdir()
    return screen_on(HereCluster(3, seed, keeps=keeps), task, out, registry_digest)


def parts(out: Path) -> list[bytes]:
    """Return the alerts of all parts, in the order of their names."""
    return [
        line for path in sorted(out.glob("part-*")) for line in path.read_bytes().splitlines(True)
    ]


def selecting(folder: Path, selects: str) -> Path:
    """Write rules that let the past select lines by some of them."""
    text = data("rules", "alerts.toml").read_text(encoding="utf-8")
    rules = folder / "rules.toml"
    rules.write_text(text.replace("selects = []", f"selects = [{selects}]"), encoding="utf-8")
    return rules
