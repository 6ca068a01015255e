"""Screening journal: completed steps, safe against interruption at any time.

Each step consists of its alerts and refusals, one JSON line each, then one line with the row
completed. Data after the last such line belong to an interrupted step, and are dropped when the
screening is resumed. The user's output files are made from the journal at the end, each written
atomically.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from tidewaiter.base.errors import OutputError
from tidewaiter.base.files import alone, writing
from tidewaiter.base.phrases import as_written, decoder_of, stored_json
from tidewaiter.base.records import Record
from tidewaiter.bulk.screening import Settings, Step
from tidewaiter.bulk.worker_messages import stored_alerts
from tidewaiter.lists.archive import versions_at
from tidewaiter.trade.types import Alert, Refusal

_PRIVATE = 0o600  # contains restricted alerts too
_DONE = b'{"done":'
_BEGINS = b'{"settings":'  # start of every journal; after a crash, zeros or a prefix of it


class Done(Record, frozen=True, kw_only=True):
    """Progress of a screening."""

    row: int = 0  # last data row completed
    lines: int = 0
    noted: int = 0
    unread: int = 0
    unknown: int = 0
    scripts: Mapping[str, int] = {}  # names not comparable with other scripts
    alerts: int = 0
    refused_rows: int = 0
    refused_fields: int = 0
    remarks: int = 0  # refusals about the whole file, without a row
    seconds: float = 0.0


class _Head(Record, frozen=True, kw_only=True):
    """First line: identity of the screening."""

    settings: Settings
    registry: str  # digest
    reading: str  # reading options


class _Entry(Record, frozen=True, kw_only=True, omit_defaults=True):
    alert: Alert | None = None
    refusal: Refusal | None = None
    done: Done | None = None


class Journal:
    """A journal open for writing, protected by a file lock."""

    def __init__(self, path: Path, settings: Settings, registry: str, reading: str) -> None:
        """Resume the journal of the same screening, or start a new one.

        Raises:
            OutputError: Not writable.
        """
        head = msgspec.json.encode(
            _Head(settings=settings, registry=registry, reading=reading), enc_hook=str
        )
        self.path = path
        self._head = head + b"\n"
        with writing(str(path)):
            path.parent.mkdir(parents=True, exist_ok=True)
            self.done, size = _taken_up(path, head)
            self._file = _open(path)
            self._file.truncate(size)
            self._file.seek(size)
        if not size:
            self._file.write(self._head)

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it; it stays on disk until all outputs are written."""
        with suppress(OSError):  # completed steps are synced
            self._file.close()

    def begin_anew(self) -> None:
        """Discard all steps."""
        with writing(str(self.path)):
            self._file.flush()
            self._file.truncate(0)
            self._file.seek(0)
        self._file.write(self._head)
        self.done = Done()

    def add(self, step: Step, seconds: float) -> Done:
        """Write a completed step; synced to disk on return.

        Raises:
            OutputError: Disk full or failing; the step is not complete.
        """
        encode = stored_json
        lines = [b'{"alert":%b}' % alert for alert in stored_alerts(step.screened.alerts)]
        lines += [encode(_Entry(refusal=refusal)) for refusal in step.refusals]
        fields = sum(refusal.screened for refusal in step.refusals)
        done = Done(
            row=step.done_row,
            lines=self.done.lines + step.screened.lines,
            noted=self.done.noted + step.screened.noted,
            unread=self.done.unread + step.screened.unread,
            unknown=self.done.unknown + step.screened.unknown,
            scripts=Counter(self.done.scripts) + Counter(step.screened.scripts),
            alerts=self.done.alerts + len(step.screened.alerts),
            refused_rows=self.done.refused_rows + len(step.refusals) - fields,
            refused_fields=self.done.refused_fields + fields,
            remarks=self.done.remarks + sum(not each.row for each in step.refusals),
            seconds=self.done.seconds + seconds,
        )
        lines.append(encode(_Entry(done=done)))
        with writing(str(self.path)):
            self._file.write(b"\n".join(lines) + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        self.done = done
        return done


def _open(path: Path) -> BinaryIO:
    """Open a file for reading and writing; create it if missing, without following links."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _PRIVATE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, _PRIVATE)  # left by an earlier version
    return os.fdopen(descriptor, "r+b")


def read_journal(
    path: Path, *, holding: bytes = b"", phrases: bool = True
) -> Iterator[Alert | Refusal]:
    """Yield the alerts and refusals of completed steps, in file order.

    Args:
        path: Journal path.
        holding: Only those with JSON that contains these bytes; others are not decoded.
        phrases: Decode phrases; False is a third faster.
    """
    decoder = decoder_of(_Entry) if phrases else _WITHOUT_PHRASES
    step: list[Alert | Refusal] = []
    with path.open("rb") as file:
        file.readline()
        for line in file:
            if holding not in line and not line.startswith(_DONE):
                continue
            entry = decoder.decode(line)
            if entry.alert is not None:
                step.append(entry.alert)
            elif entry.refusal is not None:
                step.append(entry.refusal)
            else:
                yield from step
                step = []


_UNREAD = as_written("")
_WITHOUT_PHRASES = msgspec.json.Decoder(_Entry, dec_hook=lambda *_: _UNREAD)


def read_done(path: Path) -> Done:
    """Return the progress of a journal's screening."""
    with path.open("rb") as file:
        return _last_done(file)[0]


def _taken_up(path: Path, head: bytes) -> tuple[Done, int]:
    """Return the progress of a journal of this screening, and the end of its last step; or 0."""
    try:
        with path.open("rb") as file:
            first = file.readline()
            if first == head + b"\n":
                return _last_done(file)
    except FileNotFoundError:
        return Done(), 0
    if not _BEGINS.startswith(first[: len(_BEGINS)].strip(b"\0")):
        raise OutputError("bulk/not-a-journal", at=str(path))
    return Done(), 0


def _last_done(file: BinaryIO) -> tuple[Done, int]:
    """Return the last complete progress line, and its end."""
    done, size = Done(), file.tell()
    decode = decoder_of(_Entry).decode
    at = size
    for line in file:
        at += len(line)
        if line.startswith(_DONE) and line.endswith(b"}\n"):
            done = decode(line).done or done
            size = at
    return done, size


_JOURNALS, _LOCKS = "*.journal", "*.journal.lock"


def drop_abandoned(folder: Path, before: float) -> int:
    """Delete journals in a folder by age.

    Journals in use, and those that cannot be deleted, stay.

    Args:
        folder: Folder of automatic journals; may be missing.
        before: Limit of the modification time, seconds since 1970.

    Returns:
        The number deleted.
    """
    dropped = 0
    locks = {path.with_suffix("") for path in folder.glob(_LOCKS) if _is_old(path, before)}
    for journal in sorted({*folder.glob(_JOURNALS), *locks}):
        if not _is_old(journal, before) and journal not in locks:
            continue
        with suppress(OSError, OutputError), alone(journal, str(journal)):
            if _is_old(journal, before):  # checked again under the lock
                journal.unlink()
                dropped += 1
    return dropped


def _is_old(path: Path, before: float) -> bool:
    try:
        return path.stat(follow_symlinks=False).st_mtime < before
    except OSError:
        return False


def open_scripts(settings: Settings, done: Done) -> Mapping[str, int]:
    """Return the number of names not comparable, if an unrestricted list is used.

    Args:
        settings: Screening settings.
        done: Progress.
    """
    return done.scripts if done.scripts and versions_at(settings.lists, settings.day) else {}
