"""CDC's provisional counts by county (VSRR, data.cdc.gov gb4e-yj24).

By county of residence, for the twelve months to each month, updated each quarter; there is no
prediction. Counts of 1 to 9 are hidden. Nothing says which periods are closed.
"""

import re
from collections.abc import Mapping

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import coded_place
from tidewaiter.burden.months import month_of, month_text
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.cells import Cells, footnoted
from tidewaiter.burden.readers.checks import once
from tidewaiter.burden.readers.columns import columns_of, fits, renamed
from tidewaiter.burden.readers.cut import note_cut_text
from tidewaiter.burden.readers.plausible import plausible
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.types import Missing, Reading

SOURCE = "cdc-vsrr-county"
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?")  # of the download
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")  # of the API
_LAG = 7  # months from the last period to the release: data as of July reach December
_FIPS = re.compile(r"(\d{4,5})(?:\.0*)?")


def is_county(content: bytes) -> bool:
    """Tell whether this is a release of counts by county, by its titles."""
    return fits(titles_at(content), SOURCE)


def read_county(content: bytes, name: str) -> Reading:
    """Read a release.

    Args:
        content: The file: delimited text, JSON records or a workbook.
        name: Its name, for messages.

    Returns:
        Its figures, all of twelve months, by county of residence.

    Raises:
        InputError: It is no such release, or none of its rows could be read.

    Source:
        https://data.cdc.gov/d/gb4e-yj24 and its technical notes,
        https://www.cdc.gov/nchs/nvss/vsrr/prov-county-drug-overdose.htm
    """
    text = read_text(content, name)
    table = titles_of(text)
    gathered, cells = Gathered(), Cells()
    columns = columns_of(table.titles, SOURCE, name, gathered)
    as_of: set[int] = set()
    for number, cut in gathered.whole(rows_of(text, table)):
        row = renamed(cut, columns)
        try:
            _add(gathered, cells, row)
            if row.get("data as of", "").strip():
                as_of.add(_month(row["data as of"], "Data as of"))
        except InputError as error:
            gathered.unread(number, cut.values(), error)
    cells.tell(gathered)
    note_cut_text(text, gathered, delimited=bool(table.delimiter))
    figures = plausible(once(gathered.table(), gathered), gathered, name)
    if not len(figures):
        raise InputError("no row could be read", at=name, hint=gathered.first_problem())
    newest = max(figures["last"].to_pylist())
    if len(as_of) > 1:
        gathered.mended(
            "column Data as of",
            ", ".join(map(month_text, sorted(as_of))),
            "has several months: releases are joined",
            "the last is taken for all",
        )
    return Reading(
        source=SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=max(as_of) if as_of else newest + _LAG,
        told=bool(as_of),
    )


def _add(gathered: Gathered, cells: Cells, row: Mapping[str, str]) -> None:
    last = _month(row["monthendingdate"], "MonthEndingDate")
    value, word = cells.count(
        row["provisional drug overdose deaths"], "Provisional Drug Overdose Deaths"
    )
    footnote = footnoted(row.get("footnote", ""))
    if value == 0 and footnote == "suppressed":
        raise InputError("the value is 0, and its footnote says that it is hidden", hint="see CDC")
    missing: Missing = "" if value is not None else footnote if word == "not shown" else word
    gathered.add(
        place=_place(row["fips"]),
        indicator="overdose",
        measure="deaths",
        basis="residence",
        last=last,
        months=12,
        value=value,
        missing=missing,
        pending=cells.percent(
            row.get("percentage of records pending investigation", ""),
            "Percentage Of Records Pending Investigation",
        ),
    )


def _place(text: str) -> str:
    """Return the place of a FIPS code, whose first zero spreadsheets drop."""
    found = _FIPS.fullmatch(text.strip())
    place = coded_place(f"US-{found[1].zfill(5)}") if found else None
    if not place:
        raise InputError(f'"{text}" is no FIPS code of a county', hint='five digits, like "39049"')
    return place.code


def _month(text: str, column: str) -> int:
    plain = text.strip()
    day, iso = _DAY.fullmatch(plain), _ISO.fullmatch(plain)
    if day:
        return month_of(int(day[3]), int(day[1]))
    if iso:
        return month_of(int(iso[1]), int(iso[2]))
    raise InputError(f'column {column}: "{text}" is no day', hint='like "09/30/2024"')
