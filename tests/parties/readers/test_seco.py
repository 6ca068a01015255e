"""The Swiss list: identities, composed names, spellings, places, papers, relations and days."""

from datetime import date
from itertools import product

import pytest
from lxml import etree
from tests.parties.readers.made_names import Maker
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import Identifier, ListedParty, Tie

TARGETS = 400
PROGRAMMES = """
<sanctions-program ssid="20" version-date="2026-05-21">
  <program-key lang="ger">Musterland</program-key><program-key lang="eng">Sampleland</program-key>
  <program-name lang="eng">Ordinance of 1 May 2016 on measures against Sampleland</program-name>
  <sanctions-set ssid="21" lang="eng">article 12 -- Restrictions on individuals</sanctions-set>
  <sanctions-set ssid="22" lang="eng">article 16 -- Restrictions on the money and capital market
  </sanctions-set>
  <origin>EU</origin>
</sanctions-program>
"""


def file(targets: str, more: str = "", kind: str = "whole-list") -> ListFile:
    """Make a list of targets."""
    head = f'<swiss-sanctions-list list-type="{kind}" date="2026-08-27">'
    text = f"<?xml version='1.0'?>{head}{PROGRAMMES}{targets}{more}</swiss-sanctions-list>"
    return ListFile(name="seco.xml", content=text.encode())


def read(held: ListFile) -> tuple[list[ListedParty], list[EntryRefusal]]:
    """Read a list."""
    items = list(list_readers()[find_format([held])]([held]))
    parties = [item for item in items if isinstance(item, ListedParty)]
    return parties, [item for item in items if isinstance(item, EntryRefusal)]


def made_name(maker: Maker, kind: str, *, person: bool) -> str:
    """Make a name of several parts, with spellings."""
    words = maker.person() if person else (maker.firm(),)
    types = ("given-name", "family-name") if person else ("whole-name",)
    parts = []
    for order, (word, part) in enumerate(zip(words, types, strict=True), 1):
        spelt = ""
        if maker.often(0.3):
            for _ in range(maker.count(1, 2)):
                spelt += f'<spelling-variant lang="eng" script="LATN">{word}e{maker.word()}'
                spelt += "</spelling-variant>"
        if maker.often(0.3):
            spelt += f'<spelling-variant lang="RUS" script="CYRL">{maker.cyrillic()}'
            spelt += "</spelling-variant>"
        value = f"<value>{word}</value>{spelt}"
        parts.append(f'<name-part order="{order}" name-part-type="{part}">{value}</name-part>')
    if person and maker.often(0.2):
        title = "<value>Colonel</value>"
        parts.append(f'<name-part order="0" name-part-type="title">{title}</name-part>')
    low = maker.pick("good", "low")
    return f'<name name-type="{kind}" quality="{low}">{"".join(parts)}</name>'


def made_identity(maker: Maker, *, main: bool, person: bool) -> str:
    """Make an identity."""
    kinds = ["primary-name", *("alias" for _ in range(maker.count(0, 2)))]
    kinds += ["formerly-known-as"] if maker.often(0.2) else []
    parts = [made_name(maker, kind, person=person) for kind in kinds]
    if maker.often(0.6):
        day = maker.day()
        parts.append(
            f'<day-month-year day="{day.day}" month="{day.month}" year="{day.year}" '
            'calendar="Gregorian" quality="good"/>'
        )
    if maker.often(0.5):
        parts.append('<nationality><country iso-code="BY">Belarus</country></nationality>')
    if maker.often(0.5):
        box = f"<address-details>{maker.word()} 1</address-details>"
        postcode = f"<zip-code>{maker.number(5)}</zip-code>"
        parts.append(f'<address place-id="{maker.count(1, 9)}">{box}{postcode}</address>')
    if person and maker.often(0.5):
        parts.append(f'<place-of-birth place-id="{maker.count(1, 9)}"/>')
    if person and maker.often(0.4):
        issuer = '<issuer iso-code="BY">Belarus</issuer>'
        number = f"<number>{maker.pick('A', 'B')}{maker.number()}</number>"
        paper = f'<identification-document document-type="passport">{number}{issuer}'
        parts.append(f"{paper}</identification-document>")
    return f'<identity main="{str(main).lower()}">{"".join(parts)}</identity>'


