"""Exporters of alerts that plug-ins bring, by the suffix of the files that they write."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tidewaiter.base.errors import PluginError
from tidewaiter.base.plugins import EXPORTERS, blamed, plugin_for, plugins
from tidewaiter.base.records import Record
from tidewaiter.trade.types import Alert

BUILT_IN = ("jsonl", "csv", "parquet")
"""The suffixes of alerts that we write ourselves, without their point."""

TAKEN = frozenset((*BUILT_IN, "html"))
"""Suffixes that no plug-in writes: ours, and that of the report."""


class AlertFile(Protocol):
    """A file of alerts that a plug-in is writing."""

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, in the order in which they come; it is called many times."""
        ...

    def close(self) -> None:
        """Write what is left, and leave the file open."""
        ...


class Exporter(Record, frozen=True, kw_only=True):
    """A format of files of alerts, as a plug-in of the group `tidewaiter.exporters` brings it.

    The name of the entry point is the suffix of its files, in lower case and without the point.
    """

    title: str  # for people, on a button: "GeoJSON"
    media_type: str  # of the file
    open: Callable[[BinaryIO], AlertFile]  # takes an empty file that can be written and sought in


def exporters() -> dict[str, Exporter]:
    """Map the suffixes that plug-ins write, without their point, to what they are."""
    return plugins(EXPORTERS, Exporter, TAKEN)


class _Named:
    """Names a plug-in in whatever it raises, and calls it no more after that.

    The error is raised when the file is closed: a screening writes to several files at once, and
    the others are finished first.
    """

    def __init__(self, suffix: str, file: BinaryIO) -> None:
        self._suffix, self._raw = suffix, file
        self._file: AlertFile | None = None
        self._error: PluginError | None = None
        with self._tried():
            self._file = exporters()[suffix].open(file)

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, where it has not failed yet."""
        if self._file is not None and self._error is None:
            with self._tried():
                self._file.add(alerts)

    def tell(self) -> int:
        """Hand the bytes to the system and return how many the file has."""
        self._raw.flush()
        return self._raw.tell()

    def finish(self) -> None:
        """Write what is left.

        Raises:
            PluginError: It failed, now or before.
        """
        if self._file is not None and self._error is None:
            with self._tried():
                self._file.close()
        if self._error is not None:
            raise self._error

    @contextmanager
    def _tried(self) -> Iterator[None]:
        try:
            with blamed(plugin_for(EXPORTERS, self._suffix)):
                yield
        except PluginError as error:
            self._error = error


@contextmanager
def write_exported(path: Path, suffix: str) -> Iterator[_Named]:
    """Open a file of alerts that a plug-in writes.

    Args:
        path: The file; what it holds is replaced.
        suffix: Of `exporters`, without its point.

    Raises:
        PluginError: The plug-in failed; raised at the end, when all alerts were given to it.
    """
    with path.open("wb") as file:
        writer = _Named(suffix, file)
        yield writer
        writer.finish()
