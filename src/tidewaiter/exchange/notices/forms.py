"""Forms: which of our fields each official form needs, under which box, as data says it."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Literal

from tidewaiter.base.errors import MissingError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.notices.types import Basis, Notice
from tidewaiter.substances.jurisdictions import is_in
from tidewaiter.substances.lawbook import read_rules
from tidewaiter.substances.types import Source

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
            raise RegistryError(f'two forms are called "{form.slug}"', at="forms.toml")
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
        hint = f"one of: {', '.join(load_forms())}"
        raise MissingError(f'no form is called "{slug[:40]}"', hint=hint)
    return form


def check_sources(named: Iterable[str], at: str) -> None:
    """Check that sources are there.

    Raises:
        RegistryError: One is not.
    """
    for name in named:
        if name not in load_sources():
            raise RegistryError(f'no source is called "{name}"', at=at)


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
    unions = read_rules().unions
    return tuple(
        form.slug
        for form in load_forms().values()
        if form.jurisdiction not in {"", "UN"}
        and is_in(ends[form.side], form.jurisdiction, day, unions)
        and (not form.months or notice.shipments == "multi")
        and (not form.substances or slugs & set(form.substances))
    )
