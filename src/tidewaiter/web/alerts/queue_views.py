"""The queue in words."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.report.languages import counted, number, words
from tidewaiter.store.accounts import account_key
from tidewaiter.store.savedfilters import SavedFilter
from tidewaiter.store.sessions import User
from tidewaiter.web.bulk import AT_ONCE
from tidewaiter.web.decisionform import decision_choices
from tidewaiter.web.node import Node
from tidewaiter.web.queuefilters import (
    Chip,
    Choice,
    Group,
    chips,
    count_in_words,
    groups,
    kept,
    names,
    path_of,
    sorts,
)
from tidewaiter.web.queuepage import QueuePage
from tidewaiter.web.queuequery import FIRST, QueueQuery, written
from tidewaiter.web.queuerows import RowView, row_view
from tidewaiter.web.screenview import JobView, job_view
from tidewaiter.web.toasts import Toast, batch_toast, bulk_toast, step_toast
from tidewaiter.web.uploadpages import Shown


class SavedView(Record, frozen=True, kw_only=True):
    """A filter that is kept, and where it leads."""

    id: int
    name: str
    path: str
    mine: bool
    shared: bool


class QueueView(Record, frozen=True, kw_only=True):
    """The queue in words."""

    groups: tuple[Group, ...]
    chips: tuple[Chip, ...]
    rows: tuple[RowView, ...]
    total: str
    counted: str  # how many alerts match, in words
    learned: str  # what is to be known of the order; "": it is one of the rules
    sorts: tuple[Choice, ...]
    first: str  # address; "": this is the first page
    before: str
    after: str
    query: str
    kept: tuple[tuple[str, str], ...]  # what the search keeps: names and values of its fields
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # verdict; code and words
    saved: tuple[SavedView, ...]
    may: frozenset[str]
    at_once: int
    keys: tuple[tuple[str, str], ...]
    toast: Toast | None
    running: tuple[JobView, ...]


def queue_view(page: QueuePage, user: User, node: Node) -> QueueView:
    """Put the queue into words.

    Args:
        page: What it tells.
        user: Who reads it.
        node: The installation, for names and the day.
    """
    query = page.query
    library = node.library()
    known = names(library)
    rows, onward = page.rows, written(query)
    return QueueView(
        groups=tuple(groups(page, known)),
        chips=tuple(chips(query, known)),
        rows=tuple(
            row_view(each, onward, node.today(), library.regimes, node.alert_rules) for each in rows
        ),
        total=count_in_words(page.total),
        counted=_counted(page.total),
        learned=_learned(query),
        sorts=tuple(sorts(query, taught=node.taught.sound() is not None)),
        first=path_of(query) if query.after or query.before else "",
        before=path_of(query, before=rows[0].alert.id) if rows and page.earlier else "",
        after=path_of(query, after=rows[-1].alert.id) if rows and page.later else "",
        query=onward,
        kept=tuple(kept(query)),
        reasons=tuple(decision_choices()),
        saved=tuple(_saved(each, user) for each in page.saved),
        may=frozenset(user.rights),
        at_once=AT_ONCE,
        keys=(
            ("j k", words("The next alert, the one before")),
            ("Enter", words("Open it")),
            ("o", words("Open it")),
            ("x", words("Choose it, or not")),
            ("a", words("Assign what is chosen, or this one, to me")),
            ("/", words("Search")),
            ("n", words("The next page")),
            ("p", words("The page before")),
            ("u", words("Undo what was just done")),
        ),
        toast=_toast(page, user),
        running=running_view(page.running),
    )


def running_view(running: Sequence[Shown]) -> tuple[JobView, ...]:
    """Put the uploads that are being screened into words."""
    return tuple(map(job_view, running))


def _counted(total: int) -> str:
    return counted("{count} alert", "{count} alerts", total).format(count=count_in_words(total))


def _toast(page: QueuePage, user: User) -> Toast | None:
    """Say what was just done; what a colleague did is not undone by one key in a shared address."""
    query, me = page.query, account_key(user.account.id)
    if page.step is not None:
        return step_toast(page.step)
    if page.batch is not None and page.batch.by == me:
        return batch_toast(page.batch, query.left or 0)
    if query.batch is None and query.did is not None and query.done is not None:
        return bulk_toast(query.did, query.done, query.left or 0)
    return None


def _learned(query: QueueQuery) -> str:
    if query.sort != "learned":
        return ""
    return words(
        "The first {first} alerts by the rules, in the order that decisions taught; those behind "
        "them are in the orders of the rules alone."
    ).format(first=number(FIRST))


def _saved(each: SavedFilter, user: User) -> SavedView:
    told: dict[str, Any] = msgspec.structs.asdict(each.wanted)
    told["status"] = told["status"] or ("all",)
    return SavedView(
        id=each.id,
        name=each.name,
        path=path_of(QueueQuery(sort=each.sort, **told)),
        mine=each.owner == user.account.id,
        shared=each.shared,
    )
