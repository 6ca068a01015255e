"""A cluster in this process: rows in parts, each step called for each part, in any order."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Self

import pyarrow as pa

from tidewaiter.bulk.spark.types import Step

_Parts = list[list[pa.RecordBatch]]


class HereRows:
    """Rows in parts; in which order parts are worked on, and rows gathered, is drawn by chance."""

    def __init__(
        self, make: Callable[[], _Parts], chance: random.Random, *, keeps: bool = True
    ) -> None:
        """Take what makes the parts, whenever they are asked for.

        Args:
            make: Makes them.
            chance: Draws orders.
            keeps: What is to be kept is; else it is lost, as where a machine fails, and made again.
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
        """Return the rows of a table, each in a part of its own."""
        parts = [table.slice(place, 1).to_batches() for place in range(len(table))]
        return HereRows(lambda: parts, self._chance, keeps=self._keeps)
