"""Private questions between nodes: off by default, answered within a budget, kept by both sides."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.support.peers import Party
from tests.support.raising import raises

from tidewaiter.exchange.private import intersection
from tidewaiter.exchange.private.intersection import Party as Asked
from tidewaiter.exchange.private.messages import POINT, SLOTS, Question
from tidewaiter.exchange.protocol.relations import Scope
from tidewaiter.store.audit import audit_entries
from tidewaiter.store.core import tables
from tidewaiter.store.peers.directory import set_scope
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.private import questions as asking
from tidewaiter.store.private.offers import Offer, end_offer, open_offer
from tidewaiter.store.private.questions import QUESTION, Line, Shown, ask, find_question, questions
from tidewaiter.store.recalls.issued import Why, recall
from tidewaiter.transport import private as offering
from tidewaiter.transport.message_kinds import body_of
from tidewaiter.transport.private import Allowing, allow

pytestmark = pytest.mark.skipif(
    not intersection.is_there(), reason="the extra psi is not installed"
)

LEI = ("lei", "5493001KJTIIGC8Y1R12")
SEEN = (
    Asked(name="Northern Solvents Ltd", address="4 Quay Road, 10115 Berlin", country="DE"),
    Asked(name="Harbour Chemicals", numbers=(LEI,)),
)
AS_WRITTEN = Asked(name="NORTHERN  SOLVENTS LIMITED", address="Berlin 10115", country="DE")
UNSEEN = Asked(name="Unseen Trading", numbers=(("email", "desk@unseen.example"),))


@pytest.fixture(autouse=True)
def _seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nodes be answerable from two parties; which these are, tests of the store say."""
    monkeypatch.setattr(offering, "answerable", lambda *_: iter(SEEN))


def _allow(holder: Party, asker: Party, **more: object) -> Offer:
    told = {"peer": asker.name, "budget": 2 * SLOTS, "purposes": ("investigation",), "days": 7}
    done = allow(holder.desk, holder.desk.stamp(), Allowing(**{**told, **more}))  # type: ignore[arg-type]
    holder.send(asker)
    return done.offer


def _ask(asker: Party, holder: Party, *parties: Asked) -> int:
    with asker.desk.database.work(asker.desk.stamp()) as work:
        return ask(work, asker.desk.ring.lock, holder.name, parties, "investigation").line.number


def _ask_anyway(asker: Party, holder: Party) -> int:
    """Ask as one would who does not care what its own budget and the offer allow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asking, "why_not", lambda *_: None)
        return _ask(asker, holder, AS_WRITTEN)


def _exchange(asker: Party, holder: Party) -> None:
    asker.send(holder)
    holder.send(asker)


def _shown(party: Party, number: int) -> Shown:
    with party.desk.database.work() as work:
        return find_question(work, party.desk.ring.lock, number)


def _lines(party: Party) -> list[Line]:
    with party.desk.database.work() as work:
        return questions(work)


def _send_raw(asker: Party, holder: Party, question: Question) -> None:
    with asker.desk.database.work(asker.desk.stamp()) as work:
        message = Message(kind=QUESTION, body=body_of(question))
        write_message(work, asker.desk.ring.lock, holder.name, message)
    _exchange(asker, holder)


def _told(party: Party) -> str:
    """Return all that a node's log says."""
    with party.desk.database.work() as work:
        return "\n".join(f"{each.action} {each.details}" for each in audit_entries(work))


def test_a_party_is_found_however_it_is_written(pair: tuple[Party, Party]) -> None:
    """The asker learns which of its parties the holder has, and nothing about the others."""
    asker, holder = pair
    _allow(holder, asker)
    number = _ask(asker, holder, AS_WRITTEN, UNSEEN, Asked(numbers=(LEI,)))
    assert [each.by for each in _shown(asker, number).parties] == [(), (), ()]
    _exchange(asker, holder)
    shown = _shown(asker, number)
    assert [each.by for each in shown.parties] == [("name",), (), ("lei",)]
    assert shown.line.state == "answered"


