"""Notices as XML: every field goes round, and nothing of an enemy comes in."""

import re
import time
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.exchange.notices.making import records
from tests.support.notices import NOTICE, Talk, changed

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.fields import fields_of, records_of
from tidewaiter.exchange.notices.types import Amount, Event, Notice, Permit, Queried
from tidewaiter.exchange.notices.xml import (
    MOST_BYTES,
    NAMESPACE,
    NoticeFile,
    read_xml,
    schema,
    write_xml,
)

XS = "{http://www.w3.org/2001/XMLSchema}"
PUBLISHED = Path(__file__).parents[2] / "data" / "exchange" / "notice-1.xsd"
FILE = NoticeFile(notice=NOTICE, events=tuple(Talk().events))


@settings(max_examples=150)
@given(records(Notice))
def test_every_notice_goes_round(notice: Notice) -> None:
    """Whatever fields it has, it is read as it was written."""
    file = NoticeFile(notice=notice)
    assert read_xml(write_xml(file), "n.xml") == file


@settings(max_examples=150)
@given(st.lists(records(Event), max_size=3))
def test_every_event_goes_round(events: list[Event]) -> None:
    """Replies, returns and all other events are read as they were written."""
    file = NoticeFile(notice=NOTICE, events=tuple(events))
    assert read_xml(write_xml(file), "n.xml") == file


def _elements(text: str) -> dict[str, list[tuple[str, bool, str]]]:
    """Return the elements of each type: the name, whether it is optional, and its type."""
    root = etree.fromstring(text.encode())
    found = {}
    for kind in root.iterfind(f"{XS}complexType"):
        found[kind.get("name", "")] = [
            (each.get("name", ""), each.get("minOccurs") == "0", _plain(each))
            for each in kind.iterfind(f"{XS}sequence/{XS}element")
        ]
    return found


def _plain(element: Any) -> str:
    """Return all that an element says, but for space between tags."""
    copy = etree.fromstring(etree.tostring(element))
    return re.sub(r">\s+<", "><", etree.tostring(copy, method="c14n").decode().strip())


def test_the_schema_takes_what_was_published() -> None:
    """Each element of version 1 is unchanged and in order; new ones are optional."""
    published, now = (_elements(text) for text in (PUBLISHED.read_text("utf-8"), schema()))
    for name, elements in published.items():
        assert [each for each in now[name] if each in elements] == elements, name
        assert all(may_lack for _, may_lack, _ in set(now[name]) - set(elements)), name


def test_the_schema_names_every_field() -> None:
    """Each field of each record is an element of it."""
    text = schema()
    for record in records_of(NoticeFile):
        assert f'name="{record.__name__}"' in text
        for field in fields_of(record):
            assert f'<xs:element name="{field.name}"' in text


def _document(inner: str, head: str = "") -> bytes:
    good = write_xml(NoticeFile(notice=NOTICE)).decode()
    return (head + good[good.index("<pre-export") :]).replace("DE-2026-0007", inner).encode()


ENTITIES = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
BOMB = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
    + "]>"
)
SCHEMA_HINT = (
    f'<pre-export-notification xmlns="{NAMESPACE}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd"/>'
)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (_document("&x;", ENTITIES), "exchange/xml-document-type"),
        (_document("&i;", BOMB), "exchange/xml-document-type"),
        (
            _document("x", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'),
            "exchange/xml-document-type",
        ),
        (_document("&undefined;"), "exchange/not-xml"),
        (SCHEMA_HINT.encode(), "exchange/xml-attributes"),
        (_document("x").replace(b"<notice>", b'<notice a="1">'), "exchange/xml-attributes"),
        (_document("x").decode().encode("utf-16"), "exchange/not-utf-8"),
        (b"\xff\xfe<", "exchange/not-utf-8"),
        (b"", "exchange/not-xml"),
        (b"<a>", "exchange/not-xml"),
        (b"<a/>", "exchange/not-a-notice"),
        (b"<" + b"a" * MOST_BYTES, "exchange/notice-too-large"),
        (b"<a>" * 10_000, "exchange/not-xml"),
        (_document("x").replace(b"<basis>treaty", b"<basis>because"), "because"),
        (_document("x").replace(b"800000000", b"9007199254740992"), "9007199254740992"),
        (_document("x").replace(b"2026-03-02", b"2026-03-02Z"), "2026-03-02Z"),
        (_document("x").replace(b"2026-03-02", b"2026-02-30"), "2026-02-30"),
        (
            _document("x")
            .replace(b"<language>", b"<extra/><language>")
            .replace(b"</notice>", b"<extra/></notice>"),
            "extra",
        ),
        (_document("x").replace(b"<name>Acetic", b"<name/><name>Acetic"), "name"),
    ],
)
def test_what_is_no_notice_is_refused_at_once(raw: bytes, word: str) -> None:
    """Each with its place and a hint, and in no time."""
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        read_xml(raw, "n.xml")
    assert time.process_time() - begun < 2
    assert word == caught.value.code or word in caught.value.message
    assert caught.value.at.startswith("n.xml")
    assert caught.value.hint


def test_comments_and_instructions_are_passed_over() -> None:
    """A person may write them; they say nothing."""
    raw = write_xml(FILE).replace(b"<notice>", b"<!-- a --><?b c?><notice>", 1)
    assert read_xml(raw, "n.xml") == FILE


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors write one."""
    assert read_xml(b"\xef\xbb\xbf" + write_xml(FILE), "n.xml") == FILE


@pytest.mark.parametrize("sign", ["\x00", "\x0b", "\ufffe", "\ud800"])
def test_what_no_xml_can_hold_is_refused_with_its_place(sign: str) -> None:
    """The path of the field, and the character."""
    talk = Talk()
    talk.say("importer", Queried(text=f"a{sign}"))
    with pytest.raises(InputError, match=f"U\\+{ord(sign):04X}") as caught:
        write_xml(NoticeFile(notice=NOTICE, events=tuple(talk.events)))
    assert caught.value.at == "events[2].what.text"


def test_a_number_beyond_what_programs_agree_on_is_not_written() -> None:
    """2^53 and more."""
    permit = Permit(kind="export permit", number="1", amount=Amount(mass_mg=2**53))
    with pytest.raises(InputError, match="9007199254740992"):
        write_xml(NoticeFile(notice=changed(NOTICE, permits=(permit,))))


def test_a_time_without_a_zone_is_not_written() -> None:
    """It would be another time elsewhere."""
    event = changed(FILE.events[0], at=datetime(2026, 3, 2, 12))  # noqa: DTZ001
    with pytest.raises(InputError, match="2026-03-02T12:00:00"):
        write_xml(NoticeFile(notice=NOTICE, events=(event,)))


def test_a_notice_with_an_early_year_goes_round() -> None:
    """Four digits, whatever the year."""
    file = NoticeFile(notice=changed(NOTICE, sent=date(1, 1, 1)))
    assert read_xml(write_xml(file), "n.xml") == file
