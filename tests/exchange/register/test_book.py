"""The book: which version holds, what was moved by a day, and what of a paper does not fit."""

from datetime import date, timedelta
from typing import Any

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
    OTHER,
    PERMIT,
    moved,
    register,
)

from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.book import (
    Book,
    misfits,
    same_issuer,
    same_number,
    stop_on,
    summed,
)
from tidewaiter.exchange.register.types import (
    Cancellation,
    Grant,
    Operator,
    Promise,
    Requirement,
    Standing,
    Stop,
)

ONE_DAY = timedelta(days=1)
FITS = {"operator": "op-1", "substance": "ephedrine", "site": "S1"}


def _kinds(entry: Standing | Grant, day: date = DAY, **more: str) -> list[str]:
    return [kind for kind, _ in misfits(entry, day, **(FITS | more))]


@pytest.mark.parametrize("entry", [LICENCE, PERMIT], ids=["licence", "permit"])
def test_what_does_not_fit(entry: Any) -> None:
    """Each separately; missing data are unknown, and no site is checked if none is named."""
    assert _kinds(entry) == []
    assert _kinds(entry, substance="safrole") == ["wrong substance"]
    assert _kinds(entry, substance="") == ["not known"]
    assert _kinds(entry, operator="op-2") == ["wrong operator"]
    assert _kinds(entry, operator="") == ["not known"]
    assert _kinds(entry, site="S2") == ["wrong site"]
    assert _kinds(entry, site="") == ["not known"]
    assert _kinds(changed(entry, sites=()), site="S2") == []
    assert _kinds(entry, operator="op-2", substance="", site="S2") == [
        "not known",
        "wrong operator",
        "wrong site",
    ]


def test_a_paper_holds_from_its_first_to_its_last_day() -> None:
    """Both are in it; one without an end holds on."""
    last = date(2026, 9, 30)
    assert _kinds(PERMIT, BEGUN) == _kinds(PERMIT, last) == []
    assert _kinds(PERMIT, BEGUN - ONE_DAY) == ["not yet valid"]
    assert _kinds(PERMIT, last + ONE_DAY) == ["expired"]
    assert _kinds(changed(PERMIT, until=None), date(2099, 1, 1)) == []


def _stop(kind: str, since: date, until: date | None = None, source: str = "s") -> Stop:
    return Stop(kind=kind, since=since, until=until, source=source)  # type: ignore[arg-type]


def test_what_stops_a_paper() -> None:
    """From its first to its last day; a revocation has no last day, and comes first."""
    held = _stop("suspended", DAY, DAY + ONE_DAY)
    assert stop_on([held], DAY - ONE_DAY) is None
    assert stop_on([held], DAY) == stop_on([held], DAY + ONE_DAY) == held
    assert stop_on([held], DAY + 2 * ONE_DAY) is None
    open_ = _stop("suspended", DAY)
    assert stop_on([open_], date(2099, 1, 1)) == open_
    gone = _stop("revoked", DAY, DAY)
    assert stop_on([held, gone], DAY + ONE_DAY) == gone
    early = _stop("suspended", DAY - ONE_DAY)
    assert stop_on([held, early], DAY) == early
    assert _kinds(changed(PERMIT, stops=(held,))) == ["suspended"]
    assert _kinds(changed(PERMIT, stops=(gone,)), DAY + ONE_DAY) == ["revoked"]


def test_amounts_of_one_measure_are_summed() -> None:
    """Other measures are excluded; without a measure, nothing is summed."""
    amounts = [Amount(mass_mg=2), Amount(volume_ul=30), Amount(), Amount(mass_mg=5)]
    assert summed(amounts, Amount(mass_mg=1)) == Amount(mass_mg=7)
    assert summed(amounts, Amount(volume_ul=1)) == Amount(volume_ul=30)
    assert summed(amounts, Amount()) == Amount()


def test_numbers_and_issuers() -> None:
    """Signs between do not matter, an empty number is none; an issuer that is not said may fit."""
    assert same_number("MX-7", "mx 7")
    assert not same_number("MX-7", "MX-8")
    assert not same_number("", "")
    assert same_issuer("MX", "MX")
    assert same_issuer("", "MX")
    assert same_issuer("MX", "")
    assert not same_issuer("MX", "DE")


