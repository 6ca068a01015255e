"""The bytes of a file of death records, plain or packed with gzip or zip, in pieces."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, cast

from tidewaiter.base.errors import InputError

PIECE = 8 << 20
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def pieces(file: IO[bytes], name: str, size: int = PIECE) -> Iterator[bytes]:
    """Yield a file in pieces; what is packed is unpacked on the way.

    Args:
        file: Open for reading, at its start; it must be able to seek.
        name: For messages.
        size: Of a piece, bytes.

    Raises:
        InputError: It is packed in a way that cannot be read, or damaged.
    """
    start = file.read(len(_ZIP))
    file.seek(0)
    with ExitStack() as stack:
        try:
            if start.startswith(_GZIP):
                opened = cast("IO[bytes]", stack.enter_context(gzip.open(file)))
            elif start == _ZIP:
                opened = stack.enter_context(_largest(stack, file, name))
            else:
                opened = file
            while piece := opened.read(size):
                yield piece
        except NotImplementedError as error:
            raise InputError(
                "it is packed in a way that cannot be read here (Deflate64)",
                at=name,
                hint="unpack it first, for example with 7-Zip",
            ) from error
        except RuntimeError as error:  # of zipfile: a password is needed
            raise InputError(
                "it is locked", at=name, hint="unpack it with its password first"
            ) from error
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise InputError(
                f"it cannot be unpacked: {error}", at=name, hint="download it again"
            ) from error


def _largest(stack: ExitStack, file: IO[bytes], name: str) -> IO[bytes]:
    archive = stack.enter_context(zipfile.ZipFile(file))
    members = [each for each in archive.infolist() if not each.is_dir()]
    if not members:
        raise InputError("the archive is empty", at=name, hint="download it again")
    return archive.open(max(members, key=lambda each: each.file_size))
