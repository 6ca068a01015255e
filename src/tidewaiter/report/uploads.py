"""Results of an upload, for users with full access and for others."""

import io
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from tidewaiter.base.errors import MissingError
from tidewaiter.bulk.journal import read_done, read_journal
from tidewaiter.bulk.screening import Settings
from tidewaiter.explain.screenings import counts_of, words_of
from tidewaiter.explain.summary import SummaryBuilder
from tidewaiter.node.rescreen.basis import registry_digest
from tidewaiter.node.uploads.jobs import stored_alerts
from tidewaiter.node.uploads.settings import Desk, settings_of
from tidewaiter.report.alerts.exporters import write_exported
from tidewaiter.report.alerts.exports import CsvAlerts, JsonLines
from tidewaiter.report.alerts.page import write_report
from tidewaiter.store.core.database import Database
from tidewaiter.store.uploads import Upload
from tidewaiter.trade.types import Alert, Refusal

_CHUNK = 500  # alerts written per batch
_SHOWN = 20  # maximum number of refusals in the report


Beside = Callable[[Alert], Alert]


class Findings:
    """The results of a screening, read from its journal."""

    def __init__(
        self,
        desk: Desk,
        upload: Upload,
        database: Database,
        beside: Beside | None = None,
        *,
        cleared: bool,
    ) -> None:
        """Open a completed upload.

        Args:
            desk: The installation.
            upload: The upload.
            database: Database of the desk.
            beside: Adds the learned ranking to an alert; None: not added.
            cleared: Whether to include restricted alerts.

        Raises:
            MissingError: The screening is not complete, or its files were deleted.
        """
        self._journal = desk.spool.journal(upload.id)
        self._place = desk.spool.place(upload.sha256)
        if upload.state != "done" or not self._journal.is_file() or not self._place.is_file():
            raise MissingError("report/screening-files-gone")
        self._settings: Settings = settings_of(desk, upload, database)
        self._desk, self._database = desk, database
        self._upload, self._cleared, self._beside = upload, cleared, beside

    def alerts(self) -> Iterator[Alert]:
        """Yield the alerts in file order, as of now; those selected by rules come last."""
        upload = self._upload
        for alert in stored_alerts(self._desk, self._database, upload, upload.screening):
            if self._cleared or not alert.restricted:
                yield self._beside(alert) if self._beside else alert

    def jsonl(self) -> Iterator[bytes]:
        """Yield the alerts as JSON Lines, in pieces."""
        alerts = self.alerts()
        while some := list(islice(alerts, _CHUNK)):
            piece = io.BytesIO()
            JsonLines(piece).add(some)
            yield piece.getvalue()

    def csv(self) -> Iterator[bytes]:
        """Yield the alerts as CSV, in pieces."""
        alerts, piece = self.alerts(), io.BytesIO()
        table = CsvAlerts(piece, learned=self._beside is not None)
        for some in chain([[]], iter(lambda: list(islice(alerts, _CHUNK)), [])):
            table.add(some)
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()

    def exported(self, path: Path, suffix: str) -> None:
        """Write the alerts to a file in a plug-in's format.

        Raises:
            PluginError: The plug-in failed.
        """
        alerts = self.alerts()
        with write_exported(path, suffix) as writer:
            while some := list(islice(alerts, _CHUNK)):
                writer.add(some)

    def report(self, path: Path) -> None:
        """Write the report, a self-contained page, to a file."""
        builder = SummaryBuilder()
        alerts = self.alerts()
        while some := list(islice(alerts, _CHUNK)):
            builder.add(some)
        found = (e for e in read_journal(self._journal) if isinstance(e, Refusal))
        digest = registry_digest(self._settings, restricted=False)
        done, refusals = read_done(self._journal), tuple(islice(found, _SHOWN))
        counts = counts_of(self._settings, digest, done, refusals)
        write_report(path, builder.finish(counts), words_of(self._settings))
