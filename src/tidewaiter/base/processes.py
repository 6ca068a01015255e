"""Processes: settings passed to a server, errors passed back, garbage-collector settings.

Settings are passed in a private file: environment variables are inherited by every child process,
including those that parse untrusted files, and must not hold secrets.
"""

import gc
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NoReturn, Protocol, TypeVar

import msgspec

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record

SERVING = "TIDEWAITER_SERVING"
"""Environment variable with the path of the file, while the server runs."""

R = TypeVar("R", bound=Record)


@contextmanager
def handed_over(record: Record) -> Iterator[None]:
    """Pass a record to processes that start during the block."""
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:  # readable by the owner only
        place = Path(folder) / "serving.json"
        place.write_bytes(msgspec.json.encode(record))
        os.environ[SERVING] = str(place)
        try:
            yield
        finally:
            os.environ.pop(SERVING, None)


def begin_anew(module: str, record: Record, *arguments: str) -> NoReturn:
    """Replace this process by a new one with the same number, which has nothing in memory yet.

    Args:
        module: Module of the new process, run as a script; it calls `handed_down`.
        record: Passed to it, and to processes that it starts.
        arguments: Of its command line.
    """
    place = Path(tempfile.mkdtemp(prefix="tidewaiter-"), "serving.json")  # for the owner only
    place.write_bytes(msgspec.json.encode(record))
    os.environ[SERVING] = str(place)
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", module, *arguments]
    if os.name == "nt":  # there, the new process has another number, and nothing waits for it
        sys.exit(os.spawnv(os.P_WAIT, sys.executable, command))  # noqa: S606 - our own module
    os.execv(sys.executable, command)  # noqa: S606 - our own module


@contextmanager
def handed_down() -> Iterator[None]:
    """Remove at the end what `begin_anew` passed to this process."""
    try:
        yield
    finally:
        shutil.rmtree(Path(os.environ.pop(SERVING)).parent, ignore_errors=True)


def received_record(kind: type[R]) -> R:
    """Return the record passed to this process."""
    return msgspec.json.decode(Path(os.environ[SERVING]).read_bytes(), type=kind)


def packed(error: Exception) -> bytes:
    """Serialise an error for the waiting process to raise; read it with `unpacked`.

    An error that cannot be pickled or rebuilt is replaced by its message.
    """
    with suppress(Exception):  # library errors may hold arbitrary objects and constructors
        raw = pickle.dumps(error)
        pickle.loads(raw)  # noqa: S301 - packed here
        return raw
    return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


def unpacked(raw: bytes) -> Exception:
    """Read an error serialised by one of our processes."""
    found: Exception = pickle.loads(raw)  # noqa: S301 - ours alone
    return found


class Server(Protocol):
    """A server that starts worker processes and waits for them."""

    interrupt_signal: bool  # stopped by a signal

    def serve(self) -> None:
        """Serve until stopped."""


def serve(server: Server) -> None:
    """Serve until this process is stopped; pass a record to the server process.

    Raises:
        TidewaiterError: The server process was killed.
        Exception: The server process raised it before serving.
    """
    try:
        server.serve()
    except SystemExit as ended:
        if server.interrupt_signal:
            return
        if _failed().exists():
            raise unpacked(_failed().read_bytes()) from ended
        raise TidewaiterError("base/serving-process-ended") from ended


@contextmanager
def starting() -> Iterator[None]:
    """Report start-up errors to the waiting process."""
    try:
        yield
    except Exception as error:
        _failed().write_bytes(packed(error))
        raise SystemExit(1) from error  # reported by the waiting process


def _failed() -> Path:
    return Path(os.environ[SERVING]).with_name("failed")


_MADE: Final = 100_000  # allocations between collections; 700 takes a tenth of a start


def look_seldom() -> None:
    """Collect garbage rarely: with party lists in memory, each full collection is slow."""
    gc.set_threshold(_MADE)


def keep_for_good() -> None:
    """Exclude all current objects from future collections."""
    gc.collect()
    gc.freeze()
