"""A notice as an official form: on a page that prints, and as a file of PDF."""

from typing import Annotated

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.forms import form_of
from tidewaiter.report import languages
from tidewaiter.report.noticeforms import FilledForm, filled, render_form
from tidewaiter.report.paper import pdf_of
from tidewaiter.store.noticerows import find_notice, notice_of
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

_PDF = "application/pdf"


class FormAsked(Record, frozen=True, kw_only=True):
    """Which form is wanted."""

    form: Annotated[str, msgspec.Meta(max_length=40)] = "treaty"  # slug


@get("/notices/{number:int}/form", guards=[may("exchange")], sync_to_thread=True, query=FormAsked)
def notice_form(request: Asked, node: TheNode, number: FromPath[int]) -> Response[FilledForm]:
    """Show a notice on an official form, to be printed."""
    return reply(request, "notice-form.html", _filled(request, node, number))


@get(
    "/notices/{number:int}/form.pdf",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=FormAsked,
    gives=_PDF,
)
def notice_paper(request: Asked, node: TheNode, number: FromPath[int]) -> Response[bytes]:
    """Give a notice on an official form as a file of PDF."""
    with languages.speaking(request.state.get("language", "en")):
        form = _filled(request, node, number)
        held = pdf_of(render_form(form))
    return download(held, _PDF, f"notice-{number}-{form.slug}.pdf")


def _filled(request: Asked, node: Node, number: int) -> FilledForm:
    form = form_of(read_query(request, FormAsked).form)
    with node.exchange() as (desk, work):
        kept = find_notice(work, desk.ring.lock, number, node.today())
    with languages.speaking(request.state.get("language", "en")):
        return filled(notice_of(kept), form, number=number, state=kept.state.name, day=node.today())


HANDLERS = [notice_form, notice_paper]
