"""What a register allows, as sums over lines compare it."""

from datetime import date

from tests.support.notices import changed
from tests.support.register import DAY, KG, NEED, moved, register

from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.screening import allowed_in
from tidewaiter.exchange.register.types import Promise

PROMISE = Promise(
    notice="DE/26/7",
    line=1,
    direction="import",
    country="MX",
    since=DAY,
    substance="ephedrine",
    net=Amount(mass_mg=30 * KG),
    source="notice DE/26/7, no objection 2026-04-08",
)


def test_papers_and_needs_of_operators_are_told() -> None:
    """A requirement of the country is none of an operator's: lines do not tell who used it."""
    (paper,) = allowed_in(register(), DAY)
    assert (paper.what, paper.number, paper.mass_mg) == ("paper", "IA-26/01", 100 * KG)
    assert paper.content
    own = changed(NEED, id="alr-2", operator="op-1")
    _, need = allowed_in(register(entries=(*register().entries, own)), DAY)
    assert (need.what, need.traders) == ("need", ("quimica ejemplo sa", "#QEJ010101AB1"))
    assert (need.since, need.country, need.mass_mg) == (date(2026, 1, 1), "MX", 150 * KG)


def test_a_notice_allows_what_may_still_go_and_what_was_returned() -> None:
    """Its reference is the number that papers name."""
    shipped = moved("DE/26/7/exporter/abc/1", 20 * KG, source="notice DE/26/7, arrived 2026-04-01")
    _, notice = allowed_in(register(shipped, moved(), promises=(PROMISE,)), DAY)
    assert (notice.number, notice.substance, notice.mass_mg) == ("DE/26/7", "ephedrine", 50 * KG)
