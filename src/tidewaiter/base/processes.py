"""Processes: settings passed to a server, errors passed back, garbage-collector settings.

It is told by a file that nobody else may read: an environment is inherited by every process that is
started, those that look at strangers' files too, and holds no secret.
"""

import gc
import os
import pickle
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol, TypeVar

import msgspec

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record

SERVING = "TIDEWAITER_SERVING"
"""Names the file, for as long as the server is served."""

R = TypeVar("R", bound=Record)


@contextmanager
def handed_over(record: Record) -> Iterator[None]:
    """Let processes that are started meanwhile know a record."""
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:  # for its owner alone
        place = Path(folder) / "serving.json"
        place.write_bytes(msgspec.json.encode(record))
        os.environ[SERVING] = str(place)
        try:
            yield
        finally:
            os.environ.pop(SERVING, None)


def taken_over(kind: type[R]) -> R:
    """Return the record that this process was handed."""
    return msgspec.json.decode(Path(os.environ[SERVING]).read_bytes(), type=kind)


def packed(error: Exception) -> bytes:
    """Pack an error so that the process which waits can raise it; `unpacked` unpacks it.

    One that cannot be packed, or not be made anew there, is carried by what it says.
    """
    with suppress(Exception):  # whatever a library's error holds, and its constructor asks for
        raw = pickle.dumps(error)
        pickle.loads(raw)  # noqa: S301 - packed here
        return raw
    return pickle.dumps(RuntimeError(f"{type(error).__name__}: {error}"))


def unpacked(raw: bytes) -> Exception:
    """Unpack an error that a process of ours packed."""
    found: Exception = pickle.loads(raw)  # noqa: S301 - ours alone
    return found


class Server(Protocol):
    """What starts processes that serve, and waits for them."""

    interrupt_signal: bool  # it was told to stop

    def serve(self) -> None:
        """Serve until it is told to stop."""


def serve(server: Server) -> None:
    """Serve until this process is told to stop; a record is handed over meanwhile.

    Raises:
        TidewaiterError: The process that serves was ended from outside.
        Exception: What it raised before it served.
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
    """Let the process that waits know what keeps this one from serving."""
    try:
        yield
    except Exception as error:
        _failed().write_bytes(packed(error))
        raise SystemExit(1) from error  # told by the process that waits


def _failed() -> Path:
    return Path(os.environ[SERVING]).with_name("failed")


_MADE: Final = 100_000  # objects made between two looks; 700 take a tenth of a start


def look_seldom() -> None:
    """Look for garbage seldom: with lists of parties in memory, each full look takes long."""
    gc.set_threshold(_MADE)


def keep_for_good() -> None:
    """Pass over in all further looks what is in memory now."""
    gc.collect()
    gc.freeze()
