"""Drawings of the structures that an alert was raised by, as pictures inside the page."""

from base64 import b64encode
from collections import defaultdict
from functools import lru_cache

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.consignments.types import Alert

_MOST = 4  # pictures of one alert
_KEPT = 1_000
_WIDTH, _HEIGHT = 300, 200  # px


class DrawingView(Record, frozen=True, kw_only=True):
    """A picture of a structure."""

    source: Markup  # a data URL, SVG
    label: str  # for those who do not see it
    caption: str


def drawings(alert: Alert) -> tuple[DrawingView, ...]:
    """Draw each structure that an alert's line holds, once for each set of marked atoms."""
    held: dict[tuple[str, tuple[int, ...]], list[str]] = defaultdict(list)
    for mention in alert.mentions:
        if mention.structure and not mention.downgraded:
            held[mention.structure, mention.atoms].append(mention.name)
    views = []
    for (smiles, atoms), names in list(held.items())[:_MOST]:
        svg = _draw(smiles, atoms)
        if svg:
            told = ", ".join(dict.fromkeys(names))
            marked = "; the marked atoms are those by which it is held" if atoms else ""
            code = b64encode(svg.encode()).decode()
            views.append(
                DrawingView(
                    source=Markup(f"data:image/svg+xml;base64,{code}"),  # noqa: S704 - ours
                    label=f"Structure {smiles}",
                    caption=f"{told}{marked}",
                )
            )
    return tuple(views)


@lru_cache(_KEPT)
def _draw(smiles: str, atoms: tuple[int, ...]) -> str:
    """Return a drawing; "" where there is none, as the SMILES stands in the text beside it."""
    # Here and not above: a report without a structure need not load RDKit.
    from tidewaiter.substances.structure import StructureError, draw_svg, parse_structure  # noqa: PLC0415

    try:
        structure = parse_structure(smiles, "smiles")
        return draw_svg(structure, atoms, width=_WIDTH, height=_HEIGHT)
    except StructureError:
        return ""
