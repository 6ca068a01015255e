"""Writing off: what is used, left and given back, in whatever order it is told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.notices import changed
from tests.support.register import (
    DAY,
    ENTRIES,
    KG,
    LICENCE,
    NEED,
    OPERATOR,
    PERMIT,
    account,
    moved,
    register,
)

from tidewaiter.base.phrases import english
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import loose, requirement_account
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Cancellation, Movement, Promise, Stop

amounts = st.integers(0, 80 * KG)
days = st.integers(0, 200).map(lambda after: date(2026, 1, 1) + timedelta(after))
shipments = st.lists(st.tuples(amounts, days), max_size=8).map(
    lambda told: tuple(moved(f"m-{at}", mg, on) for at, (mg, on) in enumerate(told))
)


def _mg(amount: Amount) -> int:
    return amount.mass_mg or 0


@given(shipments, days)
def test_granted_is_used_and_left(told: tuple[Movement, ...], day: date) -> None:
    """Write-offs and the rest add up to what was granted, on every day."""
    found = account(register(*told), day)
    used = sum(_mg(each.net) for each in told if each.on <= day)
    assert _mg(found.used) == used == sum(_mg(each.amount) for each in found.postings)
    assert _mg(found.used) + _mg(found.left) - _mg(found.exceeded) == 100 * KG
    assert min(_mg(found.left), _mg(found.exceeded)) == 0
    over = [each for each in found.findings if each.kind == "exceeded"]
    assert bool(over) == (used > 100 * KG)


@given(shipments, st.randoms())
def test_order_and_repetition_do_not_matter(told: tuple[Movement, ...], chance: object) -> None:
    """A register that was told in another order, and twice, says the same."""
    shuffled = [*told, *told]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    entries = [*ENTRIES, *ENTRIES]
    chance.shuffle(entries)  # type: ignore[attr-defined]
    again = register(*shuffled, entries=tuple(entries))
    assert account(again) == account(register(*told))


@given(shipments, days, days)
def test_a_cancelled_shipment_gives_back(
    told: tuple[Movement, ...], cancelled: date, day: date
) -> None:
    """From the day of its cancellation on, the permit stands as if it had never been."""
    first = moved("first", 30 * KG, date(2026, 1, 2))
    held = register(
        first,
        *told,
        cancellations=(Cancellation(movement="first", on=cancelled, source="letter"),),
    )
    without = register(*told) if cancelled <= day else register(first, *told)
    assert account(held, day) == account(without, day)


@given(shipments)
def test_a_running_balance_never_rises(told: tuple[Movement, ...]) -> None:
    """Without cancellations, each later day has no more left than the one before."""
    left = [_mg(each.left) for each in account(register(*told), date.max).postings]
    assert left == sorted(left, reverse=True)


def test_a_shipment_that_is_told_in_two_ways_counts_in_neither() -> None:
    """And both sources are named, whichever came first."""
    one, other = moved("m-1", 10 * KG), changed(moved("m-1", 20 * KG), source="another page")
    found = account(register(one, other))
    assert found == account(register(other, one))
    assert _mg(found.used) == 0
    assert [(each.kind, each.source) for each in found.findings] == [
        ("told two ways", "another page; shipment m-1")
    ]
    given_back = (Cancellation(movement="m-1", on=DAY, source="letter"),)
    assert account(register(one, other, cancellations=given_back)).findings == ()
    assert account(register(one, other), DAY - timedelta(1)).findings == ()


@pytest.mark.parametrize(
    ("movement", "kind", "words"),
    [
        (moved(on=date(2026, 10, 1)), "expired", "was valid until 2026-09-30"),
        (moved(on=date(2025, 12, 31)), "not yet valid", "is valid from 2026-01-01"),
        (moved(site="S2"), "wrong site", "is for S1, not S2"),
        (moved(site=""), "not known", "the site is not given"),
        (moved(operator="op-2"), "wrong operator", "is of op-1, not of op-2"),
        (moved(substance="acetic-anhydride"), "wrong substance", "not acetic-anhydride"),
        (moved(direction="export"), "wrong direction", "used for export"),
        (moved(mg=120 * KG), "exceeded", "120 kg used of 100 kg: 20 kg too much"),
        (moved(content=Amount(volume_ul=5)), "other measure", "0.000005 l against 100 kg"),
        (
            moved(content=Amount(), why_no_content="the formula is not stored"),
            "not known",
            "the formula is not stored",
        ),
    ],
)
def test_what_does_not_fit_a_permit_is_told(movement: Movement, kind: str, words: str) -> None:
    """Each with its figures, its place and its source."""
    found = account(register(movement), date(2026, 12, 31))
    told = [(each.kind, words in english(each.text), bool(each.source)) for each in found.findings]
    assert told == [(kind, True, True)]


def test_what_a_permit_should_not_have_let_through_is_used_all_the_same() -> None:
    """Goods that left too late are gone; those of another substance took nothing of it."""
    late, other = moved(on=date(2026, 10, 1)), moved("m-2", substance="acetic-anhydride")
    assert _mg(account(register(late, other), date(2026, 12, 31)).used) == 20 * KG


def test_a_suspension_ends_and_a_revocation_does_not() -> None:
    """Shipments within are told, by the permit as it stood on their day."""
    stops = (
        Stop(kind="suspended", since=date(2026, 3, 1), until=date(2026, 3, 31), source="order 1"),
        Stop(kind="revoked", since=date(2026, 6, 1), source="order 2"),
    )
    held = (*ENTRIES[:3], changed(PERMIT, stops=stops))
    told = [
        moved("a", on=date(2026, 2, 28)),
        moved("b", on=date(2026, 3, 31)),
        moved("c", on=date(2026, 4, 1)),
        moved("d", on=date(2026, 6, 1)),
    ]
    found = account(register(*told, entries=held), date(2026, 7, 1)).findings
    assert [(each.movement, each.kind) for each in found] == [("b", "suspended"), ("d", "revoked")]


def test_a_version_holds_from_the_day_of_its_decision() -> None:
    """Before it, the one before says what is granted."""
    more = changed(PERMIT, version=2, decided=date(2026, 6, 1), amount=Amount(mass_mg=130 * KG))
    held = register(moved(mg=120 * KG), entries=(more, *ENTRIES))
    assert _mg(account(held, date(2026, 5, 31)).exceeded) == 20 * KG
    assert _mg(account(held, date(2026, 6, 1)).left) == 10 * KG


def test_goods_count_as_they_are_where_the_permit_says_so() -> None:
    """A permit of goods takes the net mass, one of content the base of a salt."""
    movement = moved(net=Amount(mass_mg=25 * KG), content=Amount(mass_mg=20 * KG))
    by_goods = register(movement, entries=(OPERATOR, LICENCE, changed(PERMIT, counts="goods")))
    assert _mg(account(by_goods).used) == 25 * KG
    assert _mg(account(register(movement)).used) == 20 * KG


def test_a_year_is_used_by_imports_of_its_country_alone() -> None:
    """Exports, other years and other countries take nothing of it."""
    told = (
        moved("a"),
        moved("b", on=date(2025, 12, 31)),
        moved("c", country="DE"),
        moved("d", direction="export"),
        moved("e", operator="op-2", permit=""),
    )
    found = requirement_account(Book(register(*told)), NEED, DAY)
    assert [each.movement for each in found.postings] == ["a", "e"]
    assert _mg(found.left) == 110 * KG


def test_what_is_promised_is_left_and_not_free() -> None:
    """It becomes neither more nor less than what is left."""
    promise = Promise(
        notice="DE-1",
        line=1,
        direction="import",
        country="MX",
        since=DAY,
        operator="op-1",
        permit="IA-26/01",
        substance="ephedrine",
        content=Amount(mass_mg=70 * KG),
        source="DE-1",
    )
    found = account(register(moved(), promises=(promise, promise)))
    assert (_mg(found.left), _mg(found.promised), _mg(found.free)) == (80 * KG, 70 * KG, 10 * KG)


def test_movements_without_a_permit_are_told() -> None:
    """So are those whose permit the register does not have, and cancellations of nothing."""
    held = register(
        moved("a", permit=""),
        moved("b", permit="IA-99"),
        moved("c"),
        cancellations=(Cancellation(movement="z", on=DAY, source="letter"),),
    )
    found = loose(Book(held), DAY)
    assert [each.movement for each in found] == ["a", "b", "z"]
    assert "20 kg import on 2026-04-08 names no permit" in english(found[0].text)
