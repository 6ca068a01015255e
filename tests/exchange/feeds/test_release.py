"""What a marking forbids never leaves by an edge, in no format."""

from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.exchange.feeds.samples import AUTHOR, REGISTRY, edge, known
from tests.support.exchange import changed, incident, party

from tidewaiter.exchange.feeds.misp import misp_event
from tidewaiter.exchange.feeds.release import WITHHELD, Edge, released, why_not_leave
from tidewaiter.exchange.feeds.stix import stix_bundle
from tidewaiter.exchange.incidents.state import Known
from tidewaiter.exchange.incidents.types import Label, Place, Question, Settled, Sighting
from tidewaiter.exchange.protocol.markings import (
    REACHES,
    Marking,
    Pap,
    Purpose,
    Recipient,
    Tlp,
    as_strict,
)

NAME = "Zyxwv Handel"
GREEN = Marking(tlp="green", pap="green", reshare=True)
RED = Marking(tlp="red")
MARKINGS = st.builds(
    Marking,
    tlp=st.sampled_from(get_args(Tlp)),
    pap=st.sampled_from(get_args(Pap)),
    purposes=st.lists(st.sampled_from(get_args(Purpose)), unique=True, max_size=2).map(tuple),
    group=st.sampled_from(["", "g1"]),
    epoch=st.integers(0, 2),
    reshare=st.booleans(),
)
EDGES = st.builds(
    Edge,
    to=st.builds(
        Recipient,
        name=st.just("edge"),
        reach=st.sampled_from(REACHES),
        needs=st.booleans(),
        groups=st.dictionaries(st.just("g1"), st.integers(0, 2)),
        cleared=st.booleans(),
    ),
    purpose=st.sampled_from(get_args(Purpose)),
)
WRITERS: tuple[Callable[[Known, Edge, str], bytes | None], ...] = (
    lambda found, to, node: stix_bundle(found, AUTHOR, to, REGISTRY, node=node),
    lambda found, to, node: misp_event(found, AUTHOR, to, REGISTRY, node=node),
)


@given(
    whole=MARKINGS,
    part=MARKINGS,
    restricted=st.booleans(),
    to=EDGES,
    node=st.sampled_from(["north", "south"]),
)
def test_what_a_marking_forbids_never_leaves(
    whole: Marking, part: Marking, *, restricted: bool, to: Edge, node: str
) -> None:
    """In STIX and MISP alike: no incident, and no name of a party, that may not leave."""
    named = party("p-9", NAME, part, restricted=restricted)
    found = known(
        incident(
            marking=whole,
            parties=(named,),
            account=f"Said to be of ZYXWV  HANDEL in {NAME} road.",
            label=Label(text=f"c/o {NAME.upper()}"),
        )
    )
    own = node == "north"
    out = not why_not_leave(whole, to, own=own)
    told = out and not why_not_leave(part, to, own=own, restricted=restricted)
    for write in WRITERS:
        body = write(found, to, node)
        assert (body is not None) == out
        assert body is None or (b"zyxwv" in body.lower()) == told
        assert body is None or told == (b"p-9" in body)


def test_an_edge_is_bound_by_the_label_of_ones_own() -> None:
    """An edge has no named recipients, so TLP:RED is held, even if its owner may send it."""
    for reach in REACHES[1:]:
        assert released(known(incident(marking=RED, parties=())), edge(reach), "north") is None


def test_what_is_anothers_needs_its_leave() -> None:
    """An incident of another node goes on to other nodes only where it is marked so."""
    shut = known(incident(marking=changed(GREEN, reshare=False), parties=()))
    assert released(shut, edge("community"), "north") is not None
    assert released(shut, edge("community"), "south") is None
    assert released(known(incident(marking=GREEN, parties=())), edge("community"), "south")


