"""Ctrl-C is heard whenever it comes."""

import os
import signal
from collections.abc import Iterator

import pyarrow as pa
import pytest
from pyarrow import csv

from tidewaiter.cli.core.options import hear_every_stop

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
TIMES = 100


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave signals to Arrow again, as a library should."""
    yield
    pa.enable_signal_handlers(enable=True)


def test_no_stop_is_lost_between_reads() -> None:
    """Each comes within a short read, where Arrow's own handler would take it, and may lose it."""
    heard = 0

    def hear(number: int, frame: object) -> None:
        nonlocal heard
        del number, frame
        heard += 1

    before = signal.signal(signal.SIGINT, hear)
    data = b"a,b\n" + b"1,2\n" * 20

    def stop_within(row: csv.InvalidRow) -> str:
        del row
        os.kill(os.getpid(), signal.SIGINT)
        return "skip"

    try:
        hear_every_stop()
        for _ in range(TIMES):
            csv.read_csv(
                pa.BufferReader(data + b"odd\n"),
                parse_options=csv.ParseOptions(invalid_row_handler=stop_within),
            )
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == TIMES
