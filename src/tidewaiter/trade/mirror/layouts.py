"""Layouts of files of trade statistics: which column is which field."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

BACI = "baci"
_BETWEEN = re.compile(r"[^a-z0-9]+")
_BACI_NAME = re.compile(r"HS(\d{2})_Y\d{4}", re.IGNORECASE)
_YEARS = {"92": "H0", "96": "H1", "02": "H2", "07": "H3", "12": "H4", "17": "H5", "22": "H6"}


class Layout(Record, frozen=True, kw_only=True):
    """One layout."""

    name: str
    title: str
    needs: tuple[str, ...]  # fields without which a file is not in it
    columns: dict[str, tuple[str, ...]]  # by field, names folded

    def places(self, names: Sequence[str]) -> dict[str, int] | None:
        """Return where each field stands in a header; None: the file is not in this layout."""
        at = {each: place for place, each in reversed(list(enumerate(names)))}
        found = {
            field: next((at[name] for name in known if name in at), None)
            for field, known in self.columns.items()
        }
        if any(found[each] is None for each in self.needs):
            return None
        return {field: place for field, place in found.items() if place is not None}


class _Layouts(Record, frozen=True, kw_only=True):
    layout: tuple[Layout, ...]


class Found(Record, frozen=True, kw_only=True):
    """The layout of a file."""

    layout: Layout
    places: Mapping[str, int]  # of fields, from 0


@cache
def load_layouts() -> tuple[Layout, ...]:
    """Load the layouts."""
    return read_toml(data("mirror", "layouts.toml"), _Layouts).layout


def find_layout(header: Sequence[str], name: str) -> Found:
    """Find the layout of a file by its header.

    Raises:
        InputError: It has none of ours.
    """
    folded = [_BETWEEN.sub("", each.casefold()) for each in header]
    for layout in load_layouts():
        places = layout.places(folded)
        if places is not None:
            return Found(layout=layout, places=places)
    titles = "; ".join(each.title for each in load_layouts())
    raise InputError(
        "is in no layout that is known here",
        at=f"{name}, line 1",
        hint=f"give a CSV or tab-separated file with its own header: {titles}",
    )


def baci_revision(name: str) -> str:
    """Return the revision of the HS that the name of a BACI file tells; "": none.

    Source:
        https://www.cepii.fr/DATA_DOWNLOAD/baci/doc/baci_webpage.html, names of the files.
    """
    found = _BACI_NAME.search(name)
    return _YEARS.get(found[1], "") if found else ""
