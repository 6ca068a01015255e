"""The tables of NFLIS-Drug's annual report: counts by state, and estimates of the nation.

Tables of states come in blocks of some states each. Isomers that are counted apart stand below
their sum, so rows do not add up as they are: the sum has a name of its own here.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.drugs import reported_key, reports
from tidewaiter.burden.facts import find_place, places
from tidewaiter.burden.months import month_of, named_month
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.tables import read_text, titles_at
from tidewaiter.burden.types import Reading

_TITLE = re.compile(
    r"table \d\. (national estimates|state counts) for (.+): (\d{4})", re.IGNORECASE
)
_BEGUN = re.compile(r"table \d\. (national estimates|state counts) for", re.IGNORECASE)
_MADE = re.compile(r"Data generated: ([A-Z][a-z]+) \d{1,2}, (\d{4})")
_FOOTNOTE = re.compile(r"(?<=[a-z)])\d$")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_IMPRECISE = "*"  # does not meet NFLIS's standards of precision
_UNSPECIFIED = " (unspecified isomer)"
_NATION, _STATES, _DECEMBER = "US", 51, 12

Counts = dict[tuple[str, str], float]  # place and drug


class Table(Record, frozen=True, kw_only=True):
    """What a table tells of itself."""

    estimated: bool
    subject: str  # "Fentanyl and Fentanyl-Related Compounds"
    year: int
    released: int | None


def is_annual(content: bytes) -> bool:
    """Tell whether this is a table of the annual report, by its first line."""
    return any(_BEGUN.match(title) for title in titles_at(content)[:1])


def read_annual(content: bytes, name: str) -> Reading:
    """Read a table: reports of each drug in a year, by state, or estimated for the nation.

    Raises:
        InputError: It is no such table, or none of it could be read.
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
            problem = f'"{text}" is no number of reports'
            gathered.unread(number, [drug, text], InputError(problem, hint="a count"))
    if not counts:
        raise InputError("no row could be read", at=name, hint=gathered.first_problem())
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
        last=month_of(table.year, _DECEMBER),
        months=_DECEMBER,
    )


def _told(rows: list[list[str]], name: str) -> Table:
    found = _TITLE.match(rows[0][0].strip())
    if not found:
        raise InputError(
            f'its first line is "{rows[0][0]}", which is no table of the annual report',
            at=name,
            hint="give the table as it was downloaded",
        )
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
    """Yield row, place, drug and number; each block begins with a row of titles."""
    columns: dict[int, str] = {}
    for number, row in enumerate(rows, 1):
        if not row:
            continue
        drug = _FOOTNOTE.sub("", row[0].strip())
        if drug == "Drug":
            columns = {1: _NATION} if table.estimated else _states(row, number, gathered)
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
    """Return figures by place and key; the nation is the sum of states, where all are there."""
    drugs = {drug for _, drug in counts}
    above = next((each for each in reports().classes if each.subject == table.subject), None)
    sums = above.sums if above else ()
    names = {drug: _named(drug, drugs, sums) for drug in drugs}
    whole = len({place for place, _ in counts if place in places()}) >= _STATES
    summed: Counts = defaultdict(float)
    for (place, drug), count in counts.items():
        keys = [reported_key(names[drug])]
        if above and names[drug] == drug.removesuffix(_UNSPECIFIED):
            keys.append(above.key)
        for key in keys:
            summed[place, key] += count
            if whole:
                summed[_NATION, key] += count
    return summed


def _named(drug: str, drugs: set[str], sums: tuple[str, ...]) -> str:
    """Name a drug as the query system does, and the sum of its isomers as what it is."""
    if drug + _UNSPECIFIED in drugs or drug in sums:
        return f"{drug} all isomers"
    return drug.removesuffix(_UNSPECIFIED)
