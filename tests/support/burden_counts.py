"""A folder of releases made up for tests: two of the United States, and another country's."""

from pathlib import Path

from tidewaiter.burden.indicators import indicators
from tidewaiter.burden.types import MONTHS, parse_month
from tidewaiter.burden.views.trends import DRUGS

PLACES = {"US": 100_000, "OH": 4_000, "CA": 9_000, "VT": 300}
COUNTED = ("overdose", *DRUGS)
_HEAD = (
    "State,Year,Month,Period,Indicator,Data Value,Percent Pending Investigation,Footnote Symbol,"
    "Predicted Value"
)
_MONTHS = 30
_NAMES = list(MONTHS)[:12]
_LACKS = (0.04, 0.02, 0.01)  # share of the deaths that is not there yet, by lag


def fill_counts(folder: Path) -> Path:
    """Write releases of 2024-04 and 2024-05, and one of Germany; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for newest in ("2023-11", "2023-12"):
        (folder / f"vsrr-{newest}.csv").write_text(vsrr(newest), encoding="utf-8")
    (folder / "germany.csv").write_text(GERMANY, encoding="utf-8")
    return folder


def vsrr(newest: str) -> str:
    """Write a release of provisional counts with its newest period ending in a month."""
    rows = [_HEAD]
    for place, deaths in PLACES.items():
        for number, key in enumerate(COUNTED):
            name = indicators()[key].vsrr
            whole = deaths // (1 if key == "overdose" else 2 + number)
            rows += [
                _row(place, name, parse_month(newest) - lag, lag, whole) for lag in range(_MONTHS)
            ]
        rows += [
            f"{place},{_when(parse_month(newest) - lag)},12 month-ending,"
            f'"Percent with drugs specified",95.5,0.1,{"**" if lag > 11 else "*"},'
            for lag in range(_MONTHS)
        ]
    return "\n".join(rows)


def _row(place: str, name: str, last: int, lag: int, whole: int) -> str:
    true = whole + 10 * (last % 7)
    lacks = _LACKS[lag] if lag < len(_LACKS) else 0.0
    value, predicted = round(true * (1 - lacks)), round(true * 1.01)
    symbol = "**" if lag > 11 else "*"
    pending = 0.1 + lacks * 5
    return (
        f'{place},{_when(last)},12 month-ending,"{name}",{value},{pending:.3f},{symbol},{predicted}'
    )


def _when(last: int) -> str:
    return f"{last // 12},{_NAMES[last % 12].capitalize()}"


GERMANY = """\
place,indicator,value,period,basis,closed,part,released,source
DE,overdose,1581,2020,residence,yes,,2024-06,BKA
DE,overdose,1826,2021,residence,yes,,2024-06,BKA
DE,overdose,1990,2022,residence,yes,,2024-06,BKA
DE,overdose,2227,2023,residence,no,,2024-06,BKA
DE-BY,overdose,257,2023,residence,no,,2024-06,BKA
DE-NW,overdose,872,2023,residence,no,,2024-06,BKA
DE,T40.1,400,2022,residence,yes,,2024-06,BKA
DE,T40.1,410,2023,residence,no,,2024-06,BKA
DE,overdose,700,2023,residence,no,age=35-44,2024-06,BKA
DE,overdose,500,2023,residence,no,age=25-34,2024-06,BKA
"""
