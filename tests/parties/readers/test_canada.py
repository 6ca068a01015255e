"""Canada's list: several names in one element, and names in two languages."""

import re
from xml.sax.saxutils import escape

import pytest
from lxml import etree
from tests.parties.readers.made_names import Maker

from tidewaiter.base.archives import ListFile
from tidewaiter.parties.readers import list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty

RECORDS = 600


def made_list(seed: int = 27) -> bytes:
    """Make a list in the layout of 2020 and 2026, with names that hold no separator."""
    maker = Maker(seed)
    records = []
    for number in range(1, RECORDS + 1):
        parts = {"Country": maker.pick("Russia / Russie", "Iran"), "Schedule": "1, Part 1"}
        parts["Item"] = str(number)
        person = maker.often(0.6)
        if person:
            parts["GivenName"], parts["LastName"] = maker.person()
            if maker.often(0.7):
                title = maker.pick("DateOfBirth", "DateOfBirthOrShipBuildDate")
                parts[title] = maker.day().isoformat()
        else:
            title = maker.pick("Entity", "EntityOrShip")
            french = f"/{maker.pick('Banque', 'Ministère')} {maker.word()} d'{maker.word()}"
            parts[title] = maker.firm() + (french if maker.often(0.3) else "")
        if maker.often(0.5):
            make = maker.full_name if person else maker.firm
            mark = maker.pick(", ", "; ")
            parts["Aliases"] = mark.join(make() for _ in range(maker.count(1, 5)))
            if maker.often(0.4):
                parts["Aliases"] += f", Russian: {maker.cyrillic()}, Belarusian: {maker.cyrillic()}"
        if maker.often(0.8):
            parts["DateOfListing"] = maker.day().isoformat()
        fields = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in parts.items())
        records.append(f"<record>{fields}</record>")
    return f"<data-set>{''.join(records)}</data-set>".encode()


def test_each_field_is_that_of_another_parser() -> None:
    """Names, aliases, dates and schedules of 600 records, read by lxml and split by hand."""
    content = made_list()
    items = list(list_readers()["ca-xml"]([ListFile(name="sema-lmes.xml", content=content)]))
    parties = [item for item in items if isinstance(item, ListedParty)]
    assert not [item for item in items if isinstance(item, EntryRefusal)]
    records = etree.fromstring(content).findall("record")
    assert len(parties) == len(records) == RECORDS
    for party, record in zip(parties, records, strict=True):
        own = {part.tag: part.text for part in record}
        firm = own.get("Entity") or own.get("EntityOrShip") or ""
        name = f"{own.get('GivenName')} {own.get('LastName')}" if "LastName" in own else firm
        said = re.sub(r"(?:Russian|Belarusian): ", "", own.get("Aliases", ""))
        expected = [*name.split("/"), *re.split("[,;] ", said)]
        assert [each.text for each in party.names] == list(filter(None, expected))
        assert party.kind == ("person" if "LastName" in own else "organisation")
        born = own.get("DateOfBirth") or own.get("DateOfBirthOrShipBuildDate")
        assert party.births == ((born,) if born else ())
        assert (str(party.listed) if party.listed else None) == own.get("DateOfListing")
        assert party.programmes == (own["Country"],)
        languages = [each.language for each in party.names if not each.text.isascii()]
        assert {"ru", "be"} >= {each for each in languages if each}


@pytest.mark.parametrize(
    ("aliases", "names"),
    [
        (
            "Primer Holdings Pte. Ltd., Primer Limited",
            ["Primer Holdings Pte. Ltd.", "Primer Limited"],
        ),
        (
            "Obraz Investment and Commercial Bank, Sample Investment and Commercial Bank",
            ["Obraz Investment and Commercial Bank", "Sample Investment and Commercial Bank"],
        ),
        (
            'ОАО Пример (Russian: Открытое общество "Пример-Банк"/ ОАО "Пример-Банк")',
            ["ОАО Пример", 'Открытое общество "Пример-Банк"', 'ОАО "Пример-Банк"'],
        ),
        (
            "Адкрытае таварыства «Прыклад» (ААТ «Прыклад»)",
            ["Адкрытае таварыства «Прыклад»", "ААТ «Прыклад»"],
        ),
        ("Primer (a.k.a. Sample Bank; SB Sample)", ["Primer", "Sample Bank", "SB Sample"]),
        ("ALIAS: Sample Trading", ["Sample Trading"]),
        ("Primer Mills (East Bi/West Pi Works)", ["Primer Mills (East Bi/West Pi Works)"]),
        ("PMRT/ORTS", ["PMRT/ORTS"]),
        ("Primer Ministry/Ministère du Primer", ["Primer Ministry", "Ministère du Primer"]),
    ],
)
def test_an_element_with_several_names_is_split(aliases: str, names: list[str]) -> None:
    """Layouts seen in the list of 2020, and of 2026 as third parties show it."""
    parts = f"<Schedule>1</Schedule><Item>1</Item><Entity>Q</Entity><Aliases>{escape(aliases)}"
    content = f"<data-set><record>{parts}</Aliases></record></data-set>".encode()
    file = ListFile(name="a.xml", content=content)
    (party,) = (item for item in list_readers()["ca-xml"]([file]) if isinstance(item, ListedParty))
    assert [each.text for each in party.names] == ["Q", *names]
