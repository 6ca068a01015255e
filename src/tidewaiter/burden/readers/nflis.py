"""NFLIS-Drug: laboratory reports by substance, state and year; data files and annual report.

State tables come in blocks of several states. Separately counted isomers are listed below their
sum, so rows do not add up as printed: the sum gets a separate name here.

A report is one drug identified in one item tested by a laboratory; it is not a seizure, and is
made months later. Recent years keep growing: for 2022, fentanyl and related compounds had 217,267
reports in the annual report, and 225,017 in the query of August 2025.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.indicators import find_place, places
from tidewaiter.burden.readers.checks import TWICE, Gathered
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.supply import reported_key, reports
from tidewaiter.burden.types import Reading, month_of, named_month

_TITLE = re.compile(
    r"table \d\. (national estimates|state counts) for (.+): (\d{4})", re.IGNORECASE
)
_BEGUN = re.compile(r"table \d\. (national estimates|state counts) for", re.IGNORECASE)
_MADE = re.compile(r"Data generated: ([A-Z][a-z]+) \d{1,2}, (\d{4})")
_FOOTNOTE = re.compile(r"(?<=[a-z)])\d$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_IMPRECISE = "*"  # does not meet NFLIS's standards of precision
_UNSPECIFIED = " (unspecified isomer)"
_UNITED_STATES, _STATE_COUNT, _LAST_MONTH = "US", 51, 12

Counts = dict[tuple[str, str], float]  # place and drug


class Table(Record, frozen=True, kw_only=True):
    """Heading of a table."""

    estimated: bool
    subject: str  # "Fentanyl and Fentanyl-Related Compounds"
    year: int
    released: int | None


def is_annual(content: bytes) -> bool:
    """Return whether this is a table of the annual report, by its first line."""
    return any(_BEGUN.match(title) for title in titles_at(content)[:1])


def read_annual(content: bytes, name: str) -> Reading:
    """Read a table: reports of each drug in a year, by state, or national estimates.

    Raises:
        InputError: Not such a table, or no readable rows.
    """
    rows = list(csv.reader(io.StringIO(read_text(content, name), newline="")))
    table = _told(rows, name)
    gathered = Gathered()
    counts: Counts = {}
    for number, place, drug, text in _cells(rows, table, gathered):
        bare = text.replace(",", "").strip()
        if bare.isdecimal() or (table.estimated and _NUMBER.fullmatch(bare)):
            counts[place, drug] = float(bare)
        elif bare == _IMPRECISE:
            _add(gathered, table, place, reported_key(drug), None)
        else:
            gathered.unread(
                number,
                [drug, text],
                InputError("burden/not-a-number-of-reports", drug_reports=text),
            )
    if not counts:
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
    for (place, key), count in sorted(_summed(counts, table).items()):
        _add(gathered, table, place, key, count)
    return Reading(
        source="dea-nflis",
        figures=gathered.table(),
        notes=tuple(gathered.notes),
        released=table.released,
        told=table.released is not None,
    )


def _add(gathered: Gathered, table: Table, place: str, key: str, count: float | None) -> None:
    gathered.add(
        place=place,
        indicator=key,
        value=count,
        missing="" if count is not None else "low quality",
        measure="estimated reports" if table.estimated else "reports",
        last=month_of(table.year, _LAST_MONTH),
        months=_LAST_MONTH,
    )


def _told(rows: list[list[str]], name: str) -> Table:
    found = _TITLE.match(rows[0][0].strip())
    if not found:
        raise InputError("burden/not-a-table-of-the-annual-report", rows=rows[0][0], at=name)
    made = _MADE.search(" ".join(row[0] for row in rows if row))
    month = named_month(made[1]) if made else None
    return Table(
        estimated=found[1].casefold() == "national estimates",
        subject=found[2],
        year=int(found[3]),
        released=month_of(int(made[2]), month) if made and month else None,
    )


def _cells(
    rows: list[list[str]], table: Table, gathered: Gathered
) -> Iterator[tuple[int, str, str, str]]:
    """Yield row, place, drug and number; each block begins with a title row."""
    columns: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        if not row:
            continue
        drug = _FOOTNOTE.sub("", row[0].strip())
        if drug == "Drug":
            columns = {1: _UNITED_STATES} if table.estimated else _states(row, number, gathered)
        elif drug and any(cell.strip() for cell in row[1:]):
            for place, code in columns.items():
                if place < len(row) and row[place].strip():
                    yield number, code, drug, row[place]


def _states(row: list[str], number: int, gathered: Gathered) -> dict[int, str]:
    found = {}
    for column, title in enumerate(row):
        state = " ".join(title.split())
        if column and state:
            try:
                found[column] = find_place(state).code
            except InputError as error:
                gathered.unread(number, [state], error)
    return found


def _summed(counts: Counts, table: Table) -> Counts:
    """Return figures by place and key; the nation is the sum of states if all are present."""
    drugs = {drug for _, drug in counts}
    above = next((each for each in reports().classes if each.subject == table.subject), None)
    sums = above.sums if above else ()
    names = {drug: _named(drug, drugs, sums) for drug in drugs}
    whole = len({place for place, _ in counts if place in places()}) >= _STATE_COUNT
    summed: Counts = defaultdict(float)
    for (place, drug), count in counts.items():
        keys = [reported_key(names[drug])]
        if above and names[drug] == drug.removesuffix(_UNSPECIFIED):
            keys.append(above.key)
        for key in keys:
            summed[place, key] += count
            if whole:
                summed[_UNITED_STATES, key] += count
    return summed


def _named(drug: str, drugs: set[str], sums: tuple[str, ...]) -> str:
    """Return a drug's name in the query system, and a distinct name for a sum of isomers."""
    if drug + _UNSPECIFIED in drugs or drug in sums:
        return f"{drug} all isomers"
    return drug.removesuffix(_UNSPECIFIED)


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
_STATES = 51  # including the District of Columbia
_DECEMBER = 12

