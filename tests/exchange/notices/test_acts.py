"""Each side is offered exactly the acts that it may perform."""

from typing import get_args

import pytest
from tests.support.notices import DAY, REPLY_BY, Talk

from tidewaiter.exchange.notices.state import Act, acts_of, outcomes_of, state_of
from tidewaiter.exchange.notices.types import (
    Acknowledged,
    Amount,
    Answered,
    LineAmount,
    NoObjection,
    Objected,
    Queried,
    Returned,
    Side,
    Withdrawn,
)

YES = NoObjection(decided_by="Licensing")
IMPORTER = {"view", "acknowledge", "agree", "object", "ask", "more-time", "not-for-us", "return"}
EXPORTER = {"amend", "withdraw", "return"}


def _acts(talk: Talk, side: Side, events: int | None = None) -> set[Act]:
    held = talk.events[:events]
    return set(acts_of(side, held, state_of(held, DAY)))


def test_each_side_is_offered_its_own() -> None:
    """Of a notice that was sent and no more."""
    talk = Talk()
    assert _acts(talk, "importer") == IMPORTER
    assert _acts(talk, "exporter") == EXPORTER
    assert {*IMPORTER, *EXPORTER, "answer"} == set(get_args(Act))


def test_what_was_done_is_not_offered_again() -> None:
    """An acknowledgement implies opening; after a decision, more time cannot be requested."""
    talk = Talk()
    talk.say("importer", Acknowledged())
    assert IMPORTER - _acts(talk, "importer") == {"view", "acknowledge"}
    talk.say("importer", Objected(code="other", decided_by="Licensing"))
    assert IMPORTER - _acts(talk, "importer") == {"view", "acknowledge", "more-time"}


def test_a_query_is_answered_once_it_is_asked() -> None:
    """And not before, nor after its answer."""
    talk = Talk()
    asked = talk.say("importer", Queried(text="Who?"))
    assert "answer" in _acts(talk, "exporter")
    assert "answer" not in _acts(talk, "importer")
    talk.say("exporter", Answered(query=asked.id, text="They."))
    assert "answer" not in _acts(talk, "exporter")


def test_a_notice_that_was_withdrawn_takes_no_more() -> None:
    """Arrival of the goods can still be reported."""
    talk = Talk()
    talk.say("exporter", Withdrawn())
    assert _acts(talk, "exporter") == set()
    assert _acts(talk, "importer") == {"return"}


def test_goods_that_have_left_are_not_withdrawn() -> None:
    """The last shipment is reported once."""
    talk = Talk()
    talk.say("importer", YES)
    events = talk.events
    assert outcomes_of("exporter", events, state_of(events, DAY)) == (
        "diverted",
        "not shipped",
        "sent back",
        "shipped",
    )
    lines = (LineAmount(line=1, amount=Amount(mass_mg=800_000_000)),)
    talk.say("exporter", Returned(outcome="shipped", on=REPLY_BY, lines=lines))
    assert "withdraw" not in _acts(talk, "exporter")
    assert outcomes_of("exporter", events, state_of(events, DAY)) == ("diverted", "sent back")


@pytest.mark.parametrize("side", ["exporter", "importer"])
def test_a_late_answer_is_still_offered(side: Side) -> None:
    """Silence ends nothing: a late answer is still possible."""
    talk = Talk()
    late = REPLY_BY.replace(month=12)
    offered = set(acts_of(side, talk.events, state_of(talk.events, late)))
    assert offered == (IMPORTER if side == "importer" else EXPORTER)
