"""Return information: what was shipped or became of it, written off and waited for."""

from datetime import date

from tests.support.notices import ANHYDRIDE, DAY, EPHEDRINE, NOTICE, Talk, changed

from tidewaiter.exchange.notices.state import State, state_of
from tidewaiter.exchange.notices.types import (
    Amount,
    LineAmount,
    NoObjection,
    Objected,
    Returned,
    Withdrawn,
)

AFTER = date(2026, 3, 28)
YES = NoObjection(decided_by="Section 4")
NO = Objected(code="importer unknown", decided_by="Section 4")
ALL = (LineAmount(line=1, amount=Amount(mass_mg=800_000_000)),)
GONE = Returned(outcome="shipped", on=date(2026, 4, 8), lines=ALL)


def _state(talk: Talk, day: date = DAY) -> State:
    return state_of(talk.events, day)


def test_return_information_writes_off() -> None:
    """800 kg are notified, 500 kg allowed, 600 kg shipped: 100 kg too many."""
    talk = Talk()
    allowed = (LineAmount(line=1, amount=Amount(mass_mg=500_000_000)),)
    talk.say("importer", changed(YES, allowed=allowed))
    shipped = (LineAmount(line=1, amount=Amount(mass_mg=600_000_000)),)
    talk.say("exporter", changed(GONE, lines=shipped))
    (balance,) = _state(talk).balances
    assert balance.most.mass_mg == 500_000_000
    assert balance.left.mass_mg == 0
    assert balance.exceeded.mass_mg == 100_000_000
    assert balance.problems


def test_several_shipments_run_down_the_balance() -> None:
    """Each leaves less; a line of another measure or none is refused."""
    several = changed(
        NOTICE, shipments="multi", period_since=date(2026, 4, 1), period_until=date(2026, 9, 30)
    )
    talk = Talk(several)
    talk.say("importer", YES)
    part = (LineAmount(line=1, amount=Amount(mass_mg=300_000_000)),)
    left = []
    for _ in range(3):
        talk.say("exporter", changed(GONE, lines=part, last=False))
        left.append(_state(talk).balances[0].left.mass_mg)
    assert left == [500_000_000, 200_000_000, 0]
    assert _state(talk).balances[0].exceeded.mass_mg == 100_000_000
    for lines in (
        (LineAmount(line=1, amount=Amount(volume_ul=5)),),
        (LineAmount(line=9, amount=Amount(mass_mg=5)),),
        (),
    ):
        bad = talk.say("exporter", changed(GONE, lines=lines, last=False))
        assert bad.id in {said.event for said in _state(talk).wrong}


def test_a_return_that_does_not_come_is_overdue() -> None:
    """30 days after the departure, unless it comes or nothing was to go."""
    talk = Talk()
    talk.say("importer", YES)
    assert _state(talk).return_due == date(2026, 5, 7)
    assert not _state(talk, date(2026, 5, 7)).return_overdue
    assert _state(talk, date(2026, 5, 8)).return_overdue
    talk.say("exporter", Returned(outcome="not shipped", on=date(2026, 5, 1)))
    assert not _state(talk, date(2026, 5, 8)).return_overdue
    objected = Talk()
    objected.say("importer", NO)
    assert _state(objected, date(2027, 1, 1)).return_due is None


def test_goods_that_left_in_silence_or_against_an_objection_are_told() -> None:
    """A fact is kept, and the remark says what it was."""
    silent, against = Talk(), Talk()
    against.say("importer", NO)
    for talk, word in ((silent, "without an answer"), (against, "not approved")):
        gone = talk.say("exporter", GONE)
        state = _state(talk, AFTER)
        assert not state.wrong
        assert [(said.event, word in said.text) for said in state.remarks] == [(gone.id, True)]


def test_diverted_goods_name_their_incident() -> None:
    """Either side may tell it, with the incident that it led to."""
    talk = Talk()
    talk.say("importer", YES)
    talk.say("exporter", GONE)
    diverted = talk.say("importer", changed(GONE, outcome="diverted", incident="MX-I-3"))
    state = _state(talk)
    assert diverted in state.returned
    assert state.waits_for is None


def test_goods_that_arrive_under_a_withdrawn_notice_are_told() -> None:
    """What happened is not refused."""
    talk = Talk()
    talk.say("exporter", Withdrawn())
    arrived = talk.say("importer", changed(GONE, outcome="arrived"))
    state = _state(talk)
    assert not state.wrong
    assert [said.event for said in state.remarks] == [arrived.id]


def test_a_withdrawal_after_the_goods_left_comes_too_late() -> None:
    """It would hide what happened."""
    talk = Talk()
    talk.say("importer", YES)
    talk.say("exporter", GONE)
    late = talk.say("exporter", Withdrawn())
    state = _state(talk)
    assert state.approved
    assert [said.event for said in state.wrong] == [late.id]


def test_two_lines_have_two_balances() -> None:
    """Each in its own measure."""
    talk = Talk(changed(NOTICE, lines=(ANHYDRIDE, EPHEDRINE)))
    assert [each.line for each in _state(talk).balances] == [1, 2]
