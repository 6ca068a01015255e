"""Official forms of a notice: the fields and boxes of each, and field values by path."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Literal

from tidewaiter.base.errors import MissingError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.fields import Field, field_of, joined
from tidewaiter.exchange.notices.amounts import measured
from tidewaiter.exchange.notices.types import Amount, Basis, Notice, NoticeLine
from tidewaiter.law.jurisdictions import is_in, load_unions
from tidewaiter.law.types import Source

Case = Literal["always", "mixture", "salt", "raw material", "several shipments"]
"""Condition under which a form requires a field: for which goods or shipments."""


class Need(Record, frozen=True, kw_only=True):
    """A form box, and the field that fills it."""

    field: str  # its path in the notice
    box: str = ""  # number on the form, or paragraph of the law
    label: str  # what the box asks for, in our wording
    must: bool = True  # False: if available
    when: Case = "always"
    verified: bool = True  # False: unverified; shown without effect


class Form(Record, frozen=True, kw_only=True):
    """An official form, or the requirements of a treaty or of our own."""

    slug: str
    title: str
    jurisdiction: str  # exporting or importing country; "UN"; "": ours
    side: Literal["export", "import", "internal"] = "export"
    bases: tuple[Basis, ...] = ()  # bases that always need it
    months: tuple[int, ...] = ()  # permitted periods; empty: unspecified
    lines_at_most: int | None = None
    substances: tuple[str, ...] = ()  # slugs; empty: all
    sources: tuple[str, ...]
    note: str = ""
    needs: tuple[Need, ...]


class _FormsFile(Record, frozen=True, kw_only=True):
    forms: tuple[Form, ...]


class _SourcesFile(Record, frozen=True, kw_only=True):
    sources: dict[str, Source]


@cache
def load_sources() -> dict[str, Source]:
    """Load the sources of notice facts."""
    return read_toml(data("exchange", "notice_sources.toml"), _SourcesFile).sources


@cache
def load_forms() -> dict[str, Form]:
    """Load the forms, by their slugs.

    Raises:
        RegistryError: A form names an unknown source, or a slug is not unique.
    """
    found: dict[str, Form] = {}
    for form in read_toml(data("exchange", "forms.toml"), _FormsFile).forms:
        if form.slug in found:
            raise RegistryError("exchange/form-twice", slug=form.slug, at="forms.toml")
        check_sources(form.sources, "forms.toml")
        found[form.slug] = form
    return found


def form_of(slug: str) -> Form:
    """Return a form.

    Raises:
        MissingError: Unknown slug.
    """
    form = load_forms().get(slug)
    if form is None:
        raise MissingError("exchange/no-such-form", slug=slug[:40], named=", ".join(load_forms()))
    return form


def check_sources(named: Iterable[str], at: str) -> None:
    """Check that sources exist.

    Raises:
        RegistryError: A source is missing.
    """
    for name in named:
        if name not in load_sources():
            raise RegistryError("exchange/no-such-source", name=name, at=at)


def of_basis(basis: Basis) -> tuple[Form, ...]:
    """Return the fields that every notice of a basis needs."""
    return tuple(form for form in load_forms().values() if basis in form.bases)


def suggested(notice: Notice, slugs: AbstractSet[str], day: date) -> tuple[str, ...]:
    """Suggest the forms of both countries of a notice, by slug.

    Args:
        notice: With the countries of its authorities.
        slugs: Of the substances of its lines.
        day: Day of union membership.
    """
    ends = {"export": notice.sender.country, "import": notice.recipient.country, "internal": None}
    unions = load_unions()
    return tuple(
        form.slug
        for form in load_forms().values()
        if form.jurisdiction not in {"", "UN"}
        and is_in(ends[form.side], form.jurisdiction, day, unions)
        and (not form.months or notice.shipments == "multi")
        and (not form.substances or slugs & set(form.substances))
    )


_HIDDEN = frozenset({"parties", "net"})  # path parts omitted in positions


def values(thing: Record, path: str, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values at a path with their positions: "line 2, quantity".

    Args:
        thing: A record.
        path: Field names joined by dots: "parties.exporter.name", "lines.net".
        place: Position of the record.

    Yields:
        One value, or one per list member; None where the path ends early.
    """
    name, _, rest = path.partition(".")
    field, value = field_of(type(thing), name), getattr(thing, name)
    if isinstance(value, tuple) and rest:
        for number, each in enumerate(value, 1):
            shown = each.number if isinstance(each, NoticeLine) else number
            yield from values(each, rest, joined(place, field.member(shown)))
        if not value:
            yield joined(place, field.place, *_places(field, rest)), None
        return
    here = place if name in _HIDDEN and rest else joined(place, field.place)
    if not rest:
        yield here, value
    elif value is None:
        yield joined(here, *_places(field, rest)), None
    else:
        yield from values(value, rest, here)


def _places(field: Field, path: str) -> Iterator[str]:
    """Yield the error name of each step of a path, starting in a field's record."""
    for name in path.split("."):
        if field.shape.record is None:
            raise KeyError(path)
        field = field_of(field.shape.record, name)
        yield field.place


def is_given(value: object) -> bool:
    """Return whether a value is non-empty; a refusal is an answer, but not consent."""
    if isinstance(value, Amount):
        return measured(value) is not None
    return value not in {None, "", "not asked", "refused"} and value is not False and value != ()


def line_place(line: NoticeLine, field: str = "") -> str:
    """Return the position within a line: "line 2, quantity"."""
    return joined(f"line {line.number}", field)
