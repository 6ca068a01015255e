"""Shell-company signs: their evidence; a country alone is never one."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.parties.resolution import (
    Collector,
    Entity,
    Sighting,
    Written,
    find_signs,
    resolve,
)
from tidewaiter.parties.resolution.shell_signs import sign_rules

ROOM = "Room 5, 12 Keji Road, Shenzhen"


def signed(*parties: tuple[str, str, str]) -> dict[str, Entity]:
    """Return the entities of parties with different names, with their signs."""
    return {each.name: each for each in all_signed(*parties)}


def all_signed(*parties: tuple[str, str, str]) -> list[Entity]:
    """Resolve parties of name, address and country; return the entities with their signs."""
    collector = Collector()
    written = [Written(name=n, address=a, country=c) for n, a, c in parties]
    collector.add_file("made.csv", "0")(
        Sighting(written=each, row=row) for row, each in enumerate(written, 1)
    )
    found = resolve(collector.members())
    return list(find_signs(found.entities, found.reads))


def rules(entities: Iterable[Entity]) -> dict[str, set[str]]:
    """Return the signs of each entity."""
    return {entity.name: {sign.rule for sign in entity.signs} for entity in entities}


def test_a_room_of_many_names_is_a_sign_for_each() -> None:
    """Three firms of one room: each gets the two others, with the source of the flag."""
    found = signed(
        ("Alpha Chem", ROOM, "CN"), ("Beta Foods", ROOM, "CN"), ("Gamma Bio", ROOM, "CN")
    )
    for entity in found.values():
        (sign,) = entity.signs
        assert sign.rule == "address-shared"
        assert "FIN-2024-A002" in sign.source
        others = {each for each in found if each != entity.name}
        assert all(any(name in told for told in sign.evidence) for name in others)


def test_two_firms_in_a_room_or_in_the_care_of_another_are_no_sign() -> None:
    """Neither a shared office of two nor a forwarder's address counts."""
    assert rules(signed(("Alpha Chem", ROOM, "CN"), ("Beta Foods", ROOM, "CN")).values()) == {
        "Alpha Chem": set(),
        "Beta Foods": set(),
    }
    names = ("Alpha", "Beta", "Gamma", "Delta")
    cared = signed(*((f"{name} Ltd c/o Sample Forwarding", ROOM, "CN") for name in names))
    assert all(not entity.signs for entity in cared.values())


def test_a_telephone_shared_by_parties_that_seem_unrelated() -> None:
    """Not between firms of one name or of one domain, which seem related."""
    phone = "tel +44 20 7946 0018"
    found = rules(signed(("Alpha Chem", phone, "GB"), ("Beta Foods", phone, "GB")).values())
    assert found == {"Alpha Chem": {"phone-shared"}, "Beta Foods": {"phone-shared"}}
    related = signed(
        ("Alpha Chem", f"{phone}, a@alpha-group.com", "GB"),
        ("Beta Foods", f"{phone} b@alpha-group.com", "GB"),
    )
    assert rules(related.values()) == {"Alpha Chem": set(), "Beta Foods": set()}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("Flat 3, 12 Long Street, Leeds", {"residential"}),
        ("Flat 3, Kwun Tong Trade Centre, 12 Long Street", set()),
        ("深圳市南山区阳光小区3栋", {"residential"}),
        ("Virtual Office 12, 5 Long Street, Leeds", {"mailbox"}),
        ("P.O. Box 1234, Dubai", set()),
        ("12 Long Street, Leeds", set()),
        ("Villalobos 12, Monterrey", set()),
    ],
)
def test_words_of_dwellings_and_mailboxes(address: str, expected: set[str]) -> None:
    """Whole words, and none beside words of business."""
    assert rules(signed(("Alpha Chem", address, "GB")).values()) == {"Alpha Chem": expected}


def test_a_telephone_of_another_country() -> None:
    """Asked of all countries alike; places of one state are one country."""
    found = signed(
        ("Alpha Chem", "tel +86 755 2671 2345", "MX"),
        ("Beta Foods", "tel +44 20 7946 0018", "CN"),
        ("Gamma Bio", "tel +852 2345 6789", "CN"),
        ("Delta Paints", "tel +49 30 901820", "DE"),
    )
    assert rules(found.values()) == {
        "Alpha Chem": {"phone-elsewhere"},
        "Beta Foods": {"phone-elsewhere"},
        "Gamma Bio": set(),
        "Delta Paints": set(),
    }


PARTIES = st.lists(
    st.tuples(
        st.sampled_from(("Alpha Chem", "Beta Foods", "Gamma Bio", "Delta Paints", "Epsilon Toys")),
        st.sampled_from((ROOM, "Flat 3, 12 Long St", "PO Box 1, Port", "a@163.com", "12 Long St")),
    ),
    max_size=8,
)


@given(PARTIES, st.sampled_from(("CN", "MX", "AE", "DE", "US", "XX", "")))
def test_no_country_makes_a_sign_or_takes_one_away(
    parties: list[tuple[str, str]], country: str
) -> None:
    """The same parties in any country have the same signs."""
    here = all_signed(*((name, address, "NL") for name, address in parties))
    there = all_signed(*((name, address, country) for name, address in parties))
    if country:
        assert counted(here) == counted(there)
    alone = all_signed(*((name, "", country) for name, _ in parties))
    assert all(not entity.signs for entity in alone)


def counted(entities: Iterable[Entity]) -> Counter[tuple[str, tuple[str, ...]]]:
    """Count entities by name and signs."""
    return Counter((each.name, tuple(sign.rule for sign in each.signs)) for each in entities)


def test_every_sign_names_where_its_flag_was_read() -> None:
    """Each rule has the flag, the source and an address where it stands."""
    for name, rule in sign_rules().signs.items():
        assert rule.flag.startswith("FIN-"), name
        assert rule.url.startswith("https://"), name
        assert rule.least > 0, name
