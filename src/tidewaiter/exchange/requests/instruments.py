"""Legal instruments that a request may rest on, by data/exchange/instruments.toml."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from msgspec import field

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.requests.types import Kind


class Instrument(Record, frozen=True, kw_only=True):
    """A row of [instrument]."""

    title: str
    says: str  # in our words
    serves: tuple[Kind, ...] = field(name="for")
    url: str
    read: date | None = None
    verified: bool  # False: what it says was not read there


class Instruments(Record, frozen=True, kw_only=True):
    """data/exchange/instruments.toml, read."""

    version: str
    instrument: Mapping[str, Instrument]


@cache
def load_instruments() -> Instruments:
    """Load the instruments.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("exchange", "instruments.toml"), Instruments)
