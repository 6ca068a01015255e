"""Bulk decisions in words."""

from collections.abc import Sequence
from typing import Protocol

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import load_decision_rules
from tidewaiter.report.languages import counted, number, words
from tidewaiter.store.accounts import account_key
from tidewaiter.store.bulkdecisions import Batch
from tidewaiter.store.sessions import User


class BatchRow(Record, frozen=True, kw_only=True):
    """A bulk decision in words."""

    number: int
    title: str
    counts: str
    note: str
    by: str
    at: str
    undone_by: str
    undone_at: str
    waiting: int


class BatchesView(Record, frozen=True, kw_only=True):
    """Bulk decisions in words."""

    waiting: tuple[BatchRow, ...]
    batches: tuple[BatchRow, ...]


class BatchView(Record, frozen=True, kw_only=True):
    """One bulk decision in words."""

    row: BatchRow
    became: tuple[str, ...]  # of each member
    may_undo: bool
    may_settle: bool  # the reader is a second officer, and something waits
    own: bool  # something waits, and the reader is who decided


class Batches(Protocol):
    """Bulk decisions."""

    @property
    def waiting(self) -> Sequence[Batch]:
        """For a second officer."""

    @property
    def batches(self) -> Sequence[Batch]:
        """The newest first."""


class Became(Protocol):
    """An alert of a bulk decision."""

    @property
    def became(self) -> str:
        """What became of it."""


class Page(Protocol):
    """One bulk decision."""

    @property
    def batch(self) -> Batch:
        """It."""

    @property
    def members(self) -> Sequence[Became]:
        """Its alerts."""


def batches_view(page: Batches, user: User) -> BatchesView:
    """Put bulk decisions into words."""
    del user
    return BatchesView(
        waiting=tuple(map(batch_row, page.waiting)), batches=tuple(map(batch_row, page.batches))
    )


def batch_view(page: Page, user: User) -> BatchView:
    """Put one bulk decision into words."""
    batch, me = page.batch, account_key(user.account.id)
    second = "approve" in user.rights
    return BatchView(
        row=batch_row(batch),
        became=tuple(_became(each.became) for each in page.members),
        may_undo="decide" in user.rights and batch.undone_by is None,
        may_settle=second and batch.by != me and batch.waiting > 0,
        own=batch.by == me and batch.waiting > 0,
    )


def batch_row(batch: Batch) -> BatchRow:
    """Put a bulk decision into words, as a row."""
    rules = load_decision_rules()
    verdict = words(rules.verdict[batch.verdict].says)
    return BatchRow(
        number=batch.number,
        title=f"{verdict}: {words(rules.reason[batch.reason].says)}",
        counts=", ".join(_counts(batch)),
        note=batch.note,
        by=batch.by,
        at=batch.at,
        undone_by=batch.undone_by or "",
        undone_at=batch.undone_at or "",
        waiting=batch.waiting,
    )


def _counts(batch: Batch) -> list[str]:
    told = [
        (counted("%(num)s alert decided", "%(num)s alerts decided", batch.decided), batch.decided),
        (
            counted(
                "%(num)s waiting for a second officer",
                "%(num)s waiting for a second officer",
                batch.waiting,
            ),
            batch.waiting,
        ),
        (counted("%(num)s rejected", "%(num)s rejected", batch.rejected), batch.rejected),
        (counted("%(num)s left out", "%(num)s left out", batch.left), batch.left),
    ]
    return [text % {"num": number(count)} for text, count in told if count]


def _became(code: str) -> str:
    said = {
        "decided": words("decided"),
        "undone": words("undone"),
        "later": words("decided again since"),
        "waiting": words("waiting for a second officer"),
        "rejected": words("rejected by a second officer"),
        "withdrawn": words("withdrawn"),
        "overtaken": words("decided by itself meanwhile"),
    }
    return said.get(code, code)
