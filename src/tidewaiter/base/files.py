"""Files: atomic writes, disk errors, and inter-process locks."""

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
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def writing(place: str) -> Iterator[None]:
    """Convert operating system errors during a write into an error that a user can act on.

    Args:
        place: The file or folder being written, as the user named it.

    Raises:
        OutputError: The disk is full, or the file cannot be written for a similar reason.
    """
    try:
        yield
    except OSError as error:
        code = _CODES.get(error.errno or 0)
        if code is None:
            raise
        raise OutputError(code, says=os.strerror(error.errno or 0), at=place) from error


def check_file(path: Path) -> None:
    """Check that a path can be overwritten by a file.

    Raises:
        OutputError: The path is a pipe, a device or another non-regular file.
    """
    folder = path.parent.resolve()
    ours = folder == _SHARED_MEMORY or _SHARED_MEMORY in folder.parents
    system = any(folder == each or each in folder.parents for each in _OF_THE_SYSTEM)
    with suppress(FileNotFoundError, NotADirectoryError):
        if stat.S_ISREG(path.stat().st_mode) and (ours or not system):
            return
        raise OutputError("base/pipe-not-replaceable", at=str(path))


def check_apart(outputs: Mapping[str, Path], kept: Mapping[str, Path]) -> None:
    """Check that output files are writable and distinct from each other and from protected files.

    Args:
        outputs: Output paths, by their name in an error.
        kept: Protected paths, by their name in an error.

    Raises:
        InputError: An output is a protected file, or the same as another output.
        OutputError: An output path is a pipe or a device.
    """
    seen = {path.resolve(): what for what, path in kept.items()}
    for what, path in outputs.items():
        other = seen.setdefault(path.resolve(), what)
        if other != what:
            raise InputError("base/would-overwrite", what=what, other=other, at=str(path))
        check_file(path)


def check_folder(path: Path) -> None:
    """Check that a new folder can be created at a path.

    Raises:
        OutputError: The path is a non-empty folder, or not a folder.
    """
    with writing(str(path)), suppress(FileNotFoundError):
        if any(path.iterdir()):
            raise OutputError("base/folder-not-empty", at=str(path))


@contextmanager
def making(path: Path, mark: str) -> Iterator[Path]:
    """Yield a temporary folder that replaces the target atomically at the end.

    Args:
        path: Target folder, new or empty; its parent is created.
        mark: Suffix unique to this process, for the temporary name.

    Raises:
        OutputError: The folder cannot be written, or the path is taken.
    """
    check_folder(path)
    place = path.absolute()
    part = place.with_name(f".{place.name[:100]}.{mark}.part")
    with writing(str(path)):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(part, ignore_errors=True)  # left behind by a killed process
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
    """Yield a temporary file name; the file replaces the target atomically at the end.

    A symbolic link is replaced, not followed. After a system crash the file is either the old or
    the new one, never a partial one.

    Args:
        path: Target file; its folder is created.
        mark: Suffix unique to this process, for the temporary name.
        mode: Permission bits, reduced by the umask.

    Raises:
        OutputError: The file cannot be written.
    """
    part = path.with_name(f".{path.stem[:100]}.{mark}.part{path.suffix}")
    with writing(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # left behind by a killed process
        # A symbolic link created in the meantime must not redirect the write.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
        try:
            yield part
            _to_disk(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def private() -> Iterator[None]:
    """Create files with permissions for the owner only; affects the whole process."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def set_aside(path: Path, new: Path) -> Path | None:
    """Rename an existing file to a numbered name, unless its content equals that of the new one.

    Args:
        path: The existing file, like "refused.csv".
        new: The file that is to replace it.

    Returns:
        New path of the existing file, like "refused.1.csv"; None: nothing to preserve.

    Raises:
        OutputError: It cannot be renamed.
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
    """Return the first unused number."""
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
_LONGEST = 200  # bytes of the note in a lock file
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL}  # file systems without locks
_FAR = 1 << 30  # byte to lock on Windows, where a locked byte cannot be read


@contextmanager
def alone(path: Path, place: str, hint: str = _HINT) -> Iterator[None]:
    """File lock: one process at a time.

    The operating system releases the lock when the process ends for any reason, so a killed process
    leaves a file behind but no lock.

    Args:
        path: The locked resource, like a journal; the lock is a file beside it.
        place: The resource as the user named it, for the error.
        hint: What the user can do, for the error.

    Raises:
        OutputError: Locked by another process, or the folder is not writable.
    """
    try:
        with _held(path):
            yield
    except _BusyError as busy:
        raise OutputError("base/another-is-at-work", who=busy.who, hint=hint, at=place) from None


@contextmanager
def alone_on_one(paths: Iterable[Path]) -> Iterator[Path]:
    """Lock the first of several files that no other process has locked.

    Args:
        paths: Candidates; the iterable may be infinite.

    Raises:
        OutputError: The folder is not writable.
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
    """Wait for the lock of a file, then hold it during the block.

    Args:
        path: The locked resource; the lock is a file beside it.
        seconds: Polling interval.

    Raises:
        OutputError: The folder is not writable.
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
    """The lock is held by another process."""

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
            path.unlink(missing_ok=True)  # while locked: later it may be another owner's
        os.close(handle)
        with suppress(OSError):
            if sys.platform == "win32":
                path.unlink()


def _take(path: Path) -> int:
    """Open and lock the file, and write a note with the owner into it."""
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
        os.close(handle)  # the previous owner removed it between opening and locking


def _lock(handle: int) -> bool:
    """Lock an open file; False: locked by another process."""
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
