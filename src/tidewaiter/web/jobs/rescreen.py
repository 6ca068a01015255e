"""Screening again: how many stored lines, what changed, and the jobs that do it."""

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.records import Record
from tidewaiter.store.jobs import NewJob, job_lines, jobs
from tidewaiter.store.screening.lines import count_lines
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.jobs.handlers import LogLine, ShownJob, shown_job, started
from tidewaiter.web.jobs.kinds import Rescreen
from tidewaiter.web.jobs.views import JobView, job_view

_LOOK = 200  # newest jobs among which the last of a kind is looked for


class RescreenPage(Record, frozen=True, kw_only=True):
    """What can be screened again."""

    lines: int  # stored
    by_itself: bool  # lines are screened again when lists change
    last: ShownJob | None  # last one started here
    preview: ShownJob | None  # last count
    counted: tuple[LogLine, ...]  # its log


class RescreenView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    last: JobView | None
    preview: JobView | None
    may_change: bool


class RescreenWish(Record, frozen=True, kw_only=True):
    """What is screened again."""

    whole: bool = False  # all lines, whatever changed
    preview: bool = False  # only count them


@get("/rescreen", guards=[may("overview")], sync_to_thread=True)
def rescreen_page(request: Asked, node: TheNode, user: TheUser) -> Response[RescreenPage]:
    """Show what can be screened again."""
    with node.read() as work:
        found = jobs(work, rows=_LOOK)
        last = next((each for each in found if each.kind == "rescreen"), None)
        preview = next((each for each in found if each.kind == "rescreen-preview"), None)
        log = job_lines(work, preview.id) if preview else []
        lines = count_lines(work)
    page = RescreenPage(
        lines=lines,
        by_itself=node.serving.rescreen and node.lists is not None,
        last=shown_job(node, last) if last else None,
        preview=shown_job(node, preview) if preview else None,
        counted=tuple(LogLine(at=each.at, says=each.says) for each in log),
    )
    return reply(
        request,
        "rescreen.html",
        page,
        view=lambda: RescreenView(
            last=job_view(page.last, user) if page.last else None,
            preview=job_view(page.preview, user) if page.preview else None,
            may_change="administer" in user.rights,
        ),
    )


@post("/rescreen", guards=[may("administer")], sync_to_thread=True, makes=True)
def begin_rescreen(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[RescreenWish]
) -> Response[ShownJob]:
    """Screen stored lines again, or count those that would be."""
    options = msgspec.json.encode(Rescreen(whole=data.whole, preview=data.preview)).decode()
    new = NewJob(kind="rescreen-preview" if data.preview else "rescreen", options=options)
    return started(request, node, user, new)


HANDLERS = [rescreen_page, begin_rescreen]
