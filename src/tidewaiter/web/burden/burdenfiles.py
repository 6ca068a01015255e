"""Burden: figures and sheets as files, made of the records of the pages."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import MissingError
from tidewaiter.burden.views.briefs import brief
from tidewaiter.burden.views.picking import Ask
from tidewaiter.report.burdenbrief import render_brief
from tidewaiter.report.burdenshown import VIEWS, View, picture
from tidewaiter.report.languages import language, speaking
from tidewaiter.report.paper import pdf_of
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.node import Node
from tidewaiter.web.replies import download
from tidewaiter.web.security import may


class FileAsk(Ask, frozen=True, kw_only=True):
    """What a file is to show."""

    figure: str = ""  # which of several; "": the first


@get(
    "/burden/{view:str}/svg",
    guards=[may("see")],
    sync_to_thread=True,
    query=FileAsk,
    gives="image/svg+xml",
)
def burden_svg(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send a figure as SVG that needs nothing else; views: trends, mix, map, ages, changes."""
    return _picture(request, node, view, "svg")


@get(
    "/burden/{view:str}/png",
    guards=[may("see")],
    sync_to_thread=True,
    query=FileAsk,
    gives="image/png",
)
def burden_png(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send a figure as PNG, where what draws it is installed."""
    return _picture(request, node, view, "png")


@get(
    "/burden/{view:str}/csv", guards=[may("see")], sync_to_thread=True, query=Ask, gives="text/csv"
)
def burden_csv(request: Asked, node: TheNode, view: FromPath[str]) -> Response[bytes]:
    """Send the numbers of a view as CSV: each row with period, basis, state and release."""
    ask = read_query(request, Ask)
    found, told = _found(node, view, ask)
    return download(found.sheet(told), "text/csv; charset=utf-8", f"{_name(view, ask)}.csv")


@get("/burden/brief.html", guards=[may("see")], sync_to_thread=True, query=Ask, gives="text/html")
def burden_brief(request: Asked, node: TheNode) -> Response[bytes]:
    """Send one page for a decision that needs no network."""
    return download(_brief(request, node).encode(), "text/html; charset=utf-8", "brief.html")


@get(
    "/burden/brief.pdf",
    guards=[may("see")],
    sync_to_thread=True,
    query=Ask,
    gives="application/pdf",
)
def burden_paper(request: Asked, node: TheNode) -> Response[bytes]:
    """Send one page for a decision as PDF, where what writes it is installed."""
    return download(pdf_of(_brief(request, node)), "application/pdf", "brief.pdf")


def _brief(request: Asked, node: Node) -> str:
    ask = read_query(request, Ask)
    found = brief(node.counts.stock().releases, ask, node.counts.estimates)
    return render_brief(found, spoken=request.state.get("language", language()))


def _picture(request: Asked, node: Node, name: str, kind: str) -> Response[bytes]:
    ask = read_query(request, FileAsk)
    view, told = _found(node, name, ask)
    with speaking(request.state.get("language", language())):
        content = picture(view, told, kind, ask.figure)
    media = "image/png" if kind == "png" else "image/svg+xml"
    return download(content, media, f"{_name(ask.figure or name, ask)}.{kind}")


def _found(node: Node, name: str, ask: Ask) -> tuple[View, Any]:
    """Find the record of a view.

    Raises:
        MissingError: There is no such view, or it has nothing to show.
    """
    if name not in VIEWS:
        raise MissingError(f'there is no view "{name[:40]}"', hint=f"one of: {', '.join(VIEWS)}")
    view = VIEWS[name]
    return view, view.find(node.counts.stock().releases, ask, node.counts.estimates)


def _name(what: str, ask: Ask) -> str:
    """Name a file; of what was asked only letters, digits and "-" come into it."""
    parts = (what, ask.place, ask.indicator)
    return "-".join("".join(c if c.isalnum() and c.isascii() else "-" for c in p) for p in parts)


HANDLERS = [burden_svg, burden_png, burden_csv, burden_brief, burden_paper]
