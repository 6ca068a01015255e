"""The views of official counts: how each is found, drawn and written; for pages and commands."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.types import Release
from tidewaiter.burden.views.across import Across, across
from tidewaiter.burden.views.ages import Ages, ages
from tidewaiter.burden.views.mixes import Mix, mix
from tidewaiter.burden.views.picking import Ask, Estimating, without
from tidewaiter.burden.views.revisions import Revisions, pair, revisions
from tidewaiter.burden.views.trends import trend
from tidewaiter.report.burdenages import ages_figure
from tidewaiter.report.burdencharts import trend_figures
from tidewaiter.report.burdenmaps import map_figure
from tidewaiter.report.burdenmix import mix_figure
from tidewaiter.report.burdenrevisions import growth_figure
from tidewaiter.report.burdensheets import (
    across_sheet,
    ages_sheet,
    mix_sheet,
    revision_sheet,
    trend_sheet,
)
from tidewaiter.report.figurefiles import png_of, svg_of
from tidewaiter.report.figures import Figure


class View(Record, frozen=True, kw_only=True):
    """How one view is found, drawn and written."""

    find: Callable[[Sequence[Release], Ask, Estimating], Any]  # its record
    draw: Callable[[Any], tuple[Figure, ...]]
    sheet: Callable[[Any], bytes]


def changes(releases: Sequence[Release], ask: Ask, estimating: Estimating = without) -> Revisions:
    """Return what a release changed of the one before it; nothing of it is estimated."""
    del estimating
    before, after = pair(releases, ask)
    return revisions(before, after, ask)


def _ages(releases: Sequence[Release], ask: Ask, _: Estimating) -> Ages:
    return ages(releases, ask)


def _mix(told: Mix) -> tuple[Figure, ...]:
    return (mix_figure(told),)


def _map(told: Across) -> tuple[Figure, ...]:
    return (map_figure(told),)


def _bands(told: Ages) -> tuple[Figure, ...]:
    return (ages_figure(told),)


def _growth(told: Revisions) -> tuple[Figure, ...]:
    return (growth_figure(told),) if told.growth else ()


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "trends": View(find=trend, draw=trend_figures, sheet=trend_sheet),
        "mix": View(find=mix, draw=_mix, sheet=mix_sheet),
        "map": View(find=across, draw=_map, sheet=across_sheet),
        "ages": View(find=_ages, draw=_bands, sheet=ages_sheet),
        "changes": View(find=changes, draw=_growth, sheet=revision_sheet),
    }
)


def picture(view: View, told: Any, kind: str, slug: str = "") -> bytes:
    """Write one figure of a view as a file.

    Args:
        view: Which.
        told: Its record.
        kind: "svg" or "png".
        slug: Which of its figures; "": the first.

    Raises:
        InputError: There is no such figure, or nothing here writes PNG.
    """
    figures = view.draw(told)
    found = next((each for each in figures if slug in {"", each.slug}), None)
    if found is None:
        named = ", ".join(each.slug for each in figures) or "none"
        raise InputError(f'there is no figure "{slug}" here', hint=f"the figures are: {named}")
    return png_of(found) if kind == "png" else svg_of(found).encode()
