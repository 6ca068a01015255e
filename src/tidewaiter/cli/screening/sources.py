"""What was said of the columns of a source, kept in a file: said once, used for its next file."""

import os
from collections.abc import Mapping
from pathlib import Path

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.inspection import inspect_file
from tidewaiter.consignments.types import ReadOptions

_SAID = ("encoding", "delimiter", "decimal", "dates", "sheet")


class SavedSource(Record, frozen=True, kw_only=True):
    """What was said of the files that have the same columns."""

    file: str  # the name of the one it was said of
    columns: Mapping[str, str] = {}  # field -> column
    units: Mapping[str, str] = {}  # field -> unit
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    dates: str | None = None
    sheet: str | None = None


def with_saved(saved: Path, path: Path, options: ReadOptions) -> ReadOptions:
    """Read a file as one with its columns was read before; what is said now wins, and is kept.

    Args:
        saved: The file of sources, JSON: signature of a header -> `SavedSource`.
        path: The file that is to be read.
        options: What is said of it now.

    Raises:
        InputError: `saved` cannot be read, or it is absent and nothing is said now.
    """
    sources = _load(saved, may_lack=options != ReadOptions())
    with path.open("rb") as file:
        signature = inspect_file(file, path.name, _how(options)).signature
    known = sources.get(signature)
    if known is None and options == ReadOptions():
        click.echo(f"{saved.name} knows no file with the columns of {path.name}", err=True)
        return options
    merged = options if known is None else _merged(known, options)
    if merged != options:
        click.echo(f"read as {known.file if known else path.name} was read", err=True)
    now = SavedSource(
        file=path.name if known is None else known.file,
        columns=dict(merged.columns),
        units=dict(merged.units),
        **{name: getattr(merged, name) for name in _SAID},
    )
    if now != known:
        _save(saved, {**sources, signature: now})
    return merged


def _how(options: ReadOptions) -> ReadOptions:
    """Keep what finds the header; the columns are looked up without the answers for them."""
    return msgspec.structs.replace(options, columns={}, units={})


def _merged(known: SavedSource, options: ReadOptions) -> ReadOptions:
    said = {name: getattr(options, name) or getattr(known, name) for name in _SAID}
    return msgspec.structs.replace(
        options,
        columns={**known.columns, **options.columns},
        units={**known.units, **options.units},
        **said,
    )


def _load(saved: Path, *, may_lack: bool) -> dict[str, SavedSource]:
    if not saved.exists():
        if may_lack:
            return {}
        hint = "say the columns once, like --map goods=Description, and it is made"
        raise InputError("there is no such file", at=str(saved), hint=hint)
    try:
        return msgspec.json.decode(saved.read_bytes(), type=dict[str, SavedSource])
    except msgspec.DecodeError as error:
        hint = "it is written by --columns; delete it and say the columns again"
        raise InputError(f"not a file of columns: {error}", at=str(saved), hint=hint) from None


def _save(saved: Path, sources: Mapping[str, SavedSource]) -> None:
    new = saved.with_name(f"{saved.name}.new")
    new.write_bytes(msgspec.json.format(msgspec.json.encode(sources), indent=2) + b"\n")
    os.replace(new, saved)  # noqa: PTH105 - whole or not at all, over what stands there
