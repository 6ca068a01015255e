"""What the uploads of an installation are screened by."""

from datetime import date
from pathlib import Path

from tidewaiter.base.records import Record
from tidewaiter.bulk.sandbox import Limits
from tidewaiter.bulk.screening import Settings
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import threshold_for
from tidewaiter.node.rescreen.database_inputs import switched
from tidewaiter.node.uploads.storage import Spool
from tidewaiter.store.core.database import Database
from tidewaiter.store.uploads import Upload

DAYS = 30
"""Days after which the bytes of an upload are dropped, where nothing else is set."""


class Desk(Record, frozen=True, kw_only=True):
    """What uploads are screened by; a worker process rebuilds all else from it."""

    database: str  # its path or URL
    spool: Spool
    days: int = DAYS  # for which bytes are kept after a screening has ended
    own: tuple[Path, ...] = ()  # folders of an authority's own lists
    rules: Path | None = None  # an authority's own rules
    lists: Path | None = None  # the folder of lists of parties
    threshold: float | None = None  # from which probability on a listed party is told
    workers: int = 1  # processes that screen one file
    limits: Limits = Limits()  # of looking at a file


def settings_of(desk: Desk, upload: Upload, database: Database) -> Settings:
    """Return what an upload is screened by, as lists and rules are now.

    Args:
        desk: Of the installation.
        upload: Its options name the day.
        database: In which rules may be turned down.
    """
    lists = desk.lists if desk.lists and Archive(desk.lists).slugs() else None
    settings = Settings(
        day=upload.options.day or date.fromisoformat(upload.received[:10]),
        file=upload.name,
        sha256=upload.sha256,
        own=desk.own,
        rules=desk.rules,
        street=upload.options.street,
        lists=lists,
        threshold=threshold_for(lists, desk.threshold) if lists else None,
    )
    return switched(settings, database)