def test_both_sides_keep_that_was_asked_and_the_logs_name_nobody(
    pair: tuple[Party, Party],
) -> None:
    """Peer, number of keys and purpose are in both logs; the parties are not, even as keys."""
    asker, holder = pair
    _allow(holder, asker)
    number = _ask(asker, holder, *SEEN)
    _exchange(asker, holder)
    for party, other, action in (
        (asker, holder, "private question asked"),
        (holder, asker, "private question answered"),
    ):
        log = _told(party)
        said = next(each for each in log.splitlines() if each.startswith(action))
        for word in (other.name, f'"keys":{SLOTS}', "investigation"):
            assert word in said
        for word in ("Northern", "northern", "10115", LEI[1]):
            assert word not in log
    (line,) = _lines(holder)
    assert (line.peer, line.slots, line.purpose) == (asker.name, SLOTS, "investigation")
    assert _shown(holder, line.number).parties == ()
    p = tables.private_question.c
    with asker.desk.database.work() as work:
        kept = work.connection.execute(select(p.written).where(p.number == number)).scalar_one()
    assert b"Northern" not in kept


def test_nobody_is_answered_who_was_not_allowed(pair: tuple[Party, Party]) -> None:
    """The asker sees it before anything is sent, and gets a signed refusal if it still asks."""
    asker, holder = pair
    with raises("store/no-offer-to-answer"):
        _ask(asker, holder, AS_WRITTEN)
    points = intersection.blinded(intersection.new_secret(), ["1|x|y"] * SLOTS)
    _send_raw(asker, holder, Question(offer="0" * 32, purpose="control", points=points))
    assert [(each.state, each.code) for each in _lines(holder)] == [("refused", "off")]
    i = tables.incoming.c
    with asker.desk.database.work() as work:
        kinds = work.connection.execute(select(i.kind)).scalars().all()
    assert kinds == ["question-answer"]


def test_what_is_over_the_budget_is_refused_until_tomorrow(pair: tuple[Party, Party]) -> None:
    """All keys of a question count, guesses or not; a new offer of the same day gives no more."""
    asker, holder = pair
    _allow(holder, asker, budget=2 * SLOTS + 1)
    for _ in range(2):
        _ask(asker, holder, AS_WRITTEN)
        _exchange(asker, holder)
    with raises("store/peer-would-not-answer", says="the budget for today is used up"):
        _ask(asker, holder, AS_WRITTEN)
    _allow(holder, asker)
    over = _ask_anyway(asker, holder)
    _exchange(asker, holder)
    shown = _shown(asker, over)
    assert (shown.line.state, shown.line.code) == ("refused", "over-budget")
    assert [each.by for each in shown.parties] == [()]
    now = holder.desk.clock
    holder.desk.clock = lambda: now() - timedelta(days=1)  # a clock that is set back
    _ask_anyway(asker, holder)
    _exchange(asker, holder)
    holder.desk.clock = lambda: now() + timedelta(days=1)
    _ask_anyway(asker, holder)
    _exchange(asker, holder)
    assert [each.code for each in _lines(holder)][:3] == ["", "over-budget", "over-budget"]


def test_each_offer_has_a_secret_of_its_own(pair: tuple[Party, Party]) -> None:
    """An answer under one offer says nothing about the filter of the next; the old secret goes."""
    asker, holder = pair
    found = []
    for _ in range(2):
        _allow(holder, asker)
        with holder.desk.database.work() as work:
            kept = open_offer(work, holder.desk.ring.lock, "holder", asker.name)
        assert kept is not None
        found.append((kept.secret, kept.terms.digest))
    assert len(set(found)) == 2
    o = tables.private_offer.c
    with holder.desk.database.work() as work:
        rows = work.connection.execute(select(o.state, o.written).order_by(o.number)).all()
    assert [(state, written is None) for state, written in rows] == [
        ("replaced", True),
        ("open", False),
    ]


