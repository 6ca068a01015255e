"""CBP's Nationwide Drug Seizures: events and pounds by fiscal year, month, place and drug.

Fiscal years begin in October: October of fiscal year 2025 is 2024-10. Each download covers four
years and is a release of the same series, so overlapping downloads are never added. An event with
two drugs counts for both, so drugs do not add up to events.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.readers.checks import TWICE, Gathered
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.supply import find_drug, seizures
from tidewaiter.burden.types import Reading, month_of, named_month

SOURCE = "cbp-seizures"
_NEEDED = (
    "fy",
    "month (abbv)",
    "component",
    "region",
    "land filter",
    "area of responsibility",
    "drug type",
    "count of event",
    "sum qty (lbs)",
)
_OCTOBER = 10  # first month of a fiscal year
_RUNNING = "(fytd)"
_NATION = "US"
_SHOWN = ("component", "region", "land filter")
_MOST = 1e8  # maximum pounds or events per month

Month = tuple[str, int, bool | None]  # drug, month, closed


class _Seized(Record, frozen=True, kw_only=True):
    drug: str
    month: int
    closed: bool | None
    part: str
    events: float
    pounds: float


def is_cbp(content: bytes) -> bool:
    """Return whether this is a seizures file, by its titles."""
    return {"fy", "drug type", "count of event"} <= set(titles_at(content))


def read_cbp(content: bytes, name: str) -> Reading:
    """Read a seizures file.

    Args:
        content: File content.
        name: File name, for error messages.

    Returns:
        Events and pounds of each row, with the area as part; and national sums per drug and month,
        with part "", if the file is complete. The release is the month after the newest, by CBP's
        publication practice, as the file does not state it.

    Raises:
        InputError: Not such a file, or no readable rows.

    Source:
        https://www.cbp.gov/newsroom/stats/drug-seizure-statistics
    """
    text = read_text(content, name)
    table = titles_of(text)
    missing = [title for title in _NEEDED if title not in table.titles]
    if missing:
        raise InputError("burden/columns-missing-in-table", missing=", ".join(missing), at=name)
    gathered = Gathered()
    rows: dict[tuple[str, int, str], _Seized] = {}
    seen: dict[str, set[str]] = defaultdict(set)
    for number, cells in gathered.whole(rows_of(text, table)):
        try:
            row = _seized(cells)
        except InputError as error:
            gathered.unread(number, cells.values(), error)
            continue
        if (row.drug, row.month, row.part) in rows:
            gathered.unread(number, cells.values(), TWICE)
            continue
        rows[row.drug, row.month, row.part] = row
        for title in _SHOWN:
            seen[title].add(cells[title].strip())
    if not rows:
        raise InputError("burden/no-readable-row", gathered=gathered.first_problem(), at=name)
    _gather(rows.values(), gathered, whole=_whole(seen, gathered))
    newest = max(row.month for row in rows.values())
    return Reading(
        source=SOURCE,
        figures=gathered.table(),
        notes=tuple(gathered.notes),
        released=newest + 1,
        told=False,
    )


def _seized(cells: Mapping[str, str]) -> _Seized:
    year, _, running = cells["fy"].strip().partition(" ")
    month = named_month(cells["month (abbv)"])
    if month is None or not year.isdecimal() or running.casefold() not in ("", _RUNNING):
        raise InputError(
            "burden/not-a-month-of-a-fiscal-year",
            fy=cells["fy"],
            month=cells["month (abbv)"],
        )
    component = cells["component"].strip()
    named = {
        "component": seizures().components.get(component, component),
        "region": cells["region"].strip(),
        "land": cells["land filter"].strip(),
        "area": cells["area of responsibility"].strip(),
    }
    return _Seized(
        drug=find_drug(cells["drug type"]).key,
        month=month_of(int(year) - (month >= _OCTOBER), month),
        closed=False if running else None,
        part=";".join(f"{key}={value.replace(';', ',')}" for key, value in named.items()),
        events=_number(cells["count of event"], "Count of Event"),
        pounds=_number(cells["sum qty (lbs)"], "Sum Qty (lbs)"),
    )


def _number(text: str, column: str) -> float:
    try:
        number = float(text.strip().replace(",", ""))
    except ValueError:
        number = -1.0
    if not 0 <= number < _MOST:
        raise InputError("burden/column-not-a-number", column=column, text=text)
    return number


def _whole(seen: Mapping[str, set[str]], gathered: Gathered) -> bool:
    """Return whether all components, regions and area types are present: unfiltered."""
    known = seizures()
    wanted = dict(zip(_SHOWN, (known.components, known.regions, known.lands), strict=True))
    lost = [each for title in _SHOWN for each in sorted(set(wanted[title]) - seen[title])]
    if lost:
        gathered.mended(
            "the file as a whole",
            "",
            InputError("burden/file-filtered", missing=", ".join(lost)),
        )
    return not lost


def _gather(rows: Iterable[_Seized], gathered: Gathered, *, whole: bool) -> None:
    sums: dict[Month, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rows:
        total = sums[row.drug, row.month, row.closed]
        for place, (measure, value) in enumerate((("events", row.events), ("pounds", row.pounds))):
            total[place] += value
            gathered.add(
                place=_NATION,
                indicator=row.drug,
                measure=measure,
                last=row.month,
                months=1,
                part=row.part,
                value=value,
                closed=row.closed,
            )
    if whole:
        for (drug, month, closed), total in sorted(sums.items(), key=lambda item: item[0][:2]):
            for measure, value in zip(("events", "pounds"), total, strict=True):
                gathered.add(
                    place=_NATION,
                    indicator=drug,
                    measure=measure,
                    last=month,
                    months=1,
                    value=value,
                    closed=closed,
                )
