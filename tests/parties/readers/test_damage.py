"""Damaged lists of every layout: an error that a user can mend, or refusals; never a crash."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.parties.readers.sheets import workbook
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import InputError
from tidewaiter.parties.readers import list_readers
from tidewaiter.parties.readers.entries import EntryRefusal, ListHeader
from tidewaiter.parties.types import ListedParty

FILES = {
    "au-dfat.csv": "au-csv",
    "ca-sema.xml": "ca-xml",
    "csl.csv": "csl",
    "csl.json": "csl",
    "entities.ftm.json": "ftm-json",
    "eu-fsf-1-0.csv": "eu-csv-1-0",
    "eu-fsf.csv": "eu-csv",
    "eu-fsf.xml": "eu-xml",
    "ofac-advanced.xml": "ofac-advanced-xml",
    "ofac-legacy.xml": "ofac-xml",
    "ch-seco.xml": "seco-xml",
    "own.csv": "own-csv",
    "own.jsonl": "own-json",
    "targets.simple.csv": "opensanctions-csv",
    "uk-ofsi.csv": "uk-ofsi-csv",
    "uk-sanctions-list.csv": "uk-csv",
    "adb-sanctions.json": "adb-json",
    "afdb-debarred.csv": "afdb-csv",
    "ebrd-ineligible.json": "ebrd-json",
    "jp-mof.csv": "jp-mof-csv",
    "ua-nsdc.json": "ua-nsdc-json",
    "ua-sfms.xml": "sfms-xml",
    "wb-debarred.csv": "wb-csv",
    "wb-debarred.json": "wb-json",
}
PIECES = (
    b"",
    b'"',
    b"\n",
    b"<",
    b">",
    b"\0",
    b"\xff",
    b"{}",
    b"[",
    b"null",
    b"0",
    b",",
    b";",
    b"&",
)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(PIECES)), min_size=1, max_size=4
)


def damaged(content: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Put pieces in the place of others."""
    for where, size, piece in changes:
        at = int(where * len(content))
        content = content[:at] + piece + content[at + size :]
    return content


def outcome(form: str, file: ListFile) -> list[ListHeader | ListedParty | EntryRefusal]:
    """Read a file; nothing where it is refused as a whole."""
    try:
        return list(list_readers()[form]([file]))
    except InputError:
        return []


@pytest.mark.parametrize(("name", "form"), FILES.items())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES)
def test_no_damage_crashes_a_reader(
    made_up: Callable[[str], ListFile],
    name: str,
    form: str,
    changes: list[tuple[float, int, bytes]],
) -> None:
    """For any file content, the output is complete, or says what is wrong."""
    file = ListFile(name=name, content=damaged(made_up(name).content, changes))
    for item in outcome(form, file):
        if isinstance(item, ListedParty):
            assert item.id
            assert item.names
            assert item.names[0].kind == "primary"
        elif isinstance(item, EntryRefusal):
            assert item.problem
            assert len(item.value) <= 200
        else:
            assert isinstance(item, ListHeader)


BOOK = workbook(
    {"A": [["Report"], ["Reference", "Name of Individual or Entity", "Name Type"], ["1", "B", "x"]]}
)


@settings(max_examples=200)
@given(changes=CHANGES)
def test_no_damage_crashes_the_reader_of_workbooks(
    changes: list[tuple[float, int, bytes]],
) -> None:
    """A damaged archive, sheet or cell is refused, or read."""
    file = ListFile(name="list.xlsx", content=damaged(BOOK, changes))
    for item in outcome("au-csv", file):
        assert isinstance(item, ListHeader | ListedParty | EntryRefusal)


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "1", "schema": "Person", "properties": {"name": "text"}}',
        '{"id": "1", "schema": "Person", "properties": {"name": [null, 3, {"x": 1}]}}',
        '{"id": "1", "schema": null, "properties": {}}',
        '{"id": 7, "schema": "Person", "properties": {"name": ["A"]}}',
        '{"id": "1", "schema": "Ownership", "properties": {"owner": [{"id": "x"}], "asset": []}}',
        '{"id": "1", "schema": "Person", "properties": {"name": ["A"], "addressEntity": ["lost"]}}',
        "3",
        "null",
        '{"list": {"slug": "x"}, "parties": 3}',
        '{"list": {"slug": "x"}, "parties": [1, null, {}]}',
        '"text"',
    ],
)
def test_strange_entities_do_no_harm(line: str) -> None:
    """JSON of another shape is read as far as it goes, or refused."""
    for form in ("ftm-json", "own-json", "csl"):
        file = ListFile(name="x.json", content=line.encode())
        for item in outcome(form, file):
            assert isinstance(item, ListHeader | ListedParty | EntryRefusal)


@pytest.mark.parametrize("said", ["3", "[]", '{"dated": "x"}', '{"colour": 1}', '{"entries": "x"}'])
def test_a_list_that_says_nonsense_of_itself_is_refused(said: str) -> None:
    """The first line determines the list, so it must be valid."""
    file = ListFile(name="x.jsonl", content=f'{{"list": {said}}}\n'.encode())
    with raises("parties/head-not-its-record"):
        list(list_readers()["own-json"]([file]))
