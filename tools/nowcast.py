"""Fit the nowcast constants to stored releases, and write src/.../data/burden/nowcast.toml.

    python -m tools.nowcast ../shared/data/burden/vsrr

Later releases serve as the truth: v2025-09.json (overdoses by state, derived from the release of
2025-09-17), v2026-06.csv (T40.4), and v2019-10.csv for what only it contains (final in 2018).
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from tidewaiter.base.resources import data
from tidewaiter.burden.indicators import indicators, places
from tidewaiter.burden.nowcast.grids import Grids, Truth, settled_in
from tidewaiter.burden.nowcast.model import Parameters, before_data, fit
from tidewaiter.burden.readers.checks import Gathered
from tidewaiter.burden.readers.vsrr import read_vsrr
from tidewaiter.burden.types import Reading, month_of, month_text, named_month

_STATES, _OPIOID, _LAST = "v2025-09.json", "v2026-06.csv", "v2019-10.csv"
_CLOSED = month_of(2023, 12)  # the last period that was closed in release v2025-09
_UNSIGNED = ("all-causes", "specified")


def stored(folder: Path) -> list[Reading]:
    """Read the complete releases of 2017 to 2019 in the evaluation data."""
    return [read_vsrr(file.read_bytes(), file.name) for file in sorted(folder.glob("v201*.csv"))]


def judges(folder: Path) -> list[Reading]:
    """Read the later releases that serve as the truth."""
    files = [folder / name for name in (_LAST, _OPIOID)]
    return [state_counts(folder / _STATES)] + [
        read_vsrr(file.read_bytes(), file.name) for file in files
    ]


def state_counts(file: Path) -> Reading:
    """Read the overdose counts by state in the release of 2025-09; the nation is their sum."""
    states: Mapping[str, Mapping[str, Mapping[str, float]]] = json.loads(file.read_text("utf-8"))
    codes = {place.fips: place.code for place in places().values() if place.fips}
    gathered, nation = Gathered(), dict[int, float]()
    for fips, periods in states.items():
        for period, counts in periods.items():
            year, month = period.split("-")
            last = month_of(int(year), named_month(month) or 0)
            nation[last] = nation.get(last, 0.0) + counts["mort"]
            _add(gathered, codes[fips], last, counts["mort"])
    for last, count in nation.items():
        _add(gathered, "US", last, count)
    released = month_of(2025, 9)
    return Reading(
        source="cdc-vsrr", figures=gathered.table(), notes=(), released=released, told=True
    )


def fit_all(releases: Sequence[Reading], truth: Truth) -> list[Parameters]:
    """Fit each indicator with both signs and with one; keep the fit with the smaller error."""
    grids = [Grids(each) for each in releases]
    now = max(each.released for each in grids)
    found = []
    for indicator in indicators():
        start = before_data(indicator)
        both = fit(grids, truth, start, released=now)
        one = fit(grids, truth, replace(start, rests="pending"), released=now)
        if both.cells and indicator not in _UNSIGNED:
            found.append(min(both, one, key=lambda each: each.error))
    return found


def written(found: Sequence[Parameters], releases: Sequence[Reading]) -> str:
    """Return the text of the constants file."""
    months = [month_text(each.released) for each in releases if each.released is not None]
    lines = [
        "# Constants of the nowcast: made by tools/nowcast.py, and tested to be what it makes.",
        "# error: mean absolute error of states with 100 deaths or more, lags 0 to 6, percent,",
        "# on the same releases.",
        "",
        f'source = "CDC VSRR releases {", ".join(months)}, judged by later ones"',
    ]
    for each in found:
        lines += [
            "",
            "[[indicators]]",
            f'indicator = "{each.indicator}"',
            f'rests = "{each.rests}"',
            f"growth = {each.growth:.3f}",
            f"up = {each.up:.3f}",
            f"down = {each.down:.3f}",
            f"cells = {each.cells}",
            f"releases = {each.releases}",
            f"error = {each.error:.3f}",
        ]
    return "\n".join(lines) + "\n"


def _add(gathered: Gathered, place: str, last: int, count: float) -> None:
    gathered.add(
        place=place,
        indicator="overdose",
        basis="occurrence",
        last=last,
        months=12,
        value=count,
        closed=last <= _CLOSED,
    )


def main(folder: Path) -> None:
    """Write the file."""
    releases = stored(folder)
    truth = settled_in(*map(Grids, judges(folder)))
    text = written(fit_all(releases, truth), releases)
    Path(str(data("burden", "nowcast.toml"))).write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