def test_the_version_of_a_day() -> None:
    """The newest that was decided by then; before the first there is none."""
    later = changed(PERMIT, version=2, decided=DAY, amount=Amount(mass_mg=KG))
    book = Book(register(entries=(later, *ENTRIES)))
    assert book.on(Grant, "gr-1", BEGUN - ONE_DAY) is None
    assert book.on(Grant, "gr-1", DAY - ONE_DAY) == PERMIT
    assert book.on(Grant, "gr-1", DAY) == later
    assert book.on(Standing, "gr-1", DAY) is None
    assert book.all_on(Operator, DAY) == (OPERATOR, OTHER)
    assert book.held_on(DAY) == (OPERATOR, OTHER, LICENCE, later, NEED)
    assert book.held_on(BEGUN - ONE_DAY) == ()
    assert book.twice == {}


def test_two_versions_under_one_number_are_told() -> None:
    """One of them is taken, the same whatever the order."""
    other = changed(PERMIT, amount=Amount(mass_mg=KG), source="another sheet")
    books = [Book(register(entries=each)) for each in ((PERMIT, other), (other, PERMIT))]
    assert [set(book.twice) for book in books] == 2 * [{(Grant, "gr-1")}]
    assert books[0].on(Grant, "gr-1", DAY) == books[1].on(Grant, "gr-1", DAY)
    assert "another sheet" in books[0].twice[Grant, "gr-1"].source
    assert Book(register(entries=(PERMIT, PERMIT))).twice == {}


def test_entries_are_found_by_their_numbers() -> None:
    """A business number, that of a paper; a requirement has none."""
    book = Book(register())
    assert book.numbered(Operator, "qej 010101 ab1", DAY) == (OPERATOR,)
    assert book.numbered(Standing, "mx7", DAY) == (LICENCE,)
    assert book.numbered(Grant, "IA 26/01", DAY) == (PERMIT,)
    assert book.numbered(Grant, "IA-26/02", DAY) == ()
    assert book.numbered(Grant, "IA-26/01", BEGUN - ONE_DAY) == ()
    assert book.numbered(Requirement, "", DAY) == ()


def test_what_was_moved_by_a_day() -> None:
    """In order of days, without what was cancelled by then; also by permit and by year."""
    one, two = moved("m-1", on=DAY), moved("m-2", on=DAY - ONE_DAY)
    off = moved("m-3", on=DAY - ONE_DAY)
    far = moved("m-4", on=date(2025, 4, 8), permit="", substance="safrole")
    cancelled = [
        Cancellation(movement="m-3", on=DAY + 5 * ONE_DAY, source="a"),
        Cancellation(movement="m-3", on=DAY, source="b"),
        Cancellation(movement="m-3", on=DAY + 9 * ONE_DAY, source="c"),
    ]
    book = Book(register(one, two, off, far, one, cancellations=tuple(cancelled)))
    assert book.moved_on(DAY - ONE_DAY) == (far, two, off)
    assert book.moved_on(DAY) == (far, two, one)
    assert book.moved_under("ia2601", DAY) == (two, one)
    assert book.moved_under("ia2602", DAY) == ()
    assert book.moved_in("MX", "ephedrine", 2026, DAY) == (two, one)
    assert book.moved_in("MX", "ephedrine", 2025, DAY) == ()


def test_a_shipment_that_is_told_in_two_ways_counts_in_neither() -> None:
    """It is reported when it concerns the question, from its day until it is cancelled."""
    one, other = moved("m-1", on=DAY), moved("m-1", mg=1, on=DAY + ONE_DAY, source="elsewhere")
    book = Book(register(one, other, moved("m-2")))
    assert [each.id for each in book.moved_on(DAY + ONE_DAY)] == ["m-2"]
    (found,) = book.doubled_for(lambda each: each.operator == "op-1", DAY)
    assert (found.kind, found.movement) == ("told two ways", "m-1")
    assert found.source == "elsewhere; shipment m-1"
    assert book.doubled_for(lambda each: each.operator == "op-2", DAY) == ()
    assert book.doubled_for(lambda _: True, DAY - ONE_DAY) == ()
    cancelled = (Cancellation(movement="m-1", on=DAY, source="a"),)
    off = Book(register(one, other, cancellations=cancelled))
    assert off.doubled_for(lambda _: True, DAY) == ()


def test_promises_count_once() -> None:
    """And are found by the permit that they name."""
    promise = Promise(
        notice="n",
        line=1,
        direction="import",
        country="MX",
        since=DAY,
        permit="IA-26/01",
        source="s",
    )
    book = Book(register(promises=(promise, promise)))
    assert book.promises == (promise,)
    assert book.promised_under("ia 26 01") == (promise,)
    assert book.promised_under("ia 26 02") == ()