def made_target(maker: Maker, number: int) -> str:
    """Make a target with one or two identities, of which the second may stand first."""
    subject = maker.pick("individual", "individual", "entity", "object")
    person = subject == "individual"
    identities = [
        made_identity(maker, main=not at, person=person) for at in range(maker.count(1, 2))
    ]
    if maker.often(0.5):
        identities.reverse()
    others = f"<justification>Reason {number}.</justification>"
    if maker.often(0.3):
        others += f'<relation target-id="{maker.count(1, TARGETS)}" relation-type="related-to"/>'
    changes = [("listed", maker.day())]
    if maker.often(0.4):
        changes.append(("amended", maker.day()))
    if maker.often(0.2):
        changes.append(("de-listed", date(2020, 1, maker.count(1, 28))))
    copy = f"<{subject}>{identities[0]}</{subject}>"
    earlier = f"<added><target ssid='{number}'>{copy}</target></added>"
    mods = "".join(
        f'<modification modification-type="{kind}" effective-date="{day}">{earlier}</modification>'
        for kind, day in reversed(changes)
    )
    extra = ' object-type="vessel"' if subject == "object" else ""
    body = f"<{subject}{extra}>{''.join(identities)}{others}</{subject}>"
    sets = f"<sanctions-set-id>{maker.pick('21', '22')}</sanctions-set-id>"
    return f'<target ssid="{number}">{sets}{body}{mods}</target>'


def made_list(seed: int = 27) -> ListFile:
    """Make a list of 400 targets; the places follow them."""
    maker = Maker(seed)
    targets = "".join(made_target(maker, number) for number in range(1, TARGETS + 1))
    places = "".join(
        f'<place ssid="{number}"><location>{maker.word()}</location><area>{maker.word()}</area>'
        '<country iso-code="BY">Belarus</country></place>'
        for number in range(1, 10)
    )
    return file(targets, places)


def spelt_names(name: etree._Element) -> set[str]:
    """Compose the names of an element: as written, and in each language and script."""
    parts = [
        part
        for part in sorted(name.findall("name-part"), key=lambda part: int(part.get("order")))
        if part.get("name-part-type") != "title"
    ]
    found = {" ".join(part.findtext("value") for part in parts)}
    for script in ("LATN", "CYRL"):
        options = [
            [each.text for each in part.findall(f"spelling-variant[@script='{script}']")]
            or [part.findtext("value")]
            for part in parts
        ]
        if any(part.find(f"spelling-variant[@script='{script}']") is not None for part in parts):
            found |= {" ".join(words) for words in product(*options)}
    return found


def test_each_field_is_that_of_another_parser() -> None:
    """Names, births, places, papers, relations and days of 400 targets, read by lxml."""
    held = made_list()
    parties, refusals = read(held)
    assert refusals == []
    root = etree.fromstring(held.content)
    places = {each.get("ssid"): each for each in root.findall("place")}
    targets = root.findall("target")
    assert [party.id for party in parties] == [target.get("ssid") for target in targets]
    assert len(targets) == TARGETS
    for party, target in zip(parties, targets, strict=True):
        subject = next(
            target.find(tag)
            for tag in ("individual", "entity", "object")
            if target.find(tag) is not None
        )
        kinds = {"individual": "person", "entity": "organisation", "object": "vessel"}
        assert party.kind == kinds[subject.tag]
        names = [spelt_names(each) for each in subject.findall("identity/name")]
        assert {each.text for each in party.names} == set().union(*names)
        (main,) = subject.findall("identity[@main='true']")
        first = main.find("name[@name-type='primary-name']")
        if first.get("quality") == "good":
            assert party.names[0].text in spelt_names(first)
        births = [
            date(*(int(day.get(part)) for part in ("year", "month", "day"))).isoformat()
            for day in subject.findall("identity/day-month-year")
        ]
        person = party.kind == "person"
        assert sorted(party.births) == (sorted(set(births)) if person else [])
        assert all(person or f"founded: {birth}" in party.note for birth in births)
        assert (party.countries == ("BY",)) == bool(subject.findall("identity/nationality"))
        lived = {each.get("place-id") for each in subject.findall("identity/address")}
        assert {address.city for address in party.addresses} == {
            places[each].findtext("location") for each in lived
        }
        zips = {each.text for each in subject.findall("identity/address/zip-code")}
        assert {address.postcode for address in party.addresses} == zips
        born = {each.get("place-id") for each in subject.findall("identity/place-of-birth")}
        assert set(party.birthplaces) == {
            ", ".join([*(places[at].findtext(part) for part in ("location", "area")), "Belarus"])
            for at in born
        }
        papers = {each.text for each in subject.findall(".//number")}
        assert {each.value for each in party.identifiers} == papers
        assert all(each.country == "BY" for each in party.identifiers)
        ties = {each.get("target-id") for each in subject.findall("relation")}
        assert {tie.party for tie in party.ties} == ties
        changes = [
            (each.get("effective-date"), each.get("modification-type"))
            for each in target.findall("modification")
        ]
        gone = [day for day, kind in changes if kind == "de-listed"]
        assert str(party.delisted or "") == "".join(gone)
        assert str(party.listed) == min(day for day, kind in changes if kind != "de-listed")
        assert party.basis == subject.findtext("justification")
        assert party.programmes[0].startswith("Sampleland, article 1")


