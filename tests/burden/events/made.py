"""Series and questions made up for tests of event cards."""

import random
from datetime import date

import pyarrow as pa

from tidewaiter.burden.events.cards import Material
from tidewaiter.burden.events.types import Declaration, Direction, Event, Window
from tidewaiter.burden.monthly import MONTHLY, Months
from tidewaiter.burden.types import parse_month

START = parse_month("2010-01")


def wandering(seed: int, length: int = 132) -> list[float]:
    """Return months with an endlessly wandering level and without any event."""
    chance, level, found = random.Random(seed), 1_000.0, []
    for _ in range(length):
        level *= chance.lognormvariate(0.0, 0.06)
        found.append(float(round(level * chance.lognormvariate(0.0, 0.03))))
    return found


def months_of(
    values: list[float],
    *,
    settled: int = 9_999,
    indicator: str = "T40.4",
    place: str = "US",
    spread: float | None = None,
    months: int = 1,
    measure: str = "deaths",
) -> Months:
    """Return values as months; of open ones, the last twelve are known within a spread."""
    rows = []
    for at, value in enumerate(values):
        year = sum(values[max(0, at - 11) : at + 1])
        free = at >= settled and spread is not None
        rows.append(
            dict.fromkeys(MONTHLY.names)
            | {
                "place": place,
                "indicator": indicator,
                "measure": measure,
                "basis": "occurrence",
                "last": START + at,
                "months": months,
                "part": "",
                "missing": "",
                "value": value,
                "closed": at < settled,
                "year_low": year - spread if free and spread is not None else None,
                "year_high": year + spread if free and spread is not None else None,
            }
        )
    figures = pa.Table.from_pylist(rows, schema=MONTHLY)
    return Months(figures=figures, method="as reported", notes=())


def asked(
    at: int, direction: Direction = "down", *, where: str = "US", until: int = 12
) -> Declaration:
    """Ask about an event in a month by its index."""
    month = START + at
    event = Event(
        slug="made",
        name="made",
        day=date(month // 12, month % 12 + 1, 15),
        kind="seizure",
        where=where,
    )
    return Declaration(
        event=event, place="US", indicator="T40.4", window=Window(until=until), direction=direction
    )


def given(months: Months) -> Material:
    """Return the input data of a card."""
    return Material(months=months, release="cdc-vsrr 2026-06", release_sha256="0" * 64)
