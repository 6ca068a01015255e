"""Comparison of laws, formatted for a page and a table."""

import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import neutralise
from tidewaiter.explain.words import Citation, Library, number_sources
from tidewaiter.law.answers import Answer, Listing
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.comparison import Agreement, Cell, Compared, Comparison
from tidewaiter.law.controls import short_listing
from tidewaiter.law.types import Mark
from tidewaiter.report.alerts.exports import CsvTable
from tidewaiter.report.law.answers import doubts_in_words, several
from tidewaiter.report.law.rulings import rule_of
from tidewaiter.report.law.short_answer import AgeView, age_views

COLUMNS = (
    "substance",
    "name",
    "cas",
    "day",
    "jurisdiction",
    "regime",
    "answer",
    "as_of",
    "listing",
    "since",
    "until",
    "decided",
    "marks",
    "source",
    "reason",
    "agreement",
)
"""Columns of the table, which has a row for each substance and legal instrument."""


class ShortListing(Record, frozen=True, kw_only=True):
    """An abbreviated control."""

    title: str  # "EU cat. 1", or the name of a class
    decided: date | None
    since: date | None
    until: date | None
    scope: str
    mark: Mark
    dates: Mark
    source: Citation


class CellView(Record, frozen=True, kw_only=True):
    """Answer of one legal instrument for one substance."""

    regime: str
    law: str
    jurisdiction: str
    answer: Answer
    kind: str  # the answer as a CSS class
    as_of: date | None
    reason: Phrase
    listings: tuple[ShortListing, ...]
    later: tuple[ShortListing, ...]
    ended: tuple[ShortListing, ...]
    earliest: bool


class RowView(Record, frozen=True, kw_only=True):
    """One substance."""

    slug: str
    name: str
    cas: str
    agreement: Agreement
    cells: tuple[CellView, ...]  # one per column


class Column(Record, frozen=True, kw_only=True):
    """A legal instrument that controls some of the substances."""

    regime: str
    law: str
    jurisdiction: str


class Silent(Record, frozen=True, kw_only=True):
    """A legal instrument in scope that controls none of the substances, and why."""

    regime: str
    law: str
    jurisdiction: str
    answers: tuple[tuple[Answer, Phrase], ...]  # its answers, with reasons


class ComparisonView(Record, frozen=True, kw_only=True):
    """Data for the page of a comparison."""

    day: date
    columns: tuple[Column, ...]
    rows: tuple[RowView, ...]
    silent: tuple[Silent, ...]
    ages: tuple[AgeView, ...]  # how current the law is; empty: known for the day
    sources: tuple[Citation, ...]


def comparison_view(
    comparison: Comparison, library: Library, rules: Mapping[str, ClassRule]
) -> ComparisonView:
    """Format a comparison for a page: a column for each instrument that controls a substance.

    Args:
        comparison: Result of `compare`.
        library: Display names by slug.
        rules: Class rules by slug.
    """
    told = [each for row in comparison.rows for cell in row.cells for each in _listings(cell)]
    cited = number_sources((each.source for each in told), library)
    shown = _Words(library, rules, cited)
    return ComparisonView(
        day=comparison.day,
        columns=tuple(shown.column(each) for each in comparison.telling),
        rows=tuple(shown.row(row, comparison.telling) for row in comparison.rows),
        silent=tuple(shown.silent(comparison)),
        ages=age_views(comparison.ages, library.regimes),
        sources=tuple(cited.values()),
    )


def comparison_csv(view: ComparisonView) -> bytes:
    """Return a comparison as CSV, with a row for each substance and instrument with controls."""
    file = io.BytesIO()
    table = CsvTable(file, COLUMNS)
    table.rows([neutralise(text) for text in row] for row in _flat(view))
    return file.getvalue()


class _Words:
    """Text for the cells."""

    def __init__(
        self, library: Library, rules: Mapping[str, ClassRule], cited: Mapping[str, Citation]
    ) -> None:
        self._library = library
        self._rules = rules
        self._cited = cited

    def column(self, slug: str) -> Column:
        regime = self._library.regimes[slug]
        return Column(regime=slug, law=regime.name, jurisdiction=regime.jurisdiction)

    def row(self, row: Compared, columns: Iterable[str]) -> RowView:
        cells = {cell.regime: cell for cell in row.cells}
        return RowView(
            slug=row.slug,
            name=row.name,
            cas=row.cas,
            agreement=row.agreement,
            cells=tuple(self._cell(cells[each]) for each in columns),
        )

    def silent(self, comparison: Comparison) -> Iterator[Silent]:
        """Yield the laws without a column, each with all its answers."""
        for slug in comparison.regimes:
            if slug in comparison.telling:
                continue
            cells = [cell for row in comparison.rows for cell in row.cells if cell.regime == slug]
            answers = dict.fromkeys((cell.answer, cell.reason) for cell in cells)
            regime = self._library.regimes.get(slug)
            yield Silent(
                regime=slug,
                law=regime.name if regime else "",
                jurisdiction=cells[0].jurisdiction,
                answers=tuple(answers),
            )

    def _cell(self, cell: Cell) -> CellView:
        return CellView(
            regime=cell.regime,
            law=self._library.regimes[cell.regime].name,
            jurisdiction=cell.jurisdiction,
            answer=cell.answer,
            kind=cell.answer.replace(" ", "-"),
            as_of=cell.as_of,
            reason=cell.reason,
            listings=tuple(self._listing(each, cell.regime) for each in cell.listings),
            later=tuple(self._listing(each, cell.regime) for each in cell.later),
            ended=tuple(self._listing(each, cell.regime) for each in cell.ended),
            earliest=cell.earliest,
        )

    def _listing(self, listing: Listing, regime: str) -> ShortListing:
        rule = rule_of(listing, self._rules)
        short = short_listing(
            self._library.regimes[regime], rule.schedule if rule else listing.schedule
        )
        return ShortListing(
            title=f"{short}, class: {rule.name}" if rule else short,
            decided=listing.decided,
            since=listing.since,
            until=listing.until,
            scope="" if rule else listing.scope,
            mark=listing.mark,
            dates=listing.dates,
            source=self._cited[listing.source],
        )


def _listings(cell: Cell) -> Iterator[Listing]:
    yield from (*cell.listings, *cell.later, *cell.ended)


def _flat(view: ComparisonView) -> Iterator[list[str]]:
    for row in view.rows:
        for cell in row.cells:
            held = cell.listings
            yield [
                row.slug,
                row.name,
                row.cas,
                f"{view.day}",
                cell.jurisdiction,
                cell.regime,
                cell.answer,
                f"{cell.as_of or ''}",
                several(each.title for each in held),
                several(each.since for each in held),
                several(each.until for each in held),
                several(each.decided for each in held),
                several(doubts_in_words(each.mark, each.dates) or "read" for each in held),
                several(each.source.title for each in held),
                english(cell.reason),
                row.agreement,
            ]
