"""Alerts that rest on restricted entries: whole in a file for the officer, open elsewhere."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import replacing, writing
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.restricted import open_version
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert
from tidewaiter.report.exports import AlertWriter, alert_writer

_FOLDER = "restricted"
RESTRICTED = "restricted alerts"
"""What the file for them is called in errors."""

PRIVATE_FORMATS = (".jsonl", ".csv")
"""Those that are written in one go: a file of another would be open to others for a moment."""

_PRIVATE = 0o600  # nobody else may read it

Mark = Callable[[Alert], Alert]


class Apart:
    """Parts alerts: gives back what all may see, and writes those that rest on more apart."""

    def __init__(self, path: Path, mark: str, rules: AlertRules, *, learned: bool = False) -> None:
        """Take the file for restricted alerts, which is made where there are any.

        Args:
            path: Ends in .jsonl or .csv.
            mark: What no other process has in the names of its half-written files.
            rules: Of the screening.
            learned: The alerts carry what decisions taught.
        """
        self.path = path
        self.count = 0
        self._mark = mark
        self._rules = rules
        self._learned = learned
        self._stack = ExitStack()
        self._writer: AlertWriter | None = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the file in its place, whole; or none, where something failed."""
        self._stack.__exit__(kind, error, trace)

    def part(self, alerts: Sequence[Alert], mark: Mark = lambda alert: alert) -> list[Alert]:
        """Write the restricted ones, and return the alerts as all may see them.

        Args:
            alerts: As a screening finds them.
            mark: Adds to an alert what the other lines of the file say.
        """
        secret = [mark(alert) for alert in alerts if alert.restricted]
        if secret:
            self._add(secret)
        open_ = (open_version(alert, self._rules) for alert in alerts)
        return [mark(alert) for alert in open_ if alert is not None]

    def tell(self) -> None:
        """Say how many there are, and where."""
        if self.count:
            rest = "1 alert rests" if self.count == 1 else f"{self.count:,} alerts rest"
            where = f"whole in {self.path} (only you may read it), and open or not at all elsewhere"
            click.echo(f"{rest} on restricted entries: {where}", err=True)

    def _add(self, alerts: Sequence[Alert]) -> None:
        if self._writer is None:
            self._writer = self._stack.enter_context(self._open())
        with writing(str(self.path)):
            self._writer.add(alerts)
        self.count += len(alerts)

    def _open(self) -> AbstractContextManager[AlertWriter]:
        return _private(self.path, self._mark, learned=self._learned)


@contextmanager
def _private(path: Path, mark: str, *, learned: bool) -> Iterator[AlertWriter]:
    """Open a file of alerts that nobody else may read, from its first byte on."""
    try:
        with writing(str(path)):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OutputError as error:
        hint = "name a place for restricted alerts, and what is done stays: --out-restricted FILE"
        raise OutputError(error.message, at=str(path.parent), hint=hint) from error
    with (
        replacing(path, mark, mode=_PRIVATE) as part,
        alert_writer(part, learned=learned) as writer,
    ):
        yield writer


def place_of(named: Path | None, settings: Settings, journal: Path) -> Path:
    """Return where restricted alerts go: where the user says, else into the folder of lists.

    Args:
        named: The file that the user named.
        settings: Of the screening.
        journal: Of the screening: what is written elsewhere has another name.
    """
    if named is not None:
        return named
    said = f"{settings.sha256} {settings.day} {journal.absolute()}"
    name = hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    folder = settings.lists or Path()
    return folder / _FOLDER / f"{settings.day}-{name}.jsonl"
