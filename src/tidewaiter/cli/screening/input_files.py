"""Input files of a command: archives, columns of a source, and rows that cannot be read.

Archives are untrusted: the number of files, their size and their compression ratio are limited, no
nested archive is opened, and no name in an archive determines where anything is written.
"""

import lzma
import os
import re
import signal
import stat
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from types import FrameType
from typing import IO, NamedTuple, cast

import click
import msgspec

from tidewaiter.base.errors import InputError, TidewaiterError
from tidewaiter.base.safe_text import visible
from tidewaiter.base.sheets.xml import FAULTS
from tidewaiter.cli.core.options import printable
from tidewaiter.cli.screening.tar_archives import (
    TarMember,
    TarOpener,
    is_tar,
    list_members,
    reading,
)
from tidewaiter.report.alerts.exports import refusal_writer
from tidewaiter.trade.readers import Mapping as Columns
from tidewaiter.trade.readers import mapping_of
from tidewaiter.trade.readers.columns.layouts import Layout, load_layouts
from tidewaiter.trade.readers.columns.own_layouts import (
    apply_layout,
    make_layout,
    parse_layout,
    with_settings,
    write_layout,
)
from tidewaiter.trade.readers.inspection import inspect_file
from tidewaiter.trade.types import ReadOptions, Refusal

MOST = 500
"""Maximum number of files in an archive."""

LARGEST = 32 << 30
"""Maximum size of all files together, uncompressed, in bytes."""

RATIO = 300
"""Maximum compression ratio of a file larger than 64 MB."""

_SMALL = 64 << 20
_PIECE = 1 << 20
_LONGEST = 150  # bytes of a name: a system takes 255, and what is written has longer ones
_BEGINS = (b"PK\x03\x04", b"PK\x05\x06")  # the second: an archive without files
_OFFICE = frozenset(("_rels/.rels", "[content_types].xml", "mimetype"))
_ASIDE = re.compile(
    r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE
)
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')


class Member(NamedTuple):
    """A file in an archive."""

    name: str  # unique name for unpacking, in a separate folder
    info: zipfile.ZipInfo | TarMember


def members_of(path: Path) -> tuple[Member, ...] | None:
    """List the files of an archive; None: not an archive, an Office file, or damaged.

    Raises:
        InputError: It has no file, or exceeds the limits.
    """
    if not path.is_file():
        return None  # to open a pipe may wait for ever
    try:
        if is_tar(path):
            return _members_of_tar(path)
        with path.open("rb") as file:
            if file.read(4) not in _BEGINS:
                return None
        with zipfile.ZipFile(path) as archive:
            every = archive.infolist()
    except (OSError, *FAULTS):
        return None  # the reader reports the cause
    if _OFFICE.intersection(each.filename.casefold() for each in every):
        return None
    some = [each for each in every if not each.is_dir() and not _ASIDE.search(each.filename)]
    _check(path, len(some), sum(each.file_size for each in some))
    return _named(some)


def _check(path: Path, count: int, size: int) -> None:
    if not count:
        raise InputError("cli/archive-empty", at=path.name)
    if count > MOST:
        raise InputError("cli/archive-of-too-many-files", count=count, most=MOST, at=path.name)
    if size > LARGEST:
        raise InputError("cli/archive-too-large", largest=LARGEST >> 30, at=path.name)


