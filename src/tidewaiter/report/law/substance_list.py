"""The list of substances, formatted for a page: search and filters."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from msgspec.structs import asdict, replace

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.explain.words import MATCHES, word
from tidewaiter.law.answers import Found
from tidewaiter.law.catalogue import By, Catalogue, Filters, Hit, facets, narrow
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.controls import controls_on, short_listing
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Kind
from tidewaiter.report.law.changes import Named
from tidewaiter.report.law.regimes import place_of

SHOWN = 60  # rows per page
_LISTINGS = 4  # maximum number of controls in a row
_KINDS: tuple[Kind, ...] = ("precursor", "drug", "equipment", "class")

Find = Callable[[str, date], tuple[Found, ...]]
"""Identifies a text as for a legal question, or raises an `InputError`."""


class BrowseRow(Record, frozen=True, kw_only=True):
    """A substance in the list."""

    slug: str
    name: str
    kind: Kind
    cas: tuple[str, ...]
    by: By
    matched: str  # matched spelling; "": its name
    listings: tuple[str, ...]  # in force on the day, abbreviated
    more: int  # number of further controls
    drawn: bool


class ClassSaid(Record, frozen=True, kw_only=True):
    """Result of a class rule for a structure."""

    rule: Named
    jurisdiction: str
    clauses: tuple[str, ...]
    excluded: tuple[str, ...]  # why it leaves the structure to another entry
    open: Phrase | None  # why it could not be evaluated; None: it holds the structure
    in_force: bool


class Recognised(Record, frozen=True, kw_only=True):
    """Result of identifying a text that is not part of a name."""

    name: str
    substance: Named | None  # None: unlisted
    form: str
    match: str  # kind of match, in words
    how: str
    classes: tuple[ClassSaid, ...]


class Choice(Record, frozen=True, kw_only=True):
    """A value of a filter, with the number of results."""

    value: str
    label: str
    count: int
    chosen: bool
    query: Mapping[str, str]  # query that selects it, or clears it if selected


class BrowseView(Record, frozen=True, kw_only=True):
    """Data for the page of a search."""

    text: str
    day: date
    filters: Filters
    total: int
    rows: tuple[BrowseRow, ...]
    next: Mapping[str, str] | None  # query of the next page; None: this is the last
    first: Mapping[str, str] | None  # query of the first page; None: this is the first
    regimes: tuple[Choice, ...]
    schedules: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    letters: tuple[Choice, ...]
    recognised: tuple[Recognised, ...]
    not_assessable: str  # why a structure in the search could not be read
    hint: str


class Searching(Record, frozen=True, kw_only=True):
    """A search in the list."""

    text: str = ""
    day: date
    filters: Filters = Filters()
    after: str = ""  # slug of the last row on the previous page


class Browser:
    """Searches a registry for pages; created once and reused."""

    def __init__(self, registry: Registry, catalogue: Catalogue, find: Find) -> None:
        """Initialise with the registry, its catalogue and a function that identifies texts."""
        self._registry = registry
        self._catalogue = catalogue
        self._find = find
        self._rules = registry.rules

    def browse(self, asked: Searching) -> BrowseView:
        """Return search results; a text without results is identified as goods or a structure."""
        written = _is_structure(asked.text)
        found = () if written else self._catalogue.search(asked.text)
        wants = bool(asked.text.strip()) and not found and not asked.after
        recognised, problem = self._recognised(asked) if wants else ((), None)
        kept = narrow(found, asked.filters, asked.day)
        page, after = _page(kept, asked.after)
        counts = facets(found, asked.filters, asked.day)
        filters = asked.filters
        return BrowseView(
            text=asked.text,
            day=asked.day,
            filters=filters,
            total=len(kept),
            rows=tuple(self._row(each, asked.day) for each in page),
            next=query_of(asked, after=after) if after else None,
            first=query_of(asked) if asked.after else None,
            regimes=self._regimes(counts.regimes, asked),
            schedules=_choices("schedule", counts.schedules, asked),
            kinds=_choices("kind", counts.kinds, asked, _KINDS),
            letters=_choices("letter", counts.letters, asked),
            recognised=recognised,
            not_assessable=problem.message if problem else "",
            hint=problem.hint if problem else "",
        )

    def _recognised(self, asked: Searching) -> tuple[tuple[Recognised, ...], InputError | None]:
        try:
            found = self._find(asked.text, asked.day)
        except InputError as error:
            return (), error
        return tuple(recognised(each, self._registry, asked.day) for each in found), None

    def _row(self, hit: Hit, day: date) -> BrowseRow:
        it = hit.substance
        regimes = self._registry.regimes
        held = dict.fromkeys(
            short_listing(regimes[each.regime], each.schedule) for each in controls_on(it, day)
        )
        return BrowseRow(
            slug=it.slug,
            name=it.name,
            kind=it.kind,
            cas=it.cas,
            by=hit.by,
            matched=hit.text if hit.by != "slug" else "",
            listings=tuple(held)[:_LISTINGS],
            more=max(0, len(held) - _LISTINGS),
            drawn=it.smiles is not None,
        )

    def _regimes(self, counts: Mapping[str, int], asked: Searching) -> tuple[Choice, ...]:
        regimes = self._registry.regimes
        ordered = [each.slug for each in sorted(regimes.values(), key=place_of)]
        return tuple(
            replace(each, label=regimes[each.value].name)
            for each in _choices("regime", counts, asked, ordered)
        )


def query_of(asked: Searching, **changed: str) -> dict[str, str]:
    """Return a search as a URL query, with some values changed.

    Args:
        asked: The search; it restarts at the first page.
        changed: Name and value of a filter, or `after`.
    """
    filters = asdict(asked.filters)
    said = {"text": asked.text, "day": f"{asked.day}", **filters, "after": "", **changed}
    if changed.get("regime", asked.filters.regime) != asked.filters.regime:
        said["schedule"] = ""
    return {name: value for name, value in said.items() if value}


def recognised(found: Found, registry: Registry, day: date) -> Recognised:
    """Return the identification of a text, with the results of the class rules.

    Args:
        found: The identification.
        registry: Registry with the class rules.
        day: Day on which their state is evaluated.
    """
    rules = registry.rules
    held = [
        _said(rules[each.rule], registry, day, clauses=each.clauses, excluded=each.excluded_by)
        for each in found.classes
    ]
    opened = [_said(rules[x.rule], registry, day, open_=x.reason) for x in found.open_classes]
    it = found.substance
    return Recognised(
        name=found.name,
        substance=Named(slug=it.slug, name=it.name) if it else None,
        form=found.form.name if found.form else "",
        match=word(MATCHES, found.match),
        how=found.how,
        classes=(*held, *opened),
    )


def _said(
    rule: ClassRule,
    registry: Registry,
    day: date,
    *,
    clauses: tuple[str, ...] = (),
    excluded: tuple[str, ...] = (),
    open_: Phrase | None = None,
) -> ClassSaid:
    return ClassSaid(
        rule=Named(slug=rule.slug, name=rule.name),
        jurisdiction=registry.regimes[rule.regime].jurisdiction,
        clauses=clauses,
        excluded=excluded,
        open=open_,
        in_force=rule.holds_on(day),
    )


def _is_structure(text: str) -> bool:
    """Return whether a text has the form of a SMILES or InChI, and so is not part of a name."""
    # Imported here so that a list without a search does not load RDKit.
    from tidewaiter.law.structure import is_written  # noqa: PLC0415

    return bool(text.strip()) and is_written(text)


def _page(hits: tuple[Hit, ...], after: str) -> tuple[tuple[Hit, ...], str]:
    """Return the rows after a slug, and the slug at which the next page continues."""
    slugs = [hit.substance.slug for hit in hits]
    first = slugs.index(after) + 1 if after in slugs else 0
    page = hits[first : first + SHOWN]
    return page, page[-1].substance.slug if first + SHOWN < len(hits) else ""


def _choices(
    name: str, counts: Mapping[str, int], asked: Searching, order: Sequence[str] = ()
) -> tuple[Choice, ...]:
    """Return the values of a filter: those with results, and the selected one."""
    chosen = asdict(asked.filters)[name]
    values = [each for each in order or sorted({*counts, chosen}) if each]
    return tuple(
        Choice(
            value=value,
            label=value,
            count=counts.get(value, 0),
            chosen=value == chosen,
            query=query_of(asked, **{name: "" if value == chosen else value}),
        )
        for value in values
        if counts.get(value) or value == chosen
    )
