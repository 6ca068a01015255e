"""Sightings of parties in lines, for entity resolution."""

from collections.abc import Iterator

import pyarrow as pa

from tidewaiter.parties.resolution import Sighting, Written
from tidewaiter.trade.types import days_of


def sightings_of(batch: pa.RecordBatch) -> Iterator[Sighting]:
    """Yield the parties of lines.

    Args:
        batch: Batch with the schema `LINES`.
    """
    days = days_of(batch).to_pylist()
    rows = batch.column("row").to_pylist()
    for row, day, parties in zip(rows, days, batch.column("parties").to_pylist(), strict=True):
        for party in parties or ():
            written = Written(
                name=party["name"] or "",
                address=party["address"] or "",
                country=party["country"] or "",
                id_scheme=party["id_scheme"] or "",
                id=party["id"] or "",
            )
            yield Sighting(written=written, role=party["role"] or "", row=row, day=day)
