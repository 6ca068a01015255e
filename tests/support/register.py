"""A register that the tests use; all firms, papers and authorities are invented."""

from datetime import date
from functools import cache
from typing import Any

from tests.support.notices import changed

from tidewaiter.exchange.notices.types import Amount, Party
from tidewaiter.exchange.register.balances import Account, account_of
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import (
    Grant,
    Movement,
    Operator,
    Question,
    Register,
    Requirement,
    Site,
    Standing,
)
from tidewaiter.law.registry import Registry, load_registry

DAY = date(2026, 4, 8)
BEGUN = date(2026, 1, 1)
KG = 1_000_000  # mg

OPERATOR = Operator(
    id="op-1",
    decided=BEGUN,
    name="Química Ejemplo SA",
    country="MX",
    address="Calle 1, Veracruz",
    business_numbers=("QEJ-010101-AB1",),
    sites=(Site(id="S1", country="MX"), Site(id="S2", country="MX")),
    source="register of operators, sheet 1",
)
OTHER = Operator(
    id="op-2",
    decided=BEGUN,
    name="Reactivos Muestra SA",
    country="MX",
    business_numbers=("RMU-020202-CD2",),
    source="register of operators, sheet 2",
)
LICENCE = Standing(
    id="st-1",
    decided=BEGUN,
    kind="licence",
    number="MX-7",
    issuer="MX",
    operator="op-1",
    substances=("ephedrine", "acetic-anhydride"),
    activities=("import", "use"),
    sites=("S1",),
    since=BEGUN,
    until=date(2026, 12, 31),
    source="register of licences, sheet 7",
)
PERMIT = Grant(
    id="gr-1",
    decided=BEGUN,
    kind="import authorisation",
    number="IA-26/01",
    issuer="MX",
    operator="op-1",
    substance="ephedrine",
    amount=Amount(mass_mg=100 * KG),
    counts="content",
    sites=("S1",),
    since=BEGUN,
    until=date(2026, 9, 30),
    source="import authorisation IA-26/01",
)
NEED = Requirement(
    id="alr-1",
    decided=BEGUN,
    country="MX",
    substance="ephedrine",
    year=2026,
    amount=Amount(mass_mg=150 * KG),
    source="annual requirements 2026",
)
ENTRIES = (OPERATOR, OTHER, LICENCE, PERMIT, NEED)

QUESTION = Question(
    direction="import",
    day=DAY,
    country="MX",
    party=Party(licence="mx 7"),
    substance="ephedrine",
    net=Amount(mass_mg=25 * KG),
    content=Amount(mass_mg=20 * KG),
    site="S1",
    asks=("standing", "permit", "requirement"),
)


@cache
def registry() -> Registry:
    """Return the registry that travels with the package."""
    return load_registry()


def moved(name: str = "m-1", mg: int = 20 * KG, on: date = DAY, **more: Any) -> Movement:
    """Make an import of ephedrine under the permit, from its site and operator."""
    made: Movement = changed(
        Movement(
            id=name,
            direction="import",
            country="MX",
            on=on,
            operator="op-1",
            permit="IA 26 01",
            substance="ephedrine",
            net=Amount(mass_mg=mg),
            content=Amount(mass_mg=mg),
            site="S1",
            source=f"shipment {name}",
        ),
        **more,
    )
    return made


def register(*movements: Movement, entries: tuple[Any, ...] = ENTRIES, **more: Any) -> Register:
    """Make a register of the sample entries and some movements."""
    made: Register = changed(Register(entries=entries, movements=movements), **more)
    return made


def account(held: Register, day: date = DAY) -> Account:
    """Return the account of the sample permit on a day."""
    book = Book(held)
    grant = book.on(Grant, PERMIT.id, day)
    assert grant is not None
    return account_of(book, grant, day)
