"""Evidence of one message: it proves its own validity, never the identity of its node."""

import pytest
from msgspec import structs
from tests.support.peers import Party

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.evidence import MessageEvidence, verify_message, write_evidence
from tidewaiter.exchange.protocol.documents import fingerprint
from tidewaiter.store.evidence import evidence_of
from tidewaiter.store.peers.channel import conversation


def _evidence(one: Party, other: Party) -> MessageEvidence:
    ring = one.desk.ring
    with one.desk.database.work() as work:
        (said,) = conversation(work, other.name, ring.lock, ring.openers())
        return evidence_of(
            work, one.name, other.name, said.id, openers=ring.openers(), stamp=one.desk.stamp()
        )


def _broken(held: MessageEvidence, known: list[str]) -> list[str]:
    found = verify_message(write_evidence(held), known)
    return [part.name for part in found.parts if not part.holds]


def test_a_message_is_proved_by_either_side(pair: tuple[Party, Party]) -> None:
    """Who received it shows its content too; both need the words of both nodes to be known."""
    one, other = pair
    one.say(other, "The seal was broken")
    one.send(other)
    known = [fingerprint(each.documents()[-1].read()) for each in pair]
    theirs, ours = _evidence(other, one), _evidence(one, other)
    assert theirs.held
    assert not ours.held
    for each in (theirs, ours):
        assert verify_message(write_evidence(each), known).holds()
        assert not verify_message(write_evidence(each), known[:1]).holds()
    changed = structs.replace(theirs, held=theirs.held[:-8] + "AAAAAAA=")
    assert _broken(changed, known) == ["content"]
    other.say(one, "Whose?")
    other.send(one)
    foreign = structs.replace(theirs, receipt=_receipt_of(one, other))
    assert _broken(foreign, known) == ["receipt"]
    with pytest.raises(InputError):
        verify_message(write_evidence(structs.replace(theirs, sender=theirs.recipient)), known)


def _receipt_of(one: Party, other: Party) -> str:
    ring = one.desk.ring
    with one.desk.database.work() as work:
        said = conversation(work, other.name, ring.lock, ring.openers())
        message = next(each.id for each in said if not each.ours)
        return evidence_of(
            work, one.name, other.name, message, openers=ring.openers(), stamp=one.desk.stamp()
        ).receipt


@pytest.mark.parametrize("text", ["{}", '{"what": "x"}', "[" * 100_000])
def test_what_is_no_evidence_is_refused(text: str) -> None:
    """Whatever it is."""
    with pytest.raises(InputError):
        verify_message(text.encode(), [])
