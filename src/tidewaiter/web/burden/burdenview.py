"""Pages of official counts in words: figures, choices, and what is wrong with what was asked."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from tidewaiter.base.errors import TidewaiterError
from tidewaiter.base.records import Record
from tidewaiter.burden.facts import indicators, place_name
from tidewaiter.burden.views.picking import Ask
from tidewaiter.burden.views.revisions import Revisions
from tidewaiter.burden.views.trends import Trend
from tidewaiter.releases.stock import Stock
from tidewaiter.report.burdencharts import change_words
from tidewaiter.report.burdenrevisions import RevisionView, instead_words, revision_view
from tidewaiter.report.burdenshown import VIEWS
from tidewaiter.report.burdenwords import indicator_words, newest_words, place_words
from tidewaiter.report.figures import Figure
from tidewaiter.report.languages import marked, words

PATHS: Mapping[str, str] = MappingProxyType(
    {
        "trends": "/burden",
        "mix": "/burden/drugs",
        "map": "/burden/map",
        "ages": "/burden/ages",
        "changes": "/burden/changes",
    }
)
_TITLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "trends": (
            marked("Trends"),
            marked(
                "One count in one place: as reported, as its source predicts it, as estimated here."
            ),
        ),
        "mix": (
            marked("Drugs"),
            marked("Deaths by class of drug. The classes overlap and never add up."),
        ),
        "map": (marked("Map"), marked("Places of one country side by side, in one period.")),
        "ages": (marked("Ages"), marked("Deaths by age, where a release tells ages.")),
        "changes": (
            marked("Changes"),
            marked("What a release changed of the one before it, count by count."),
        ),
    }
)
_SHARED = ("place", "indicator")  # what other views of the same place are asked for
_FIELDS = ("place", "indicator", "source", "release", "from", "to")
Pairs = tuple[tuple[str, str], ...]


class FigureView(Record, frozen=True, kw_only=True):
    """A figure and where its files are."""

    figure: Figure
    svg: str
    png: str
    csv: str


class BurdenView(Record, frozen=True, kw_only=True):
    """A page of official counts, ready to be printed."""

    name: str
    path: str
    title: str
    lead: str
    asks: Mapping[str, str]  # by the name of the field
    places: Pairs
    indicators: Pairs
    releases: tuple[str, ...]
    sources: tuple[str, ...]
    sentences: tuple[str, ...]  # what matters most
    figures: tuple[FigureView, ...]
    changes: RevisionView | None
    problem: str
    hint: str
    skipped: tuple[str, ...]  # files of the folder that are no release
    query: str  # what was asked, for other pages and files
    others: Pairs  # address and name of other views of the same place


def burden_words(
    name: str, stock: Stock, ask: Ask, told: Any, problem: TidewaiterError | None
) -> BurdenView:
    """Put a view into words.

    Args:
        name: Of the view.
        stock: What the archive holds.
        ask: What was asked.
        told: The record of the view; None: there is none.
        problem: Why there is none.
    """
    offered = stock.choices
    asks = dict(
        zip(
            _FIELDS,
            (ask.place, ask.indicator, ask.source, ask.release, ask.since, ask.until),
            strict=True,
        )
    )
    asks["place"] = asks["place"] or getattr(getattr(told, "caption", None), "place", "")
    query = urlencode({key: value for key, value in asks.items() if value})
    title, lead = _TITLES[name]
    return BurdenView(
        name=name,
        path=PATHS[name],
        title=words(title),
        lead=words(lead),
        asks=asks,
        places=tuple((code, place_words(code, place_name(code))) for code in offered.places),
        indicators=tuple((key, _indicator(key)) for key in offered.indicators),
        releases=offered.labels,
        sources=offered.sources,
        sentences=_sentences(told),
        figures=tuple(_figure(each, name, query) for each in VIEWS[name].draw(told))
        if told
        else (),
        changes=revision_view(told) if isinstance(told, Revisions) else None,
        problem=problem.message if problem else "",
        hint=problem.hint if problem else "",
        skipped=tuple(f"{each.place}: {each.problem}" for each in stock.skipped),
        query=query,
        others=tuple(
            (
                f"{PATHS[each]}?{urlencode({key: asks[key] for key in _SHARED if asks[key]})}",
                words(_TITLES[each][0]),
            )
            for each in PATHS
            if each != name
        ),
    )


def _figure(figure: Figure, name: str, query: str) -> FigureView:
    more = urlencode({"figure": figure.slug})
    start, asked = f"/burden/{name}", f"{query}&{more}" if query else more
    return FigureView(
        figure=figure,
        svg=f"{start}/svg?{asked}",
        png=f"{start}/png?{asked}",
        csv=f"{start}/csv?{query}",
    )


def _sentences(told: Any) -> tuple[str, ...]:
    if isinstance(told, Revisions):
        return tuple(filter(None, (instead_words(told),)))
    if not isinstance(told, Trend) or told.newest is None:
        return ()
    said = [newest_words(told.newest, told.caption)]
    if told.change:
        said.append(change_words(told.change, told.caption))
    return tuple(said)


def _indicator(key: str) -> str:
    known = indicators().get(key)
    return indicator_words(key, known.name if known else key)