TARGET = """
<target ssid="7"><sanctions-set-id>21</sanctions-set-id><foreign-identifier>140</foreign-identifier>
<individual sex="male"><identity main="true">
  <name name-type="primary-name" quality="good">
    <name-part order="2" name-part-type="given-name"><value>Obrazets</value></name-part>
    <name-part order="1" name-part-type="family-name"><value>Primerov</value>
      <spelling-variant lang="RUS" script="CYRL">Примеров</spelling-variant></name-part>
    <name-part order="3" name-part-type="title"><value>Colonel</value></name-part></name>
  <name name-type="alias" quality="low">
    <name-part order="1" name-part-type="whole-name"><value>Primo</value></name-part></name>
  <name name-type="formerly-known-as">
    <name-part order="1" name-part-type="whole-name"><value>Vzorov</value></name-part></name>
  <day-month-year year="1960" quality="low"/>
  <identification-document document-type="diplomatic-passport"><number>D1234567</number>
    <issuer iso-code="RU">Russia</issuer><expiry-date>2030-01-01</expiry-date>
  </identification-document>
</identity>
<other-information>SWIFT/BIC: ABCDRUMM; IMO number of the vessel: 9387803.</other-information>
<relation target-id="8" relation-type="related-to"/><shoe-size>42</shoe-size></individual>
<modification modification-type="amended" effective-date="2025-06-03"/>
<modification modification-type="de-listed" effective-date="2025-06-20"/>
<modification modification-type="listed" publication-date="2014-03-21"/></target>
"""


def test_an_entry_is_read_with_all_that_belongs_to_it() -> None:
    """Kinds of names, an approximate year, a paper, a bank code; the latest change decides."""
    (party,), refusals = read(file(TARGET))
    assert [(each.text, each.kind, each.language) for each in party.names] == [
        ("Primerov Obrazets", "primary", ""),
        ("Примеров Obrazets", "alias", "ru"),
        ("Primo", "weak alias", ""),
        ("Vzorov", "former", ""),
    ]
    assert (party.births, party.births_about) == (("1960",), True)
    assert party.identifiers == (
        Identifier(scheme="passport", value="D1234567", country="RU"),
        Identifier(scheme="SWIFT", value="ABCDRUMM"),
    )
    assert party.ties == (Tie(kind="linked-to", party="8"),)
    assert (str(party.listed), str(party.delisted)) == ("2014-03-21", "2025-06-20")
    assert party.source == "Ordinance of 1 May 2016 on measures against Sampleland"
    for said in ("title: Colonel", "sex: male", "foreign identifier: 140", "9387803", "2030-01-01"):
        assert said in party.note
    assert [(each.code, each.value, each.kept) for each in refusals] == [
        ("parties/element-not-read", "individual/shoe-size", True)
    ]


def test_an_entry_that_is_listed_again_is_in_force() -> None:
    """Only the days since the last listing count."""
    again = '<modification modification-type="listed" effective-date="2026-02-01"/>'
    (party,), _ = read(file(TARGET.replace("</target>", f"{again}</target>")))
    assert (str(party.listed), party.delisted) == ("2026-02-01", None)


def test_spellings_of_many_parts_are_limited_and_reported() -> None:
    """Four parts of four spellings would be 256 names."""
    spelt = "".join(f'<spelling-variant script="LATN">S{n}</spelling-variant>' for n in range(4))
    parts = "".join(
        f'<name-part order="{n}" name-part-type="given-name"><value>V{n}</value>{spelt}</name-part>'
        for n in range(4)
    )
    name = f'<identity main="true"><name name-type="primary-name">{parts}</name></identity>'
    (party,), refusals = read(file(f'<target ssid="1"><entity>{name}</entity></target>'))
    assert len(party.names) == 33
    assert [each.code for each in refusals] == ["parties/too-many-spellings"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ('<target ssid="1"/>', "parties/target-without-subject"),
        ('<target ssid="1"><entity/></target>', "parties/entry-unnamed"),
        (
            TARGET.replace(">21<", ">99<").replace("shoe-size", "relation"),
            "parties/programme-not-in-list",
        ),
    ],
)
def test_what_is_not_whole_is_refused(target: str, code: str) -> None:
    """Nothing is dropped silently."""
    _, refusals = read(file(target))
    assert [each.code for each in refusals] == [code]


def test_an_excerpt_of_the_list_is_refused() -> None:
    """An entry that is missing would look de-listed."""
    with raises("parties/not-the-whole-list", kind="delta"):
        read(file(TARGET, kind="delta"))


def test_the_list_is_known_by_its_format() -> None:
    """No slug is needed."""
    found = read_list([made_list()], load_definitions())
    assert (found.definition.slug, str(found.header.dated)) == ("ch-seco", "2026-08-27")
    frozen = {party.action for party in found.parties if "article 12" in party.programmes[0]}
    other = {party.action for party in found.parties if "article 16" in party.programmes[0]}
    assert (frozen, other) == ({"blocked"}, {"restricted"})
