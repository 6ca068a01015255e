"""Upload settings of an installation."""

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
"""Default retention of upload content, in days."""


class Desk(Record, frozen=True, kw_only=True):
    """Screening settings of uploads; a worker process rebuilds all else from them."""

    database: str  # path or URL
    spool: Spool
    days: int = DAYS  # retention of content after a screening
    own: tuple[Path, ...] = ()  # folders of the authority's own lists
    rules: Path | None = None  # the authority's own rules
    lists: Path | None = None  # folder of party lists
    threshold: float | None = None  # minimum probability of a party match
    workers: int = 1  # processes per file
    limits: Limits = Limits()  # of the preview
    rescreen: bool = True  # past lines are screened again when lists change


def settings_of(desk: Desk, upload: Upload, database: Database) -> Settings:
    """Return the screening settings of an upload, with current lists and rules.

    Args:
        desk: Upload settings.
        upload: Its options determine the day.
        database: With rule settings.
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
