"""Annual figures per substance: seizures, stopped shipments, trade and requirements.

`form_rows` holds the columns of UN Form D that are confirmed, by data/exchange/form_d.toml;
`sheet_rows` holds all figures, in a layout of ours. Both are rows of text for a CSV writer.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Literal

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.exchange.incidents.types import Goods, Incident
from tidewaiter.exchange.notices.law import TABLES
from tidewaiter.exchange.notices.types import Amount, NoticeLine
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.movements import content_in
from tidewaiter.exchange.register.types import Requirement
from tidewaiter.law.controls import controls_on
from tidewaiter.law.limits import kilos
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Source, Substance

FigureName = Literal[
    "table", "name", "seized", "origins", "stopped", "imports", "exports", "requirement"
]


class Total(Record, frozen=True, kw_only=True):
    """A sum of the substance itself; mass and volume are never added to each other."""

    mass_mg: int = 0
    volume_ul: int = 0
    open: tuple[str, ...] = ()  # shipments or incidents whose content is not known: not in the sum

    @property
    def text(self) -> str:
        """Say it: "1.5 kg", "1.5 kg and 20 l"; "" for nothing."""
        parts = [f"{kilos(self.mass_mg)} kg"] if self.mass_mg else []
        parts += [f"{kilos(self.volume_ul)} l"] if self.volume_ul else []
        parts += [f"{len(self.open)} not known"] if self.open else []
        return " and ".join(parts)


class Figures(Record, frozen=True, kw_only=True):
    """The figures of one substance in one year."""

    substance: str  # slug
    name: str
    table: str  # of the Convention, on the last day of the year
    year: int
    seized: Total = Total()
    origins: tuple[str, ...] = ()  # countries, of seizures
    stopped: Total = Total()
    imports: Total = Total()
    exports: Total = Total()
    requirement: Total = Total()  # of the country as a whole


class Column(Record, frozen=True, kw_only=True):
    """A column of the form."""

    figure: FigureName
    label: str
    part: str
    verified: bool  # False: remembered only, and left out of the form's rows
    source: str


class FormD(Record, frozen=True, kw_only=True):
    """data/exchange/form_d.toml, read."""

    version: str
    sources: dict[str, Source]
    columns: tuple[Column, ...]


@cache
def load_form_d() -> FormD:
    """Load the layout of the form.

    Raises:
        RegistryError: The file is malformed, or a column names a source that is not there.
    """
    form = read_toml(data("exchange", "form_d.toml"), FormD)
    for each in form.columns:
        if each.source not in form.sources:
            raise RegistryError("exchange/no-such-source", name=each.source, at="form_d.toml")
    return form


def figures_of(
    book: Book, incidents: Iterable[Incident], country: str, year: int, registry: Registry
) -> tuple[Figures, ...]:
    """Add up a year of a country, for each substance of Table I and Table II.

    Args:
        book: The register, whose movements are the trade.
        incidents: In any version: the last counts, if it is of this country and year, by what was
            found and never by what was declared; goods without a content count as the whole.
        country: ISO 3166-1 alpha-2.
        year: Calendar year.
        registry: Whose substances stand in the tables on the last day of the year.
    """
    last = date(year, 12, 31)
    mine = [
        each for each in _last(incidents) if each.day.year == year and each.place.country == country
    ]
    found = [
        _figures(book, mine, (substance, table), (country, year), registry)
        for substance in registry.substances
        if (table := _table(substance, last))
    ]
    return tuple(sorted(found, key=lambda each: (each.table, each.name)))


def _last(incidents: Iterable[Incident]) -> Iterable[Incident]:
    """Return each incident in its last version."""
    in_order = sorted(incidents, key=lambda each: each.version)
    return {(each.owner, each.id): each for each in in_order}.values()


def _table(substance: Substance, day: date) -> str:
    return min(
        (each.schedule for each in controls_on(substance, day) if each.regime == TABLES), default=""
    )


def _figures(
    book: Book,
    incidents: Iterable[Incident],
    what: tuple[Substance, str],
    where: tuple[str, int],
    registry: Registry,
) -> Figures:
    substance, table = what
    country, year = where
    moved = book.moved_in(country, substance.slug, year, date(year, 12, 31))
    needs = [
        (each.id, each.amount)
        for each in book.all_on(Requirement, date(year, 12, 31))
        if (each.country, each.year, each.substance) == (country, year, substance.slug)
        and not each.operator
    ]
    seized, origins = _found(incidents, {"seizure"}, substance.slug, registry)
    stopped, _ = _found(incidents, {"stopped-shipment"}, substance.slug, registry)
    return Figures(
        substance=substance.slug,
        name=substance.name,
        table=table,
        year=year,
        seized=_total(seized),
        origins=origins,
        stopped=_total(stopped),
        imports=_total((each.id, each.content) for each in moved if each.direction == "import"),
        exports=_total((each.id, each.content) for each in moved if each.direction == "export"),
        requirement=_total(needs),
    )


def _found(
    incidents: Iterable[Incident], kinds: set[str], slug: str, registry: Registry
) -> tuple[list[tuple[str, Amount]], tuple[str, ...]]:
    amounts: list[tuple[str, Amount]] = []
    origins: set[str] = set()
    for incident in (each for each in incidents if each.kind in kinds):
        goods = [x.found for x in incident.lines if x.found and x.found.substance == slug]
        amounts += [(incident.id, _content(each, incident.day, registry)) for each in goods]
        if goods:
            origins |= {stop.country for stop in incident.route if stop.function == "origin"}
    return amounts, tuple(sorted(origins))


def _content(goods: Goods, day: date, registry: Registry) -> Amount:
    as_line = NoticeLine(
        number=1,
        cas=goods.cas,
        content_ppm=goods.content_ppm,
        net=Amount(mass_mg=goods.net_mg, volume_ul=goods.volume_ul),
    )
    return content_in(as_line, goods.substance, day, registry)[0]


def _total(amounts: Iterable[tuple[str, Amount]]) -> Total:
    told = list(amounts)
    return Total(
        mass_mg=sum(each.mass_mg or 0 for _, each in told),
        volume_ul=sum(each.volume_ul or 0 for _, each in told),
        open=tuple(name for name, each in told if each.mass_mg is None and each.volume_ul is None),
    )


def form_rows(figures: Iterable[Figures]) -> tuple[tuple[str, ...], ...]:
    """Lay figures out as Form D has them, its titles first; unverified columns are left out."""
    return _rows(figures, [each for each in load_form_d().columns if each.verified])


def sheet_rows(figures: Iterable[Figures]) -> tuple[tuple[str, ...], ...]:
    """Lay all figures out, its titles first: a sheet to fill the form from, and not the form."""
    return _rows(figures, load_form_d().columns)


def _rows(figures: Iterable[Figures], columns: Iterable[Column]) -> tuple[tuple[str, ...], ...]:
    shown = list(columns)
    titles = tuple(each.label for each in shown)
    return (titles, *(tuple(_CELLS[col.figure](each) for col in shown) for each in figures))


_CELLS: dict[FigureName, Callable[[Figures], str]] = {
    "table": lambda each: each.table,
    "name": lambda each: each.name,
    "seized": lambda each: each.seized.text,
    "origins": lambda each: ", ".join(each.origins),
    "stopped": lambda each: each.stopped.text,
    "imports": lambda each: each.imports.text,
    "exports": lambda each: each.exports.text,
    "requirement": lambda each: each.requirement.text,
}