def test_a_restricted_entry_leaves_only_to_those_cleared() -> None:
    """Neither the party nor its name in words; that there was one is not told."""
    found = known(
        incident(
            marking=GREEN,
            account=f"Of {NAME}.",
            parties=(party("p-9", NAME, GREEN, restricted=True), party("p-1", "Alpha", GREEN)),
        )
    )
    out = released(found, edge(), "north")
    assert out is not None
    assert [each.name for each in out.incident.parties] == ["Alpha"]
    assert out.incident.account == WITHHELD
    cleared = released(found, edge(cleared=True), "north")
    assert cleared is not None
    assert len(cleared.incident.parties) == 2
    assert cleared.incident.account == f"Of {NAME}."


def test_a_name_of_an_older_version_stays_withheld() -> None:
    """A party that the last version no longer names is not told by its words either."""
    first = incident(marking=GREEN, parties=(party("p-9", NAME, RED),))
    second = changed(
        first, version=2, status="updated", parties=(), changed=f"{NAME} was not in it."
    )
    out = released(known(first, second), edge("community"), "north")
    assert out is not None
    assert out.incident.changed == WITHHELD


def test_the_last_word_of_the_owner_on_a_party_counts() -> None:
    """A party that was red and is now marked as its incident leaves, with its name."""
    first = incident(marking=GREEN, parties=(party("p-9", NAME, RED),))
    second = changed(
        first, version=2, status="updated", changed=NAME, parties=(party("p-9", NAME, GREEN),)
    )
    out = released(known(first, second), edge("community"), "north")
    assert out is not None
    assert (out.incident.parties[0].name, out.incident.changed) == (NAME, NAME)
    shut = changed(second, parties=(party("p-9", "", RED),))
    still = released(known(first, shut), edge("community"), "north")
    assert still is not None
    assert still.incident.changed == WITHHELD


def test_words_between_nodes_stay_between_them() -> None:
    """Questions to others, and what the owner made of proposals, do not leave."""
    asked = (Question(number=1, text="To south?", to=("south",)), Question(number=2, text="All?"))
    settled = (Settled(node="south", proposal="1", taken=False, why="no"),)
    out = released(
        known(incident(marking=GREEN, questions=asked, settled=settled, parties=())),
        edge(),
        "north",
    )
    assert out is not None
    assert out.incident.questions == (Question(number=1, text="All?"),)
    assert out.incident.settled == ()


def _sighting(marking: Marking, what: str) -> Sighting:
    return Sighting(
        id="s-1",
        incident="inc-7",
        owner="north",
        day=date(2026, 10, 1),
        what=what,
        place=Place(country="BE", name="Antwerp"),
        marking=marking,
    )


def test_a_sighting_leaves_by_its_own_marking() -> None:
    """That of another node needs its leave; and a withheld name in its words is withheld."""
    first = incident(marking=GREEN, parties=(party("p-9", NAME, RED),))
    for marking, count in ((GREEN, 1), (changed(GREEN, reshare=False), 0), (RED, 0)):
        found = known(first, others=((_sighting(marking, f"{NAME} again"), "south"),))
        out = released(found, edge("community"), "north")
        assert out is not None
        assert [each.body.what for each in out.sightings] == [WITHHELD] * count


@given(part=MARKINGS, whole=MARKINGS, to=EDGES)
def test_a_part_that_is_as_strict_leaves_no_further(
    part: Marking, whole: Marking, to: Edge
) -> None:
    """Where a party is marked as strictly as its incident, it leaves only where that does."""
    if as_strict(part, whole) and not why_not_leave(part, to, own=True):
        assert not why_not_leave(whole, to, own=True)


@pytest.mark.parametrize("write", WRITERS)
def test_nothing_is_nothing(write: Callable[[Known, Edge, str], bytes | None]) -> None:
    """An incident of which no version has come gives no bytes."""
    sighting: tuple[tuple[Sighting, str], ...] = ((_sighting(GREEN, "x"), "south"),)
    found = known(incident(owner="south"), others=sighting)
    bare = changed(found, versions=())
    assert write(bare, edge(), "south") is None
