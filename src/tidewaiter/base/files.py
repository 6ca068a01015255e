"""Files: atomic writes, disk errors, and locks that admit one process at a time."""

import errno
import filecmp
import hashlib
import os
import shutil
import socket
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path

from tidewaiter.base.errors import InputError, OutputError

_CODES = {
    errno.ENOSPC: "base/no-space-on-disk",
    getattr(errno, "EDQUOT", errno.ENOSPC): "base/quota-used-up",
    errno.EFBIG: "base/larger-than-files-may-be",
    errno.EIO: "base/disk-fails",
    errno.EACCES: "base/folder-not-writable",
    errno.EPERM: "base/folder-not-writable",
    errno.EROFS: "base/disk-takes-no-changes",
    errno.ENOTDIR: "base/file-where-a-folder-should-be",
    errno.EEXIST: "base/file-where-a-folder-should-be",
    errno.ENOTEMPTY: "base/folder-in-its-place",
    errno.ELOOP: "base/link-in-its-place",
    errno.ENAMETOOLONG: "base/name-too-long",
}
_OF_THE_SYSTEM = (Path("/dev"), Path("/proc"), Path("/sys"))
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the one place there that holds files


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(place: str) -> Iterator[None]:
    """Turn what the system says about writing a file into an error that a user can act on.

    Args:
        place: What is written, as the user named it.

    Raises:
        OutputError: The disk is full, or the file cannot be written for another such reason.
    """
    try:
        yield
    except OSError as error:
        code = _CODES.get(error.errno or 0)
        if code is None:
            raise
        raise OutputError(code, says=os.strerror(error.errno or 0), at=place) from error


def check_file(path: Path) -> None:
    """Check that a file may take the place of what stands at a path.

    Raises:
        OutputError: A pipe, a device or another thing that is no file stands there.
    """
    folder = path.parent.resolve()
    ours = folder == _SHARED_MEMORY or _SHARED_MEMORY in folder.parents
    system = any(folder == each or each in folder.parents for each in _OF_THE_SYSTEM)
    with suppress(FileNotFoundError, NotADirectoryError):
        if stat.S_ISREG(path.stat().st_mode) and (ours or not system):
            return
        raise OutputError("base/pipe-not-replaceable", at=str(path))


def check_apart(outputs: Mapping[str, Path], kept: Mapping[str, Path]) -> None:
    """Check that files can be written, each apart from the others and from what must stay.

    Args:
        outputs: Where they are to go, by their name in an error.
        kept: What must stay as it is, by its name in an error.

    Raises:
        InputError: An output is one of these, or another output.
        OutputError: A pipe or a device stands where an output is to go.
    """
    seen = {path.resolve(): what for what, path in kept.items()}
    for what, path in outputs.items():
        other = seen.setdefault(path.resolve(), what)
        if other != what:
            raise InputError("base/would-overwrite", what=what, other=other, at=str(path))
        check_file(path)


def check_folder(path: Path) -> None:
    """Check that a new folder may stand at a path.

    Raises:
        OutputError: A folder that holds something, or a thing that is no folder, stands there.
    """
    with writing(str(path)), suppress(FileNotFoundError):
        if any(path.iterdir()):
            raise OutputError("base/folder-not-empty", at=str(path))


@contextmanager
def making(path: Path, mark: str) -> Iterator[Path]:
    """Yield a folder beside a place; it takes the place at the end, whole or not at all.

    Args:
        path: The folder, which must be new or empty; the one that it stands in is made.
        mark: What no other process that may be at work has in its names.

    Raises:
        OutputError: It cannot be written, or something stands there.
    """
    check_folder(path)
    place = path.absolute()
    part = place.with_name(f".{place.name[:100]}.{mark}.part")
    with writing(str(path)):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
        part.mkdir()
        try:
            yield part
            if place.is_dir():
                place.rmdir()
            part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def replacing(path: Path, mark: str, *, mode: int = 0o666) -> Iterator[Path]:
    """Yield a name beside a file; what is written there takes its place at the end.

    A link is replaced, and what it leads to stays as it is. After a crash of the machine too
    the file is the old or the new one, never a part.

    Args:
        path: The file; its folder is made.
        mark: What no other process that may be at work has in its names.
        mode: Who may read and write it, less what the user's mask takes away.

    Raises:
        OutputError: The file cannot be written.
    """
    part = path.with_name(f".{path.stem[:100]}.{mark}.part{path.suffix}")
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of a process that was killed
        # Whoever put a link there in the meantime shall not choose what is written over.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        try:
            yield part
            _to_disk(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def private() -> Iterator[None]:
    """Let all files that are made in the block be for the user alone; for the whole process."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def set_aside(path: Path, new: Path) -> Path | None:
    """Give the file that stands at a path a number, where its content is not that of a new one.

    Args:
        path: Of the file, like "refused.csv".
        new: Of the file that is to take its place.

    Returns:
        Where it stands now, like "refused.1.csv"; None where nothing had to be kept.

    Raises:
        OutputError: It cannot be moved.
    """
    with writing(str(path)):
        try:
            if filecmp.cmp(path, new, shallow=False):
                return None
            place = _numbered(path)
            path.replace(place)
        except FileNotFoundError:
            return None
    return place


def _numbered(path: Path) -> Path:
    """Take the first number that is free."""
    for number in count(1):
        place = path.with_name(f"{path.stem}.{number}{path.suffix}")
        with suppress(FileExistsError):
            os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
            return place
    raise AssertionError(path)


def _to_disk(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())


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
        raise OutputError("base/another-is-at-work", who=busy.who, hint=hint, at=place) from None


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
