"""Where the steps of a screening are kept while it runs."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

import msgspec

from tidewaiter.base.alone import alone, alone_on_one
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


@contextmanager
def held(journal: Path, output: Path | None) -> Iterator[Path]:
    """Keep other processes from a journal; where there is no output file, take the next instead.

    Several processes may screen the same file at once where nothing that they write is shared.

    Args:
        journal: Of `journal_of`.
        output: The first that is written; None: only in the cache anything is.

    Yields:
        The journal to write.

    Raises:
        OutputError: Another process is at work on this output, or the folder cannot be written.
    """
    if output is not None:
        with alone(journal, str(output)):
            yield journal
        return
    others = (journal.with_name(f"{journal.stem}-{n}{journal.suffix}") for n in count(2))
    with alone_on_one(chain((journal,), others)) as one:
        yield one


def journals() -> Path:
    """Return where the journals of screenings without an output file are kept."""
    return cache_folder() / "journals"
