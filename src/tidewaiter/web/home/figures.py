"""Figures of the home page: what waits for a reader, each with the page that shows it.

Counts come from indexes, tallies and small tables, so that a million alerts cost no more than a
page of the queue.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.burden.releases.dataset_loader import folder_state
from tidewaiter.casework.counts import load_overview_rules
from tidewaiter.exchange.coalition.members import PATIENCE
from tidewaiter.exchange.register.balances import account_on, ends_on, is_low, state_on
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Grant, Requirement
from tidewaiter.exchange.requests.state import box_of, shows
from tidewaiter.explain.rules import is_noisy
from tidewaiter.store.accounts.sessions import User, opened_by
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.alerts.bulk_decisions import batches, waiting_batches
from tidewaiter.store.alerts.counts import Span, raised, reversals, tracks_of
from tidewaiter.store.alerts.queue import Workload
from tidewaiter.store.alerts.webhooks import webhooks
from tidewaiter.store.audit import moment
from tidewaiter.store.cases.casefile import CaseFilter, count_cases
from tidewaiter.store.core.database import Work
from tidewaiter.store.notices.drafts import count_drafts
from tidewaiter.store.notices.lookup import count_notices, count_objections
from tidewaiter.store.peers.channel import waits_since
from tidewaiter.store.peers.directory import peers
from tidewaiter.store.register.entries import load_register, register_state
from tidewaiter.store.requests import requests
from tidewaiter.store.rules import rule_settings
from tidewaiter.store.suppression.rules import suppressions
from tidewaiter.store.uploads import count_uploads
from tidewaiter.transport.context import Desk
from tidewaiter.web.cases.steps import viewer_of
from tidewaiter.web.core.node import Node
from tidewaiter.web.law.desk import LawDesk
from tidewaiter.web.peers.schemas import days_silent

Subject = Literal["alerts", "cases", "supervision", "exchange", "law", "counts", "server"]
"""A section of the page: own alerts and files, own cases, second officers and reviews, messages
with other nodes, law and lists, overdose deaths, operation of the server."""

Mood = Literal["act", "soon", "fact"]
"""How a figure is shown: what is late or forbidden, what waits, what is good to know."""

_SOON = 30  # days
_WEEK = 7
_OLD_LISTS = 7  # days after which lists are old
_OLD_LAW = 30
_OLD_INSTRUMENT = 183
_REQUESTS = 500  # most recent ones that are counted
_LOW = 0.1  # share of what was granted
_GIB = 1 << 30
_LITTLE = 5  # GiB of disk space


class Figure(Record, frozen=True, kw_only=True):
    """A count, and the page that shows what is counted."""

    what: str  # code: see FIGURES in views.py
    count: int
    path: str
    mood: Mood = "soon"
    day: date | None = None  # of the first, or of the oldest


class Section(Record, frozen=True, kw_only=True):
    """Figures on one subject; those of 0 too."""

    subject: Subject
    figures: tuple[Figure, ...]


class Reader(Record, frozen=True, kw_only=True):
    """Who reads the page, and when."""

    user: User
    today: date
    now: datetime


def alert_figures(work: Work, load: Workload, reader: Reader) -> Iterator[Figure]:
    """Yield what is urgent among the open alerts, and the files that wait."""
    mine = urlencode({"assignee": reader.user.account.name})
    if "decide" in reader.user.rights:
        yield Figure(
            what="mine-due", count=load.mine_due, path=f"/queue?{mine}&due_within=0", mood="act"
        )
        yield Figure(what="mine", count=load.mine, path=f"/queue?{mine}")
    yield Figure(
        what="critical",
        count=load.severity["critical"],
        path="/queue?severity=critical",
        mood="act",
    )
    yield Figure(
        what="overdue", count=load.overdue, path="/queue?due_within=-1&sort=due", mood="act"
    )
    yield Figure(
        what="due-today",
        count=load.due_today,
        path=f"/queue?due_from={reader.today}&due_to={reader.today}",
    )
    yield Figure(what="open", count=load.total, path="/queue", mood="fact")
    if "upload" in reader.user.rights:
        states = count_uploads(work)
        yield Figure(
            what="files-unanswered", count=states.get("received", 0), path="/screen", mood="act"
        )
        yield Figure(what="files-ready", count=states.get("mapped", 0), path="/screen")
        yield Figure(what="files-failed", count=states.get("failed", 0), path="/screen", mood="act")


def case_figures(work: Work, reader: Reader) -> Iterator[Figure]:
    """Yield the reader's cases and tasks."""
    viewer = viewer_of(reader.user)
    wishes: tuple[tuple[str, str, Mood, CaseFilter], ...] = (
        ("tasks-due", "due", "act", CaseFilter(due=reader.today)),
        ("cases-mine", "mine", "soon", CaseFilter(mine=True, status="open")),
    )
    for what, show, mood, wanted in wishes:
        count = count_cases(work, viewer, wanted)
        yield Figure(what=what, count=count, path=f"/cases?show={show}", mood=mood)


