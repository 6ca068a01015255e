"""Incidents between nodes: told by their owner to whom the marking allows, answered by these."""

from collections.abc import Callable

import pytest
from tests.support.exchange import incident as made_incident
from tests.support.peers import Party
from tests.support.raising import raises

from tidewaiter.base.errors import ConflictError
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import Incident, Proposal
from tidewaiter.exchange.protocol.markings import Marking
from tidewaiter.store.groups import Group, add_member, make_group, remove_member
from tidewaiter.store.incidents import answer_incident, find_known, incidents, send_incident

AMBER = Marking(tlp="amber")


@pytest.fixture
def three(party: Callable[..., Party]) -> tuple[Party, Party, Party]:
    """Found three nodes that all exchange with each other."""
    found = tuple(party(name) for name in ("aland", "bergen", "corfu"))
    for one in found:
        for other in found:
            if one is not other:
                one.meet(other)
    return found  # type: ignore[return-value]


def _incident(owner: Party, **more: object) -> Incident:
    return made_incident(owner=owner.name, parties=(), settled=(), **more)


def _tell(owner: Party, incident: Incident, *to: Party) -> None:
    with owner.desk.database.work(owner.desk.stamp()) as work:
        names = [each.name for each in to]
        send_incident(work, owner.desk.ring.lock, owner.name, incident, names)


def _known(party: Party, incident: Incident) -> Known:
    with party.desk.database.work() as work:
        return find_known(work, party.desk.ring.lock, incident.owner, incident.id)


def _propose(party: Party, incident: Incident, text: str) -> None:
    said = Proposal(id=text, incident=incident.id, owner=incident.owner, about=1, text=text)
    with party.desk.database.work(party.desk.stamp()) as work:
        answer_incident(work, party.desk.ring.lock, party.name, said, AMBER)


def _count(party: Party) -> int:
    with party.desk.database.work() as work:
        return len(incidents(work))


def _group(owner: Party, *members: Party) -> Group:
    with owner.desk.database.work(owner.desk.stamp()) as work:
        made = make_group(work, "Precursors")
        for each in members:
            made = add_member(work, made.id, each.name)
        return made


def test_an_incident_is_told_and_answered(three: tuple[Party, Party, Party]) -> None:
    """Owner and reader know the same; who was not told knows nothing."""
    one, other, third = three
    incident = _incident(one)
    _tell(one, incident, other)
    one.send(other)
    one.send(third)
    _propose(other, incident, "The drums were 200 l")
    other.send(one)
    assert [each.said.body.text for each in _known(one, incident).proposals] == [
        "The drums were 200 l"
    ]
    assert _known(other, incident).now() == incident
    assert _count(third) == 0


def test_whoever_was_told_is_told_of_the_next_version(three: tuple[Party, Party, Party]) -> None:
    """A version out of sequence is not sent."""
    one, other, _ = three
    incident = _incident(one)
    _tell(one, incident, other)
    with raises("store/version-does-not-follow", ConflictError):
        _tell(one, _incident(one, version=3, changed="x"))
    _tell(one, _incident(one, version=2, status="updated", changed="Another drum was found"))
    one.send(other)
    assert [each.body.version for each in _known(other, incident).versions] == [1, 2]


def test_nobody_tells_anothers_incident(three: tuple[Party, Party, Party]) -> None:
    """Not to the owner's readers, and not in the owner's name."""
    one, other, third = three
    incident = _incident(one)
    _tell(one, incident, other)
    one.send(other)
    with raises("store/incident-of-another"):
        _tell(other, incident, third)


def test_an_incident_for_nobody_is_not_told(three: tuple[Party, Party, Party]) -> None:
    """A group without members has no recipients, and a list of peers does not add any."""
    one, other, _ = three
    group = _group(one)
    marking = Marking(tlp="amber", group=group.id)
    for to in ((), (other,)):
        with raises("store/for-nobody"):
            _tell(one, _incident(one, marking=marking), *to)
    assert _count(one) == 0
    assert one.states() == {}


def test_who_is_taken_off_a_group_gets_nothing_more(three: tuple[Party, Party, Party]) -> None:
    """Not what waits for them either, nor a later version of what they had."""
    one, other, third = three
    group = _group(one, other, third)
    marking = Marking(tlp="amber", group=group.id, purposes=("control",))
    first = _incident(one, marking=marking)
    _tell(one, first)
    one.send(other)
    _tell(one, _incident(one, version=2, status="updated", changed="more", marking=marking))
    with one.desk.database.work(one.desk.stamp()) as work:
        remove_member(work, group.id, other.name)
        with raises("store/not-in-the-group", ConflictError):
            remove_member(work, group.id, other.name)
    _tell(one, _incident(one, version=3, status="updated", changed="more", marking=marking))
    for each in (other, third):
        one.send(each)
    assert [each.body.version for each in _known(other, first).versions] == [1]
    assert [each.body.version for each in _known(third, first).versions] == [1, 2, 3]
    assert one.states() == {"discarded": 1, "processed": 4}


def test_members_are_not_told_of_each_other(three: tuple[Party, Party, Party]) -> None:
    """What they get names the group, and no other member."""
    one, other, third = three
    group = _group(one, other, third)
    _tell(one, _incident(one, marking=Marking(tlp="amber", group=group.id)))
    one.send(other)
    told = _known(other, _incident(one)).versions[0]
    assert third.name not in str(told)
    assert told.body.marking.group == group.id
