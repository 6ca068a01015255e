"""Known table layouts: the column names of a customs service, a program or a form, as data.

A layout is a file in `data/layouts`; a new one needs no code.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files

_TWICE = re.compile(r"#\d+$")
_CODE = re.compile(r"[^\W_]+(?:_[^\W_]+)*(?=[\s(]|$)")


class Settings(Record, frozen=True, kw_only=True):
    """How the files of a layout are written, where they do not show it; None: detect."""

    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    dates: Literal["dmy", "mdy"] | None = None
    sheet: str | None = None
    format: str | None = None


class Layout(Record, frozen=True, kw_only=True):
    """A known table layout: of the gallery, or a user's own."""

    title: str
    source: str  # where its names were read
    columns: Mapping[str, tuple[str, ...]]  # field, or meaning in words -> names of columns
    remarks: str = ""
    needed: tuple[str, ...] = ()  # names that a table of this layout always has
    least: int = 2  # minimum matching names for the layout to apply
    before: tuple[str, ...] = ()  # optional prefixes of a name, such as that of its table
    coded: bool = False  # the first word of a name may stand for the whole: "G33 (Commodity code)"
    units: Mapping[str, str] = {}  # field -> unit, of a user's own layout
    settings: Settings = Settings()  # of a user's own layout


class Recognised(Record, frozen=True, kw_only=True):
    """A layout that a header has, with the meaning of its names."""

    name: str  # name of its file
    layout: Layout
    meanings: Mapping[int, str]  # number of the column, from 0 -> meaning


@cache
def load_layouts() -> Mapping[str, Layout]:
    """Load the layouts, by the name of their file.

    Raises:
        RegistryError: A file is invalid, or a name has two meanings.
    """
    found = {}
    for file in toml_files(data("layouts")):
        layout = read_toml(file, Layout, at=f"layouts/{file.name}")
        check_names(layout, at=f"layouts/{file.name}")
        found[file.name.removesuffix(".toml")] = layout
    return found


def check_names(layout: Layout, *, at: str) -> None:
    """Check that no name of a layout has two meanings.

    Raises:
        RegistryError: A name has.
    """
    seen: dict[str, str] = {}
    for name, meaning in _spellings(layout):
        if seen.setdefault(name, meaning) != meaning:
            raise RegistryError("trade/short-name-twice", name=name, at=at)


def _spellings(layout: Layout) -> Iterator[tuple[str, str]]:
    for meaning, names in layout.columns.items():
        for name in map(as_written, names):
            yield name, meaning
            for each in layout.before:
                yield f"{each}-{name}", meaning


def as_written(name: str) -> str:
    """Return the form of a name in which names are compared."""
    return " ".join(name.split()).casefold()


@cache
def _by_name() -> Mapping[str, Mapping[str, str]]:
    """Return the meanings of each name, by layout."""
    found: dict[str, dict[str, str]] = {}
    for slug, layout in load_layouts().items():
        for name, meaning in _spellings(layout):
            found.setdefault(name, {})[slug] = meaning
    return found


def stripped(name: str) -> str:
    """Return a name without the suffix of a duplicate: "Address#2"."""
    return _TWICE.sub("", name)


def recognise(header: Sequence[str]) -> tuple[Recognised, ...]:
    """Find the layouts of a table, the one with the most names first.

    Args:
        header: Names of the columns.
    """
    header = [stripped(name) for name in header]
    meanings: dict[str, dict[int, str]] = {}
    hits: Counter[str] = Counter()
    for place, name in enumerate(header):
        for slug, meaning in _meanings(name).items():
            meanings.setdefault(slug, {})[place] = meaning
    written = set(map(as_written, header))
    for slug, found in meanings.items():
        hits[slug] = len({as_written(header[place]) for place in found})
    fit = [slug for slug in load_layouts() if _fits(load_layouts()[slug], hits[slug], written)]
    return tuple(
        Recognised(name=slug, layout=load_layouts()[slug], meanings=meanings[slug])
        for slug in sorted(fit, key=lambda slug: -hits[slug])
    )


def _fits(layout: Layout, hits: int, written: set[str]) -> bool:
    return hits >= max(1, layout.least) and written.issuperset(map(as_written, layout.needed))


def _meanings(name: str) -> Mapping[str, str]:
    """Return what a name means in each layout: the whole name first, then its code."""
    written = as_written(name)
    whole = _by_name().get(written, {})
    code = _CODE.match(written)
    if code is None or code[0] == written:
        return whole
    coded = _by_name().get(code[0], {})
    layouts = load_layouts()
    return {slug: says for slug, says in coded.items() if layouts[slug].coded} | dict(whole)


def may_be_recognised(header: Sequence[str]) -> frozenset[str]:
    """Return the names that belong to a layout of which the header has enough."""
    return frozenset(header[place] for each in recognise(header) for place in each.meanings)
