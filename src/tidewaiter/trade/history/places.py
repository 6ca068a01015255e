"""Places: where ports and airports are, by UN/LOCODE, and how far they lie apart."""

import csv
import io
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Final, NamedTuple

from tidewaiter.base.resources import data

_EARTH: Final = 6371.0  # kilometres, mean radius


class Place(NamedTuple):
    """A point on Earth."""

    lat: float  # degrees, north is positive
    lon: float  # degrees, east is positive


def place_of(locode: str | None) -> Place | None:
    """Return where a place is, to a tenth of a degree; None: it is none that we know.

    Source:
        data/places/SOURCE.txt.
    """
    return _places().get((locode or "").replace(" ", "").upper())


def apart_km(one: Place, other: Place) -> float:
    """Return the great-circle distance between two places in kilometres."""
    lat, lon = radians(other.lat - one.lat), radians(other.lon - one.lon)
    half = sin(lat / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(lon / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))


@cache
def _places() -> dict[str, Place]:
    text = data("places", "ports.csv").read_text(encoding="ascii")
    return {
        row["locode"]: Place(float(row["lat"]), float(row["lon"]))
        for row in csv.DictReader(io.StringIO(text))
    }