def supervision_figures(work: Work, reader: Reader) -> Iterator[Figure]:
    """Yield what waits for a second officer, and what a supervisor reviews."""
    if "approve" in reader.user.rights:
        yield from _approvals(work, reader)
    if "overview" in reader.user.rights:
        yield from _reviews(work, reader)


def _approvals(work: Work, reader: Reader) -> Iterator[Figure]:
    """Yield what another officer proposed and the reader may approve."""
    me, cleared = account_key(reader.user.account.id), reader.user.account.cleared
    bulk = waiting_batches(work, cleared=cleared)
    alerts = sum(each.waiting for each in bulk if each.by != me)
    yield Figure(what="bulk-waiting", count=alerts, path="/bulk-decisions", mood="act")
    closing = count_cases(work, viewer_of(reader.user), CaseFilter(waiting=True))
    yield Figure(what="cases-waiting", count=closing, path="/cases?show=waiting", mood="act")
    proposed = len(suppressions(work, ["proposed"]))
    yield Figure(what="suppressions-waiting", count=proposed, path="/suppressions", mood="act")
    newest = {each.rule: each for each in rule_settings(work)}
    waiting = sum(not each.counts and each.by != me for each in newest.values())
    yield Figure(what="rules-waiting", count=waiting, path="/rules", mood="act")


def _reviews(work: Work, reader: Reader) -> Iterator[Figure]:
    rules = load_overview_rules()
    span = Span(
        today=reader.now.date(), days=rules.days, months=3, cleared=reader.user.account.cleared
    )
    undone, overrode = reversals(work, span)
    yield Figure(what="overrode", count=overrode, path="/overview#reversals")
    yield Figure(what="undone", count=undone, path="/overview#reversals", mood="fact")
    total, tracks = raised(work, span), tracks_of(work, span, "rule")
    noisy = sum(is_noisy(each, total, rules) for each in tracks.values())
    yield Figure(what="noisy", count=noisy, path="/overview")
    since = moment(reader.now - timedelta(days=_WEEK))
    acts = sum(each.at >= since for each in batches(work, rows=50, cleared=span.cleared))
    yield Figure(what="bulk-acts", count=acts, path="/bulk-decisions", mood="fact")


def exchange_figures(node: Node, reader: Reader) -> tuple[Figure, ...]:
    """Return the messages that wait for this authority; () if it exchanges none.

    While messages are missing after a restore from backup, nothing of peers is counted.
    """
    try:
        with node.exchange() as (desk, work):
            return (*_exchange(desk, work, reader), *_register(node, work, reader.today))
    except (MissingError, ConflictError):
        return ()


def _exchange(desk: Desk, work: Work, reader: Reader) -> Iterator[Figure]:
    today = reader.today
    counts = count_notices(work, today)
    inbox, outbox = counts["importer"], counts["exporter"]
    late = "/notices?box=in&show=overdue"
    yield Figure(what="notices-late", count=inbox["overdue"], path=late, mood="act")
    yield Figure(what="notices-ours", count=inbox["ours"], path="/notices?box=in&show=ours")
    yield Figure(what="notices-back", count=outbox["ours"], path="/notices?box=out&show=ours")
    since = moment(reader.now - timedelta(days=_SOON))
    refused = "/notices?box=out&show=decided"
    yield Figure(what="objections", count=count_objections(work, since), path=refused)
    sent = outbox["theirs"]
    yield Figure(what="notices-sent", count=sent, path="/notices?box=out&show=theirs", mood="fact")
    drafts = count_drafts(work, account_key(reader.user.account.id))
    yield Figure(what="drafts", count=drafts, path="/notices/drafts")
    asked = [
        each
        for _, each in requests(work, desk.ring.lock, rows=_REQUESTS)
        if box_of(each, desk.node) == "in"
    ]
    overdue = sum(shows(each, "late", today) for each in asked)
    waiting = sum(shows(each, "open", today) for each in asked)
    yield Figure(what="requests-late", count=overdue, path="/requests?box=in&show=late", mood="act")
    yield Figure(what="requests-open", count=waiting, path="/requests?box=in&show=open")
    if "relate" in reader.user.rights or "administer" in reader.user.rights:
        yield _stuck(work, reader.now)


