"""Which column is which: titles as sources write them, and as files in circulation do."""

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.burden.readers.building import Gathered

_BARE = re.compile(r"[\W_]+")
_TYPICAL = 4  # titles of a source, by which it is recognised though others are missing


class Titles(Record, frozen=True, kw_only=True):
    """The titles of a source, folded."""

    needed: tuple[str, ...]
    known: tuple[str, ...]
    own: tuple[str, ...]  # one of them must be there for the source to be recognised
    other: dict[str, tuple[str, ...]]  # titles in use for the same column


@cache
def titles_known(source: str) -> Titles:
    """Return the titles of a source: data/burden/titles.toml."""
    found = read_toml(data("burden", "titles.toml"), dict[str, Titles])
    return found[source]


def fits(titles: Iterable[str], source: str) -> bool:
    """Tell whether a table is of a source, by its titles.

    One of those that are the source's own must be there as it is; beside it some others, or all
    that are needed, these under any title in use for them.
    """
    found, expected = _named(tuple(titles), source), titles_known(source)
    as_it_is = {_bare(title) for title in found} & {
        _bare(title) for title in (*expected.needed, *expected.known, *expected.own)
    }
    own = not as_it_is.isdisjoint(map(_bare, expected.own))
    return own and (len(as_it_is) >= _TYPICAL or set(expected.needed) <= set(found.values()))


def columns_of(
    titles: tuple[str, ...], source: str, name: str, gathered: Gathered
) -> Mapping[str, str]:
    """Find which column is which.

    Args:
        titles: Of the table, folded.
        source: The source that it is of.
        name: Of the file, for messages.
        gathered: Where it is noted that a column has another title.

    Returns:
        Our title by the title in the file, for those columns that are known.

    Raises:
        InputError: A needed column is not there, or two columns are the same one.
    """
    found = _named(titles, source)
    expected = titles_known(source)
    for title in titles:
        if list(map(found.get, titles)).count(found.get(title, "")) > 1:
            raise InputError(f'two columns are "{found[title]}"', at=name, hint="keep one of them")
    missing = [title for title in expected.needed if title not in found.values()]
    if missing:
        unused = [title for title in titles if title not in found and title]
        raise InputError(
            f"these columns are missing: {', '.join(missing)}", at=name, hint=_hint(missing, unused)
        )
    for title, ours in found.items():
        if _bare(title) != _bare(ours):
            gathered.mended(
                f'column "{title}"',
                "",
                "has another title than in the source",
                f'it is read as "{ours}"',
            )
    return found


def _hint(missing: list[str], unused: list[str]) -> str:
    near = [
        f'"{close[0]}" may be "{title}": name it so'
        for title in missing
        if (close := difflib.get_close_matches(title, unused, 1, 0.6))
    ]
    if near:
        return "; ".join(near)
    shown = ", ".join(f'"{title}"' for title in unused[:10])
    return f"none of {shown} is known as that: name it so" if shown else "download it again"


@cache
def _named(titles: tuple[str, ...], source: str) -> Mapping[str, str]:
    """Map the titles of a file to ours; a title of the source wins over one in use for it."""
    expected = titles_known(source)
    first = {_bare(title): title for title in (*expected.needed, *expected.known)}
    other = {_bare(each): title for title, used in expected.other.items() for each in used}
    found = {title: first[_bare(title)] for title in titles if _bare(title) in first}
    for title in titles:
        ours = other.get(_bare(title))
        if title not in found and ours and ours not in found.values():
            found[title] = ours
    return MappingProxyType(found)


def _bare(title: str) -> str:
    return _BARE.sub("", title)


def renamed(cells: Mapping[str, str], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the cells of a row by our titles, "" where there is none; others are left out."""
    return {ours: cells.get(title, "") for title, ours in columns.items()}
