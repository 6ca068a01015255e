"""Balances: written off line by line and permit by permit; what is exceeded is told."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.notices.samples import ANHYDRIDE, NOTICE, Talk, changed

from tidewaiter.exchange.notices.balance import Use, balances, uses_of, write_off
from tidewaiter.exchange.notices.events import LineAmount, NoObjection, Returned
from tidewaiter.exchange.notices.types import Amount, Notice, Permit

PERMIT = Permit(
    kind="export authorisation", number="P-1", since=date(2026, 4, 1), until=date(2026, 9, 30),
    amount=Amount(mass_mg=1_000), line=1,
)  # fmt: skip
amounts = st.integers(1, 2_000)


def _notice(mass: int) -> Notice:
    made: Notice = changed(NOTICE, lines=(changed(ANHYDRIDE, net=Amount(mass_mg=mass)),))
    return made


def _shipped(*masses: int, line: int = 1) -> tuple[Returned, ...]:
    return tuple(
        Returned(
            outcome="shipped", on=date(2026, 4, 8), last=False,
            lines=(LineAmount(line=line, amount=Amount(mass_mg=mass)),),
        )
        for mass in masses
    )  # fmt: skip


def _use(mass: int, on: date = date(2026, 4, 8), line: int = 1) -> Use:
    return Use(notice="DE-1", line=line, on=on, amount=Amount(mass_mg=mass))


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


@given(most=amounts, shipped=st.lists(amounts, max_size=6))
def test_a_permit_is_written_off_like_a_notice(most: int, shipped: list[int]) -> None:
    """The same sums, over all notices that name the permit."""
    permit = changed(PERMIT, amount=Amount(mass_mg=most))
    balance = write_off(permit, [_use(mass) for mass in shipped])
    assert balance is not None
    assert balance.left.mass_mg == max(0, most - sum(shipped))
    assert balance.exceeded.mass_mg == max(0, sum(shipped) - most)


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
    """What cannot be compared is told and counts nothing."""
    litres = Returned(
        outcome="shipped", on=date(2026, 4, 8),
        lines=(LineAmount(line=1, amount=Amount(volume_ul=5)),),
    )  # fmt: skip
    (balance,) = balances(_notice(100), {}, (litres,))
    assert balance.used.mass_mg == 0
    assert len(balance.problems) == 1


def test_a_permit_is_good_in_its_time_and_for_its_line() -> None:
    """Uses before, after and of another line are told; the last is not counted."""
    uses = [
        _use(1, date(2026, 3, 31)), _use(1, date(2026, 10, 1)), _use(1, line=2), _use(1),
    ]  # fmt: skip
    balance = write_off(PERMIT, uses)
    assert balance is not None
    assert balance.used.mass_mg == 3
    assert len(balance.problems) == 3


def test_a_permit_without_an_amount_has_no_balance() -> None:
    """It says nothing of how much may go."""
    assert write_off(changed(PERMIT, amount=Amount()), [_use(1)]) is None


def test_uses_are_what_left_under_the_permit_each_once() -> None:
    """Only what the exporting side says that it shipped under that number."""
    talk = Talk()
    talk.say("importer", NoObjection(decided_by="a"))
    line = LineAmount(line=1, amount=Amount(mass_mg=5))
    first = Returned(
        outcome="shipped", on=date(2026, 4, 8), lines=(line,), permit="P-1", last=False
    )
    talk.say("exporter", first)
    talk.say("exporter", changed(first, permit="P-2"))
    talk.say(
        "importer", Returned(outcome="arrived", on=date(2026, 5, 2), lines=(line,), permit="P-1")
    )
    found = uses_of([*talk.events, *talk.events], "P-1")
    assert [use.amount.mass_mg for use in found] == [5]
