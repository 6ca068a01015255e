"""Parties of a line: sender, receiver, folded names, and sightings for entity resolution."""

from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from tidewaiter.base.plain_text import plain
from tidewaiter.parties.resolution import Sighting, Written
from tidewaiter.trade.types import Line, days_of

SENDERS = ("exporter", "consignor", "seller")
RECEIVERS = ("importer", "consignee", "buyer")


def party_of(line: Line) -> str:
    """Return the other party of a transaction, folded; "": not named."""
    return receiver_of(line) or sender_of(line)


def sender_of(line: Line) -> str:
    """Return the sender of a line, folded; "": not named."""
    return fold_party(first_named(line, SENDERS)[1])


def receiver_of(line: Line) -> str:
    """Return the receiver of a line, folded; "": not named."""
    return fold_party(first_named(line, RECEIVERS)[1])


def day_of(line: Line) -> date | None:
    """Return the day of a line for monthly and yearly totals."""
    return line.departure or line.lodged or line.release or line.arrival


def fold_party(name: str) -> str:
    """Fold the name of a party: case, accents and spaces are ignored."""
    return " ".join(plain(name).split())


def first_named(line: Line, roles: tuple[str, ...]) -> tuple[str, str]:
    """Return the first role with a named party, and its name as written; otherwise "", ""."""
    named = {party.role: party.name for party in line.parties or () if party.name}
    return next(((role, named[role] or "") for role in roles if role in named), ("", ""))


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
