"""Files attached to cases, and the erasure of a case when its retention period ends."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy import delete, insert, select, update

from tidewaiter.base.errors import InputError, MissingError, StoreError
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import Asked, load_case_rules
from tidewaiter.casework.cases.state import Viewer
from tidewaiter.casework.cases.steps import Erased, FileAdded, Step
from tidewaiter.store.cases.casefile import case_steps, take_step
from tidewaiter.store.core import tables
from tidewaiter.store.core.database import Work
from tidewaiter.store.recalls.erasure import overwrite

PART = 1 << 20  # bytes
_HEAD = 4_096  # bytes that tell what a file is


class Given(Record, frozen=True, kw_only=True):
    """A file that is to belong to a case."""

    name: str
    note: str = ""
    restricted: bool = False


def add_file(work: Work, viewer: Viewer, number: int, given: Given, file: BinaryIO) -> Step:
    """Add a file to a case.

    Args:
        work: Begun with a stamp.
        viewer: Who adds it.
        number: Of the case.
        given: What is said of it.
        file: Its bytes; read twice, from the beginning, a part at a time.

    Raises:
        InputError: It is too large or empty, or the case takes none.
    """
    told = _measured(given, file)
    step = take_step(work, viewer, number, Asked(content=told, restricted=given.restricted))
    held = select(tables.blob.c.size).where(tables.blob.c.sha256 == told.sha256)
    if work.connection.execute(held).scalar() is None:
        _keep(work, told, file)
    row = {"step": step.id, "sha256": told.sha256}
    work.connection.execute(insert(tables.case_file).values(row))
    return step


def find_file(work: Work, viewer: Viewer, number: int, step: int) -> FileAdded | None:
    """Find a file of a case by its step; None: none that the viewer may see, or it was erased."""
    found = next((each for each in case_steps(work, viewer, number) if each.id == step), None)
    content = found.content() if found else None
    return content if isinstance(content, FileAdded) else None


def file_parts(work: Work, viewer: Viewer, number: int, step: int) -> Iterator[bytes]:
    """Read the bytes of a file of a case, a part at a time.

    Raises:
        MissingError: There is no such file for the viewer.
        StoreError: The bytes are not those that were added.
    """
    told = find_file(work, viewer, number, step)
    if told is None:
        raise MissingError("store/case-no-file", number=number, step=step)
    c, found, place = tables.blob_part.c, hashlib.sha256(), 0
    wanted = select(c.bytes).where(c.sha256 == told.sha256)
    while (part := work.connection.execute(wanted.where(c.number == place)).scalar()) is not None:
        found.update(part)
        place += 1
        yield bytes(part)
    if found.hexdigest() != told.sha256:
        raise StoreError("store/file-bytes-changed", step=step)


def drop_files(work: Work, number: int) -> None:
    """Forget the files of a case, and the bytes that no other case holds.

    Args:
        work: Begun with a stamp; whoever calls checks that it may be, and writes the audit.
        number: Of the case.
    """
    c, step = tables.case_file.c, tables.case_step.c
    of = select(step.id).where(step.case == number)
    hashes = work.connection.execute(select(c.sha256).where(c.step.in_(of))).scalars().all()
    work.connection.execute(delete(tables.case_file).where(c.step.in_(of)))
    for sha256 in set(hashes):
        used = select(c.step).where(c.sha256 == sha256).limit(1)
        if work.connection.execute(used).scalar() is None:
            for table in (tables.blob_part, tables.blob):
                work.connection.execute(delete(table).where(table.c.sha256 == sha256))


def _measured(given: Given, file: BinaryIO) -> FileAdded:
    """Read a file once: how large it is, its hash, and what it is."""
    rules = load_case_rules()
    most, found, size = rules.limits.file_bytes, hashlib.sha256(), 0
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    while part := file.read(PART):
        size += len(part)
        if size > most:
            raise InputError("store/file-too-large", most=most, at=given.name)
        found.update(part)
    if not size:
        raise InputError("store/file-empty", at=given.name)
    return FileAdded(
        name=given.name[: rules.limits.title],
        sha256=found.hexdigest(),
        size=size,
        type=rules.type_of(head),
        note=given.note,
    )


def _keep(work: Work, told: FileAdded, file: BinaryIO) -> None:
    """Keep the bytes; other bytes than those that were measured are refused."""
    found, place = hashlib.sha256(), 0
    row = {"sha256": told.sha256, "size": told.size}
    work.connection.execute(insert(tables.blob).values(row))
    file.seek(0)
    while part := file.read(PART):
        found.update(part)
        row = {"sha256": told.sha256, "number": place, "bytes": part}
        work.connection.execute(insert(tables.blob_part).values(row))
        place += 1
    if found.hexdigest() != told.sha256:
        raise InputError("store/file-changed-while-read", at=told.name)


def erase_case(work: Work, viewer: Viewer, number: int, *, why: str, seen: int) -> Step:
    """Erase what can name people from a case: words, files and titles.

    Their salted digests stay, so whoever has a copy can still prove it; without one, nothing can be
    learned from them. Who did what kind of step and when stays too.

    Args:
        work: Begun with a stamp.
        viewer: Who erases.
        number: Of the case.
        why: By which rule.
        seen: The last step that they saw.

    Raises:
        ConflictError: Others took a step since.
        InputError: It is open, held, or its time is not over; or the viewer may not.
        MissingError: There is no such case for the viewer.
    """
    rules = load_case_rules().step
    kinds = [kind for kind, rule in rules.items() if rule.erasable]
    steps = case_steps(work, viewer, number)
    told = sum(1 for step in steps if step.kind in kinds and step.written)
    step = take_step(work, viewer, number, Asked(content=Erased(steps=told, why=why), seen=seen))
    overwrite(work)
    c, file, task = tables.case_step.c, tables.casefile, tables.case_task
    work.connection.execute(
        update(tables.case_step)
        .where(c.case == number, c.kind.in_(kinds))
        .values(written="", salt="")
    )
    work.connection.execute(
        update(file).where(file.c.number == number).values(title=None, folded=None)
    )
    work.connection.execute(delete(task).where(task.c.case == number))
    drop_files(work, number)
    return step
