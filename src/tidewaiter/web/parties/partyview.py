"""The page of a party in words and bars."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Final

from tidewaiter.base.records import Record
from tidewaiter.casework.flows import month_number, month_text
from tidewaiter.network.party import PartyView
from tidewaiter.report.library import Library
from tidewaiter.store.entities import Month
from tidewaiter.web.decisionform import status_in_words

_MONTHS: Final = 36  # that are drawn one by one; longer spans are drawn by years
_WIDTH: Final = 640.0
_HEIGHT: Final = 150.0
_LABELS: Final = 8
_CENTURY: Final = 1_200  # months


class Part(Record, frozen=True, kw_only=True):
    """A part of a bar."""

    kind: str  # sent, received, named
    x: float
    y: float
    width: float
    height: float


class Bar(Record, frozen=True, kw_only=True):
    """Consignments of a month, or of a year."""

    label: str
    sent: int
    received: int
    named: int
    parts: tuple[Part, ...]
    x: float
    told: bool  # its label is drawn


class Course(Record, frozen=True, kw_only=True):
    """Consignments over time, drawn."""

    bars: tuple[Bar, ...]
    width: float
    height: float
    most: int
    undated: int
    by_years: bool


class Substance(Record, frozen=True, kw_only=True):
    """A substance that alerts about a party name."""

    slug: str
    name: str
    alerts: int


class PartyPageView(Record, frozen=True, kw_only=True):
    """The page of a party in words."""

    course: Course
    substances: tuple[Substance, ...]
    statuses: tuple[tuple[str, int], ...]


def party_page_view(party: PartyView, library: Library) -> PartyPageView:
    """Put the page of a party into words and bars.

    Args:
        party: What it tells.
        library: What to print for slugs.
    """
    counts = party.alerts
    return PartyPageView(
        course=draw_course(party.months),
        substances=tuple(
            Substance(slug=slug, name=library.substances.get(slug, slug), alerts=many)
            for slug, many in counts.substances.items()
        ),
        statuses=tuple((status_in_words(each), many) for each, many in counts.statuses.items()),
    )


def draw_course(months: Sequence[Month]) -> Course:
    """Draw consignments over time: a bar for each month, or for each year where there are many.

    Args:
        months: In order; of those without a consignment none is there.
    """
    dated = [each for each in months if each.month]
    undated = sum(each.sent + each.received + each.named for each in months if not each.month)
    labels = _span([each.month for each in dated]) if dated else []
    by_years = len(labels) > _MONTHS
    size = 4 if by_years else 7
    labels = list(dict.fromkeys(label[:size] for label in labels))
    sums = dict.fromkeys(labels, (0, 0, 0))
    for label, some in groupby(dated, key=lambda each: each.month[:size]):
        held = list(some)
        sums[label] = (
            sum(m.sent for m in held),
            sum(m.received for m in held),
            sum(m.named for m in held),
        )
    most = max(map(sum, sums.values()), default=0)
    step = _WIDTH / max(1, len(labels))
    every = -(-len(labels) // _LABELS) or 1
    bars = tuple(
        _bar(label, sums[label], (place * step, step, most), told=place % every == 0)
        for place, label in enumerate(labels)
    )
    return Course(
        bars=bars, width=_WIDTH, height=_HEIGHT, most=most, undated=undated, by_years=by_years
    )


def _bar(
    label: str, sums: tuple[int, int, int], at: tuple[float, float, int], *, told: bool
) -> Bar:
    x, step, most = at
    parts, y = [], _HEIGHT
    for kind, many in zip(("sent", "received", "named"), sums, strict=True):
        height = many / most * (_HEIGHT - 12) if most else 0.0
        if many:
            y -= height
            width = max(1.0, min(step * 0.8, 28.0))
            parts.append(
                Part(
                    kind=kind,
                    x=round(x + (step - width) / 2, 1),
                    y=round(y, 1),
                    width=round(width, 1),
                    height=round(height, 1),
                )
            )
    return Bar(
        label=label,
        sent=sums[0],
        received=sums[1],
        named=sums[2],
        parts=tuple(parts),
        x=round(x + step / 2, 1),
        told=told,
    )


def _span(months: Sequence[str]) -> list[str]:
    """Return all months from the first to the last; of more than a century those that there are."""
    start, end = (
        month_number(date.fromisoformat(f"{each}-01")) for each in (months[0], months[-1])
    )
    if end - start > _CENTURY:  # a day is mistyped
        return list(months)
    return [month_text(month) for month in range(start, end + 1)]
