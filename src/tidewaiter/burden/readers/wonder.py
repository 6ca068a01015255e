"""Exports of CDC WONDER: deaths of residents by state, time, age, sex and cause.

What was asked stands behind the rows, and decides what is counted: an export by causes that are
mentioned, without an underlying cause, holds more than overdose deaths. Rows marked "Total" are
figures of their own, for the whole of what they leave blank, and never add up with the others.
"""

from tidewaiter.base.errors import InputError
from tidewaiter.burden.facts import find_indicator
from tidewaiter.burden.readers.building import Gathered
from tidewaiter.burden.readers.checks import once
from tidewaiter.burden.readers.tables import read_text, rows_of, titles_at, titles_of
from tidewaiter.burden.readers.wondercolumns import Columns, dimension_of, read_columns
from tidewaiter.burden.readers.wonderquery import (
    ASK_OVERDOSE,
    Causes,
    Query,
    causes_of,
    indicator_of,
    parted,
    read_query,
)
from tidewaiter.burden.readers.wonderrows import Rows
from tidewaiter.burden.types import Reading

SOURCE = "cdc-wonder"
_NAMED = 5  # rows that a note names
_CODES = 20  # that an error names


def is_wonder(content: bytes) -> bool:
    """Tell whether this is an export of WONDER: deaths, by columns that have a code beside."""
    titles = set(titles_at(content))
    return "deaths" in titles and any(
        title.endswith(" code") and ("notes" in titles or title.removesuffix(" code") in titles)
        for title in titles
    )


def read_wonder(content: bytes, name: str, indicator: str = "") -> Reading:
    """Read an export.

    Args:
        content: The file: text with tabs or commas, with or without what stands behind the rows.
        name: Its name, for messages.
        indicator: What it counts, where the query that would tell is cut off: "overdose".

    Returns:
        Its figures. The release is the month of the query.

    Raises:
        InputError: What it counts is not told, or is no indicator that is known; or no row of it
            could be read.

    Source:
        https://wonder.cdc.gov/wonder/help/mcd.html
    """
    text, footer = parted(read_text(content, name))
    table = titles_of(text)
    if "deaths" not in table.titles:
        raise InputError("the column Deaths is missing", at=name, hint="export it again, whole")
    columns = read_columns(table.titles, name)
    query = read_query(footer, name) if footer else None
    gathered = Gathered()
    causes = _counted(columns, query, indicator, name)
    rows = Rows(columns, query, causes, gathered)
    _note_query(query, causes, columns, gathered)
    for number, cells in gathered.whole(rows_of(text, table)):
        rows.add(number, cells)
    _note_small(rows.small, gathered)
    figures = once(gathered.table(), gathered)
    if not len(figures):
        raise InputError("no row could be read", at=name, hint=gathered.first_problem())
    released = query.released if query else None
    return Reading(
        source=SOURCE,
        figures=figures,
        notes=tuple(gathered.notes),
        released=released,
        told=released is not None,
    )


def _counted(columns: Columns, query: Query | None, told: str, name: str) -> Causes:
    """Return which deaths are counted, by the query, or as the user names them."""
    said = causes_of(find_indicator(told)) if told else None
    causes = query.causes if query else said
    if not causes:
        raise InputError(
            "what was asked is cut off behind the rows, so what they count is not known",
            at=name,
            hint="name the indicator, or export again, with what stands behind the rows",
        )
    if query:
        _check_limits(columns, query, name)
    if "mentioned" in columns.by and query:
        return causes  # each row names the code that it mentions
    found = indicator_of(causes)
    if not found:
        raise InputError(
            "its causes are those of no indicator that is known: underlying "
            f"{_listed(causes.underlying)}; mentioned {_listed(causes.mentioned)}",
            at=f"{name}, Query Parameters",
            hint=ASK_OVERDOSE,
        )
    if said and said != causes:
        raise InputError(
            f'"{told}" was named, but the query asked for {found.key}',
            at=f"{name}, Query Parameters",
            hint=f"name {found.key}, or nothing",
        )
    return causes


def _check_limits(columns: Columns, query: Query, name: str) -> None:
    for key, value in query.limits:
        if dimension_of(key) not in columns.by:
            raise InputError(
                f'it holds a part of all deaths, "{key}: {value}", and no column says so',
                at=f"{name}, Query Parameters",
                hint=f"ask for all, or group by {key} too",
            )


def _listed(codes: frozenset[str]) -> str:
    named = sorted(codes)
    more = f" and {len(named) - _CODES} more" if len(named) > _CODES else ""
    return (", ".join(named[:_CODES]) or "any") + more


def _note_query(query: Query | None, causes: Causes, columns: Columns, gathered: Gathered) -> None:
    counted = indicator_of(causes)
    if query is None:
        gathered.mended(
            "the file as a whole",
            "",
            "what was asked is cut off behind the rows",
            f"read as {counted.key if counted else ''}, as you name it; "
            "its date, and what is final, are not known",
        )
        return
    gathered.mended(
        "the file as a whole",
        f"{query.title} ({query.dataset.code})",
        f"it answers a query: {counted.name if counted else 'deaths by what they mention'}",
        f"counted by {columns.basis}",
    )
    if query.hidden and "place" in columns.by:
        gathered.mended(
            "the file as a whole",
            "Show Suppressed: False",
            "rows of small counts are left out",
            "a place or month without a row is not zero; sums of places fall short of the nation",
        )
    if not causes.underlying and (causes.mentioned or "mentioned" in columns.by):
        gathered.mended(
            "the file as a whole",
            _listed(causes.mentioned),
            "no underlying cause was asked for: deaths of any cause that mention these codes",
            "they are more than overdose deaths, and are kept apart under names with any-",
        )


def _note_small(rows: list[int], gathered: Gathered) -> None:
    if rows:
        named = ", ".join(map(str, rows[:_NAMED])) + (" and others" if len(rows) > _NAMED else "")
        gathered.mended(
            f"row {named}",
            "",
            f"{len(rows):,} counts below the nation are 9 or fewer",
            "hidden as suppressed: the rules of use of WONDER forbid to publish them",
        )
