"""Abandoned: journals in the user's cache that nobody took up again, and their locks."""

from contextlib import suppress
from pathlib import Path

from tidewaiter.base.alone import alone
from tidewaiter.base.errors import OutputError

_JOURNALS, _LOCKS = "*.journal", "*.journal.lock"


def drop_abandoned(folder: Path, before: float) -> int:
    """Remove the journals of a folder that were last written before a time.

    One that a process is at work on stays, however old it is, and so does what cannot be
    removed.

    Args:
        folder: Of journals that the user did not name; it need not exist.
        before: Seconds since 1970.

    Returns:
        How many were removed.
    """
    dropped = 0
    locks = {path.with_suffix("") for path in folder.glob(_LOCKS) if _is_old(path, before)}
    for journal in sorted({*folder.glob(_JOURNALS), *locks}):
        if not _is_old(journal, before) and journal not in locks:
            continue
        with suppress(OSError, OutputError), alone(journal, str(journal)):
            if _is_old(journal, before):  # still, now that nobody else is at work on it
                journal.unlink()
                dropped += 1
    return dropped


def _is_old(path: Path, before: float) -> bool:
    try:
        return path.stat(follow_symlinks=False).st_mtime < before
    except OSError:
        return False
