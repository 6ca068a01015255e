"""A file that one process holds at a time; it is free again when the process ends, however."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tidewaiter.base.errors import FetchError
from tidewaiter.base.files import writing

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(path: Path, address: str) -> Iterator[None]:
    """Hold a file as long as a download goes on.

    Args:
        path: The file; it is made.
        address: What is downloaded, for the error.

    Raises:
        FetchError: Another process holds it.
        OutputError: It cannot be made.
    """
    with writing(str(path)):
        file = path.open("ab")
    with file:
        try:
            _take(file)
        except OSError as error:
            raise FetchError(
                "another process downloads it", at=address, hint="wait until it is done"
            ) from error
        yield
