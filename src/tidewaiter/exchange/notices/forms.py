"""Official forms of a notice: which fields each needs, in which box, and field values by path."""

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
"""When a form asks for a field: of which goods, or of which shipments."""


class Need(Record, frozen=True, kw_only=True):
    """A box of a form, and the field of ours that fills it."""

    field: str  # its path in the notice
    box: str = ""  # as the form numbers it, or the paragraph of the law
    label: str  # what the box asks, in our words
    must: bool = True  # False: only if there is any
    when: Case = "always"
    verified: bool = True  # False: remembered only; it is shown and decides nothing


class Form(Record, frozen=True, kw_only=True):
    """An official form, or what a treaty or our own rule asks of a notice."""

    slug: str
    title: str
    jurisdiction: str  # whose exports, or imports, it is for; "UN"; "": ours
    side: Literal["export", "import", "internal"] = "export"
    bases: tuple[Basis, ...] = ()  # whose notices always need it
    months: tuple[int, ...] = ()  # the periods that it may cover; empty: it does not say
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
    """Load where the facts of notices were read."""
    return read_toml(data("exchange", "notice_sources.toml"), _SourcesFile).sources


@cache
def load_forms() -> dict[str, Form]:
    """Load the forms, by their slugs.

    Raises:
        RegistryError: A form names a source that is not there, or two have one slug.
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
        MissingError: None has that slug.
    """
    form = load_forms().get(slug)
    if form is None:
        raise MissingError("exchange/no-such-form", slug=slug[:40], named=", ".join(load_forms()))
    return form


def check_sources(named: Iterable[str], at: str) -> None:
    """Check that sources are there.

    Raises:
        RegistryError: One is not.
    """
    for name in named:
        if name not in load_sources():
            raise RegistryError("exchange/no-such-source", name=name, at=at)


def of_basis(basis: Basis) -> tuple[Form, ...]:
    """Return what every notice of a basis needs."""
    return tuple(form for form in load_forms().values() if basis in form.bases)


def suggested(notice: Notice, slugs: AbstractSet[str], day: date) -> tuple[str, ...]:
    """Suggest the forms of the countries that the notice is between, by their slugs.

    Args:
        notice: With the countries of its authorities.
        slugs: Of the substances of its lines.
        day: Whose members of unions count.
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


_HIDDEN = frozenset({"parties", "net"})  # words of a path that a place leaves out


def values(thing: Record, path: str, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values that a path leads to, each with its place: "line 2, quantity".

    Args:
        thing: A record.
        path: Names of fields with points between: "parties.exporter.name", "lines.net".
        place: Of the record.

    Yields:
        One value, or one for each member of a list on the way; None where the way ends before.
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
    """Yield what errors call each step of a path that begins in the record of a field."""
    for name in path.split("."):
        if field.shape.record is None:
            raise KeyError(path)
        field = field_of(field.shape.record, name)
        yield field.place


def is_given(value: object) -> bool:
    """Tell whether a value says anything; a refusal is an answer, but no consent."""
    if isinstance(value, Amount):
        return measured(value) is not None
    return value not in {None, "", "not asked", "refused"} and value is not False and value != ()


def line_place(line: NoticeLine, field: str = "") -> str:
    """Say where something of a line stands: "line 2, quantity"."""
    return joined(f"line {line.number}", field)
