"""Alert exporters from plug-ins, by file suffix."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from tidewaiter.base.errors import PluginError
from tidewaiter.base.plugins import EXPORTERS, blamed, plugin_for, plugins
from tidewaiter.base.records import Record
from tidewaiter.trade.types import Alert

BUILT_IN = ("jsonl", "csv", "parquet")
"""Suffixes of the built-in alert formats, without the dot."""

TAKEN = frozenset((*BUILT_IN, "html"))
"""Suffixes reserved for built-in formats, including the HTML report."""


class AlertFile(Protocol):
    """A file of alerts that a plug-in writes."""

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write a batch of alerts, in order; called many times."""
        ...

    def close(self) -> None:
        """Write what is buffered, and leave the file open."""
        ...


class Exporter(Record, frozen=True, kw_only=True):
    """An export format from a plug-in of the entry-point group `tidewaiter.exporters`.

    The name of the entry point is the file suffix, in lower case and without the dot.
    """

    title: str  # display name, for a button: "GeoJSON"
    media_type: str  # media type of the file
    open: Callable[[BinaryIO], AlertFile]  # receives an empty, writable and seekable file


def exporters() -> dict[str, Exporter]:
    """Map the file suffixes of plug-ins, without the dot, to their exporters."""
    return plugins(EXPORTERS, Exporter, TAKEN)


class _Named:
    """Wraps a plug-in's writer: names the plug-in in its errors, and stops calling it after one.

    The error is raised when the file is closed: a screening writes several files at once, and the
    others are completed first.
    """

    def __init__(self, suffix: str, file: BinaryIO) -> None:
        self._suffix, self._raw = suffix, file
        self._file: AlertFile | None = None
        self._error: PluginError | None = None
        with self._tried():
            self._file = exporters()[suffix].open(file)

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write alerts, unless the plug-in has failed."""
        if self._file is not None and self._error is None:
            with self._tried():
                self._file.add(alerts)

    def tell(self) -> int:
        """Flush the file and return its size in bytes."""
        self._raw.flush()
        return self._raw.tell()

    def finish(self) -> None:
        """Write what is buffered.

        Raises:
            PluginError: The plug-in failed, now or earlier.
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
    """Open an alert file that a plug-in writes.

    Args:
        path: The file; existing content is replaced.
        suffix: A suffix in `exporters`, without the dot.

    Raises:
        PluginError: The plug-in failed; raised at the end, after all alerts were passed to it.
    """
    with path.open("wb") as file:
        writer = _Named(suffix, file)
        yield writer
        writer.finish()
