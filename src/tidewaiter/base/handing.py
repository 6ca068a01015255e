"""Handing over: what a server's process is told by the one that starts it.

It is told by a file that nobody else may read: an environment is inherited by every process that is
started, those that look at strangers' files too, and holds no secret.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

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
