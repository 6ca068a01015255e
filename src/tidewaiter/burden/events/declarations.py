"""Declarations kept in a file, each line bound to the one before it; nothing is taken away."""

import hashlib
from datetime import date
from pathlib import Path

import msgspec

from tidewaiter.base.alone import alone
from tidewaiter.base.errors import InputError
from tidewaiter.base.files import writing
from tidewaiter.base.records import Record
from tidewaiter.burden.events.declaring import digest_of
from tidewaiter.burden.events.types import Declaration, Declared


class _Line(Record, frozen=True, kw_only=True):
    previous: str  # SHA-256 of the line before; "": the first
    declared: Declared


def declarations(file: Path) -> tuple[Declared, ...]:
    """Read a file of declarations; none where it is not there.

    Raises:
        InputError: A line was changed or taken away, or is no declaration.
    """
    return tuple(line.declared for line in _lines(file))


def declare(file: Path, declaration: Declaration, day: date) -> Declared:
    """Add a declaration; one that is there already stays as of its first day.

    Raises:
        InputError: The file was changed.
        OutputError: It cannot be written, or another process writes it.
    """
    with alone(file, str(file), "try again"):
        lines = _lines(file)
        sha256 = digest_of(declaration)
        for line in lines:
            if line.declared.sha256 == sha256:
                return line.declared
        kept = Declared(sha256=sha256, day=day, declaration=declaration)
        line = _Line(previous=_hash(lines[-1]) if lines else "", declared=kept)
        with writing(str(file)), file.open("ab") as out:
            out.write(msgspec.json.encode(line) + b"\n")
    return kept


def find_declared(text: str, kept: tuple[Declared, ...]) -> Declared | None:
    """Find a declaration by its hash, or the first eight or more characters of it."""
    if len(text) < 8:  # noqa: PLR2004 - fewer are no hash, and may be a slug
        return None
    return next((each for each in kept if each.sha256.startswith(text)), None)


def _lines(file: Path) -> list[_Line]:
    if not file.exists():
        return []
    found: list[_Line] = []
    for number, text in enumerate(file.read_bytes().splitlines(), 1):
        at = f"{file.name}, line {number}"
        try:
            line = msgspec.json.decode(text, type=_Line)
        except msgspec.MsgspecError as error:
            raise InputError(f"no declaration: {error}", at=at, hint="restore the file") from error
        expected = _hash(found[-1]) if found else ""
        if line.previous != expected or line.declared.sha256 != digest_of(
            line.declared.declaration
        ):
            raise InputError(
                "a declaration was changed or taken away",
                at=at,
                hint="restore the file; what it says of the day is worth nothing",
            )
        found.append(line)
    return found


def _hash(line: _Line) -> str:
    return hashlib.sha256(msgspec.json.encode(line)).hexdigest()
