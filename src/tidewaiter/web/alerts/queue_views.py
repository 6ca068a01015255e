"""Queue view: filters with counts, rows and progress."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Status
from tidewaiter.explain.alerts import goods_shown, short_title
from tidewaiter.explain.languages import counted, day, number, pgettext, words
from tidewaiter.explain.legible_text import Span, mark_up
from tidewaiter.explain.lines import consignment_in_words
from tidewaiter.explain.official_names import substance_names
from tidewaiter.explain.phrases import markup, plain, translated
from tidewaiter.explain.rules import percent
from tidewaiter.explain.sentences import alert_sentence
from tidewaiter.explain.words import Library, days_in_words
from tidewaiter.law.types import Regime
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.accounts.users import account_key
from tidewaiter.store.alerts.filters import SavedFilter
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Alert, Severity
from tidewaiter.web.alerts.bulk_actions import AT_ONCE
from tidewaiter.web.alerts.decision_form import (
    Toast,
    batch_toast,
    bulk_toast,
    decision_choices,
    status_in_words,
    step_toast,
)
from tidewaiter.web.alerts.queue_query import FIRST, QueuePage, QueueQuery, QueueRow, written
from tidewaiter.web.alerts.views import added_in_words
from tidewaiter.web.core.node import Node
from tidewaiter.web.uploads.schemas import Shown
from tidewaiter.web.uploads.views import JobView, job_view

COUNTED = 10_000  # larger counts are not exact
_SEVERAL = ("severity", "status", "substance", "rule", "country")

Names = Mapping[str, Mapping[str, str]]
"""Display names of values, by filter."""


class Choice(Record, frozen=True, kw_only=True):
    """A filter value, and the link that selects it."""

    label: str
    value: str
    count: str
    path: str
    chosen: bool


class Group(Record, frozen=True, kw_only=True):
    """A filter and its values."""

    name: str
    title: str
    choices: tuple[Choice, ...]


class Chip(Record, frozen=True, kw_only=True):
    """A selected filter, and the link that removes it."""

    label: str
    path: str


def names(library: Library) -> Names:
    """Return the display names of filter values."""
    said = {
        "critical": words("Critical"),
        "high": words("High"),
        "medium": words("Medium"),
        "low": words("Low"),
    }
    return {
        "severity": said,
        "status": {name: status_in_words(name).capitalize() for name in get_args(Status)},
        "assignee": {"": words("Unassigned")},
        "substance": substance_names(library.substances),
        "rule": {slug: words(title) for slug, title in library.rules.items()},
        "country": {},
    }


def _titles() -> Mapping[str, str]:
    return {
        "severity": words("Severity"),
        "status": words("Status"),
        "due": words("Due"),
        "assignee": words("Assigned to"),
        "proposed": words("Second officer"),
        "substance": words("Substance"),
        "rule": words("Reason"),
        "country": words("Country in documents"),
        "origin": pgettext("route", "From"),
        "destination": pgettext("route", "To"),
        "party": words("Party"),
        "entry": words("List entry"),
        "consignment": words("Consignment"),
        "source": words("File"),
        "screening": words("Screening"),
        "words": words("Search text"),
        "due_from": words("Due on or after"),
        "due_to": words("Due on or before"),
        "day_from": words("Screened on or after"),
        "day_to": words("Screened on or before"),
    }


def groups(page: QueuePage, names: Names) -> Iterator[Group]:
    """Yield the filters with their values."""
    titles = _titles()
    for name in ("severity", "status", "due", "assignee", "substance", "rule", "country"):
        if name == "due":
            choices = tuple(_due(page))
        else:
            choices = tuple(
                Choice(
                    label=names[name].get(each.value, each.value),
                    value=each.value,
                    count=count_in_words(each.alerts),
                    path=path_of(page.query, **_toggled(page.query, name, each.value)),
                    chosen=_is_chosen(page.query, name, each.value),
                )
                for each in page.counts.by[name]
                if each.alerts or _is_chosen(page.query, name, each.value)
            )
        yield Group(name=name, title=titles[name], choices=choices)
        if name == "status" and (page.counts.proposed or page.query.proposed):
            yield Group(name="proposed", title=titles["proposed"], choices=(_proposed(page),))


def _proposed(page: QueuePage) -> Choice:
    chosen = page.query.proposed
    return Choice(
        label=words("Awaiting a second officer"),
        value="true",
        count=count_in_words(page.counts.proposed),
        path=path_of(page.query, proposed=not chosen),
        chosen=chosen,
    )


def _due(page: QueuePage) -> Iterator[Choice]:
    chosen = page.query.due_within
    for days, count in page.counts.due_within.items():
        if not count and page.query.due_within != days:
            continue
        yield Choice(
            label=_within(days),
            value=str(days),
            count=count_in_words(count),
            path=path_of(page.query, due_within=None if chosen == days else days),
            chosen=chosen == days,
        )


def _within(days: int) -> str:
    if days < 0:
        return words("Overdue")
    if days == 0:
        return words("Today or overdue")
    return counted("Within %d day", "Within %d days", days) % days


def _is_chosen(query: QueueQuery, name: str, value: str) -> bool:
    held = getattr(query, name)
    return value in held if isinstance(held, tuple) else held == value


def _toggled(query: QueueQuery, name: str, value: str) -> dict[str, Any]:
    held = getattr(query, name)
    if not isinstance(held, tuple):
        return {name: None if held == value else value}
    left = tuple(each for each in held if each not in {value, "all"})
    now = left if value in held else (*left, value)
    return {name: now or (("all",) if name == "status" else ())}


def chips(query: QueueQuery, names: Names) -> Iterator[Chip]:
    """Yield the selected values with removal links."""
    titles = _titles()
    for name in _SEVERAL:
        for value in getattr(query, name):
            if value != "all":
                label = f"{titles[name]}: {names[name].get(value, value)}"
                yield Chip(label=label, path=path_of(query, **_toggled(query, name, value)))
    if query.due_within is not None:
        yield Chip(label=_within(query.due_within), path=path_of(query, due_within=None))
    if query.assignee is not None:
        label = f"{titles['assignee']}: {query.assignee or names['assignee']['']}"
        yield Chip(label=label, path=path_of(query, assignee=None))
    if query.proposed:
        label = words("Awaiting a second officer")
        yield Chip(label=label, path=path_of(query, proposed=False))
    for name in (
        "words",
        "party",
        "entry",
        "consignment",
        "origin",
        "destination",
        "source",
        "screening",
        "due_from",
        "due_to",
        "day_from",
        "day_to",
    ):
        if value := getattr(query, name):
            said = day(value) if isinstance(value, date) else str(value)
            gone = "" if name == "words" else None
            yield Chip(label=f"{titles[name]}: {said}", path=path_of(query, **{name: gone}))


def sorts(query: QueueQuery, *, taught: bool) -> Iterator[Choice]:
    """Yield the orders; with a model, the learned one too."""
    said = {
        "rank": words("priority"),
        "due": words("due date, earliest first"),
        "-due": words("due date, latest first"),
        "newest": words("newest first"),
        "oldest": words("oldest first"),
        "score": words("highest score first"),
        "-score": words("lowest score first"),
        "consignment": words("by consignment"),
        "-consignment": words("by consignment, descending"),
    }
    if taught:
        said["learned"] = words("model estimate")
    for value, label in said.items():
        path = path_of(query, sort=value)
        yield Choice(label=label, value=value, count="", path=path, chosen=query.sort == value)


def kept(query: QueueQuery) -> Iterator[tuple[str, str]]:
    """Yield fields selected by links, so that a form preserves them."""
    for name in _SEVERAL:
        yield from ((name, value) for value in getattr(query, name))
    if query.assignee is not None:
        yield "assignee", query.assignee
    if query.proposed:
        yield "proposed", "true"
    for name in ("due_within", "source", "screening"):
        if (value := getattr(query, name)) is not None:
            yield name, str(value)


def path_of(query: QueueQuery, **change: Any) -> str:
    """Return the address of a queue."""
    said = written(query, **change)
    return f"/queue?{said}" if said else "/queue"


def count_in_words(alerts: int) -> str:
    """Format a count; above 10,000 it is not exact."""
    return f"{number(COUNTED)}+" if alerts > COUNTED else number(alerts)


_GOODS = 180  # characters of a description shown around a match
_LISTINGS = 2  # named in a title


class RowView(Record, frozen=True, kw_only=True):
    """An alert as a row."""

    id: str
    path: str
    severity: Severity
    score: int
    learned: str  # learned probability; "": not requested
    title: str
    heading: Markup  # title; English text is marked
    preview: str  # address of the fragment beside the queue
    what: str  # substances, or the goods as written
    goods: Markup
    amount: str
    parties: str
    route: str
    consignment: str
    due: str
    days: str
    days_short: str  # like "12 d"; negative: late
    late: bool
    age: str
    status: str
    status_words: str
    assignee: str
    restricted: bool
    adds: tuple[str, ...]  # priority points among its severity, like "+30 unusual"
    listed: str  # what a list says of a party; "": no list match
    proposed: int | None  # bulk decision that waits for a second officer


def row_view(
    row: QueueRow, kept: str, today: date, regimes: Mapping[str, Regime], rules: AlertRules
) -> RowView:
    """Render an alert as a row of the queue.

    Args:
        row: The alert and its status.
        kept: Query of the queue to return to.
        today: The day.
        regimes: By slug, for their short names.
        rules: Rules that determined its rank.
    """
    alert = row.alert
    left = (alert.due - today).days if alert.due else None
    titled, told = translated(short_title(alert, regimes, _LISTINGS)), alert_sentence(alert)
    onward = f"?{urlencode({'queue': kept})}" if kept else ""
    return RowView(
        id=alert.id,
        path=f"/alerts/{alert.id}{onward}",
        preview=f"/alerts/{alert.id}/preview{onward}",
        severity=alert.severity,
        score=alert.score,
        learned=percent(alert.learned.chance) if alert.learned else "",
        title=plain(titled),
        heading=markup(titled),
        what=told.what,
        goods=_goods(alert),
        amount=told.amount,
        parties=told.names,
        route=told.route,
        consignment=consignment_in_words(alert.consignment, alert.seq),
        due=day(alert.due),
        days=days_in_words(left),
        days_short="" if left is None else words("{count} d").format(count=number(left)),
        late=left is not None and left <= 0 and row.standing.status == "open",
        age=_age((today - alert.day).days),
        status=row.standing.status,
        status_words=status_in_words(row.standing.status),
        assignee=row.standing.assignee or "",
        restricted=alert.restricted,
        adds=tuple(added_in_words(alert, rules)),
        listed="; ".join(party.listed for party in told.parties if party.listed),
        proposed=row.proposed,
    )


def _goods(alert: Alert) -> Markup:
    """Return the goods as written, shortened around the highlighted matches."""
    text, found = goods_shown(alert)
    spans = [
        Span(start=find.evidence.start, end=find.evidence.end, label=find.label) for find in found
    ]
    return mark_up(text, spans, limit=_GOODS)


def _age(days: int) -> str:
    if days <= 0:
        return words("screened today")
    return counted("screened %d day ago", "screened %d days ago", days) % days


class SavedView(Record, frozen=True, kw_only=True):
    """A saved filter and its link."""

    id: int
    name: str
    path: str
    mine: bool
    shared: bool


class QueueView(Record, frozen=True, kw_only=True):
    """The queue, as displayed."""

    groups: tuple[Group, ...]
    chips: tuple[Chip, ...]
    rows: tuple[RowView, ...]
    total: str
    counted: str  # number of matches, as text
    learned: str  # remark on the order; "": by rules
    sorts: tuple[Choice, ...]
    first: str  # address; "": already the first page
    before: str
    after: str
    query: str
    kept: tuple[tuple[str, str], ...]  # hidden fields of the search form
    reasons: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]  # verdict; code and text
    saved: tuple[SavedView, ...]
    may: frozenset[str]
    at_once: int
    keys: tuple[tuple[str, str], ...]
    toast: Toast | None
    running: tuple[JobView, ...]
    looks: tuple[tuple[str, str], ...]  # parts of the page that a reader may hide


def queue_view(page: QueuePage, user: User, node: Node) -> QueueView:
    """Render the queue as text.

    Args:
        page: The page record.
        user: The reader.
        node: For names and the day.
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
        keys=_keys(),
        toast=_toast(page, user),
        running=running_view(page.running),
        looks=_looks(),
    )


