"""Home page: what a reader should do now, then what waits, by role."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from litestar import Response, get

from tidewaiter.base.records import Record
from tidewaiter.explain.alerts import export_alert
from tidewaiter.explain.languages import day, words
from tidewaiter.node.uploads.arrivals import sample_upload
from tidewaiter.store.accounts.users import accounts, is_alone
from tidewaiter.store.alerts.decisions import standings, waiting_on
from tidewaiter.store.alerts.filters import AlertFilter, Queue, View
from tidewaiter.store.alerts.queue import Workload, queue_with_workload
from tidewaiter.store.core.database import Work
from tidewaiter.store.uploads import count_uploads, running_now
from tidewaiter.trade.types import Alert
from tidewaiter.web.alerts.queue_query import QueueRow
from tidewaiter.web.core.node import Node, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.home.figures import (
    Figure,
    Reader,
    Section,
    Subject,
    alert_figures,
    case_figures,
    count_figures,
    exchange_figures,
    law_figures,
    server_figures,
    supervision_figures,
)
from tidewaiter.web.home.views import (
    HomeView,
    headline_of,
    quiet_words,
    running_views,
    section_view,
    step_view,
    total_of,
    worst_title,
    worst_view,
)
from tidewaiter.web.law.desk import desk_of
from tidewaiter.web.uploads.handlers import shown_in
from tidewaiter.web.uploads.schemas import Shown

_WORST = 3
_LOOKED_AT = 20  # alerts among which the worst ones of the reader, or of nobody, are


class Step(Record, frozen=True, kw_only=True):
    """A step of the first start."""

    code: Literal["lists", "file", "people"]
    path: str
    done: bool


class HomePage(Record, frozen=True, kw_only=True):
    """What waits for a reader."""

    today: date
    load: Workload  # open alerts
    worst: tuple[QueueRow, ...]  # not assigned to others
    sections: tuple[Section, ...]  # by importance for the reader
    steps: tuple[Step, ...]  # (): all done
    running: tuple[Shown, ...]  # files being screened or waiting
    preparing: bool  # the sample is about to be added
    alone: bool  # an administrator, and no account decides alerts


@get("/", guards=[may("see")], sync_to_thread=True)
def home_page(request: Asked, node: TheNode, user: TheUser) -> Response[HomePage]:
    """Show the most urgent alerts, and what waits for the reader by role."""
    reader = Reader(user=user, today=node.today(), now=node.now())
    queue = Queue(
        wanted=AlertFilter(status=("open",)), today=reader.today, cleared=user.account.cleared
    )
    exchange = exchange_figures(node, reader) if "exchange" in user.rights else ()
    with node.read() as work:
        found, load = queue_with_workload(work, queue, View(rows=_LOOKED_AT), user.account.name)
        page = HomePage(
            today=reader.today,
            load=load,
            worst=tuple(_worst(work, found.alerts, user.account.name)),
            sections=tuple(_sections(node, work, reader, load, exchange)),
            steps=tuple(_steps(node, work, reader)),
            running=tuple(shown_in(user, running_now(work))),
            preparing=node.serving.sample and sample_upload(work) is None,
            alone=is_alone(work, user.account),
        )

    def view() -> HomeView:
        sections = tuple(map(section_view, page.sections))
        return HomeView(
            day=day(page.today),
            headline=headline_of(load),
            worst_title=worst_title(user),
            worst=tuple(worst_view(each, page.today) for each in page.worst),
            act=words("Decide") if "decide" in user.rights else words("Open"),
            total=total_of(load),
            sections=tuple(each for each in sections if each.lines),
            quiet=quiet_words(sections),
            steps=tuple(step_view(each.code, each.path, done=each.done) for each in page.steps),
            steps_done=sum(each.done for each in page.steps),
            running=running_views(page.running),
            rows=False,
        )

    return reply(request, "home.html", page, view=view)


def _worst(work: Work, alerts: Iterable[Alert], me: str) -> Iterator[QueueRow]:
    """Yield the first alerts of the queue that no one else works on, or else the first ones."""
    held = list(alerts)
    ids = [each.id for each in held]
    where, waits = standings(work, ids), waiting_on(work, ids)
    free = [each for each in held if where[each.id].assignee in {None, "", me}]
    for each in (free or held)[:_WORST]:
        yield QueueRow(
            alert=export_alert(each), standing=where[each.id], proposed=waits.get(each.id)
        )


def _sections(
    node: Node, work: Work, reader: Reader, load: Workload, exchange: tuple[Figure, ...]
) -> Iterator[Section]:
    """Yield the sections of the reader's rights, their daily work first."""
    rights = reader.user.rights
    told: dict[Subject, tuple[Figure, ...]] = {
        "alerts": tuple(alert_figures(work, load, reader)),
        "supervision": tuple(supervision_figures(work, reader)),
        "cases": tuple(case_figures(work, reader)) if "case" in rights else (),
        "exchange": exchange,
        "law": tuple(law_figures(node, desk_of(node), reader.today)),
        "counts": tuple(count_figures(node, reader.today)),
        "server": tuple(server_figures(node, work, reader)) if "administer" in rights else (),
    }
    if "decide" not in rights:
        told = {"server": told.pop("server"), **told}
    for subject, figures in told.items():
        if figures:
            yield Section(subject=subject, figures=figures)


def _steps(node: Node, work: Work, reader: Reader) -> Iterator[Step]:
    """Yield the steps of the first start to those who can take them, until all are taken."""
    if "administer" not in reader.user.rights:
        return
    files = sum(count_uploads(work).values()) - (sample_upload(work) is not None)
    active = sum(each.active for each in accounts(work))
    steps = (
        Step(code="lists", path="/help/how-to/manage-party-lists", done=bool(node.list_versions())),
        Step(code="file", path="/screen", done=files > 0),
        Step(code="people", path="/accounts", done=active > 1 or reader.user.account.analyst),
    )
    if not all(each.done for each in steps):
        yield from steps


HANDLERS = [home_page]
