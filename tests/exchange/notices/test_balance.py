"""Balances: written off line by line; excess is reported."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.support.notices import ANHYDRIDE, NOTICE, changed

from tidewaiter.exchange.notices.state import balances
from tidewaiter.exchange.notices.types import Amount, LineAmount, Notice, Returned

amounts = st.integers(1, 2_000)


def _notice(mass: int) -> Notice:
    made: Notice = changed(NOTICE, lines=(changed(ANHYDRIDE, net=Amount(mass_mg=mass)),))
    return made


def _shipped(*masses: int, line: int = 1) -> tuple[Returned, ...]:
    return tuple(
        Returned(
            outcome="shipped",
            on=date(2026, 4, 8),
            last=False,
            lines=(LineAmount(line=line, amount=Amount(mass_mg=mass)),),
        )
        for mass in masses
    )


@given(most=amounts, shipped=st.lists(amounts, max_size=6))
def test_what_is_left_and_what_is_exceeded_add_up(most: int, shipped: list[int]) -> None:
    """Nothing is ever negative, and one of the two is nothing."""
    (balance,) = balances(_notice(most), {}, _shipped(*shipped))
    left, over = balance.left.mass_mg, balance.exceeded.mass_mg
    assert left is not None
    assert over is not None
    assert min(left, over) == 0
    assert left - over == most - sum(shipped)
    assert bool(balance.problems) == (over > 0)


def test_an_allowed_quantity_is_the_most() -> None:
    """Less than was notified; more than that counts for nothing."""
    (less,) = balances(_notice(100), {1: Amount(mass_mg=60)}, _shipped(70))
    assert (less.most.mass_mg, less.exceeded.mass_mg) == (60, 10)
    (more,) = balances(_notice(100), {1: Amount(mass_mg=600)}, ())
    assert more.most.mass_mg == 100


def test_a_line_that_an_amendment_dropped_is_not_forgotten() -> None:
    """What left under it exceeds the nothing that may still go."""
    found = balances(_notice(100), {}, _shipped(30, line=2))
    assert [(each.line, each.exceeded.mass_mg) for each in found] == [(1, 0), (2, 30)]


def test_litres_are_not_written_off_against_kilograms() -> None:
    """Incomparable amounts are reported and count as nothing."""
    litres = Returned(
        outcome="shipped",
        on=date(2026, 4, 8),
        lines=(LineAmount(line=1, amount=Amount(volume_ul=5)),),
    )
    (balance,) = balances(_notice(100), {}, (litres,))
    assert balance.used.mass_mg == 0
    assert len(balance.problems) == 1