def _keys() -> tuple[tuple[str, str], ...]:
    """Return the keys of the page, with what they do."""
    return (
        ("j k", words("Next alert, previous alert")),
        ("Enter o", words("Open the page of the alert")),
        ("x", words("Select or deselect")),
        ("a", words("Assign the selected alerts, or this one, to me")),
        ("/", words("Search")),
        ("n", words("Next page")),
        ("p", words("Previous page")),
        ("u", words("Undo the last action")),
    )


def _looks() -> tuple[tuple[str, str], ...]:
    """Return the parts of the page that a reader may hide."""
    return (
        ("preview", words("Preview")),
        ("compact", words("Compact rows")),
        ("amount", words("Amount")),
        ("route", words("Route")),
        ("parties", words("Parties")),
        ("stands", words("Status and assignee")),
        ("adds", words("Priority points")),
    )


def running_view(running: Sequence[Shown]) -> tuple[JobView, ...]:
    """Render the uploads that are being screened as text."""
    return tuple(map(job_view, running))


def _counted(total: int) -> str:
    return counted("{count} alert", "{count} alerts", total).format(count=count_in_words(total))


def _toast(page: QueuePage, user: User) -> Toast | None:
    """Describe the last action; a colleague's action cannot be undone through a shared address."""
    query, me = page.query, account_key(user.account.id)
    if page.step is not None:
        return step_toast(page.step, "queue")
    if page.batch is not None and page.batch.by == me:
        return batch_toast(page.batch, query.left or 0)
    if query.batch is None and query.did is not None and query.done is not None:
        return bulk_toast(query.did, query.done, query.left or 0)
    return None


def _learned(query: QueueQuery) -> str:
    if query.sort != "learned":
        return ""
    return words(
        "The model reorders only the first {first} alerts. All later alerts are in rule order."
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
