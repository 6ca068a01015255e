"""Goods: substances named in texts, and alerts on consignments."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import msgspec
import pyarrow as pa

from tidewaiter.api.frames import Frame
from tidewaiter.api.inputs import TABLE, as_file, read_chance, read_column, read_day, read_paths
from tidewaiter.base.errors import InputError
from tidewaiter.base.files import hash_file
from tidewaiter.base.records import Record
from tidewaiter.bulk.cross_line import Marks, marks_of
from tidewaiter.bulk.journal import Journal, read_done, read_journal
from tidewaiter.bulk.screening import Settings, identifier_for, pinned, run, workers_for
from tidewaiter.explain.screenings import counts_of
from tidewaiter.explain.words import not_compared, unread_in_words
from tidewaiter.identify import column_of
from tidewaiter.lists.archive import filled, lists_folder
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.report.alerts.columns import ALERTS, nested
from tidewaiter.trade.alerts import encodable, open_version
from tidewaiter.trade.readers import reader_for
from tidewaiter.trade.rules.alert_rules import load_alert_rules
from tidewaiter.trade.types import Alert, ReadOptions, Refusal

_CHUNK = 1_000  # alerts per batch
_GOODS = "goods"


@cache
def turn() -> Lock:
    """Return the lock that serialises access to components that learn while reading."""
    return Lock()


def find_mentions(texts: Any, column: str | None, own: Any, *, street: bool) -> Frame:
    """Find the substances named in texts: see `tidewaiter.api.identify`."""
    found = read_column(texts, column)
    if isinstance(found, (list, tuple)):
        found = column_of([each or "" for each in found])
    folders = read_paths(own)
    with turn():
        identifier = identifier_for(folders, street=street)
        return Frame(identifier.identify(found))


class ScreenOptions(Record, frozen=True, kw_only=True):
    """Arguments of `tidewaiter.api.screen` other than the goods."""

    day: date | str | None
    columns: Mapping[str, str]
    lists: str | Path | None
    restricted: bool
    threshold: float | None
    own: Any
    street: bool
    workers: int


def screen_goods(goods: Any, options: ScreenOptions) -> Frame:
    """Screen consignments: see `tidewaiter.api.screen`."""
    with as_file(goods, _GOODS) as path, turn(), TemporaryDirectory(prefix="tidewaiter-") as folder:
        named = path.name if isinstance(goods, Path) else TABLE
        name = named.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        settings = pinned(_settings(options, name, hash_file(path)))
        reading = ReadOptions(columns=dict(options.columns))
        journal = Path(folder) / "journal"
        marks = _screened(path, reading, settings, journal, workers_for(path, options.workers))
        refused = [each for each in read_journal(journal) if isinstance(each, Refusal)]
        alerts = _alerts(journal, settings, marks, restricted=options.restricted)
        batches = []
        while some := [encodable(each) for each in islice(alerts, _CHUNK)]:
            batches.append(nested(some))
        counts = counts_of(settings, "", read_done(journal), ())
    notes = (*marks.left_out(), *not_compared(counts.scripts), *unread_in_words(counts))
    table = pa.Table.from_batches(batches, schema=ALERTS)
    return Frame(table, map(msgspec.structs.asdict, refused), notes)


def _settings(options: ScreenOptions, file: str, sha256: str) -> Settings:
    named = None if options.lists is None else Path(options.lists).expanduser()
    lists = filled(named or lists_folder())
    if named is not None and lists is None:  # otherwise parties would be skipped silently
        raise InputError("api/no-list-kept", at=str(named))
    return Settings(
        day=read_day(options.day),
        file=file,
        sha256=sha256,
        own=read_paths(options.own),
        street=options.street,
        lists=lists,
        threshold=threshold_for(lists, read_chance(options.threshold)) if lists else None,
    )


def _screened(
    path: Path, reading: ReadOptions, settings: Settings, journal: Path, workers: int
) -> Marks:
    """Screen a file into a journal, and return the marks that need all lines."""

    def lines() -> Iterator[pa.RecordBatch]:
        with path.open("rb") as file:
            for part in reader_for(settings.file, unread=True)(file, settings.file, reading):
                if isinstance(part, pa.RecordBatch):
                    yield part

    with path.open("rb") as file, Journal(journal, settings, "", "") as kept:
        read = reader_for(settings.file, unread=True)(file, settings.file, reading)
        for step in run(read, settings, workers=workers):
            kept.add(step, 0.0)
    return marks_of(journal, settings, lines=lines)


def _alerts(
    journal: Path, settings: Settings, marks: Marks, *, restricted: bool
) -> Iterator[Alert]:
    """Yield the alerts as the command writes them; restricted ones in full or redacted."""
    rules = load_alert_rules(settings.rules, settings.switches)
    for entry in read_journal(journal):
        if isinstance(entry, Alert):
            shown = entry if restricted else open_version(entry, rules)
            if shown is not None:
                yield marks.mark(shown)
    yield from marks.selected()
