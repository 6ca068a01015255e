"""What came of an upload as files: refusals, alerts, the report. Saved, never shown inline."""

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import MissingError
from tidewaiter.consignments.types import Refusal
from tidewaiter.report.exports import REFUSED, CsvRefusals
from tidewaiter.store.refusals import refusals
from tidewaiter.store.screenings import screening_of
from tidewaiter.store.uploads import upload_of
from tidewaiter.uploads.results import Findings
from tidewaiter.web.given import TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.replies import download
from tidewaiter.web.security import may

_PAGE = 1_000  # refusals read at a time


@get("/screen/{number:int}/refused.csv", guards=[may("see")], sync_to_thread=True, gives="text/csv")
def refused_csv(node: TheNode, number: FromPath[int]) -> Response[Any]:
    """Send what could not be read, a row each."""
    with node.read() as work:
        screening = upload_of(work, number).screening
        if screening is None:
            hint = "they are there when it was screened"
            raise MissingError(f"upload {number} has no refusals yet", hint=hint)
        source = screening_of(work, screening).source_id
    return download(_refused(node, source), "text/csv; charset=utf-8", f"refused-{number}.csv")


@get(
    "/screen/{number:int}/alerts.jsonl",
    guards=[may("see")],
    sync_to_thread=True,
    gives="application/x-ndjson",
)
def alerts_jsonl(node: TheNode, user: TheUser, number: FromPath[int]) -> Response[Any]:
    """Send the alerts, whole, a line of JSON each."""
    pieces = _findings(node, number, cleared=user.account.cleared).jsonl()
    return download(pieces, "application/x-ndjson", f"alerts-{number}.jsonl")


@get("/screen/{number:int}/alerts.csv", guards=[may("see")], sync_to_thread=True, gives="text/csv")
def alerts_csv(node: TheNode, user: TheUser, number: FromPath[int]) -> Response[Any]:
    """Send the alerts, a row each."""
    pieces = _findings(node, number, cleared=user.account.cleared).csv()
    return download(pieces, "text/csv; charset=utf-8", f"alerts-{number}.csv")


@get(
    "/screen/{number:int}/report.html", guards=[may("see")], sync_to_thread=True, gives="text/html"
)
def report_html(node: TheNode, user: TheUser, number: FromPath[int]) -> Response[Any]:
    """Send the report: one page that needs nothing else."""
    findings = _findings(node, number, cleared=user.account.cleared)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        findings.report(path)
        content = path.read_bytes()
    return download(content, "text/html; charset=utf-8", f"report-{number}.html")


def _findings(node: Node, number: int, *, cleared: bool) -> Findings:
    with node.read() as work:
        upload = upload_of(work, number)
    beside = node.taught.telling()
    return Findings(node.desk, upload, node.database, beside, cleared=cleared)


def _refused(node: Node, source: int) -> Iterator[bytes]:
    """Write refusals as CSV, a page of the database at a time."""
    piece, after = io.BytesIO(), 0
    table = CsvRefusals(piece, REFUSED)
    while True:
        with node.read() as work:
            found = refusals(work, source=source, after=after, rows=_PAGE)
        some: list[Refusal] = [each.refusal for each in found]
        table.add(some)
        yield piece.getvalue()
        if not found:
            return
        after = found[-1].id
        piece.seek(0)
        piece.truncate()


HANDLERS = [refused_csv, alerts_jsonl, alerts_csv, report_html]
