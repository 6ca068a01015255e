"""Writes alerts as a table in Markdown (.md)."""

from collections.abc import Iterable
from typing import BinaryIO

from tidewaiter.base.phrases import english
from tidewaiter.report.alerts.exporters import Exporter
from tidewaiter.trade.types import Alert


class MarkdownTable:
    """A file of one table, a row for each alert."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._write("severity", "score", "consignment", "alert")
        self._write(*["---"] * 4)

    def add(self, alerts: Iterable[Alert]) -> None:
        """Write a row for each alert."""
        for alert in alerts:
            self._write(alert.severity, str(alert.score), alert.consignment, english(alert.title))

    def close(self) -> None:
        """End the file: nothing is left to be written."""

    def _write(self, *cells: str) -> None:
        # What stands in a consignment may be anything: a bar would begin a cell, a "<" a tag.
        safe = (" ".join(cell.split()).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
        self._file.write(f"| {' | '.join(safe)} |\n".encode())


MARKDOWN = Exporter(title="Markdown", media_type="text/markdown; charset=utf-8", open=MarkdownTable)
