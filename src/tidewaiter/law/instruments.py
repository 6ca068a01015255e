"""Legal instruments: each is a folder that owns its rows, read strictly into records."""

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
"""A table of a file whose record has a field that the folder gives: the regime."""

FACTS = ("instrument.toml", "controls.toml", "sources.toml")
"""The files of an instrument that say what it is and what it lists."""

RULES = ("amounts.toml", "routes.toml", "proposals.toml")
"""Its files of rules beside the controls; class rules stand in the folder `classes`."""


class Row(NamedTuple):
    """A control, and the substance that it is of."""

    substance: str  # slug
    control: Control
    sequence: int | None  # of it among those of the substance; None: that of the instrument
    at: str  # where it stands: "un-1988/controls.toml, row 3"


class Instrument(NamedTuple):
    """What one folder says of a legal instrument; an authority's folder may add to one of ours."""

    slug: str  # the name of the folder
    regime: Regime | None  # None: the folder adds to an instrument that another one describes
    sources: Mapping[str, Source]  # that the instrument brings; everybody may name them
    rows: tuple[Row, ...]
    classes: tuple[ClassRule, ...]
    amounts: AmountFile
    routes: RouteFile
    proposals: tuple[Proposal, ...]


class _RowKeys(Record, frozen=True, kw_only=True):
    """What a row has beside the terms of its control."""

    substance: str
    sequence: int | None = None


class _ControlFile(Record, frozen=True, kw_only=True):
    controls: tuple[Table, ...] = ()


class _ProposalFile(Record, frozen=True, kw_only=True):
    proposals: tuple[Table, ...] = ()


def instrument_folders(root: Traversable | Path) -> Iterator[Traversable | Path]:
    """List the folders of instruments below `regimes`, sorted by name.

    Args:
        root: The data of the package, or a folder of an authority's own lists.

    Raises:
        RegistryError: An instrument or a class rule is a file outside such a folder.
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
    """List files of an instrument, its class rules with them: each with its path from `regimes`.

    Args:
        folder: Of the instrument.
        names: The files that are wanted beside the class rules.

    Raises:
        RegistryError: A TOML file or a folder is none of an instrument.
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
        RegistryError: A file is malformed, or names another instrument than its folder does.
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
    """Turn a table into its record, with the regime that the folder names."""
    if "regime" in table:
        raise RegistryError("law/regime-in-its-row", at=at)
    return _convert({**table, "regime": slug}, kind, at)


def _convert(table: Table, kind: type[T], at: str) -> T:
    try:
        return msgspec.convert(table, kind, builtin_types=(date,))
    except msgspec.ValidationError as error:
        raise RegistryError("law/row-not-its-record", error=error, at=at) from error
