"""Validation of entries: each error is reported with its place, valid entries have none."""

from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.notices import changed
from tests.support.register import (
    BEGUN,
    DAY,
    ENTRIES,
    LICENCE,
    NEED,
    OPERATOR,
    OTHER,
    PERMIT,
    register,
    registry,
)

from tidewaiter.base.quantities import LARGEST
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.checks import check, check_together
from tidewaiter.exchange.register.types import Site, Stop

ONE_DAY = timedelta(days=1)


def _stop(**more: Any) -> Stop:
    told: dict[str, Any] = {"kind": "suspended", "since": DAY, "source": "s"}
    return Stop(**(told | more))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_the_sample_can_be_kept(entry: Any) -> None:
    """Separately and together."""
    assert check(entry, registry()) == ()
    assert check_together(register()) == ()


@pytest.mark.parametrize(
    ("entry", "change", "problems"),
    [
        (OPERATOR, {"id": ""}, 1),
        (OPERATOR, {"source": " "}, 1),
        (OPERATOR, {"version": 0}, 1),
        (OPERATOR, {"version": 1}, 0),
        (OPERATOR, {"name": ""}, 1),
        (OPERATOR, {"country": ""}, 0),
        (OPERATOR, {"country": "XX"}, 1),
        (OPERATOR, {"business_numbers": ("A1", "--")}, 1),
        (OPERATOR, {"sites": (Site(id="", country="MX"),)}, 1),
        (OPERATOR, {"sites": (Site(id="S", country="XX"),)}, 1),
        (OPERATOR, {"sites": (Site(id="S", country="MX"), Site(id="S", country="MX"))}, 1),
        (LICENCE, {"number": "-"}, 1),
        (LICENCE, {"operator": ""}, 1),
        (LICENCE, {"issuer": ""}, 1),
        (LICENCE, {"issuer": "XX"}, 1),
        (LICENCE, {"substances": ()}, 1),
        (LICENCE, {"substances": ("ephedrine", "nothing")}, 1),
        (LICENCE, {"activities": ()}, 1),
        (LICENCE, {"until": BEGUN - ONE_DAY}, 1),
        (LICENCE, {"until": BEGUN}, 0),
        (LICENCE, {"until": None}, 0),
        (LICENCE, {"stops": (_stop(), _stop(until=DAY))}, 0),
        (LICENCE, {"stops": (_stop(until=DAY - ONE_DAY),)}, 1),
        (LICENCE, {"stops": (_stop(source=""),)}, 1),
        (LICENCE, {"stops": (_stop(kind="revoked"),)}, 0),
        (LICENCE, {"stops": (_stop(kind="revoked", until=DAY),)}, 1),
        (PERMIT, {"number": ""}, 1),
        (PERMIT, {"substance": "nothing"}, 1),
        (PERMIT, {"amount": Amount()}, 0),
        (PERMIT, {"amount": Amount(mass_mg=0)}, 0),
        (PERMIT, {"amount": Amount(mass_mg=-1)}, 1),
        (PERMIT, {"amount": Amount(mass_mg=LARGEST)}, 0),
        (PERMIT, {"amount": Amount(mass_mg=LARGEST + 1)}, 1),
        (PERMIT, {"amount": Amount(mass_mg=1, volume_ul=1)}, 1),
        (NEED, {"amount": Amount()}, 1),
        (NEED, {"country": ""}, 1),
        (NEED, {"substance": "nothing"}, 1),
        (NEED, {"year": 26}, 1),
        (NEED, {"year": 1900}, 0),
    ],
)
def test_a_slip_of_one_entry(entry: Any, change: dict[str, Any], problems: int) -> None:
    """Each is reported once."""
    assert len(check(changed(entry, **change), registry())) == problems


@pytest.mark.parametrize(
    ("entries", "problems"),
    [
        ((OPERATOR, changed(LICENCE, operator="op-9", sites=())), 1),
        ((OPERATOR, changed(LICENCE, sites=("S1", "S9"))), 1),
        ((OPERATOR, changed(LICENCE, sites=("S9", "S8"))), 2),
        ((NEED,), 0),
        ((changed(NEED, operator="op-1"),), 1),
        ((OPERATOR, changed(NEED, operator="op-1")), 0),
        ((OPERATOR, LICENCE, changed(LICENCE, id="st-2", number="mx 7")), 1),
        ((OPERATOR, LICENCE, changed(LICENCE, id="st-2", issuer="DE")), 0),
        ((OPERATOR, LICENCE, changed(LICENCE, version=2)), 0),
        ((OPERATOR, changed(LICENCE, number=""), changed(LICENCE, id="st-2", number="")), 0),
        ((OPERATOR, LICENCE, changed(PERMIT, number="MX-7")), 0),
        ((OTHER, changed(OTHER, version=2, decided=BEGUN - ONE_DAY)), 1),
        ((OTHER, changed(OTHER, version=2, decided=BEGUN)), 0),
        ((changed(OTHER, version=2, decided=date(2026, 2, 1)), OTHER), 0),
        ((OTHER, changed(OPERATOR, version=2, decided=BEGUN - ONE_DAY)), 0),
        ((OPERATOR, changed(OPERATOR, version=2, sites=()), LICENCE), 0),
    ],
)
def test_slips_between_entries(entries: tuple[Any, ...], problems: int) -> None:
    """Operators and sites that are not there, a number twice, and versions back in time."""
    assert len(check_together(register(entries=entries))) == problems
