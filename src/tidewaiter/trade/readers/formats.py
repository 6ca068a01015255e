"""The formats of files: how each is opened as a table, and how one is told from another."""

import re
import zlib
from collections.abc import Callable, Collection
from pathlib import PurePath
from typing import BinaryIO, Literal

from tidewaiter.base.errors import InputError
from tidewaiter.base.sheets.office import refuse_office
from tidewaiter.consignments.messages import FORMATS
from tidewaiter.consignments.readers.delimited import open_delimited
from tidewaiter.consignments.readers.parquet import open_parquet
from tidewaiter.consignments.readers.sheet import Sheet
from tidewaiter.consignments.readers.source import Source, binary_kind
from tidewaiter.consignments.readers.strange import refuse_strange
from tidewaiter.consignments.readers.xlsx import open_xlsx
from tidewaiter.consignments.types import ReadOptions

FLAT: dict[str, Callable[[BinaryIO, str, ReadOptions], Sheet]] = {
    "csv": open_delimited,
    "parquet": open_parquet,
    "xlsx": open_xlsx,
}
"""Formats whose columns have one meaning all through the file."""

ALSO = {
    "tsv": "csv",
    "txt": "csv",
    "tab": "csv",
    "ndjson": "jsonl",
    "json": "jsonl",
    "xlsm": "xlsx",
    "pq": "parquet",
}
"""Other suffixes of our formats."""

TEXTS = frozenset(("csv", *(also for also, form in ALSO.items() if form == "csv")))
"""Suffixes of delimited text, which anything may bear."""

OURS = frozenset((*FLAT, "jsonl", *ALSO))
"""Every suffix that we read ourselves."""

Told = Literal["you", "content", "name"]
"""By what a format is told: the user says it, the first bytes show it, or the file's name."""

_HEAD = 4096  # bytes by which a format is told


def suffix_of(name: str) -> str:
    """Return the suffix of a name, without its point; ".gz" is looked through."""
    parts = [part.lstrip(".").casefold() for part in PurePath(name).suffixes]
    if parts[-1:] == ["gz"]:
        parts.pop()
    return parts[-1] if parts else ""


def head_of(file: BinaryIO) -> bytes:
    """Look at the first bytes of a file, which is left where it was."""
    if isinstance(file, Source):
        return unpacked(file.peek(_HEAD))
    place = file.tell()
    head = unpacked(file.read(_HEAD))
    file.seek(place)
    return head


def unpacked(head: bytes) -> bytes:
    """Unpack the first bytes of a file where they are gzip; what is damaged stays as it is."""
    if not head.startswith(b"\x1f\x8b"):
        return head
    try:
        return zlib.decompressobj(wbits=31).decompress(head, _HEAD)
    except zlib.error:
        return head


def choose_form(file: BinaryIO, name: str, known: Collection[str], options: ReadOptions) -> str:
    """Choose the format of a file: as the user says, else by its bytes and its name.

    Args:
        file: It is left where it was.
        name: Of the file.
        known: Formats, those of guests too.
        options: What the user says.

    Raises:
        InputError: The user's format is none, none is seen, or the file is an Office file that
            is not read.
    """
    head, suffix = head_of(file), suffix_of(name)
    if options.format is not None:
        if options.format not in known:
            raise InputError(
                f'the format "{options.format}" is not known',
                at=name,
                hint=f"formats: {', '.join(sorted(known))}",
            )
        return options.format
    if suffix in OURS or suffix not in known:
        whole = file if file.seekable() and not _is_packed(file) else None
        refuse_office(whole, head, name)
    return form_of(head, suffix, known, name)


def told_by(file: BinaryIO, name: str, form: str, options: ReadOptions) -> Told:
    """Say by what the format of a file was told; both are left where they are.

    Args:
        file: As for `choose_form`.
        name: Of the file.
        form: What was chosen.
        options: What the user says.
    """
    if options.format is not None:
        return "you"
    suffix = suffix_of(name)
    if form in FORMATS or form != ALSO.get(suffix, suffix) or head_of(file).startswith(b"PAR1"):
        return "content"
    return "name"


def _refuse_unconfirmed(head: bytes, suffix: str, name: str) -> None:
    for form in FORMATS.values():
        if not form.confirmed and form.fits(head, suffix):
            raise InputError(
                f"this looks like {form.title}, which must be asked for",
                at=name,
                hint=f"say it: --format {form.name}, and look at the lines before you rely on them",
            )


def may_be(file: BinaryIO, name: str) -> tuple[str, ...]:
    """Name the formats that a file looks like but that must be asked for: no sample was read."""
    head, suffix = head_of(file), suffix_of(name)
    return tuple(
        form.name for form in FORMATS.values() if not form.confirmed and form.fits(head, suffix)
    )


def _is_packed(file: BinaryIO) -> bool:
    place = file.tell()
    start = file.read(2)
    file.seek(place)
    return start == b"\x1f\x8b"


def form_of(head: bytes, suffix: str, known: Collection[str], name: str) -> str:
    """Choose a format: what the first bytes prove, else the suffix, else what they suggest.

    Args:
        head: The first bytes.
        suffix: Of the name, as `suffix_of` gives it.
        known: Formats, those of guests too.
        name: Of the file, for errors.

    Raises:
        InputError: Neither suffix nor content tells one.
    """
    if head.startswith(b"PAR1"):
        return "parquet"
    for form in FORMATS.values():
        if form.confirmed and form.fits(head, suffix):
            return form.name
    ours = suffix in OURS or suffix not in known
    if ours and head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if ours and re.match(rb'(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*"', head):
        return "jsonl"
    if ours and not head:
        raise InputError("the file is empty", at=name, hint="send for it again")
    if suffix in TEXTS or suffix not in known:
        refuse_strange(head, name)
    if suffix in known:
        return suffix
    _refuse_unconfirmed(head, suffix, name)
    text = bool(head) and binary_kind(head) is None and b"\0" not in head
    if text and not suffix:
        return "csv"
    table = "if it is delimited text, say it: --format csv; " if text else ""
    raise InputError(
        f'the format "{suffix}" is not known' if suffix else "the format cannot be told",
        at=name,
        hint=f"{table}formats: {', '.join(sorted(known))}",
    )
