"""Help: the documentation, offline."""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import reply
from tidewaiter.web.core.security import may
from tidewaiter.web.help.documents import (
    SITE,
    Chapter,
    Document,
    chapters,
    find_document,
    find_picture,
    render,
)

START = "how-to/find-your-way"
_DAY = 86_400  # seconds


class HelpPage(Record, frozen=True, kw_only=True):
    """A document, and the others."""

    document: Document
    chapters: tuple[Chapter, ...]


class HelpView(Record, frozen=True, kw_only=True):
    """A document, as displayed."""

    text: Markup
    chapter: str  # caption of its own; "": none
    site: str


@get("/help", guards=[may("see")], sync_to_thread=True)
def help_start(request: Asked) -> Response[HelpPage]:
    """Show how to find one's way, and the table of contents."""
    return _answer(request, START)


@get("/help/{name:path}", guards=[may("see")], sync_to_thread=True)
def help_page(request: Asked, name: FromPath[str]) -> Response[HelpPage]:
    """Show a document."""
    return _answer(request, str(name).strip("/"))


@get(
    "/help/images/{name:str}",
    guards=[may("see")],
    sync_to_thread=True,
    include_in_schema=False,
)
def help_picture(name: FromPath[str]) -> Response[bytes]:
    """Send a picture of a document."""
    found = find_picture(name)
    if found is None:
        raise NotFoundException
    headers = {"Cache-Control": f"private, max-age={_DAY}"}
    return Response(found.content, media_type=found.kind, headers=headers)


def _answer(request: Asked, name: str) -> Response[HelpPage]:
    document = find_document(name)
    if document is None:
        raise NotFoundException(f"there is no document {name[:100]}")
    page = HelpPage(document=document, chapters=chapters())
    return reply(request, "help.html", page, view=lambda: _view(page))


def _view(page: HelpPage) -> HelpView:
    names = {name: each.caption for each in page.chapters for name, _ in each.documents}
    return HelpView(
        text=render(page.document.name), chapter=names.get(page.document.name, ""), site=SITE
    )


HANDLERS = [help_picture, help_page, help_start]