def test_an_offer_ends(pair: tuple[Party, Party]) -> None:
    """By its day, by word, and with any change of the relation; and it is for its purposes only."""
    asker, holder = pair
    now = holder.desk.clock
    _allow(holder, asker, purposes=("control",))
    _ask_anyway(asker, holder)
    _exchange(asker, holder)
    _allow(holder, asker)
    _ask_anyway(asker, holder)
    holder.desk.clock = lambda: now() + timedelta(days=8)
    _exchange(asker, holder)
    _allow(holder, asker)
    _ask_anyway(asker, holder)
    with holder.desk.database.work(holder.desk.stamp()) as work:
        end_offer(work, holder.desk.ring.lock, asker.name)
    _exchange(asker, holder)
    _allow(holder, asker)
    _ask_anyway(asker, holder)
    holder.desk.clock = lambda: now() + timedelta(days=8, seconds=1)
    with holder.desk.database.work(holder.desk.stamp()) as work:
        set_scope(work, asker.name, Scope())
    _exchange(asker, holder)
    assert [each.code for each in _lines(asker)] == ["off", "off", "ended", "purpose"]
    assert {each.state for each in _lines(asker)} == {"refused"}


def test_what_is_no_question_counts_for_nothing(pair: tuple[Party, Party]) -> None:
    """Of another size, or no points of the curve: it is refused, and no answer is given to it."""
    asker, holder = pair
    offer = _allow(holder, asker)
    for points in (b"", b"\x02" * POINT, b"\xff" * (SLOTS * POINT)):
        _send_raw(
            asker, holder, Question(offer=offer.offer, purpose="investigation", points=points)
        )
    assert asker.states() == {"refused": 3}
    assert _lines(holder) == []


def test_a_flood_of_refused_questions_gets_no_more_answers(
    pair: tuple[Party, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many of a day the receipt alone says no."""
    asker, holder = pair
    monkeypatch.setattr("tidewaiter.store.private.questions.MOST_REFUSED", 2)
    points = intersection.blinded(intersection.new_secret(), ["1|x|y"] * SLOTS)
    for _ in range(4):
        _send_raw(asker, holder, Question(offer="0" * 32, purpose="control", points=points))
    assert len(_lines(holder)) == 2
    assert asker.states() == {"processed": 2, "refused": 2}


def test_without_the_extra_nothing_is_allowed_and_questions_are_refused(
    pair: tuple[Party, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says how to install it; a question is answered by that it cannot be."""
    asker, holder = pair
    _allow(holder, asker)
    number = _ask(asker, holder, AS_WRITTEN)
    with monkeypatch.context() as without:
        without.setattr(intersection, "_LIBRARY", None)
        with raises("exchange/psi-not-installed") as error:
            _allow(holder, asker)
        assert ".[psi]" in error.value.hint
        _exchange(asker, holder)
    assert _shown(asker, number).line.code == "not-able"


def test_a_large_filter_goes_in_parts(
    pair: tuple[Party, Party], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No question can be asked before all of it has come, and its parts belong to one offer."""
    asker, holder = pair
    monkeypatch.setattr("tidewaiter.exchange.private.messages.PART", 2_000)
    monkeypatch.setattr("tidewaiter.exchange.private.messages.PART", 2_000)
    _allow(holder, asker)
    assert asker.taken() == [(holder.name, seq, "processed") for seq in (1, 2, 3)]
    number = _ask(asker, holder, AS_WRITTEN)
    _exchange(asker, holder)
    assert _shown(asker, number).parties[0].by == ("name",)


def test_what_the_holder_recalls_is_forgotten(pair: tuple[Party, Party]) -> None:
    """An answer: what was asked stays, the hit does not. A part of an offer: the offer ends."""
    asker, holder = pair
    _allow(holder, asker)
    number = _ask(asker, holder, AS_WRITTEN)
    _exchange(asker, holder)
    assert _shown(asker, number).parties[0].by == ("name",)
    o = tables.outgoing.c
    for kind in ("question-answer", "question-offer"):
        with holder.desk.database.work(holder.desk.stamp()) as work:
            wanted = select(o.id).where(o.kind == kind)
            item = work.connection.execute(wanted).scalar_one()
            recall(work, holder.desk.ring.lock, holder.name, item, Why(reason="error", note="x"))
        holder.send(asker)
    shown = _shown(asker, number)
    assert (shown.line.state, shown.parties[0].party) == ("recalled", AS_WRITTEN)
    assert shown.parties[0].by == ()
    with raises("store/no-offer-to-answer"):
        _ask(asker, holder, AS_WRITTEN)
