"""State of an incident from all statements about it."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.support.exchange import AMBER, changed, incident

from tidewaiter.exchange.incidents.state import incident_of
from tidewaiter.exchange.incidents.types import (
    Incident,
    Place,
    Proposal,
    Settled,
    Sighting,
    Spoken,
)
from tidewaiter.exchange.protocol.envelopes import Said

NODES = ("north", "south", "east")


def _said(body: Spoken, sender: str, number: int) -> Said[Spoken]:
    return Said(id=f"m-{number}", sender=sender, at="2026-11-26T00:00:00Z", body=body)


def _version(number: int, **more: object) -> Incident:
    status = "open" if number == 1 else "updated"
    return incident(**({"version": number, "status": status, "changed": "x"} | more))


def _proposal(number: int, owner: str = "north") -> Proposal:
    return Proposal(id=f"p{number}", incident="inc-7", owner=owner, about=1, text=f"No {number}")


def _sighting(number: int) -> Sighting:
    return Sighting(
        id=f"s{number}",
        incident="inc-7",
        owner="north",
        day=date(2026, 10, 1),
        marking=AMBER,
        place=Place(country="BE", name="Antwerp"),
        what=f"Drums {number}",
    )


BODIES: st.SearchStrategy[Spoken] = st.one_of(
    st.integers(1, 4).map(_version),
    st.integers(1, 3).map(_proposal),
    st.integers(1, 3).map(_sighting),
)
TALKS = st.lists(st.tuples(BODIES, st.sampled_from(NODES)), max_size=12).map(
    lambda talk: [_said(body, sender, number) for number, (body, sender) in enumerate(talk)]
)


def test_the_last_version_stands_and_gaps_are_told() -> None:
    """Versions are ordered by number, in any order of arrival."""
    said = [_said(_version(3), "north", 1), _said(_version(1), "north", 2)]
    known = incident_of("north", "inc-7", said)
    assert [each.body.version for each in known.versions] == [1, 3]
    assert (known.missing, known.status()) == ((2,), "updated")
    assert incident_of("north", "inc-7", []).now() is None


def test_only_the_owner_writes_versions() -> None:
    """A version by another node changes nothing and is shown; so is a proposal by the owner."""
    said = [
        _said(_version(1), "north", 1),
        _said(_version(2, title="Mine"), "south", 2),
        _said(_proposal(1), "north", 3),
        _said(_sighting(1), "north", 4),
    ]
    known = incident_of("north", "inc-7", said)
    assert known.now() == _version(1)
    assert not known.proposals
    assert not known.sightings
    assert [each.said.id for each in known.unheeded] == ["m-2", "m-3", "m-4"]
    assert known.unheeded[0].why == "only its owner writes a version"


def test_who_was_never_given_it_has_no_say() -> None:
    """If the readers are known, only they can propose and report sightings."""
    said = [_said(_proposal(1), "south", 1), _said(_sighting(1), "east", 2)]
    known = incident_of("north", "inc-7", said, readers=frozenset({"south"}))
    assert [each.said.sender for each in known.proposals] == ["south"]
    assert [each.said.sender for each in known.unheeded] == ["east"]


def test_the_first_of_two_contents_stands() -> None:
    """An owner that says two things under one version is caught."""
    said = [_said(_version(1), "north", 1), _said(_version(1, title="Other"), "north", 2)]
    known = incident_of("north", "inc-7", said)
    assert known.now() == _version(1)
    assert known.unheeded[0].why == "other content with the same id was received first"


def test_a_proposal_shows_what_the_owner_made_of_it() -> None:
    """The last answer counts, and it is to one node's proposal, not to another's of that id."""
    refused = Settled(node="south", proposal="p1", taken=False, why="weighed twice")
    taken = changed(refused, taken=True)
    said = [
        _said(_proposal(1), "south", 1),
        _said(_proposal(1), "east", 2),
        _said(_version(2, settled=(refused,)), "north", 3),
        _said(_version(3, settled=(taken,)), "north", 4),
    ]
    east, south = incident_of("north", "inc-7", said).proposals
    assert (south.settled, south.version) == (taken, 3)
    assert (east.settled, east.version) == (None, None)


def test_other_incidents_are_left_out() -> None:
    """The same id at another owner is another incident."""
    said = [_said(_version(1, owner="south"), "south", 1), _said(_proposal(1, "south"), "east", 2)]
    known = incident_of("north", "inc-7", said)
    assert not known.versions
    assert not known.proposals
    assert not known.unheeded


@given(talk=TALKS, order=st.randoms(use_true_random=False))
def test_duplicates_and_order_change_nothing(talk: list[Said[Spoken]], order: Random) -> None:
    """The same messages, some of them twice and in any order, leave the same incident."""
    twice = [*talk, *talk]
    order.shuffle(twice)
    once, again = incident_of("north", "inc-7", talk), incident_of("north", "inc-7", twice)
    assert [each.body for each in once.versions] == [each.body for each in again.versions]
    assert once.missing == again.missing
    assert [each.said.body for each in once.proposals] == [
        each.said.body for each in again.proposals
    ]
    assert [each.body for each in once.sightings] == [each.body for each in again.sightings]
    assert once.unheeded == again.unheeded


@given(talk=TALKS)
def test_every_message_is_accounted_for(talk: list[Said[Spoken]]) -> None:
    """Each stands, repeats what stands, or is shown as changing nothing."""
    known = incident_of("north", "inc-7", talk)
    standing = [
        *((each.sender, each.body) for each in known.versions),
        *((each.said.sender, each.said.body) for each in known.proposals),
        *((each.sender, each.body) for each in known.sightings),
    ]
    unheeded = {each.said.id for each in known.unheeded}
    for said in talk:
        assert ((said.sender, said.body) in standing) != (said.id in unheeded)
    assert all(each.sender == "north" for each in known.versions)
