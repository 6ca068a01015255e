"""Requests and joint cases between nodes: each side reads the same, and speaks for itself."""

from collections.abc import Callable
from datetime import date

import msgspec
from tests.support.exchange import changed
from tests.support.peers import Party
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError, MissingError
from tidewaiter.exchange.cases import Bundle, Decision, JointCase, Offer, Taking, Together
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.exchange.requests.state import Asking
from tidewaiter.exchange.requests.types import (
    Answer,
    Asked,
    Delay,
    Refusal,
    Request,
    Withdrawal,
)
from tidewaiter.store.cases.joint import find_joint, joint_cases, open_joint, say_in_joint
from tidewaiter.store.peers.outbox import Message, write_message
from tidewaiter.store.requests import ask, find_request, requests, say_to_request

Pair = tuple[Party, Party]
MARKING = Marking(tlp="amber", purposes=("investigation",))


def _request(one: Party, other: Party, **more: object) -> Request:
    base = Request(
        id="r-1",
        asker=one.name,
        asked=other.name,
        kind="information",
        day=date(2026, 11, 20),
        purpose="investigation",
        facts="Drums with another label.",
        instrument="un-1988-12",
        items=(Asked(number=1, text="Who sent them?"), Asked(number=2, text="What was paid?")),
        deadline=date(2026, 12, 10),
        marking=MARKING,
    )
    return changed(base, **more)


def _ask(one: Party, request: Request) -> None:
    with one.desk.database.work(one.desk.stamp()) as work:
        ask(work, one.desk.ring.lock, one.name, request)


def _say(party: Party, said: Answer | Refusal | Delay | Withdrawal) -> Asking:
    with party.desk.database.work(party.desk.stamp()) as work:
        return say_to_request(work, party.desk.ring.lock, party.name, said)


def _asking(party: Party, asker: Party) -> Asking:
    with party.desk.database.work() as work:
        return find_request(work, party.desk.ring.lock, asker.name, "r-1")


def _answer(asker: Party, **more: object) -> Answer:
    base = Answer(
        id="a-1",
        request="r-1",
        asker=asker.name,
        items=(1,),
        text="Alpha Trading.",
        marking=MARKING,
    )
    return changed(base, **more)


def _smuggle(sender: Party, to: Party, kind: str, body: msgspec.Struct) -> None:
    """Write a message past all that is checked before one is written, and send it."""
    message = Message(kind=kind, body=msgspec.json.encode(body))
    with sender.desk.database.work(sender.desk.stamp()) as work:
        write_message(work, sender.desk.ring.lock, to.name, message)
    sender.send(to)


def test_a_request_is_answered_in_part_and_refused_in_part(pair: Pair) -> None:
    """Both sides read each item alike; a withdrawal ends it."""
    one, other = pair
    _ask(one, _request(one, other))
    one.send(other)
    assert _asking(other, one).state == "open"
    _say(other, Delay(id="d-1", request="r-1", asker=one.name, needs="A court order"))
    _say(other, _answer(one))
    _say(other, Refusal(id="n-1", request="r-1", asker=one.name, items=(2,), ground="law", why="x"))
    other.send(one)
    assert _asking(one, one).items == _asking(other, one).items == {1: "full", 2: "refused"}
    assert _asking(one, one).state == "done"
    assert _asking(one, one).overdue(date(2027, 1, 1)) == 0
    _say(one, Withdrawal(id="w-1", request="r-1", asker=one.name, why="It was found."))
    one.send(other)
    assert _asking(other, one).state == "withdrawn"
    with raises("store/request-withdrawn", ConflictError):
        _say(other, _answer(one, id="a-2"))


def test_what_the_marking_or_the_purpose_forbids_is_not_written(pair: Pair) -> None:
    """Neither a request that its own marking does not allow, nor an answer for another purpose."""
    one, other = pair
    with raises("exchange/not-for-purpose", purposes="Counts that name nobody"):
        _ask(one, _request(one, other, marking=changed(MARKING, purposes=("statistics",))))
    with raises("exchange/legal-basis-missing"):
        _ask(one, _request(one, other, instrument=""))
    _ask(one, _request(one, other))
    with raises("store/request-exists", ConflictError):
        _ask(one, _request(one, other))
    one.send(other)
    with raises("exchange/answer-not-for-purpose", purpose="investigation"):
        _say(other, _answer(one, marking=changed(MARKING, purposes=("warning",))))
    with raises("store/not-theirs-to-say", who="the requested node can answer"):
        _say(one, _answer(one))
    with raises("store/no-request", MissingError):
        _say(other, _answer(one, request="r-2"))
    assert other.states() == {}


