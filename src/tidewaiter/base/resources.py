"""The data files that travel with the package."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

import msgspec

from tidewaiter.base.errors import RegistryError

T = TypeVar("T")


def data(*parts: str) -> Traversable:
    """Return a file or folder below the package's `data`."""
    return files("tidewaiter").joinpath("data", *parts)


def read_toml(file: Traversable | Path, kind: type[T], *, at: str = "") -> T:
    """Decode a TOML file of facts straight into its record.

    Args:
        file: The file.
        kind: The record that it holds.
        at: What an error calls the file; "": its name.

    Raises:
        RegistryError: It is not TOML, or a key or a type is not the record's.
    """
    try:
        return msgspec.toml.decode(file.read_bytes(), type=kind)
    except (msgspec.MsgspecError, ValueError) as error:
        raise RegistryError(
            "base/file-not-its-record", error=error, at=at or str(file.name)
        ) from error


def toml_files(folder: Traversable | Path) -> Iterator[Traversable | Path]:
    """List the TOML files of a folder, sorted by name."""
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".toml")]
    yield from sorted(found, key=lambda entry: entry.name)
