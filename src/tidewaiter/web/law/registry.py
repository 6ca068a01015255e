"""The registry: the list of substances, the card of each, and its drawings."""

from datetime import date
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.report.browsing import BrowseView, Searching
from tidewaiter.report.cards import Card, card_of
from tidewaiter.substances.catalogue import Filters
from tidewaiter.substances.questions import Found
from tidewaiter.substances.structure import StructureError, draw_svg, parse_structure
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import TheNode
from tidewaiter.web.lawdesk import OnDay, desk_of
from tidewaiter.web.replies import reply
from tidewaiter.web.security import may

_WIDTH, _HEIGHT = 300, 200  # px
_FOREVER = "private, max-age=31536000, immutable"


class Search(Record, frozen=True, kw_only=True):
    """What is asked of the list."""

    text: Annotated[str, msgspec.Meta(max_length=2_000)] = ""
    day: date | None = None  # None: today
    regime: str = ""
    schedule: str = ""
    kind: str = ""
    letter: str = ""
    after: str = ""  # slug of the last row of the page before


class CardPage(Record, frozen=True, kw_only=True):
    """A substance, and where its drawings are."""

    card: Card
    drawings: str  # address, to which the number of a form is added; 0: the substance itself


class BrowsePage(Record, frozen=True, kw_only=True):
    """The list, and where its drawings are."""

    found: BrowseView
    edition: str  # of the drawings


@get("/substances", guards=[may("see")], sync_to_thread=True, query=Search)
def substances_page(request: Asked, node: TheNode) -> Response[BrowsePage]:
    """List the substances that a text names or is a part of, and those that filters keep."""
    asked = read_query(request, Search)
    filters = Filters(
        regime=asked.regime, schedule=asked.schedule, kind=asked.kind, letter=asked.letter
    )
    desk = desk_of(node)
    found = desk.browser.browse(
        Searching(
            text=asked.text, day=asked.day or node.today(), filters=filters, after=asked.after
        )
    )
    return reply(request, "substances.html", BrowsePage(found=found, edition=desk.edition))


@get("/substances/{slug:str}", guards=[may("see")], sync_to_thread=True, query=OnDay)
def substance_page(request: Asked, node: TheNode, slug: FromPath[str]) -> Response[CardPage]:
    """Show the card of a substance: names, numbers, drawings, and where it is controlled."""
    desk = desk_of(node)
    substance = desk.substance(slug)
    if substance is None:
        raise MissingError(
            f'no substance is called "{slug[:80]}"', hint="look it up among the substances"
        )
    day = read_query(request, OnDay).day or node.today()
    found = desk.members.judge(Found(name=substance.name, substance=substance), day)
    page = CardPage(
        card=card_of(found, day, desk.registry, desk.book),
        drawings=f"/substances/{slug}/drawing/{desk.edition}/",
    )
    return reply(request, "substance.html", page)


@get(
    "/substances/{slug:str}/drawing/{edition:str}/{number:int}",
    guards=[may("see")],
    sync_to_thread=True,
    gives="image/svg+xml",
)
def drawing(
    node: TheNode, slug: FromPath[str], edition: FromPath[str], number: FromPath[int]
) -> Response[Any]:
    """Draw a substance, or one of its forms by number, as SVG."""
    desk = desk_of(node)
    substance = desk.substance(slug)
    forms = substance.forms if substance else ()
    smiles = substance.smiles if substance and number == 0 else None
    if 0 < number <= len(forms):
        smiles = forms[number - 1].smiles
    if smiles is None:
        raise MissingError("no structure of it is in the registry")
    kept = _FOREVER if edition == desk.edition else "no-store"
    return Response(_drawn(smiles), media_type="image/svg+xml", headers={"Cache-Control": kept})


@lru_cache(maxsize=2_000)
def _drawn(smiles: str) -> str:
    try:
        structure = parse_structure(smiles, "smiles")
        return draw_svg(structure, width=_WIDTH, height=_HEIGHT)
    except StructureError as error:
        raise MissingError(f"it cannot be drawn: {error.message}") from error


HANDLERS = [substances_page, substance_page, drawing]