def test_a_request_that_is_not_the_senders_to_make_is_refused(
    pair: Pair, party: Callable[..., Party]
) -> None:
    """Nor is an answer by a node that was not asked, or to no request, accepted."""
    one, other = pair
    third = party("corfu")
    for here, there in ((one, third), (third, one)):
        here.meet(there)
    _ask(one, _request(one, other))
    one.send(other)
    _smuggle(other, one, "request", _request(one, other, id="r-2"))
    _smuggle(other, one, "answer", _answer(one, request="r-9"))
    _smuggle(third, one, "answer", _answer(one))
    _smuggle(other, one, "withdrawal", Withdrawal(id="w", request="r-1", asker=one.name, why="x"))
    assert {state for _, _, state in one.taken()} == {"refused"}
    assert _asking(one, one).state == "open"
    with one.desk.database.work() as work:
        assert [each.id for _, each in requests(work, one.desk.ring.lock)] == ["r-1"]


CASE = "j-1"
BUNDLE = Bundle(
    sha256="ab" * 32, manifest="cd" * 32, of="case 7", made="2026-11-20T00:00:00Z", key="k", size=9
)


def _open(one: Party, *partners: Party) -> None:
    case = JointCase(
        id=CASE,
        opener=one.name,
        partners=tuple(each.name for each in partners),
        title="Drums",
        purpose="investigation",
        day=date(2026, 11, 20),
        marking=MARKING,
    )
    with one.desk.database.work(one.desk.stamp()) as work:
        open_joint(work, one.desk.ring.lock, one.name, case)


def _tell(party: Party, opener: Party, what: str, **more: object) -> tuple[str, ...]:
    of = {"case": CASE, "opener": opener.name, "number": 0}
    kinds = {"part": Taking, "bundle": Offer, "decision": Decision}
    said = kinds[what](**of, **more)
    with party.desk.database.work(party.desk.stamp()) as work:
        return say_in_joint(work, party.desk.ring.lock, party.name, said)


def _joint(party: Party, opener: Party) -> Together:
    with party.desk.database.work() as work:
        return find_joint(work, party.desk.ring.lock, opener.name, CASE)


def _decide(party: Party, opener: Party, verdict: str, reason: str) -> tuple[str, ...]:
    return _tell(
        party,
        opener,
        "decision",
        subject="incident north/7",
        verdict=verdict,
        reason=reason,
        day=date(2026, 11, 24),
    )


def test_decisions_of_a_joint_case_stand_side_by_side(pair: Pair) -> None:
    """Each side brings and decides for itself, once it takes part, and both read the same."""
    one, other = pair
    _open(one, other)
    one.send(other)
    with raises("store/not-part-of-the-case"):
        _decide(other, one, "hold", "inspect")
    _tell(other, one, "part", part="joined")
    _tell(one, one, "bundle", bundle=BUNDLE)
    assert _decide(one, one, "hold", "inspect") == ()
    _decide(other, one, "release", "permitted")
    one.send(other)
    other.send(one)
    assert _joint(one, one).sides == _joint(other, one).sides
    (sides,) = _joint(other, one).side_by_side().values()
    assert {node: each and each.verdict for node, each in sides.items()} == {
        one.name: "hold",
        other.name: "release",
    }
    assert _joint(other, one).sides[one.name].bundles == (BUNDLE,)


def test_nobody_speaks_in_a_joint_case_who_is_not_in_it(
    pair: Pair, party: Callable[..., Party]
) -> None:
    """A stranger's message is refused; a partner that is not a peer is reported as not sent to."""
    one, other = pair
    third, fourth = party("corfu"), party("delft")
    for each in (third, fourth):
        one.meet(each)
        each.meet(one)
    _open(one, other, third)
    for each in (other, third):
        one.send(each)
        _tell(each, one, "part", part="joined")
    assert _decide(other, one, "hold", "inspect") == (third.name,)
    word = Decision(
        case=CASE,
        opener=one.name,
        number=1,
        subject="x",
        verdict="hold",
        reason="inspect",
        day=date(2026, 11, 24),
    )
    _smuggle(fourth, one, "joint-case-decision", word)
    assert (fourth.name, 1, "refused") in one.taken()
    assert fourth.name not in _joint(one, one).sides
    with fourth.desk.database.work() as work:
        assert joint_cases(work, fourth.desk.ring.lock) == []
