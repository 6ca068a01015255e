"""Write-offs: used, remaining and returned amounts, in any order of reporting."""

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

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import account_of, loose, requirement_account
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Cancellation, Movement, Promise, Register, Stop

amounts = st.integers(0, 80 * KG)
days = st.integers(0, 200).map(lambda after: date(2026, 1, 1) + timedelta(after))
shipments = st.lists(st.tuples(amounts, days), max_size=8).map(
    lambda told: tuple(moved(f"m-{at}", mg, on) for at, (mg, on) in enumerate(told))
)


def _mg(amount: Amount) -> int:
    return amount.mass_mg or 0


@given(shipments, days)
def test_granted_is_used_and_left(told: tuple[Movement, ...], day: date) -> None:
    """Write-offs and the remainder add up to what was granted, on every day."""
    found = account(register(*told), day)
    used = sum(_mg(each.net) for each in told if each.on <= day)
    assert _mg(found.used) == used == sum(_mg(each.amount) for each in found.postings)
    assert _mg(found.used) + _mg(found.left) - _mg(found.exceeded) == 100 * KG
    assert min(_mg(found.left), _mg(found.exceeded)) == 0
    over = [each for each in found.findings if each.kind == "exceeded"]
    assert bool(over) == (used > 100 * KG)


@given(shipments, st.randoms())
def test_order_and_repetition_do_not_matter(told: tuple[Movement, ...], chance: object) -> None:
    """A register with another order and duplicates gives the same result."""
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
    """Both sources are named, in either order."""
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
        (moved(on=date(2025, 12, 31)), "not yet valid", "is not valid before 2026-01-01"),
        (moved(site="S2"), "wrong site", "is for S1, not S2"),
        (moved(site=""), "not known", "the site is not given"),
        (moved(operator="op-2"), "wrong operator", "is held by op-1, not by op-2"),
        (moved(substance="acetic-anhydride"), "wrong substance", "not acetic-anhydride"),
        (moved(direction="export"), "wrong direction", "used for export"),
        (moved(mg=120 * KG), "exceeded", "120 kg used of 100 kg: 20 kg over the limit"),
        (
            moved(content=Amount(volume_ul=5)),
            "other measure",
            "0.000005 l cannot be compared with 100 kg",
        ),
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
    """Shipments within it are reported, by the permit as of their day."""
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


PROMISE = Promise(
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


def test_what_is_promised_is_left_and_not_free() -> None:
    """It becomes neither more nor less than what is left."""
    found = account(register(moved(), promises=(PROMISE, PROMISE)))
    assert (_mg(found.left), _mg(found.promised), _mg(found.free)) == (80 * KG, 70 * KG, 10 * KG)


def _free(held: Register, day: date = DAY, but: str = "") -> tuple[int, int]:
    """Return what is free of the permit and of the year, in kilograms."""
    book = Book(held)
    accounts = account_of(book, PERMIT, day, but=but), requirement_account(book, NEED, day, but=but)
    return _mg(accounts[0].free) // KG, _mg(accounts[1].free) // KG


def test_a_promise_counts_from_the_day_of_the_answer_in_its_year() -> None:
    """The goods of a notice may use what it was promised itself."""
    held = register(promises=(PROMISE,))
    assert _free(held) == (30, 80)
    assert _free(held, DAY - timedelta(1)) == (100, 150)
    assert _free(held, but="DE-1") == (100, 150)
    assert _free(held, but="DE-2") == (30, 80)
    of_last_year = changed(PROMISE, since=date(2025, 12, 31))
    assert _free(register(promises=(of_last_year,))) == (30, 150)


def test_a_promise_of_something_else_takes_nothing() -> None:
    """Of another substance, or under a paper of another authority."""
    other = changed(PROMISE, substance="safrole")
    assert _free(register(promises=(other,))) == (100, 150)
    assert _free(register(promises=(changed(PROMISE, issuer="DE"),))) == (100, 80)


def test_a_promise_that_cannot_be_written_off_is_told() -> None:
    """It takes nothing, and it is not passed over."""
    promises = (
        changed(PROMISE, content=Amount()),
        changed(PROMISE, notice="DE-2", content=Amount(volume_ul=5)),
    )
    found = account(register(promises=promises))
    assert [(each.kind, each.movement, each.source) for each in found.findings] == [
        ("not known", "DE-1", "DE-1"),
        ("other measure", "DE-2", "DE-1"),
    ]
    assert _mg(found.promised) == 0


def test_papers_of_two_authorities_may_bear_one_number() -> None:
    """What names its authority is written off the paper of that one alone."""
    theirs = changed(PERMIT, id="gr-2", issuer="DE")
    told = (moved("a", issuer="MX"), moved("b", issuer="DE"), moved("c"))
    book = Book(register(*told, entries=(*ENTRIES, theirs)))
    taken = [
        [x.movement for x in account_of(book, each, DAY).postings] for each in (PERMIT, theirs)
    ]
    assert taken == [["a", "c"], ["b", "c"]]


def test_what_is_in_another_measure_has_no_posting() -> None:
    """Nor has what is not measured at all; without words that say why, it is not known."""
    told = (
        moved("a"),
        moved("b", content=Amount(volume_ul=5)),
        moved("c", content=Amount()),
    )
    found = account(register(*told))
    assert [(each.movement, _mg(each.left) // KG) for each in found.postings] == [("a", 80)]
    assert [(each.movement, each.kind) for each in found.findings] == [
        ("b", "other measure"),
        ("c", "not known"),
    ]
    assert found.findings[1].text.parameters["finding"] == Phrase("balance/no-amount")


def test_a_permit_that_names_no_amount_has_neither_a_rest_nor_too_much() -> None:
    """What went under it is not summed, and nothing of it is in question."""
    found = account(
        register(moved(), entries=(OPERATOR, LICENCE, changed(PERMIT, amount=Amount())))
    )
    assert {found.granted, found.used, found.left, found.exceeded, found.free} == {Amount()}
    assert (found.postings, found.findings) == ((), ())


def test_movements_without_a_permit_are_told() -> None:
    """So are those with an unknown permit, and cancellations of nothing."""
    held = register(
        moved("a", permit=""),
        moved("b", permit="IA-99"),
        moved("c"),
        cancellations=(Cancellation(movement="z", on=DAY, source="letter"),),
    )
    found = loose(Book(held), DAY)
    assert [each.movement for each in found] == ["a", "b", "z"]
    assert english(found[0].text) == "20 kg import on 2026-04-08: no permit is given"


def test_what_is_cancelled_or_told_in_two_ways_is_no_cancellation_of_nothing() -> None:
    """It was there; and one permit of several is enough."""
    given_back = [Cancellation(movement=each, on=DAY, source="letter") for each in ("m-1", "m-2")]
    twice = (moved("m-2"), moved("m-2", mg=1))
    held = register(
        moved("m-1"),
        *twice,
        moved("m-3"),
        entries=(*ENTRIES, changed(PERMIT, id="gr-2", number="IA-26/02")),
        cancellations=tuple(given_back),
    )
    assert loose(Book(held), DAY) == ()
