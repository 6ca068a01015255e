"""Reports of a suspicion: filled from a case, finished by whoever signs, kept as a step."""

from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.steps import Drafted, Step
from tidewaiter.casework.suspicions import FormRule, load_suspicions
from tidewaiter.report.suspicion import Suspicion, proposal, render_suspicion, suspicion
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.database import Work
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.casework import added, case_for, step_taken
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

Fields = Annotated[tuple[str, ...], msgspec.Meta(max_length=50)]


class ReportPage(Record, frozen=True, kw_only=True):
    """A report, filled as far as the case can, or as it was finished last."""

    report: Suspicion
    alerts: int  # of the case, as far as the reader sees them
    finished: int | None  # the step that finished it last; None: it was not


class Finished(Record, frozen=True, kw_only=True):
    """A report that is finished: the texts of its fields, in their order."""

    field: Fields


@get("/cases/{number:int}/reports/{form:str}", guards=[may("see")], sync_to_thread=True)
def report_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], form: FromPath[str]
) -> Response[ReportPage]:
    """Show a report of a suspicion, filled from the case."""
    with node.read() as work:
        page = _page(work, user, number, form)
    return reply(request, "case-report.html", page)


@post("/cases/{number:int}/reports/{form:str}", guards=[may("case")], sync_to_thread=True)
def finish_report(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    form: FromPath[str],
    *,
    data: JSONBody[Finished],
) -> Response[Step]:
    """Keep a report as it was finished; it is sent nowhere."""
    with node.read() as work:
        case_for(work, user, number)
    rule = _form(form)
    if len(data.field) != len(rule.field):
        raise InputError(f"the form has {len(rule.field)} fields", hint="send each of them")
    told = {field.key: text for field, text in zip(rule.field, data.field, strict=True)}
    wanted = added(Drafted(form=form, fields=told))
    return step_taken(request, node, user, number, wanted, part="reports")


@get("/cases/{number:int}/reports/{form:str}/{step:int}", guards=[may("see")], sync_to_thread=True)
def report_document(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    form: FromPath[str],
    *,
    step: FromPath[int],
) -> Response[Suspicion]:
    """Show a finished report on a page to print, or as its record."""
    with node.read() as work:
        case = case_for(work, user, number)
    kept = next((each for each in case.drafts if each.step == step), None)
    if kept is None or kept.what is None or kept.what.form != form:
        raise MissingError(f"there is no report {step} in a case {number}", hint="look again")
    by = node.people().get(kept.by, kept.by)
    report = suspicion(number, form, _form(form), kept.what.fields, by=by, at=kept.at)
    if request.wants_json:
        return Response(report, media_type="application/json")
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(render_suspicion(report), media_type="text/html", headers=headers)  # type: ignore[arg-type]


def _page(work: Work, user: User, number: int, slug: str) -> ReportPage:
    case, form = case_for(work, user, number), _form(slug)
    ids = [kept.what.alert for kept in case.alerts if kept.what]
    cleared = user.account.cleared
    found = [one for one in alerts_of(work, ids) if cleared or not one.restricted]
    last = next(
        (each for each in reversed(case.drafts) if each.what and each.what.form == slug), None
    )
    told: Mapping[str, str] = last.what.fields if last and last.what else proposal(form, found)
    report = suspicion(number, slug, form, told, at=last.at if last else "")
    return ReportPage(report=report, alerts=len(found), finished=last.step if last else None)


def _form(slug: str) -> FormRule:
    forms = load_suspicions().form
    if slug not in forms:
        raise MissingError(f'there is no form "{slug[:80]}"', hint=f"there are: {', '.join(forms)}")
    return forms[slug]


HANDLERS = [report_page, finish_report, report_document]
