"""The register of a node: its notices reserve expected amounts, and arrivals are written off."""

from datetime import date

import pytest
from tests.support.notices import EPHEDRINE, NOTICE, changed
from tests.support.peers import Party
from tests.support.register import ENTRIES, KG, PERMIT, account

from tidewaiter.exchange.notices.types import (
    Amount,
    LineAmount,
    NoObjection,
    Permit,
    Returned,
    Sent,
    What,
    Withdrawn,
)
from tidewaiter.exchange.register.balances import Account
from tidewaiter.store.notices.events import do_to_notice, enter_notices, send_notice
from tidewaiter.store.register.entries import add_entries, load_register
from tidewaiter.store.register.ledger import ledger

LATER = date(2026, 12, 31)
SENT = changed(
    NOTICE,
    lines=(changed(EPHEDRINE, goods=None, form=""),),
    permits=(Permit(kind="import authorisation", number="IA 26/01", issuer="MX"),),
)


@pytest.fixture
def importer(pair: tuple[Party, Party]) -> tuple[Party, Party]:
    """Let one send a notice to another, which keeps the register of Mexico."""
    one, other = pair
    _keep(other)
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=SENT))
    one.send(other)
    return one, other


def _keep(party: Party) -> None:
    entries = [changed(each, until=LATER) if each == PERMIT else each for each in ENTRIES]
    with party.desk.database.work(party.desk.stamp()) as work:
        add_entries(work, "MX", entries)


def _do(party: Party, what: What) -> None:
    with party.desk.database.work(party.desk.stamp()) as work:
        do_to_notice(work, party.desk.ring.lock, 1, what)


def _account(party: Party) -> Account:
    with party.desk.database.work() as work:
        return account(load_register(work), LATER)


def _came(mg: int, *, last: bool = False) -> Returned:
    amount = LineAmount(line=2, amount=Amount(mass_mg=mg))
    return Returned(outcome="arrived", on=date(2026, 11, 24), lines=(amount,), last=last)


def test_what_may_come_is_promised_and_what_came_is_written_off_once(
    importer: tuple[Party, Party],
) -> None:
    """From the approval on it is reserved; each return is entered once, despite repeats."""
    one, other = importer
    assert _account(other).promised.mass_mg == 0
    _do(other, NoObjection(decided_by="Licensing"))
    assert _account(other).promised.mass_mg == 25 * KG
    _do(other, _came(10 * KG))
    found = _account(other)
    assert (found.used.mass_mg, found.promised.mass_mg) == (10 * KG, 15 * KG)
    with other.desk.database.work(other.desk.stamp()) as work:
        assert enter_notices(work, other.desk.ring.lock) == 1
        (row,) = ledger(work)
    assert row.notice == 1
    assert (row.movement.direction, row.movement.net.mass_mg) == ("import", 10 * KG)
    assert _account(other) == found
    other.send(one)
    with one.desk.database.work() as work:
        assert ledger(work) == []  # it keeps no register


def test_a_notice_that_is_withdrawn_gives_back_what_it_held(importer: tuple[Party, Party]) -> None:
    """If its owner withdraws it, the reserved amount is free again."""
    one, other = importer
    _do(other, NoObjection(decided_by="Licensing"))
    other.send(one)
    assert _account(other).free.mass_mg == 75 * KG
    _do(one, Withdrawn(reason="order cancelled"))
    one.send(other)
    assert _account(other).free.mass_mg == 100 * KG


def test_a_register_that_comes_later_enters_what_was_agreed_before(
    pair: tuple[Party, Party],
) -> None:
    """Notices are entered when the first entries are added."""
    one, other = pair
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=SENT))
    one.send(other)
    _do(other, NoObjection(decided_by="Licensing"))
    _keep(other)
    assert _account(other).promised.mass_mg == 0
    with other.desk.database.work(other.desk.stamp()) as work:
        enter_notices(work, other.desk.ring.lock)
    assert _account(other).promised.mass_mg == 25 * KG


def test_a_peer_moves_nothing_in_the_register_of_another(importer: tuple[Party, Party]) -> None:
    """A notice that gives itself out as an export of the other writes off none of its permits."""
    one, other = importer
    false = changed(
        SENT,
        reference="DE-2",
        sender=SENT.recipient,
        permits=(Permit(kind="export authorisation", number="IA 26/01", issuer="MX"),),
    )
    with one.desk.database.work(one.desk.stamp()) as work:
        send_notice(work, one.desk.ring.lock, one.name, other.name, Sent(notice=false))
    one.send(other)
    with other.desk.database.work(other.desk.stamp()) as work:
        do_to_notice(work, other.desk.ring.lock, 2, NoObjection(decided_by="Licensing"))
    other.send(one)
    with one.desk.database.work(one.desk.stamp()) as work:
        shipped = changed(_came(10 * KG), outcome="shipped")
        do_to_notice(work, one.desk.ring.lock, 2, shipped)
    one.send(other)
    with other.desk.database.work() as work:
        assert ledger(work) == []
