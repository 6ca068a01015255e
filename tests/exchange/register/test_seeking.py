"""Search of entries: status on a day, related entries, and order."""

from datetime import date, timedelta

import pytest
from tests.support.notices import changed
from tests.support.register import (
    BEGUN,
    DAY,
    ENTRIES,
    KG,
    LICENCE,
    NEED,
    OPERATOR,
    PERMIT,
    moved,
    register,
)

from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import (
    Wish,
    account_of,
    account_on,
    concerns,
    ends_on,
    requirement_account,
    sought,
    state_on,
)
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.types import Entry, Movement, Promise, Stop

ONE_DAY = timedelta(days=1)
OPEN = changed(PERMIT, id="gr-2", number="IA-26/02", until=None)
OWN = changed(NEED, id="alr-2", operator="op-1")
PROMISE = Promise(
    notice="DE-1",
    line=1,
    direction="import",
    country="MX",
    since=DAY,
    operator="op-1",
    permit="IA-26/01",
    issuer="MX",
    substance="ephedrine",
    content=Amount(mass_mg=30 * KG),
    source="DE-1",
)


def _found(wish: Wish, *more: Entry, day: date = DAY) -> list[str]:
    return [each.id for each in sought(Book(register(entries=(*ENTRIES, *more))), day, wish)]


@pytest.mark.parametrize(
    ("entry", "first", "last"),
    [
        (LICENCE, BEGUN, date(2026, 12, 31)),
        (PERMIT, BEGUN, date(2026, 9, 30)),
        (changed(NEED, year=2027), date(2027, 1, 1), date(2027, 12, 31)),
    ],
    ids=["licence", "permit", "requirement"],
)
def test_an_entry_is_valid_from_its_first_to_its_last_day(
    entry: Entry, first: date, last: date
) -> None:
    """Both are in it; a requirement holds in its year."""
    assert ends_on(entry) == last
    days = (first - ONE_DAY, first, last, last + ONE_DAY)
    assert [state_on(entry, day) for day in days] == ["not yet valid", "valid", "valid", "expired"]


def test_an_entry_without_an_end_holds_on_and_an_operator_has_no_state() -> None:
    """An operator is neither valid nor expired."""
    assert ends_on(OPEN) is None
    assert state_on(OPEN, date.max) == "valid"
    assert ends_on(OPERATOR) is None
    assert state_on(OPERATOR, DAY) is None


def test_a_revocation_outlasts_the_paper_and_a_suspension_does_not() -> None:
    """Revoked permits stay revoked after their last day; suspended ones expire."""
    suspended = changed(PERMIT, stops=(Stop(kind="suspended", since=DAY, source="order 1"),))
    revoked = changed(PERMIT, stops=(Stop(kind="revoked", since=DAY, source="order 2"),))
    days = (DAY - ONE_DAY, DAY, date(2026, 10, 1))
    assert [state_on(suspended, day) for day in days] == ["valid", "suspended", "expired"]
    assert [state_on(revoked, day) for day in days] == ["valid", "revoked", "revoked"]


def test_what_is_valid_stands_first_and_operators_last() -> None:
    """Of the valid ones the one that ends soonest; one without an end after all that have one."""
    gone = changed(PERMIT, id="gr-0", number="IA-25/09", until=date(2026, 4, 7))
    stop = Stop(kind="suspended", since=DAY, source="order 1")
    held = changed(PERMIT, id="gr-3", number="IA-26/03", stops=(stop,))
    early = changed(PERMIT, id="gr-4", number="IA-26/04", since=DAY + ONE_DAY)
    lost = changed(PERMIT, id="gr-5", number="5", stops=(changed(stop, kind="revoked"),))
    assert _found(Wish(), gone, held, early, lost, OPEN) == [
        "gr-1",
        "st-1",
        "alr-1",
        "gr-2",
        "gr-3",
        "gr-4",
        "gr-0",
        "gr-5",
        "op-1",
        "op-2",
    ]
    assert _found(Wish(), day=BEGUN - ONE_DAY) == []


