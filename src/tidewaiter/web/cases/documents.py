"""Case documents: attachments, evidence bundles, suspicious transaction reports."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Annotated, BinaryIO, cast
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.casework.cases.permissions import load_case_rules
from tidewaiter.casework.cases.state import Case
from tidewaiter.casework.cases.steps import Drafted, Step
from tidewaiter.casework.suspicious_transactions import FormRule, load_suspicions
from tidewaiter.explain.languages import speaking
from tidewaiter.node.identity import key_file, own_key
from tidewaiter.report.case_bundle import Making, record_export, write_case
from tidewaiter.report.cases import Suspicion, proposal, render_suspicion, suspicion
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.cases.attachments import Given, add_file, file_parts, find_file
from tidewaiter.trade.types import Alert
from tidewaiter.web.cases.steps import add_case_step, added, case_for, viewer_of
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm, sent_file
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may

_MEMORY = 1 << 22  # bytes of an upload kept in memory
_PART = 1 << 16
_AROUND = 65_536  # bytes of a form around its file


class ExportWish(Record, frozen=True, kw_only=True):
    """Export options of a case."""

    restricted: bool = False  # include restricted data


@post(
    "/cases/{number:int}/files",
    guards=[may("case")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=load_case_rules().limits.file_bytes + _AROUND,
)
def add_case_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: FileForm,
) -> Response[Step]:
    """Attach a file to a case: hashed, stored unchanged, never executed."""
    file = sent_file(data)
    given = Given(
        name=file.filename, note=str(data.get("note", "")), restricted="restricted" in data
    )
    with node.change(user) as work:
        step = add_file(work, viewer_of(user), number, given, cast("BinaryIO", file.file))
    return done(request, step, f"/cases/{number}#papers")


@get(
    "/cases/{number:int}/files/{step:int}",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/octet-stream",
)
def case_file(node: TheNode, user: TheUser, number: FromPath[int], step: FromPath[int]) -> Stream:
    """Send a case file as an attachment that browsers neither show nor run."""
    with node.read() as work:
        told = find_file(work, viewer_of(user), number, step)
        if told is None:
            raise MissingError("web/no-file-in-case", step=step, number=number)
        kept = _spooled()
        for part in file_parts(work, viewer_of(user), number, step):
            kept.write(part)
    return _attachment(kept, told.name)


@post(
    "/cases/{number:int}/export",
    guards=[may("case")],
    sync_to_thread=True,
    makes=True,
    gives="application/zip",
)
def export_case(
    request: Asked,
    node: TheNode,
    user: TheUser,
    number: FromPath[int],
    data: JSONBody[ExportWish],
) -> Stream:
    """Export a case as a signed evidence bundle; recorded in the case."""
    with node.read() as work:
        case_for(work, user, number)
    secret = own_key(key_file())
    with node.change(user) as work:
        step = record_export(work, viewer_of(user), number, restricted=data.restricted)
    making = Making(
        secret=secret,
        library=node.library(),
        restricted=data.restricted,
        spoken=request.state.get("language", "en"),
    )
    kept = _spooled()
    with node.read() as work:
        write_case(work, viewer_of(user), step, making, cast("BinaryIO", kept))
    return _attachment(kept, f"case-{number}-{step.id}.zip", kind="application/zip")


def _spooled() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=_MEMORY)


def _attachment(kept: IO[bytes], name: str, *, kind: str = "application/octet-stream") -> Stream:
    size = kept.tell()
    kept.seek(0)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Length": str(size),
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Stream(_parts(kept), media_type=kind, headers=headers)


def _parts(kept: IO[bytes]) -> Iterator[bytes]:
    with kept:
        while part := kept.read(_PART):
            yield part


Fields = Annotated[tuple[str, ...], msgspec.Meta(max_length=50)]


class ReportPage(Record, frozen=True, kw_only=True):
    """A report, filled from the case or as last completed."""

    report: Suspicion
    alerts: int  # of the case, as visible to the reader
    finished: int | None  # step that last completed it; None: never


class Finished(Record, frozen=True, kw_only=True):
    """A completed report: the field texts, in order."""

    field: Fields


@get("/cases/{number:int}/reports/{form:str}", guards=[may("see")], sync_to_thread=True)
def report_page(
    request: Asked, node: TheNode, user: TheUser, number: FromPath[int], form: FromPath[str]
) -> Response[ReportPage]:
    """Show a suspicious transaction report, filled from the case."""
    with node.read() as work:
        case, rule = case_for(work, user, number), _form(form)
        ids = [kept.what.alert for kept in case.alerts if kept.what]
        cleared = user.account.cleared
        found = [one for one in alerts_of(work, ids) if cleared or not one.restricted]
    page = _page(case, form, rule, found)
    return reply(
        request, "case-report.html", page, view=lambda: _page(case, form, rule, found).report
    )


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
    """Save a completed report; it is not sent."""
    with node.read() as work:
        case_for(work, user, number)
    rule = _form(form)
    if len(data.field) != len(rule.field):
        raise InputError("web/form-has-too-many-fields", count=len(rule.field))
    told = {field.key: text for field, text in zip(rule.field, data.field, strict=True)}
    wanted = added(Drafted(form=form, fields=told))
    return add_case_step(request, node, user, number, wanted, part="reports")


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
    """Show a completed report for printing, or as a record."""
    with node.read() as work:
        case = case_for(work, user, number)
    kept = next((each for each in case.drafts if each.step == step), None)
    if kept is None or kept.what is None or kept.what.form != form:
        raise MissingError("web/no-report-in-case", step=step, number=number)
    by = node.people().get(kept.by, kept.by)
    rule, fields = _form(form), kept.what.fields
    if request.wants_json:
        report = suspicion(number, form, rule, fields, by=by, at=kept.at)
        return Response(report, media_type="application/json")
    with speaking(request.state.get("language", "en")):
        shown = render_suspicion(suspicion(number, form, rule, fields, by=by, at=kept.at))
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(shown, media_type="text/html", headers=headers)  # type: ignore[arg-type]


def _page(case: Case, slug: str, form: FormRule, found: Sequence[Alert]) -> ReportPage:
    """Fill a report, in the language that is spoken."""
    last = next(
        (each for each in reversed(case.drafts) if each.what and each.what.form == slug), None
    )
    told: Mapping[str, str] = last.what.fields if last and last.what else proposal(form, found)
    report = suspicion(case.number, slug, form, told, at=last.at if last else "")
    return ReportPage(report=report, alerts=len(found), finished=last.step if last else None)


def _form(slug: str) -> FormRule:
    forms = load_suspicions().form
    if slug not in forms:
        raise MissingError("web/no-form", slug=slug[:80], forms=", ".join(forms))
    return forms[slug]


HANDLERS = [add_case_file, case_file, export_case, report_page, finish_report, report_document]