def _register(node: Node, work: Work, today: date) -> Iterator[Figure]:
    """Yield the licences that end, and the permits and requirements that are used up."""
    ending, low = _register_figures(node, work, today)
    yield Figure(what="licences-ending", count=ending, path="/register?state=valid")
    yield Figure(what="quotas-low", count=low, path="/register?state=valid")


def _register_figures(node: Node, work: Work, today: date) -> tuple[int, int]:
    """Count both; a register takes time to read, so the counts are kept until it changes."""
    state = (today, register_state(work))
    if node.register_figures is None or node.register_figures[0] != state:
        book, last = Book(load_register(work)), today + timedelta(days=_SOON)
        held = [each for each in book.held_on(today) if state_on(each, today) == "valid"]
        ending = sum(
            (ends_on(each) or date.max) <= last
            for each in held
            if not isinstance(each, Requirement)  # for a year
        )
        low = sum(
            is_low(account_on(book, each, today), _LOW)
            for each in held
            if isinstance(each, Grant | Requirement)
        )
        node.register_figures = (state, (ending, low))
    return node.register_figures[1]


def _stuck(work: Work, now: datetime) -> Figure:
    """Count the peers that cannot be reached, or have been silent for long."""
    count = sum(
        bool(each.trouble)
        or (days_silent(waits_since(work, each.node), each.heard, now) or 0) >= PATIENCE
        for each in peers(work)
        if each.relation.standing != "ended"
    )
    return Figure(what="peers-stuck", count=count, path="/peers", mood="act")


def law_figures(node: Node, law: LawDesk, today: date) -> Iterator[Figure]:
    """Yield coming changes of the law, and the age of the law and of the party lists."""
    last = today + timedelta(days=_SOON)
    coming = [each for each in law.change_days if today < each <= last]
    yield Figure(
        what="law-changes",
        count=len(coming),
        path="/law/changes",
        day=coming[0] if coming else None,
    )
    checked = sorted(each.checked for each in law.registry.regimes.values())
    middle = checked[len(checked) // 2]
    yield Figure(
        what="law-age",
        count=max(0, (today - middle).days),
        path="/law/regimes",
        mood="act" if (today - middle).days > _OLD_LAW else "fact",
        day=middle,
    )
    old = sum((today - each).days > _OLD_INSTRUMENT for each in checked)
    yield Figure(what="law-old", count=old, path="/law/regimes", mood="fact")
    read = [each.read for each in node.list_versions()]
    if read:
        age = max(0, (today - min(read)).days)
        yield Figure(
            what="lists-age",
            count=age,
            path="/parties",
            mood="act" if age > _OLD_LISTS else "fact",
            day=min(read),
        )


def count_figures(node: Node, today: date) -> Iterator[Figure]:
    """Yield the age of the official counts of overdose deaths, by the dates of their files."""
    days = [
        datetime.fromtimestamp(changed // 1_000_000_000, UTC).date()
        for _, _, changed in folder_state(node.counts.folder)
    ]
    if not days:
        return
    added = sum((today - each).days <= _SOON for each in days)
    yield Figure(what="counts-added", count=added, path="/burden/changes")
    yield Figure(
        what="counts-age",
        count=(today - max(days)).days,
        path="/burden",
        mood="fact",
        day=max(days),
    )


def server_figures(node: Node, work: Work, reader: Reader) -> Iterator[Figure]:
    """Yield what an administrator keeps running."""
    if "vouch" in reader.user.rights:
        waiting = len(opened_by(work, reader.now))
        yield Figure(what="accounts-waiting", count=waiting, path="/accounts")
    if "administer" not in reader.user.rights:
        return
    lost = sum(each.given_up for each in webhooks(work))
    yield Figure(what="webhooks-lost", count=lost, path="/webhooks", mood="act")
    active = sum(each.active for each in accounts(work))
    yield Figure(what="accounts", count=active, path="/accounts", mood="fact")
    folder = node.desk.spool.folder
    free = _free(folder)
    yield Figure(
        what="disk-free",
        count=free,
        path="/screen",
        mood="act" if free < _LITTLE else "fact",
    )


def _free(folder: Path) -> int:
    """Return the free disk space where uploads are stored, in GiB."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    return shutil.disk_usage(there).free // _GIB
