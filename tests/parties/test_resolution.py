"""Resolution: which parties are one, why, and the effect of new data and decisions."""

import random
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.parties.resolution import (
    Collector,
    Entity,
    Judgement,
    Link,
    Member,
    Sighting,
    Written,
    id_of,
    resolve,
)
from tidewaiter.parties.resolution.scoring import resolution_rules
from tidewaiter.parties.resolution.types import Verdict

NAMES = (
    "Ornek Kimya AS",
    "ORNEK KIMYA A.S.",
    "Ornek Kimia",
    "Voorbeeld Handel BV",
    "VOORBEELD HANDEL",
    "Ejemplo Quimica SA de CV",
    "Ejemplo Quimica c/o Sample Forwarding Inc",
    "",
)
ADDRESSES = (
    "",
    "Rm 301, No. 12 Keji Road, Shenzhen",
    "12 Keji Rd, Shenzhen, TEL +86 755 2671 2345",
    "Kerkstraat 5, Rotterdam, info@voorbeeld-handel.nl",
    "tel +31 10 123 4567",
)
NUMBERS = (
    ("", ""),
    ("LEI", "5493001KJTIIGC8Y1R12"),
    ("LEI", "529900T8BM49AURSDO55"),
    ("tax", "40817263"),
)
PARTIES = st.builds(
    lambda name, address, country, number: Written(
        name=name, address=address, country=country, id_scheme=number[0], id=number[1]
    ),
    st.sampled_from(NAMES),
    st.sampled_from(ADDRESSES),
    st.sampled_from(("", "CN", "NL")),
    st.sampled_from(NUMBERS),
)
LISTS = st.lists(PARTIES, max_size=12)


def members_of(parties: Iterable[Written], earlier: Iterable[Entity] = ()) -> list[Member]:
    """Collect parties, as if each were in a row of one file."""
    collector = Collector()
    collector.add_earlier(earlier)
    sightings = [Sighting(written=each, row=row) for row, each in enumerate(parties, 1)]
    collector.add_file("made.csv", f"{random.random()}")(sightings)
    return collector.members()


def parts(entities: Iterable[Entity]) -> set[frozenset[str]]:
    """Return the partition of members."""
    return {frozenset(member.id for member in entity.members) for entity in entities}


def link_of(first: Written, second: Written) -> Link | None:
    """Return the link of two parties, if they come near each other."""
    return next(iter(resolve(members_of([first, second])).links), None)


def judge(first: Written, second: Written, verdict: Verdict) -> Judgement:
    """Make a judgement."""
    return Judgement(
        a=id_of(first),
        b=id_of(second),
        verdict=verdict,
        who="A. Officer",
        when="2026-11-25T10:00:00+00:00",
        why="the licence",
    )


