"""Spools: alerts in a temporary file, for what is written before it is kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

import msgspec

from tidewaiter.consignments.types import Alert


class Spool:
    """Alerts in the order in which they came, each lot with the number of what it is of."""

    def __init__(self, file: IO[bytes]) -> None:
        """Begin in an empty file."""
        self._file = file
        self.count = 0

    def add(self, of: int, alerts: Sequence[Alert]) -> None:
        """Put a lot behind the others."""
        self._file.seek(0, 2)
        self._file.write(msgspec.json.encode((of, alerts)) + b"\n")
        self.count += len(alerts)

    def read(self) -> Iterator[tuple[int, list[Alert]]]:
        """Read all lots, from the first."""
        self._file.seek(0)
        reads = msgspec.json.Decoder(tuple[int, list[Alert]])
        for line in self._file:
            yield reads.decode(line)


@contextmanager
def spool() -> Iterator[Spool]:
    """Open a spool that is gone when the block ends."""
    with TemporaryFile() as file:
        yield Spool(file)
