"""Ukraine's list of persons connected with terrorism, beside another parse of 300 entries."""

from lxml import etree
from tests.parties.readers.made_names import Maker

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import check_whole, read_list
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.types import ListedParty

ENTRIES = 300


def tag(name: str, text: str) -> str:
    """Write an element."""
    return f"<{name}>{text}</{name}>" if text else f"<{name}/>"


def made_list(codec: str = "utf-8") -> bytes:
    """Make a list of 300 entries."""
    maker = Maker(27)
    entries = []
    for number in range(1, ENTRIES + 1):
        person = maker.often(0.7)
        parts = tag("number-entry", str(number)) + tag("type-entry", "2" if person else "1")
        parts += tag("program-entry", "1267") + tag("date-entry", f"{maker.day():%Y%m%d}")
        for category in ("", "", *(maker.pick("aka", "fka") for _ in range(maker.count(0, 3)))):
            names = maker.person() if person else (maker.firm(),)
            names = names if category or "aka-list" not in parts else (maker.cyrillic(),)
            shown = "".join(tag(f"aka-name{at}", name) for at, name in enumerate(names, 1))
            weak = maker.pick("1", "2") if category else ""
            held = shown + (
                tag("category-aka", category) + tag("quality-aka", weak) if category else ""
            )
            parts += tag("aka-list", held)
        if person:
            parts += tag(
                "date-of-birth-list", "; ".join(f"{maker.day():%d.%m.%Y}" for _ in range(2))
            )
            parts += tag("nationality-list", "Iran")
            parts += tag("document-list", tag("document-id", maker.number()))
        parts += tag("address-list", tag("address", f"{maker.word()}; {maker.word()}"))
        entries.append(tag("acount-list", parts))
    head = tag("count-record", str(ENTRIES)) + tag("date-ver-list", "20261120")
    first = f"<?xml version='1.0' encoding='{codec}'?>"
    return f"{first}<list-terror>{head}{''.join(entries)}</list-terror>".encode(codec)


def test_each_field_is_that_of_another_parser() -> None:
    """Names and their kinds, births, papers, addresses and days, in the encoding of the list."""
    held = ListFile(name="BlackListFull.xml", content=made_list("windows-1251"))
    assert find_format([held]) == "sfms-xml"
    header, *items = list_readers()["sfms-xml"]([held])
    assert isinstance(header, ListHeader)
    assert (str(header.dated), header.entries) == ("2026-11-20", ENTRIES)
    parties = [item for item in items if isinstance(item, ListedParty)]
    assert len(items) == len(parties) == ENTRIES
    for party, own in zip(
        parties, etree.fromstring(held.content).findall("acount-list"), strict=True
    ):
        names = [
            " ".join(each.text for each in name if each.tag.startswith("aka-name"))
            for name in own.findall("aka-list")
        ]
        assert [each.text for each in party.names] == names
        former = [name.findtext("category-aka") == "fka" for name in own.findall("aka-list")]
        weak = [name.findtext("quality-aka") == "2" for name in own.findall("aka-list")]
        for each, is_former, is_weak in zip(party.names, former, weak, strict=True):
            assert (each.kind == "weak alias") == is_weak
            assert (each.kind == "former") == (is_former and not is_weak)
        assert party.kind == ("person" if own.findtext("type-entry") == "2" else "organisation")
        born = (own.findtext("date-of-birth-list") or "").split("; ")
        dates = {"-".join(reversed(day.split("."))) for day in born if day}
        assert set(party.births) == dates
        numbers = [each.text for each in own.iterfind("document-list/document-id")]
        assert [each.value for each in party.identifiers] == numbers
        places = own.findtext("address-list/address").split("; ")
        assert [each.text for each in party.addresses] == list(dict.fromkeys(places))
        assert f"{party.listed:%Y%m%d}" == own.findtext("date-entry")


def test_the_list_says_how_many_entries_it_has() -> None:
    """A list with fewer is not whole; an unknown element is counted."""
    content = made_list().replace(b"<type-entry>2", b"<shoe-size>42</shoe-size><type-entry>2", 1)
    read = read_list([ListFile(name="a.xml", content=content)], load_definitions())
    check_whole(read)
    (refusal,) = read.refusals
    assert isinstance(refusal, EntryRefusal)
    assert (read.definition.slug, refusal.code, refusal.value) == (
        "ua-sfms",
        "parties/column-not-read",
        "shoe-size",
    )
