"""NFLIS-Drug: what forensic laboratories reported, by substance, state and year.

A report is one drug found in one item that a laboratory tested; it is no seizure, and it comes
months later. Reports of the last years keep growing: 2022 had 217,267 of fentanyl and its relatives
in the annual report, and 225,017 in the query of August 2025.
"""

import re
from collections import defaultdict
from collections.abc import Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.drugs import reported_key, reports
from tidewaiter.burden.facts import places
from tidewaiter.burden.months import month_of
from tidewaiter.burden.readers.building import TWICE, Gathered
from tidewaiter.burden.readers.nflistables import is_annual, read_annual
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.types import Reading

SOURCE = "dea-nflis"
MEASURE = "reports"
_NEEDED = (
    "yyyy",
    "period",
    "drug reports",
    "query run date",
    "base description",
    "substance description",
    "drug category code",
    "state",
)
_RUN = re.compile(r"(\d{4})-(\d{2})-\d{2}")
_NATION, _UNKNOWN = "US", "XX"
_STATES = 51  # with the District of Columbia
_DECEMBER = 12

Key = tuple[str, str, int]  # place, indicator, year


class _Reported(Record, frozen=True, kw_only=True):
    place: str  # "": the state is not known
    substance: str
    category: str
    year: int
    reports: int


def is_nflis(content: bytes) -> bool:
    """Tell whether this is of NFLIS: an export of its query system, or a table of its report."""
    exported = {"drug reports", "query run date", "base description"} <= set(titles_at(content))
    return exported or is_annual(content)


def read_nflis(content: bytes, name: str) -> Reading:
    """Read an export of the public query system by year, or a table of the annual report.

    Args:
        content: The file.
        name: Its name, for messages.

    Returns:
        Reports of each substance, its salts together, and of each class that is known, by state
        and of the nation; the nation only where all states are there. The release is the month
        of the query.

    Raises:
        InputError: It is no such export, or none of its rows could be read.

    Source:
        https://www.nflis.deadiversion.usdoj.gov/
    """
    if is_annual(content):
        return read_annual(content, name)
    text = read_text(content, name)
    table = titles_of(text)
    missing = [title for title in _NEEDED if title not in table.titles]
    if missing:
        raise InputError(
            f"these columns are missing: {', '.join(missing)}",
            at=name,
            hint="export it again, by year, state and substance",
        )
    gathered = Gathered()
    rows: dict[tuple[str, ...], _Reported] = {}
    run = None
    for number, cells in gathered.whole(rows_of(text, table)):
        run = run or _RUN.match(cells["query run date"].strip())
        key = tuple(cells[title] for title in ("yyyy", "state", "substance description"))
        if key in rows:
            gathered.unread(number, cells.values(), TWICE)
            continue
        try:
            rows[key] = _reported(cells)
        except InputError as error:
            gathered.unread(number, cells.values(), error)
    if not rows:
        raise InputError("no row could be read", at=name, hint=gathered.first_problem())
    _gather(list(rows.values()), gathered)
    return Reading(
        source=SOURCE,
        figures=gathered.table(),
        notes=tuple(gathered.notes),
        released=month_of(int(run[1]), int(run[2])) if run else None,
        told=run is not None,
    )


def _reported(cells: Mapping[str, str]) -> _Reported:
    year, count = cells["yyyy"].strip(), cells["drug reports"].strip().replace(",", "")
    if cells["period"].strip() != year or not year.isdecimal():
        raise InputError(f'"{cells["period"]}" is no year', hint="export it by year")
    run = cells["query run date"].strip()
    if year >= run[:4]:
        raise InputError(f"{year} had not ended when it was asked", hint="ask again next year")
    if not count.isdecimal():
        raise InputError(f'"{cells["drug reports"]}" is no number of reports', hint="a count")
    return _Reported(
        place=_place(cells["state"].strip()),
        substance=cells["base description"].strip(),
        category=cells["drug category code"].strip(),
        year=int(year),
        reports=int(count),
    )


def _place(state: str) -> str:
    code = f"{_NATION}-{state}"
    if state == _UNKNOWN:
        return ""
    if code not in places() and state not in reports().territories:
        raise InputError(f'"{state}" is no state', hint="two letters, like OH")
    return reports().territories.get(state, code)


def _gather(rows: list[_Reported], gathered: Gathered) -> None:
    states = {row.place for row in rows if row.place in places()}
    whole = len(states) >= _STATES
    if not whole:
        gathered.mended(
            "the file as a whole",
            f"{len(states)} states",
            "it does not hold all states",
            "no sum of the nation is made of them",
        )
    classes = {each.category: each.key for each in reports().classes}
    sums: dict[Key, int] = defaultdict(int)
    for row in rows:
        keys = [reported_key(row.substance), classes.get(row.category, "")]
        for place in (row.place, _NATION if whole else ""):
            for key in keys:
                if place and key:
                    sums[place, key, row.year] += row.reports
    for (place, key, year), count in sorted(sums.items()):
        gathered.add(
            place=place,
            indicator=key,
            measure=MEASURE,
            last=month_of(year, _DECEMBER),
            months=_DECEMBER,
            value=float(count),
        )
