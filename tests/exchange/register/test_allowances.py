"""What a register allows, as sums over lines compare it."""

from datetime import date, timedelta

import pytest
from tests.support.notices import changed
from tests.support.register import BEGUN, DAY, KG, NEED, PERMIT, moved, register

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


OWN = changed(NEED, id="alr-2", operator="op-1")


@pytest.mark.parametrize("entry", [PERMIT, OWN], ids=["permit", "requirement"])
@pytest.mark.parametrize(
    ("amount", "found"),
    [
        (Amount(mass_mg=5), (5, None)),
        (Amount(volume_ul=5), (None, 5)),
        (Amount(pieces=5), None),
        (Amount(), None),
    ],
    ids=str,
)
def test_what_names_a_mass_or_a_volume_is_told(
    entry: object, amount: Amount, found: tuple[int | None, int | None] | None
) -> None:
    """A sum over lines is of one of the two; pieces are not summed."""
    entries = (*register().entries[:3], changed(entry, amount=amount))
    told = [(each.mass_mg, each.volume_ul) for each in allowed_in(register(entries=entries), DAY)]
    assert told == ([] if found is None else [found])


def test_a_requirement_is_of_the_content_and_of_a_known_operator() -> None:
    """A permit applies to what it counts; each as of the day."""
    goods = changed(PERMIT, counts="goods")
    paper, need = allowed_in(register(entries=(*register().entries[:3], goods, OWN)), DAY)
    assert (paper.content, need.content) == (False, True)
    assert (need.until, need.substance) == (date(2026, 12, 31), "ephedrine")
    stranger = changed(OWN, operator="op-9")
    assert list(allowed_in(register(entries=(stranger,)), DAY)) == []
    assert list(allowed_in(register(), BEGUN - timedelta(days=1))) == []


def test_notices_are_summed_by_substance_direction_and_measure() -> None:
    """Pieces, unmeasured goods, and goods of unknown substances are excluded."""
    promises = (
        PROMISE,
        changed(PROMISE, line=2),
        changed(PROMISE, line=3, net=Amount(volume_ul=7)),
        changed(PROMISE, direction="export"),
        changed(PROMISE, substance="safrole"),
        changed(PROMISE, substance="", line=4),
        changed(PROMISE, net=Amount(), line=5),
        changed(PROMISE, net=Amount(pieces=3), line=6),
    )
    found = allowed_in(register(entries=(), promises=promises), DAY)
    assert {
        (each.substance, each.name.parameters["direction"], each.mass_mg, each.volume_ul)
        for each in found
    } == {
        ("ephedrine", "import", 60 * KG, None),
        ("ephedrine", "import", None, 7),
        ("ephedrine", "export", 30 * KG, None),
        ("safrole", "import", 30 * KG, None),
    }
