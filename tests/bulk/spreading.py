"""A cluster in this process: rows in parts, each step called for each part, in any order."""

import random
from collections.abc import Iterator
from typing import Any, Self

import pyarrow as pa

from tidewaiter.bulk.spark.types import Step


class HereRows:
    """Rows in parts; in which order parts are worked on, and rows gathered, is drawn by chance."""

    def __init__(self, parts: list[list[pa.RecordBatch]], chance: random.Random) -> None:
        """Take the parts."""
        self._parts = parts
        self._chance = chance

    def through(self, step: Step, schema: pa.Schema) -> Self:
        """Return what a step makes of them."""
        made: list[list[pa.RecordBatch]] = [[] for _ in self._parts]
        for place in self._chance.sample(range(len(made)), len(made)):
            made[place] = list(step(iter(self._parts[place])))
        assert all(batch.schema.equals(schema) for part in made for batch in part)
        return type(self)(made, self._chance)

    def parted(self, column: str, parts: int) -> Self:
        """Return them in parts by a column that counts these, in the order of file and batch."""
        rows = [row for row in self._rows() if 0 <= row.column(column)[0].as_py() < parts]
        self._chance.shuffle(rows)
        made: list[list[pa.RecordBatch]] = [[] for _ in range(parts)]
        for row in rows:
            made[row.column(column)[0].as_py()].append(row)
        for part in made:
            part.sort(
                key=lambda row: (row.column("file")[0].as_py(), row.column("batch")[0].as_py())
            )
        return type(self)(made, self._chance)

    def kept(self) -> Self:
        """Return them: they are computed already."""
        return self

    def gathered(self, *columns: str) -> pa.Table:
        """Return some columns of all rows, in any order."""
        rows = self._rows()
        self._chance.shuffle(rows)
        if not rows:
            return pa.table({name: pa.array([], pa.int32()) for name in columns})
        return pa.Table.from_batches(rows).select(list(columns))

    def streamed(self, *columns: str) -> Iterator[dict[str, Any]]:
        """Yield some columns of rows that were parted, one part after the other."""
        for part in self._parts:
            for batch in part:
                yield from batch.select(list(columns)).to_pylist()

    def _rows(self) -> list[pa.RecordBatch]:
        return [
            batch.slice(place, 1)
            for part in self._parts
            for batch in part
            for place in range(len(batch))
        ]


class HereCluster:
    """A cluster of one process."""

    def __init__(self, cores: int, seed: int) -> None:
        """Take how many cores it says to have, and the seed of its orders."""
        self.cores = cores
        self._chance = random.Random(seed)

    def rows(self, table: pa.Table) -> HereRows:
        """Return the rows of a table, each in a part of its own."""
        parts = [table.slice(place, 1).to_batches() for place in range(len(table))]
        return HereRows(parts, self._chance)
