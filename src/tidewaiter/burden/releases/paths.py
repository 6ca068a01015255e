"""The files of releases from paths: files, folders, zip and gzip archives, all within bounds."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.sheets.plain import is_workbook
from tidewaiter.burden.readers.nvss import is_nvss
from tidewaiter.lists.unpack import unpack
from tidewaiter.parties.readers.types import ListFile


class ReleaseFile(Record, frozen=True, kw_only=True):
    """One file that may be a release."""

    name: str
    origin: str  # the path that it came from
    content: bytes


def release_files(paths: Sequence[Path]) -> Iterator[ReleaseFile | InputError]:
    """Yield the files at some paths; an archive that cannot be opened comes as its error.

    Args:
        paths: Files, or folders of files; zip and gzip archives are unpacked in memory, a
            workbook or a year of death records stays whole. Names that begin with a point are
            left out.
    """
    for path in paths:
        places = sorted(path.iterdir()) if path.is_dir() else [path]
        for place in places:
            if place.is_file() and not (path.is_dir() and place.name.startswith(".")):
                try:
                    yield from _unpacked(place.name, str(place), place.read_bytes())
                except InputError as error:
                    yield error


def files_of(name: str, origin: str, content: bytes) -> tuple[ReleaseFile, ...]:
    """Return the files of what was downloaded: itself, or those of the archive that it is.

    Raises:
        InputError: The archive is damaged, locked, or grows too much.
    """
    return tuple(_unpacked(name, origin, content))


def _unpacked(name: str, origin: str, content: bytes) -> Iterator[ReleaseFile]:
    if is_workbook(content) or is_nvss(content):  # a year of deaths is read packed, in pieces
        yield ReleaseFile(name=name, origin=origin, content=content)
        return
    for each in unpack(ListFile(name=name, content=content)):
        yield ReleaseFile(name=each.name, origin=origin, content=each.content)
