"""Alone: one process at a time works on a file and on what is made of it."""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import writing

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_HINT = "wait until it is done, or give this one another --out"
_LONGEST = 200  # bytes of a note
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL}  # a disk without locks
_FAR = 1 << 30  # the byte that is locked on Windows, where a locked one cannot be read


@contextmanager
def alone(path: Path, place: str, hint: str = _HINT) -> Iterator[None]:
    """Keep every other process from a file until this one is done with it.

    The system itself drops the lock when the process ends, however it ends, so a killed one
    leaves a file behind but no lock.

    Args:
        path: What is worked on, like a journal; the lock is a file beside it.
        place: What both would write, as the user named it; for the error.
        hint: What would do, for the error.

    Raises:
        OutputError: Another process is at work there, or the folder cannot be written.
    """
    try:
        with _held(path):
            yield
    except _BusyError as busy:
        raise OutputError(f"{busy.who} is at work on this already", at=place, hint=hint) from None


@contextmanager
def alone_on_one(paths: Iterable[Path]) -> Iterator[Path]:
    """Keep every other process from the first of some files that none is at work on.

    Args:
        paths: What may be worked on, without an end.

    Raises:
        OutputError: The folder cannot be written.
    """
    for path in paths:
        with ExitStack() as stack:
            try:
                stack.enter_context(_held(path))
            except _BusyError:
                continue
            yield path
            return


@contextmanager
def in_turn(path: Path, seconds: float = 0.1) -> Iterator[None]:
    """Wait until no other process works on a file, then keep them from it.

    Args:
        path: What is worked on; the lock is a file beside it.
        seconds: Between two looks.

    Raises:
        OutputError: The folder cannot be written.
    """
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(_held(path))
                break
            except _BusyError:
                time.sleep(seconds)
        yield


class _BusyError(Exception):
    """Another process holds the lock."""

    def __init__(self, note: bytes) -> None:
        text = note.decode(errors="replace")
        self.who = text if text and text.isprintable() else "another process"
        super().__init__(self.who)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    path = path.with_name(f"{path.name}.lock")
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _take(path)
    try:
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)  # while it is locked: later it may be another's
        os.close(handle)
        with suppress(OSError):
            if sys.platform == "win32":
                path.unlink()


def _take(path: Path) -> int:
    """Open and lock the file, and note in it who does."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    while True:
        handle = os.open(path, flags, 0o666)
        if not _lock(handle):
            with os.fdopen(handle, "rb") as file:
                raise _BusyError(file.read(_LONGEST))
        if _still(path, handle):
            os.truncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
            return handle
        os.close(handle)  # the process before removed it between our opening and locking


def _lock(handle: int) -> bool:
    """Lock an open file; False: another process holds it."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _NO_LOCKS
    return True


def _still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False