def joined(first: Written, second: Written, *said: Judgement) -> bool:
    """Return whether two parties are one entity."""
    return len(resolve(members_of([first, second]), said).entities) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Ornek Kimya AS", "", "TR"), ("ORNEK KIMYA A.S.", "", "TR")),
        (("Ornek Kimya AS", "Liman Cd 5, Izmir", "TR"), ("Ornek Kimiya", "5 Liman, Izmir", "")),
        (
            ("Shenzhen Ornek Group Co., Ltd.", "Rm 301, 3/F, 12 Keji Rd, Nanshan, Shenzhen", "CN"),
            ("Shenzhen Ornek", "12 Keji Lu, Nanshan Qu, Shenzhen", "CN"),
        ),
        (
            ("深圳市振业集团股份有限公司", "深圳市南山区科技路12号3楼301室", "CN"),
            ("Shenzhen Zhenye Group", "Rm 301, 3/F, 12 Keji Road, Nanshan, Shenzhen", "CN"),
        ),
        (
            ("Sunrise Trading", "Tel. 0755-2671 2345", "CN"),
            ("Sunrise Trdg Co Ltd", "phone +86 755 26712345", ""),
        ),
        (("Ornek Kimya t/a Sample Paints", "", "TR"), ("Sample Paints Ltd", "", "TR")),
    ],
)
def test_one_party_in_two_spellings(
    first: tuple[str, str, str], second: tuple[str, str, str]
) -> None:
    """What trade writes in two ways is one entity."""
    one, other = (Written(name=n, address=a, country=c) for n, a, c in (first, second))
    assert joined(one, other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Ornek Kimya AS", "", "TR"), ("Ornek Kimya AS", "", "NL")),
        (("Ornek Kimya AS", "Liman 5, Izmir", "TR"), ("Ornek Kimya AS", "Deniz 9, Adana", "TR")),
        (("Ornek Kimya AS", "", "TR"), ("Ornek Boya AS", "", "TR")),
        (("Alpha Chem", "TEL +44 20 7946 0018", ""), ("Beta Foods", "TEL +44 20 7946 0018", "")),
        (("General Trading", "", "AE"), ("General Trading", "", "AE")),
        (("", "12 Keji Rd, Shenzhen", "CN"), ("", "12 Keji Road, Shenzhen", "CN")),
        (("Li Wei", "", "CN"), ("Li Wei", "12 Keji Road, Shenzhen", "CN")),
    ],
)
def test_two_parties_stay_two(first: tuple[str, str, str], second: tuple[str, str, str]) -> None:
    """A common name, a shared telephone or a shared house alone links no parties."""
    one, other = (Written(name=n, address=a, country=c) for n, a, c in (first, second))
    if one == other:
        other = Written(name=f"{other.name}.", address=other.address, country=other.country)
    assert not joined(one, other)


def test_the_points_of_a_link_add_up_and_each_reason_is_a_rule() -> None:
    """A link states its evidence, and its sum is that of its reasons."""
    first = Written(name="Ornek Kimya AS", address="Liman Cd 5, Izmir, info@ornek.tr", country="TR")
    second = Written(name="Ornek Kimia", address="5 Liman Cd Izmir; info@ornek.tr", country="TR")
    link = link_of(first, second)
    assert link is not None
    assert link.outcome == "joined"
    assert link.points == sum(reason.points for reason in link.reasons)
    rules = {reason.rule for reason in link.reasons}
    assert {"name-alike", "building", "email"} <= rules <= set(resolution_rules().points)


def test_a_forwarder_joins_nobody() -> None:
    """A telephone of more names than the limit is a hub: told, and worth nothing."""
    phone = "c 12, TEL +852 2345 6789"
    limit = resolution_rules().hubs["phone"]
    words = ("Ornek", "Voorbeeld", "Ejemplo", "Muster", "Exemple", "Esempio")
    firms = [Written(name=f"{word} Goods", address=phone, country="HK") for word in words]
    assert len(firms) > limit
    near = Written(name="Ornek", address=phone, country="HK")
    assert joined(firms[0], near)  # where the two alone have the telephone, it counts
    entities = resolve(members_of([*firms, near])).entities
    assert len(entities) == len(firms) + 1
    said = judge(firms[0], near, "not same")  # a link that a person judged is always shown
    (link,) = (each for each in resolve(members_of([*firms, near]), [said]).links if each.note)
    (shared,) = (reason for reason in link.reasons if reason.rule == "phone")
    assert shared.points == 0
    assert "joins nobody" in shared.text


def test_two_numbers_with_right_check_digits_are_two_parties() -> None:
    """Members with two LEIs never come into one entity, whatever stands between them."""
    leis = ("5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55")
    ends = [Written(name="Ornek Kimya AS", country="TR", id_scheme="LEI", id=lei) for lei in leis]
    between = Written(name="ORNEK KIMYA", country="TR")
    found = resolve(members_of([*ends, between]))
    assert len(found.entities) == 2
    assert any(link.outcome == "barred" and "LEI" in link.note for link in found.links)


@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter(
    parties: list[Written], chance: random.Random
) -> None:
    """Entities and links are the same in whatever order parties come."""
    mixed = parties[:]
    chance.shuffle(mixed)
    one, other = resolve(members_of(parties)), resolve(members_of(mixed))
    assert parts(one.entities) == parts(other.entities)
    assert list(one.links) == list(other.links)
    assert [entity.id for entity in one.entities] == [entity.id for entity in other.entities]


