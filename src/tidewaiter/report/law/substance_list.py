"""The list of substances as a page shows it: what was searched for, and what narrows it."""

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

SHOWN = 60  # rows of a page
_LISTINGS = 4  # named in a row
_KINDS: tuple[Kind, ...] = ("precursor", "drug", "equipment", "class")

Find = Callable[[str, date], tuple[Found, ...]]
"""Finds what a text is, as the law is asked, or raises an `InputError`."""


class BrowseRow(Record, frozen=True, kw_only=True):
    """A substance in the list."""

    slug: str
    name: str
    kind: Kind
    cas: tuple[str, ...]
    by: By
    matched: str  # the spelling by which it was found; "": its name
    listings: tuple[str, ...]  # in force on the day, in few words
    more: int  # listings that are not named
    drawn: bool


class ClassSaid(Record, frozen=True, kw_only=True):
    """What a class rule says of a structure."""

    rule: Named
    jurisdiction: str
    clauses: tuple[str, ...]
    excluded: tuple[str, ...]  # why it leaves the structure to another entry
    open: Phrase | None  # why it could not be evaluated; None: it holds the structure
    in_force: bool


class Recognised(Record, frozen=True, kw_only=True):
    """What a text that is no part of a name was found to be."""

    name: str
    substance: Named | None  # None: no list names it
    form: str
    match: str  # in words
    how: str
    classes: tuple[ClassSaid, ...]


class Choice(Record, frozen=True, kw_only=True):
    """A value of a filter, and how many it keeps."""

    value: str
    label: str
    count: int
    chosen: bool
    query: Mapping[str, str]  # of an address, that chooses it, or takes it back where it is chosen


class BrowseView(Record, frozen=True, kw_only=True):
    """All that a page shows of a search."""

    text: str
    day: date
    filters: Filters
    total: int
    rows: tuple[BrowseRow, ...]
    next: Mapping[str, str] | None  # query of the next page; None: this is the last
    first: Mapping[str, str] | None  # query of the first page; None: this is it
    regimes: tuple[Choice, ...]
    schedules: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    letters: tuple[Choice, ...]
    recognised: tuple[Recognised, ...]
    not_assessable: str  # why a structure that was searched for could not be read
    hint: str


class Searching(Record, frozen=True, kw_only=True):
    """What is asked of the list."""

    text: str = ""
    day: date
    filters: Filters = Filters()
    after: str = ""  # slug of the last row of the page before


class Browser:
    """Searches a registry for pages; made once for many."""

    def __init__(self, registry: Registry, catalogue: Catalogue, find: Find) -> None:
        """Take the registry, its catalogue, and who finds what is no part of a name."""
        self._registry = registry
        self._catalogue = catalogue
        self._find = find
        self._rules = {each.slug: each for each in registry.classes}

    def browse(self, asked: Searching) -> BrowseView:
        """Return what a search finds; a text that fits nothing is read as goods or a structure."""
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
    """Return what is asked as the query of an address, with some of it changed.

    Args:
        asked: What is asked; it begins at its first page again.
        changed: The name of a filter and its value, or `after`.
    """
    filters = asdict(asked.filters)
    said = {"text": asked.text, "day": f"{asked.day}", **filters, "after": "", **changed}
    if changed.get("regime", asked.filters.regime) != asked.filters.regime:
        said["schedule"] = ""
    return {name: value for name, value in said.items() if value}


def recognised(found: Found, registry: Registry, day: date) -> Recognised:
    """Return what something was found to be, and what the class rules say of it.

    Args:
        found: As it was found.
        registry: With the rules.
        day: On which they are told to be in force or not.
    """
    rules = {each.slug: each for each in registry.classes}
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
    """Return whether a text is a SMILES or an InChI by its shape, and so no part of a name."""
    # Here and not above: a list without a search need not load RDKit.
    from tidewaiter.law.structure import is_written  # noqa: PLC0415

    return bool(text.strip()) and is_written(text)


def _page(hits: tuple[Hit, ...], after: str) -> tuple[tuple[Hit, ...], str]:
    """Return the rows behind one, and where the next page goes on."""
    slugs = [hit.substance.slug for hit in hits]
    first = slugs.index(after) + 1 if after in slugs else 0
    page = hits[first : first + SHOWN]
    return page, page[-1].substance.slug if first + SHOWN < len(hits) else ""


def _choices(
    name: str, counts: Mapping[str, int], asked: Searching, order: Sequence[str] = ()
) -> tuple[Choice, ...]:
    """Return the values of a filter: those that keep something, and the one that is chosen."""
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
