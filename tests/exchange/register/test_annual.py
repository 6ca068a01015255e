"""Annual figures: of one year and country, with what cannot be told."""

from datetime import date

import pytest
from tests.support.exchange import incident
from tests.support.notices import changed
from tests.support.register import ENTRIES, KG, NEED, moved, register, registry

from tidewaiter.base.errors import RegistryError
from tidewaiter.exchange.incidents.types import Goods, Incident, Line, Place, Stop
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register import annual
from tidewaiter.exchange.register.annual import (
    Figures,
    Total,
    figures_of,
    form_rows,
    load_form_d,
    sheet_rows,
)
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Movement, Register

_OIL = Goods(text="Oil", substance="safrole", net_mg=7 * KG)
DECLARED = Goods(text="Flour", substance="ephedrine", net_mg=999 * KG)


def _seized(mg: int | None, **more: object) -> Incident:
    goods = Goods(text="White powder", substance="ephedrine", cas="50-98-6", net_mg=mg)
    made = incident(
        kind="seizure",
        day=date(2026, 2, 3),
        place=Place(country="MX", name="Port"),
        lines=(Line(number=1, declared=DECLARED, found=goods),),
        equipment=(),
        route=(Stop(function="origin", country="DE"),),
    )
    seized: Incident = changed(made, **more)
    return seized


def _ephedrine(
    *incidents: Incident, movements: tuple[Movement, ...] = (), held: Register | None = None
) -> Figures:
    book = Book(held or register(*movements))
    (found,) = (
        each
        for each in figures_of(book, incidents, "MX", 2026, registry())
        if each.substance == "ephedrine"
    )
    return found


def test_a_year_is_that_of_its_country() -> None:
    """Other years and countries are not in it; what cannot be told is counted apart."""
    told = (
        moved("a"),
        moved("b", on=date(2025, 12, 31)),
        moved("c", country="DE"),
        moved("d", direction="export", mg=5 * KG),
        moved("e", content=Amount(volume_ul=KG)),
        moved("f", content=Amount()),
    )
    found = _ephedrine(movements=told)
    assert found.table == "Table I"
    assert found.imports.text == "20 kg and 1 l and 1 not known"
    assert found.exports.text == "5 kg"
    assert found.requirement.text == "150 kg"


def test_what_was_found_is_seized_and_a_salt_counts_as_its_base() -> None:
    """What was declared counts nothing; the last version of an incident counts alone."""
    first, second = _seized(50 * KG), _seized(100 * KG, version=2)
    for told in ((first, second), (second, first)):
        found = _ephedrine(*told)
        assert (found.seized.mass_mg, found.origins) == (81_920_000, ("DE",))
    assert _ephedrine(_seized(None)).seized.open == (first.id,)
    assert _ephedrine(_seized(KG, day=date(2025, 2, 3))).seized.text == ""
    stopped = _ephedrine(_seized(KG, kind="stopped-shipment"))
    assert (stopped.seized.text, stopped.stopped.mass_mg) == ("", 819_200)


def test_the_form_holds_what_is_confirmed() -> None:
    """A column known only from memory is in the sheet, but not in the rows of the form."""
    found = (_ephedrine(_seized(100 * KG), movements=(moved(),)),)
    assert form_rows(found) == (
        ("Table", "Substance", "Amount seized", "Origin, when known"),
        ("Table I", "Ephedrine", "81.92 kg", "DE"),
    )
    assert len(sheet_rows(found)[0]) == len(load_form_d().columns)
    memory = {name for name, each in load_form_d().sources.items() if each.kind == "memory"}
    assert all(each.verified == (each.source not in memory) for each in load_form_d().columns)


def test_a_requirement_is_that_of_the_whole_country_in_the_year() -> None:
    """Neither one of an operator nor one of another country, year or substance."""
    others = (
        changed(NEED, id="a", operator="op-1"),
        changed(NEED, id="b", country="DE"),
        changed(NEED, id="c", year=2025),
        changed(NEED, id="d", substance="safrole"),
    )
    held = register(entries=(*ENTRIES, *others))
    assert _ephedrine(held=held).requirement.text == "150 kg"


def test_what_was_not_found_is_not_seized() -> None:
    """Nor is another substance; seizures of a country add up, with all their origins."""
    one = _seized(KG)
    other = Line(number=2, declared=DECLARED, found=_OIL)
    open_ = Line(number=3, declared=DECLARED, found=None)
    both = changed(one, lines=(*one.lines, other, open_))
    assert _ephedrine(both).seized == _ephedrine(one).seized
    route = (Stop(function="origin", country="CN"), Stop(function="transit", country="US"))
    second = changed(_seized(KG), id="x-2", route=route)
    found = _ephedrine(one, second)
    assert (found.seized.mass_mg, found.origins) == (2 * 819_200, ("CN", "DE"))
    nothing = changed(second, lines=(other,))
    assert _ephedrine(nothing).origins == ()
    abroad = _seized(KG, place=Place(country="DE", name="Port"))
    assert _ephedrine(abroad).seized == Total()


def test_a_layout_whose_column_has_no_source_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each column says where it was read."""
    layout = load_form_d()
    columns = (*layout.columns, changed(layout.columns[0], source="hearsay"))
    monkeypatch.setattr(annual, "read_toml", lambda *_: changed(layout, columns=columns))
    with pytest.raises(RegistryError, match="hearsay"):
        load_form_d.__wrapped__()


def test_all_substances_of_the_tables_stand_in_it() -> None:
    """Each once, those of Table I first."""
    found = figures_of(Book(register()), (), "MX", 2026, registry())
    assert {each.table for each in found} == {"Table I", "Table II"}
    assert [each.table for each in found] == sorted(each.table for each in found)
    assert len({each.substance for each in found}) == len(found)