@given(LISTS, LISTS)
def test_data_in_two_parts_gives_what_all_at_once_gives(
    first: list[Written], second: list[Written]
) -> None:
    """Going on from earlier entities finds the partition of all data."""
    before = resolve(members_of(first)).entities
    after = resolve(members_of(second, before), earlier=before).entities
    assert parts(after) == parts(resolve(members_of([*first, *second])).entities)


@given(LISTS, LISTS)
def test_ids_are_kept_and_what_changes_is_told(first: list[Written], second: list[Written]) -> None:
    """An id lives on, or the entity that took its members over tells it; ids are unique."""
    before = resolve(members_of(first)).entities
    after = resolve(members_of(second, before), earlier=before).entities
    ids = [entity.id for entity in after]
    assert len(set(ids)) == len(ids)
    told = {old for entity in after for old in entity.earlier}
    assert {entity.id for entity in before} <= set(ids) | told
    now = {member.id: entity for entity in after for member in entity.members}
    for entity in before:
        homes = {now[member.id].id for member in entity.members}
        if len(homes) > 1:
            assert all(now[m.id].change in {"split", "merged"} for m in entity.members)
    for entity in after if before else ():
        if entity.change == "":
            (old,) = (each for each in before if each.id == entity.id)
            assert parts([old]) == parts([entity])


def test_an_entity_that_grows_keeps_its_id() -> None:
    """The id is not that of the first member by number, but the one that was given."""
    first = [Written(name="Ornek Kimya AS", country="TR")]
    before = resolve(members_of(first)).entities
    others = [Written(name=f"ORNEK KIMYA{' ' * n}A.S.", country="TR") for n in range(1, 9)]
    (after,) = resolve(members_of(others, before), earlier=before).entities
    assert after.id == before[0].id
    assert after.change == "grown"
    assert after.lines == 9


@given(LISTS, st.data())
@settings(deadline=None)
def test_judgements_override_and_can_be_taken_back(
    parties: list[Written], data: st.DataObject
) -> None:
    """The same joins, not the same parts, and undecided leaves what was there before."""
    members = members_of(parties)
    if len(members) < 2:
        return
    pair = data.draw(
        st.lists(st.sampled_from(members), min_size=2, max_size=2, unique_by=lambda m: m.id)
    )
    one, other = (member.written for member in pair)
    plain = parts(resolve(members).entities)
    for verdict in ("same", "not same"):
        found = parts(resolve(members, [judge(one, other, verdict)]).entities)
        together = any({id_of(one), id_of(other)} <= part for part in found)
        assert together == (verdict == "same")
        back = [judge(one, other, verdict), judge(other, one, "undecided")]
        assert parts(resolve(members, back).entities) == plain


def test_judgements_that_contradict_each_other_are_refused() -> None:
    """A and B the same, B and C the same, A and C not: one decision must be undone."""
    a, b, c = (Written(name=f"{word} Goods") for word in ("Ornek", "Muster", "Ejemplo"))
    said = [judge(a, b, "same"), judge(b, c, "same"), judge(a, c, "not same")]
    with raises("parties/judgements-contradict") as caught:
        resolve(members_of([a, b, c]), said)
    assert id_of(a) in str(caught.value)
    assert "--undecided" in str(caught.value)


def test_the_same_bytes_are_not_counted_twice() -> None:
    """A file that the earlier entities hold, or that was named before, is refused."""
    collector = Collector()
    collector.add_file("a.csv", "1")([Sighting(written=Written(name="Ornek"), row=1)])
    again = Collector()
    again.add_earlier(resolve(collector.members()).entities)
    for held in (collector, again):
        with raises("parties/file-with-same-parties"):
            held.add_file("b.csv", "1")


def test_a_large_block_leaves_nobody_out() -> None:
    """A party written in more ways than a block compares in full is one entity all the same."""
    parties: Sequence[Written] = [
        Written(name="Ornek Kimya AS", address=f"Liman Cd 5, Izmir {row:05}", country="TR")
        for row in range(300)
    ]
    assert len(resolve(members_of(parties)).entities) == 1
