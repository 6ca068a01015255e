"""Notices before they are sent: what the register of the exporter's country says of each line."""

from datetime import date

from tests.support.notices import ANHYDRIDE, EXPORTER, NOTICE, changed, law
from tests.support.register import BEGUN, DAY, KG, OPERATOR

from tidewaiter.exchange.notices.types import Amount, Permit
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.coverage import answers_on
from tidewaiter.exchange.register.types import Grant, Promise, Register, Standing

FIRM = changed(OPERATOR, id="de-1", name=EXPORTER.name, country="DE", business_numbers=())
LICENCE = Standing(
    id="de-st",
    decided=BEGUN,
    kind="licence",
    number=EXPORTER.licence,
    issuer="DE",
    operator="de-1",
    substances=("acetic-anhydride",),
    activities=("export",),
    since=BEGUN,
    source="sheet 1",
)
PERMIT = Grant(
    id="de-gr",
    decided=BEGUN,
    kind="export authorisation",
    number="EA-1",
    issuer="DE",
    operator="de-1",
    substance="acetic-anhydride",
    amount=Amount(mass_mg=1_000 * KG),
    counts="goods",
    since=BEGUN,
    until=date(2026, 12, 31),
    source="paper 1",
)
NAMED = changed(NOTICE, permits=(Permit(kind="export authorisation", number="EA-1", issuer="DE"),))


def _promise(notice: str) -> Promise:
    return Promise(
        notice=notice,
        line=1,
        direction="export",
        country="DE",
        since=DAY,
        operator="de-1",
        permit="EA-1",
        issuer="DE",
        substance="acetic-anhydride",
        net=ANHYDRIDE.net,
        content=ANHYDRIDE.net,
        source="notice",
    )


def _verdicts(*promises: Promise, country: str = "DE") -> list[tuple[int, str]]:
    held = Register(entries=(FIRM, LICENCE, PERMIT), promises=promises)
    found = answers_on(Book(held), country, NAMED, DAY, law())
    return [(line, answer.verdict) for line, answer in found]


def test_a_notice_is_covered_by_what_the_exporter_holds() -> None:
    """800 kg of 1,000: once for this notice, however often it was promised to it, and not twice."""
    assert _verdicts() == [(1, "covered")]
    assert _verdicts(_promise(NAMED.reference)) == [(1, "covered")]
    assert _verdicts(_promise("DE-2026-0001")) == [(1, "exceeded")]


def test_each_country_is_asked_about_its_own_side() -> None:
    """The importer's country has nothing of the importer here, and a third one has no say."""
    assert _verdicts(country="MX") == [(1, "none")]
    assert _verdicts(country="FR") == []
