"""Records in files, for a command."""

from pathlib import Path
from typing import TypeVar

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.exchange.strict import read_json

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST = 8 << 20  # bytes of a file

R = TypeVar("R", bound=Record)


def held(path: Path) -> bytes:
    """Read a file that is not too large to be a record.

    Raises:
        InputError: It is too large.
    """
    if path.stat().st_size > _MOST:
        raise InputError("this file is too large", at=str(path))
    return path.read_bytes()


def read_record(path: Path, kind: type[R], what: str, hint: str) -> R:
    """Read a record from a file.

    Args:
        path: Of the file.
        kind: The record.
        what: What it is, for the error.
        hint: Where what it looks like is told.

    Raises:
        InputError: It is none.
    """
    try:
        return read_json(held(path), kind, what)
    except InputError as error:
        raise InputError(error.message, at=str(path), hint=hint) from error
