"""What a hostile or damaged file can do: nothing but be refused."""

from collections.abc import Callable

import pytest
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.types import ListedParty

BOMB = """<?xml version="1.0"?>
<!DOCTYPE sdnList [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<sdnList><sdnEntry><uid>1</uid><lastName>&b;</lastName></sdnEntry></sdnList>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE sdnList SYSTEM "file:///etc/passwd">
<sdnList><sdnEntry><uid>1</uid><lastName>A</lastName></sdnEntry></sdnList>"""


def file(content: str | bytes, name: str = "list.xml") -> ListFile:
    """Make a file."""
    return ListFile(name=name, content=content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("content", [BOMB, OUTSIDE], ids=["entities", "outside"])
def test_xml_with_a_document_type_is_refused(content: str) -> None:
    """Entities are neither expanded nor fetched: lists have none."""
    for form in ("ofac-xml", "ofac-advanced-xml", "un-xml", "eu-xml", "ca-xml"):
        with raises("parties/declares-entities"):
            list(list_readers()[form]([file(content)]))


@pytest.mark.parametrize(
    "encoded",
    [BOMB.encode("utf-16"), b"\n" * 5000 + BOMB.encode().removeprefix(b'<?xml version="1.0"?>')],
)
def test_a_document_type_cannot_hide(encoded: bytes) -> None:
    """Another encoding or much room before it make no difference."""
    with raises("parties/declares-entities"):
        list(list_readers()["ofac-xml"]([file(encoded)]))


def test_xml_in_great_depth_is_refused() -> None:
    """A hundred thousand elements in one another end in an error, not in a crash."""
    deep = "<sdnList>" + "<a>" * 100_000 + "</a>" * 100_000 + "</sdnList>"
    with raises("parties/nests-too-deep"):
        list(list_readers()["ofac-xml"]([file(deep)]))


def test_a_tag_beyond_all_measure_is_refused_at_once() -> None:
    """A parser that reads a tag again with each piece would take hours over this one."""
    tag = b'<sdnList a="' + b"x" * (40 << 20)
    with raises("parties/tag-too-long", token=16):
        list(list_readers()["ofac-xml"]([file(tag)]))
    inner = b"<sdnList><!-- " + b"x>" * (20 << 20)
    with raises("parties/tag-too-long", token=16):
        list(list_readers()["ofac-xml"]([file(inner)]))


@pytest.mark.parametrize(
    "name", ["eu-fsf.xml", "ofac-advanced.xml", "ofac-legacy.xml", "ca-sema.xml"]
)
def test_xml_that_is_cut_short_is_refused_as_a_whole(
    made_up: Callable[[str], ListFile], name: str
) -> None:
    """Wherever it is cut, no part of a list passes for the list."""
    whole = made_up(name)
    form = find_format([whole])
    for size in range(len(whole.content) // 3, len(whole.content) - 20, 997):
        with pytest.raises(InputError):
            list(list_readers()[form]([file(whole.content[:size])]))


def test_json_lines_that_are_cut_short_are_refused(made_up: Callable[[str], ListFile]) -> None:
    """A truncated line might be an entry, so it cannot be skipped."""
    content = made_up("own.jsonl").content[:-30]
    with raises("parties/not-json", at="list.xml, line 4"):
        list(list_readers()["own-json"]([file(content)]))


def test_a_huge_name_is_refused_and_the_rest_goes_on() -> None:
    """An entry with a name of a megabyte is reported, in few characters."""
    rows = f"id,kind,name,action\n1,person,{'x' * 100_000},watched\n2,person,Jane,watched\n"
    refusal, party = sorted(
        (
            i
            for i in list_readers()["own-csv"]([file(rows)])
            if hasattr(i, "id") or hasattr(i, "problem")
        ),
        key=lambda item: isinstance(item, ListedParty),
    )
    assert isinstance(refusal, EntryRefusal)
    assert len(refusal.value) <= 200
    assert isinstance(party, ListedParty)
    assert party.id == "2"


def test_a_field_beyond_all_measure_is_refused() -> None:
    """A cell of megabytes, like that after a lost quote, refuses the file."""
    rows = f'id,kind,name,action\n1,person,"{"x" * 200_000}",watched\n'
    with raises("parties/row-unreadable", number=2):
        list(list_readers()["own-csv"]([file(rows)]))


@pytest.mark.parametrize(
    "content", [b"", b"   \n", b"\x89PNG\r\n\x00\x00", b"<html><body>Moved", b"{}", b"[1]"]
)
def test_what_is_no_list_is_refused_with_a_hint(content: bytes) -> None:
    """A page of a server, a picture, nothing: none is taken for a list."""
    with pytest.raises(InputError) as caught:
        find_format([file(content)])
    assert caught.value.hint