def test_a_wish_is_of_a_kind_a_state_and_an_operator() -> None:
    """Each separately, and all together; an empty filter matches all."""
    assert _found(Wish(kind="standing")) == ["st-1"]
    assert _found(Wish(kind="requirement"), OWN) == ["alr-1", "alr-2"]
    assert _found(Wish(state="valid"), OPEN) == ["gr-1", "st-1", "alr-1", "gr-2"]
    assert _found(Wish(state="expired"), day=date(2026, 10, 1)) == ["gr-1"]
    assert _found(Wish(operator="op-1"), OWN) == ["gr-1", "st-1", "alr-2", "op-1"]
    assert _found(Wish(operator="op-2"), OWN) == ["op-2"]
    assert _found(Wish(kind="grant", state="valid", operator="op-1", text="ephedrine")) == ["gr-1"]
    assert _found(Wish(kind="grant", state="valid", operator="op-2", text="ephedrine")) == []


def test_a_text_is_of_an_id_a_number_a_name_or_a_substance() -> None:
    """Separators and capitals do not matter; separators alone are not a text."""
    renamed = changed(OPERATOR, version=2, other_names=("Ejemplo del Golfo",))
    assert _found(Wish(text="gr 1")) == ["gr-1"]
    assert _found(Wish(text="ia2601"), OPEN) == ["gr-1"]
    assert _found(Wish(text="Reactivos")) == ["op-2"]
    assert _found(Wish(text="del golfo"), renamed, OWN) == ["gr-1", "st-1", "alr-2", "op-1"]
    assert _found(Wish(text="rmu 020202")) == ["op-2"]
    assert _found(Wish(text="acetic")) == ["st-1"]
    assert _found(Wish(text="EPHEDRINE")) == ["gr-1", "st-1", "alr-1"]
    assert _found(Wish(text="nothing like it")) == []
    assert _found(Wish(text="!!")) == []
    assert len(_found(Wish(text=" "))) == len(ENTRIES)


@pytest.mark.parametrize(
    ("what", "entries"),
    [
        (moved(), ["op-1", "gr-1", "alr-1"]),
        (moved(issuer="MX"), ["op-1", "gr-1", "alr-1"]),
        (moved(issuer="DE"), ["op-1", "alr-1"]),
        (moved(permit="", operator="op-2"), ["op-2", "alr-1"]),
        (moved(substance="safrole"), ["op-1", "gr-1"]),
        (moved(direction="export"), ["op-1", "gr-1"]),
        (moved(country="DE"), ["op-1", "gr-1"]),
        (moved(on=date(2025, 12, 31)), ["op-1", "gr-1"]),
        (PROMISE, ["op-1", "gr-1", "alr-1"]),
        (changed(PROMISE, since=date(2027, 1, 1)), ["op-1", "gr-1"]),
    ],
)
def test_what_is_of_an_entry(what: Movement | Promise, entries: list[str]) -> None:
    """Of its operator, of the paper that it names, and of the requirement of its year.

    Nothing is written off a licence.
    """
    assert [each.id for each in ENTRIES if concerns(what, each)] == entries


def test_a_requirement_of_an_operator_is_of_its_own_goods() -> None:
    """Goods of others, or of unknown operators, are not included."""
    whose = ("op-1", "op-2", "")
    assert [concerns(moved(operator=each), OWN) for each in whose] == [True, False, False]


def test_an_account_is_of_a_permit_or_a_requirement() -> None:
    """Each by its own rules."""
    book = Book(register(moved(), moved("m-2", permit="", operator="op-2")))
    assert account_on(book, PERMIT, DAY) == account_of(book, PERMIT, DAY)
    assert account_on(book, NEED, DAY) == requirement_account(book, NEED, DAY)
    used = [account_on(book, each, DAY).used for each in (PERMIT, NEED)]
    assert used == [Amount(mass_mg=20 * KG), Amount(mass_mg=40 * KG)]
