"""Legal instruments: each is a folder with its own data files, decoded strictly into records."""

from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import read_toml, toml_files
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.rules import AmountFile, Proposal, RouteFile
from tidewaiter.law.types import Control, Regime, Source

T = TypeVar("T")

Table = dict[str, object]
"""A raw table; its record has one more field, the regime, given by the folder."""

FACTS = ("instrument.toml", "controls.toml", "sources.toml")
"""Files of an instrument that describe it and its controls."""

RULES = ("amounts.toml", "routes.toml", "proposals.toml")
"""Files of other rules; class rules are in the folder `classes`."""


class Row(NamedTuple):
    """A control, and its substance."""

    substance: str  # slug
    control: Control
    sequence: int | None  # order among the controls of the substance; None: order of the instrument
    at: str  # place in the data: "un-1988/controls.toml, row 3"


class Instrument(NamedTuple):
    """Content of an instrument's folder; an authority's folder may extend a built-in instrument."""

    slug: str  # name of the folder
    regime: Regime | None  # None: the folder extends an instrument described by another folder
    sources: Mapping[str, Source]  # sources defined here; all files may refer to them
    rows: tuple[Row, ...]
    classes: tuple[ClassRule, ...]
    amounts: AmountFile
    routes: RouteFile
    proposals: tuple[Proposal, ...]


class _RowKeys(Record, frozen=True, kw_only=True):
    """Keys of a row that are not part of its control."""

    substance: str
    sequence: int | None = None


class _ControlFile(Record, frozen=True, kw_only=True):
    controls: tuple[Table, ...] = ()


class _ProposalFile(Record, frozen=True, kw_only=True):
    proposals: tuple[Table, ...] = ()


def instrument_folders(root: Traversable | Path) -> Iterator[Traversable | Path]:
    """List the instrument folders below `regimes`, sorted by name.

    Args:
        root: The data of the package, or a folder with an authority's own lists.

    Raises:
        RegistryError: An instrument or a class rule is outside such a folder.
    """
    for kind, place in (("regimes", "instrument.toml"), ("classes", "classes/{name}")):
        folder = root.joinpath(kind)
        for file in toml_files(folder) if folder.is_dir() else ():
            slug = file.name.removesuffix(".toml") if kind == "regimes" else "INSTRUMENT"
            raise RegistryError(
                "law/instrument-not-a-folder",
                slug=slug,
                place=place.format(name=file.name),
                at=f"{kind}/{file.name}",
            )
    regimes = root.joinpath("regimes")
    entries = regimes.iterdir() if regimes.is_dir() else ()
    yield from sorted((each for each in entries if each.is_dir()), key=lambda each: each.name)


def instrument_files(
    folder: Traversable | Path, names: tuple[str, ...] = (*FACTS, *RULES)
) -> Iterator[tuple[str, Traversable | Path]]:
    """List the files of an instrument, including class rules, each with its path from `regimes`.

    Args:
        folder: Folder of the instrument.
        names: Files to include, in addition to class rules.

    Raises:
        RegistryError: A TOML file or a folder does not belong to an instrument.
    """
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        at = f"{folder.name}/{entry.name}"
        if entry.name == "classes":
            yield from ((f"{at}/{file.name}", file) for file in toml_files(entry))
        elif entry.name in (*FACTS, *RULES):
            if entry.name in names:
                yield at, entry
        elif entry.name.endswith(".toml") or entry.is_dir():
            raise RegistryError(
                "law/instrument-with-odd-file", value=", ".join((*FACTS, *RULES)), at=at
            )


def read_instrument(folder: Traversable | Path) -> Instrument:
    """Read the folder of an instrument.

    Raises:
        RegistryError: A file is invalid, or names an instrument other than its folder.
    """
    slug = folder.name
    files = dict(instrument_files(folder))
    regime = _read(files, f"{slug}/instrument.toml", Regime)
    if regime and regime.slug != slug:
        raise RegistryError(
            "law/slug-not-folder-name", slug=regime.slug, at=f"{slug}/instrument.toml"
        )
    controls = _read(files, f"{slug}/controls.toml", _ControlFile) or _ControlFile()
    proposals = _read(files, at := f"{slug}/proposals.toml", _ProposalFile) or _ProposalFile()
    return Instrument(
        slug=slug,
        regime=regime,
        sources=_read(files, f"{slug}/sources.toml", dict[str, Source]) or {},
        rows=tuple(_rows(controls.controls, slug)),
        classes=tuple(_classes(files, slug)),
        amounts=_read(files, f"{slug}/amounts.toml", AmountFile) or AmountFile(),
        routes=_read(files, f"{slug}/routes.toml", RouteFile) or RouteFile(),
        proposals=tuple(
            _decode(table, Proposal, slug, f"{at}, row {number}")
            for number, table in enumerate(proposals.proposals, 1)
        ),
    )


def _read(files: Mapping[str, Traversable | Path], at: str, kind: type[T]) -> T | None:
    return read_toml(files[at], kind, at=at) if at in files else None


def _rows(tables: tuple[Table, ...], slug: str) -> Iterator[Row]:
    for number, table in enumerate(tables, 1):
        at = f"{slug}/controls.toml, row {number}"
        terms = dict(table)
        keys = {key: terms.pop(key) for key in _RowKeys.__struct_fields__ if key in table}
        row = _convert(keys, _RowKeys, at)
        yield Row(row.substance, _decode(terms, Control, slug, at), row.sequence, at)


def _classes(files: Mapping[str, Traversable | Path], slug: str) -> Iterator[ClassRule]:
    for at, file in files.items():
        if at.startswith(f"{slug}/classes/"):
            rule = _decode(read_toml(file, Table, at=at), ClassRule, slug, at)
            if f"{rule.slug}.toml" != file.name:
                raise RegistryError("law/slug-not-file-name", slug=rule.slug, at=at)
            yield rule


def _decode(table: Table, kind: type[T], slug: str, at: str) -> T:
    """Decode a table into its record, with the regime given by the folder."""
    if "regime" in table:
        raise RegistryError("law/regime-in-its-row", at=at)
    return _convert({**table, "regime": slug}, kind, at)


def _convert(table: Table, kind: type[T], at: str) -> T:
    try:
        return msgspec.convert(table, kind, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise RegistryError("law/row-not-its-record", error=error, at=at) from error
