"""Where the steps of a screening are kept while it runs."""

import hashlib
from pathlib import Path

import msgspec

from tidewaiter.base.cache import cache_folder, writable
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.types import ReadOptions


def journal_of(beside: Path | None, settings: Settings, options: ReadOptions) -> Path:
    """Return where the steps are kept: beside the first output, or in the user's cache."""
    if beside is not None:
        return beside.with_name(f"{beside.name}.journal")
    folder = writable(journals())
    said = msgspec.json.encode((settings, options), enc_hook=str)
    return folder / f"{hashlib.sha256(said).hexdigest()[:32]}.journal"


def journals() -> Path:
    """Return where the journals of screenings without an output file are kept."""
    return cache_folder() / "journals"