Key = tuple[str, str, int]  # place, indicator, year


class _Reported(Record, frozen=True, kw_only=True):
    place: str  # "": unknown state
    substance: str
    category: str
    year: int
    reports: int


def is_nflis(content: bytes) -> bool:
    """Return whether this is from NFLIS: a query export, or a table of the report."""
    exported = {"drug reports", "query run date", "base description"} <= set(titles_at(content))
    return exported or is_annual(content)


def read_nflis(content: bytes, name: str) -> Reading:
    """Read an export of the public query system by year, or a table of the annual report.

    Args:
        content: File content.
        name: File name, for error messages.

    Returns:
        Reports of each substance, salts combined, and of each known class, by state and for the
        nation; the nation only if all states are present. The release is the month of the
        query.

    Raises:
        InputError: Not such an export, or no readable rows.

    Source:
        https://www.nflis.deadiversion.usdoj.gov/
    """
    if is_annual(content):
        return read_annual(content, name)
    text = read_text(content, name)
    table = titles_of(text)
    missing = [title for title in _NEEDED if title not in table.titles]
    if missing:
        raise InputError("burden/columns-missing-in-export", missing=", ".join(missing), at=name)
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
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
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
        raise InputError("burden/not-a-year", period=cells["period"])
    run = cells["query run date"].strip()
    if year >= run[:4]:
        raise InputError("burden/year-not-ended-when-asked", year=year)
    if not count.isdecimal():
        raise InputError("burden/not-a-number-of-reports", drug_reports=cells["drug reports"])
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
        raise InputError("burden/not-a-state", state=state)
    return reports().territories.get(state, code)


def _gather(rows: list[_Reported], gathered: Gathered) -> None:
    states = {row.place for row in rows if row.place in places()}
    whole = len(states) >= _STATES
    if not whole:
        gathered.mended(
            "the file as a whole",
            f"{len(states)} states",
            InputError("burden/states-missing"),
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