def _members_of_tar(path: Path) -> tuple[Member, ...] | None:
    """List the files of a tar archive; it is packed as a whole, so its ratio is that of all."""
    packed = max(1, path.stat().st_size)

    def stop(count: int, size: int) -> None:
        _check(path, max(1, count), size)
        if size > max(_SMALL, RATIO * packed):
            raise InputError("cli/archive-bomb", file_size=size // packed, at=path.name)

    every = list_members(path, stop)
    if every is None:
        return None
    some = [each for each in every if not _ASIDE.search(each.filename)]
    _check(path, len(some), 0)
    return _named(some)


def _named(some: Sequence[zipfile.ZipInfo | TarMember]) -> tuple[Member, ...]:
    """Give each file a unique name: its last part, or the whole path if two are equal."""
    last = Counter(_plain(PurePosixPath(each.filename).name).casefold() for each in some)
    seen: set[str] = set()
    made = []
    for number, each in enumerate(some, 1):
        name = _plain(PurePosixPath(each.filename).name)
        if last[name.casefold()] > 1:
            name = _plain(each.filename)
        if not name.strip("._ "):
            name = f"{number}-{name}"
        while name.casefold() in seen:
            name = f"{number}-{name}"
        seen.add(name.casefold())
        made.append(Member(name, each))
    return tuple(made)


def _plain(name: str) -> str:
    """Return a safe file name, with its suffix."""
    plain = _UNFIT.sub("_", name).lstrip(". ")
    return plain.encode("utf-8", "replace")[-_LONGEST:].decode("utf-8", "ignore")


@contextmanager
def unpacked(path: Path, member: Member) -> Iterator[Path]:
    """Unpack a file of an archive into a folder that is deleted at the end of the block.

    Raises:
        InputError: It is encrypted, damaged, an archive, or compressed by an unsupported method.
    """
    at = printable(f"{path.name}, {member.info.filename}")
    if isinstance(member.info, TarMember):
        with reading(path) as opened, _from_tar(opened, member, at) as place:
            yield place
        return
    if member.info.flag_bits & 1:
        raise InputError("cli/archive-locked", at=at)
    if stat.S_ISLNK(member.info.external_attr >> 16):
        raise InputError("cli/archive-member-is-a-link", at=at)
    packed = max(1, member.info.compress_size)
    if member.info.file_size > max(_SMALL, RATIO * packed):
        raise InputError("cli/archive-bomb", file_size=member.info.file_size // packed, at=at)
    with _leaving(), tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:
        place = Path(folder) / member.name
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member.info) as stream:
                _copy(stream, place)
        except NotImplementedError as error:
            raise InputError("cli/packed-in-an-unknown-way", at=at) from error
        except (*FAULTS, lzma.LZMAError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # of the disk: bzip2 tells damage by one without a number
            raise InputError("cli/archive-damaged", at=at) from error
        if members_of(place) is not None:
            raise InputError("cli/archive-in-an-archive", at=at)
        yield place


@contextmanager
def _from_tar(opened: TarOpener, member: Member, at: str) -> Iterator[Path]:
    """Unpack a file of an open tar archive, as `unpacked` does."""
    with _leaving(), tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:
        place = Path(folder) / member.name
        try:
            with opened(cast("TarMember", member.info)) as stream:
                _copy(stream, place)
        except (tarfile.TarError, *FAULTS) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError("cli/archive-damaged", at=at) from error
        if members_of(place) is not None:
            raise InputError("cli/archive-in-an-archive", at=at)
        yield place


@contextmanager
def _unpacking(
    path: Path, some: Sequence[Member]
) -> Iterator[Callable[[Member], AbstractContextManager[Path]]]:
    """Open an archive; a tar archive is read once, so its files must be asked for in order."""
    if not isinstance(some[0].info, TarMember):
        yield partial(unpacked, path)
        return
    with reading(path) as opened:
        yield lambda each: _from_tar(opened, each, printable(f"{path.name}, {each.info.filename}"))


@contextmanager
def _leaving() -> Iterator[None]:
    """End the block before a signal ends the process, with the usual exit status.

    Otherwise the process would leave folders with confidential documents behind.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        del frame
        signal.signal(number, signal.SIG_DFL)
        sys.exit(128 + number)

    names = ("SIGTERM", "SIGHUP")
    heard = [number for name in names if (number := getattr(signal, name, None)) is not None]
    heard = [number for number in heard if signal.getsignal(number) == signal.SIG_DFL]
    for number in heard:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def _copy(stream: IO[bytes], place: Path) -> None:
    with place.open("xb") as file:
        while piece := stream.read(_PIECE):
            file.write(piece)


def each_of(path: Path, some: Sequence[Member], do: Callable[[Path], bool]) -> bool:
    """Process each file of an archive; report and count those that cannot be read.

    Args:
        path: The archive.
        some: Its files.
        do: Returns whether anything was rejected.

    Returns:
        Whether anything was rejected in any of them.

    Raises:
        InputError: No file could be read.
    """
    refused, failed = False, 0
    with _unpacking(path, some) as opened:
        for member in some:
            click.echo(printable(f"{path.name}, {member.info.filename}:"), err=True)
            try:
                with opened(member) as place:
                    refused = do(place) or refused
            except TidewaiterError as error:
                failed += 1
                click.echo(f"error: {visible(str(error))}", err=True)
    done = f"{len(some) - failed} of {len(some)} files of {path.name} were read"
    if failed == len(some):
        raise InputError("cli/nothing-readable-in-archive", at=path.name)
    click.echo(printable(done), err=True)
    return refused or failed > 0


def read_members(path: Path, some: Sequence[Member], do: Callable[[Path], bool]) -> bool:
    """Process the files of an archive; a single file is treated as if it had been unpacked."""
    if len(some) > 1:
        return each_of(path, some, do)
    with unpacked(path, some[0]) as place:
        return do(place)


def with_layout(named: str, path: Path, options: ReadOptions) -> ReadOptions:
    """Read a file in a layout of the gallery or of a file; settings given now take precedence.

    They are saved in the file, which is created if it does not exist.

    Args:
        named: Name of a layout, or a layout file.
        path: The file to read.
        options: The settings given now.

    Raises:
        InputError: There is no such layout, or the layout file cannot be read.
    """
    place = layout_file(named)
    known = _load(place, named, may_lack=options != ReadOptions())
    header = _header_of(path, options if known is None else with_settings(known, options))
    merged = options if known is None else apply_layout(known, header, options)
    if merged is None:
        click.echo(f"{named} does not describe the columns of {path.name}", err=True)
        return options
    if known is not None:
        click.echo(f"read in the layout {printable(known.title)}", err=True)
    if place is not None and options != ReadOptions():
        title = path.name if known is None else known.title
        new = make_layout(merged, header, title, "saved by tidewaiter screen --columns")
        _save(place, write_layout(new))
    return merged


def layout_file(named: str) -> Path | None:
    """Return the file of a layout; None: it is one of the gallery."""
    return None if named in load_layouts() else Path(named)


def _header_of(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """Return the columns of a file, looked up without the settings for them."""
    bare = msgspec.structs.replace(options, columns={}, units={})
    with path.open("rb") as file:
        return tuple(column.name for column in inspect_file(file, path.name, bare).columns)


def _load(place: Path | None, named: str, *, may_lack: bool) -> Layout | None:
    if place is None:
        return load_layouts()[named]
    if not place.exists():
        if may_lack:
            return None
        raise InputError("cli/no-such-layout", name=named, at="--columns")
    return parse_layout(place.read_bytes(), at=str(place))


def _save(place: Path, content: bytes) -> None:
    new = place.with_name(f"{place.name}.new")
    new.write_bytes(content)
    os.replace(new, place)  # noqa: PTH105 - whole or not at all, over what stands there


_COLUMNS_SHOWN = 40  # columns that are not used


def show_columns(path: Path, options: ReadOptions) -> None:
    """Print to stderr how columns are read, and which are not used."""
    with path.open("rb") as file:
        mapping = mapping_of(file, path.name, options)
    if not mapping.columns:
        _echo_line(f"reading {path.name} with a plug-in")
        return
    for each in (mapping, *mapping.further):
        _show_mapping(f'{path.name}, "{each.title}"' if each.title else path.name, each)
    if mapping.encoding and mapping.encoding.lower().replace("-", "") not in {"utf8", "ascii"}:
        _echo_line(f"encoding: {mapping.encoding}")


_TOLD_FIRST: tuple[str, ...] = ("goods ", "hs ", "net ", "consignor.name ", "consignee.name ")
"""Fields whose columns a user should check; the others are counted."""


def _show_mapping(name: str, mapping: Columns) -> None:
    read = [f"{field} = {' + '.join(columns)}" for field, columns in mapping.columns.items()]
    shown = [each for each in read if each.startswith(_TOLD_FIRST)] or read[:1]
    more = len(read) - len(shown)
    others = f"; {more} more, shown by tidewaiter inspect" if more else ""
    _echo_line(f"reading {name}: {'; '.join(shown) or 'no column is known'}{others}")
    if mapping.beside:
        _echo_line(f"screened as other text: {_listed(mapping.beside)}")
    rest = tuple(column for column in mapping.unmapped if column not in mapping.beside)
    if rest:
        _echo_line(f"not used: {_listed(rest)}")
    for field, columns in mapping.unsure.items():
        for column in columns:
            _echo_line(f'"{column}" may be {field}; if so, use --map "{field}={column}"')
    if mapping.sniffed:
        _echo_line(f"recognised by their values: {', '.join(mapping.sniffed)}")
    if mapping.assumed:
        _echo_line(f"read as kilograms if no unit is given: {', '.join(mapping.assumed)}")


def _listed(columns: Sequence[str]) -> str:
    named = [column or "one without a name" for column in columns[:_COLUMNS_SHOWN]]
    more = len(columns) - len(named)
    told = ", ".join(named)
    return f"{told} and {more:,} more; tidewaiter inspect shows them" if more else told


def _echo_line(text: str) -> None:
    """Print untrusted text as one line without control characters."""
    click.echo(visible(" ".join(text.splitlines())), err=True)


_REFUSALS_SHOWN = 5


def report_refusals(refusals: Sequence[Refusal], path: Path | None) -> None:
    """Report how much could not be read; write all of it to a file, or print the first items.

    Args:
        refusals: In the order of the file.
        path: The CSV file of --refused; None: no file.
    """
    _echo_refusal(f"{len(refusals):,} rows or fields could not be read")
    if path is not None:
        with refusal_writer(path) as writer:
            writer.add(refusals)
        return
    for each in refusals[:_REFUSALS_SHOWN]:
        _echo_refusal(f'row {each.row}, column {each.column}: "{each.value}": {each.problem}')
    _echo_refusal("use --refused FILE.csv to write all of them to a file")


def _echo_refusal(text: str) -> None:
    click.echo(printable(" ".join(text.split())), err=True)
