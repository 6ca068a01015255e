"""Countries as trade statistics code them, what is no country, and how far apart they are."""

import csv
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tidewaiter.base.countries import country_name
from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_RADIUS = 6371.0  # km
_WITHIN = 10.0  # km: two points of one town are no distance

Distances = Mapping[tuple[int, int], float]


class _Place(Record, frozen=True, kw_only=True):
    iso3: str
    codes: tuple[int, ...]  # of UN Comtrade; the first is in use
    at: tuple[float, float] | None = None  # latitude and longitude of a main point


class _Places(Record, frozen=True, kw_only=True):
    places: dict[str, _Place]


class Areas(Record, frozen=True, kw_only=True):
    """Partners that are no country."""

    world: int
    unspecified: dict[int, str]
    groups: dict[int, str]


@cache
def load_areas() -> Areas:
    """Load the partners that are no country."""
    return read_toml(data("mirror", "areas.toml"), Areas)


@cache
def _load() -> dict[str, _Place]:
    return read_toml(data("mirror", "places.toml"), _Places).places


@cache
def _by_code() -> dict[int, str]:
    return {code: iso2 for iso2, place in _load().items() for code in place.codes}


def one_code(code: int) -> int:
    """Return the code in use for a country that has several; the code itself otherwise."""
    iso2 = _by_code().get(code)
    return _load()[iso2].codes[0] if iso2 else code


def name_of(code: int) -> str:
    """Name a country; one that we do not know by its code."""
    iso2 = _by_code().get(code)
    return country_name(iso2) if iso2 else f"code {code}"


def iso2_of(code: int) -> str:
    """Return the ISO 3166-1 alpha-2 code; "": not known."""
    return _by_code().get(code, "")


def find_code(text: str) -> int:
    """Find the code of a country by its ISO 3166-1 code of two or three letters, or its number.

    Raises:
        InputError: There is none.
    """
    wanted = text.strip().upper()
    if wanted.isdecimal() and int(wanted) in _by_code():
        return one_code(int(wanted))
    for iso2, place in _load().items():
        if wanted in {iso2, place.iso3}:
            return place.codes[0]
    raise InputError("trade/not-a-country", text=text)


def distance(one: int, other: int, given: Distances | None = None) -> float | None:
    """Return kilometres between two countries.

    Args:
        one: Code of UN Comtrade.
        other: The same.
        given: Distances of the user; these count first.

    Returns:
        By a great circle between main points where none is given; None: not known.
    """
    for pair in ((one, other), (other, one)):
        if given and pair in given:
            return given[pair]
    points = [_load()[each].at if each else None for each in (iso2_of(one), iso2_of(other))]
    if points[0] is None or points[1] is None:
        return None
    (lat0, lon0), (lat1, lon1) = ([math.radians(each) for each in at] for at in points if at)
    half = (
        math.sin((lat1 - lat0) / 2) ** 2
        + math.cos(lat0) * math.cos(lat1) * math.sin((lon1 - lon0) / 2) ** 2
    )
    return max(2 * _RADIUS * math.asin(math.sqrt(half)), _WITHIN)


def read_distances(path: Path) -> Distances:
    """Read a table of distances: CSV with exporter, importer, km; codes as `find_code` reads them.

    Raises:
        InputError: A column is missing, or a distance is no number above 0.
    """
    found: dict[tuple[int, int], float] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"exporter", "importer", "km"} <= set(rows.fieldnames or ()):
            raise InputError("trade/not-a-table-of-distances", at=path.name)
        for number, row in enumerate(rows, start=2):
            pair = [_known(row[side] or "") for side in ("exporter", "importer")]
            km = _km(row["km"] or "", f"{path.name}, line {number}")
            if pair[0] is not None and pair[1] is not None and pair[0] != pair[1]:
                found[pair[0], pair[1]] = km
    return found


def _known(text: str) -> int | None:
    """Find a code; such tables hold countries that are no more, which no file of ours asks for."""
    try:
        return find_code(text)
    except InputError:
        return None


def _km(text: str, at: str) -> float:
    try:
        km = float(text)
    except ValueError:
        km = math.nan
    if not 0 < km < math.inf:
        raise InputError("trade/not-a-distance", text=text, at=at)
    return km
