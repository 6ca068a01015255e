"""Tables of lists: rows that do not fit, encodings, and layouts that a mapping describes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.resources import read_toml
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.readers import find_format, list_readers
from tidewaiter.parties.readers.columns import Columns
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.parties.readers.mapped_tables import claims_of, reader_of
from tidewaiter.parties.types import ListedParty


def file(text: str, codec: str = "utf-8") -> ListFile:
    """Make a file."""
    return ListFile(name="list.csv", content=text.encode(codec))


@pytest.mark.parametrize(
    ("form", "titles", "good"),
    [
        ("own-csv", "id,kind,name,action", "1,person,A,watched"),
        ("opensanctions-csv", "id,schema,name,aliases,birth_date,dataset", "1,Person,A,,,x"),
        ("csl", "source,name,federal_register_notice,source_list_url,alt_names", "L,A,1,,"),
        ("eu-csv", "Entity_LogicalId;Entity_SubjectType;NameAlias_WholeName", "1;P;A"),
        ("au-csv", "Reference,Name of Individual or Entity,Name Type", "1,A,Primary Name"),
    ],
)
def test_a_row_that_does_not_fit_its_titles_is_refused(form: str, titles: str, good: str) -> None:
    """A comma without quotes would move each later cell into another column."""
    mark = ";" if ";" in titles else ","
    rows = [titles, good, f"{good}{mark}more", f"2{mark}x", f"{good}{mark}"]
    items = list(list_readers()[form]([file("\n".join(rows) + "\n")]))
    refusals = [item for item in items if isinstance(item, EntryRefusal)]
    assert [each.place for each in refusals] == ["row 2", "row 3"]
    assert {each.code for each in refusals} <= {
        "parties/row-unlike-header",
        "parties/row-width-wrong",
    }
    assert any(isinstance(item, ListedParty) for item in items)


def test_a_file_that_is_not_utf_8_is_read_and_reported() -> None:
    """Windows-1252 is the guess; letters that are not ASCII may have been others."""
    table = file("id,kind,name,action\n1,person,Jos\u00e9 Mart\u00ed,watched\n", "cp1252")
    read = read_list([table], load_definitions(), "board")
    assert read.parties[0].names[0].text == "Jos\u00e9 Mart\u00ed"
    assert [(each.code, each.kept) for each in read.refusals] == [("lists/file-not-utf8", True)]
    wide = file("id,kind,name,action\n1,person,\u738b\u5c0f\u660e,watched\n", "utf-16")
    assert read_list([wide], load_definitions(), "board").refusals == ()


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        ("utf-16-le", "UTF-16 (little-endian)"),
        ("utf-16-be", "UTF-16 (big-endian)"),
        ("cp932", "Shift JIS (Windows-31J)"),
    ],
)
def test_an_encoding_that_the_file_does_not_state_is_named(codec: str, named: str) -> None:
    """A list saved by a spreadsheet has no byte order mark, or is in Shift JIS in Japan."""
    name = "\u30c0\u30df\u30fc\u5546\u4e8b"
    table = file(f"id,kind,name,action\n1,organisation,{name},watched\n", codec)
    read = read_list([table], load_definitions(), "board")
    assert read.parties[0].names[0].text == name
    assert [(each.code, each.values["codec"]) for each in read.refusals] == [
        ("lists/file-not-utf8", named)
    ]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_stated_encoding_is_used(codec: str) -> None:
    """UTF-8, or a byte order mark; nothing is in doubt."""
    table = file("id,kind,name,action\n1,person,Jos\u00e9 Mart\u00ed,watched\n", codec)
    read = read_list([table], load_definitions(), "board")
    assert (read.parties[0].names[0].text, read.refusals) == ("Jos\u00e9 Mart\u00ed", ())


def test_text_cut_within_a_character_is_refused_with_its_encoding() -> None:
    """No letter is replaced silently."""
    table = file("id,kind,name,action\n1,person,Ann,watched\n", "utf-16")
    cut = ListFile(name="list.csv", content=table.content[:-1])
    with raises("parties/text-damaged", codec="UTF-16"):
        list(list_readers()["own-csv"]([cut]))


BEFORE = "\n,,\nPublished by the authority\n\nLast Updated: 20/11/2026,,\n"


@pytest.mark.parametrize("name", ["uk-ofsi.csv", "au-dfat.csv", "csl.csv", "eu-fsf.csv", "own.csv"])
def test_the_header_row_may_follow_other_rows(
    made_up: Callable[[str], ListFile], name: str
) -> None:
    """Titles, notes and blank rows before the header change nothing."""
    plain = made_up(name)
    below = ListFile(name=name, content=BEFORE.encode() + plain.content)
    form = find_format([plain])
    assert find_format([below]) == form
    read = list_readers()[form]
    parties = [item for item in read([plain]) if isinstance(item, ListedParty)]
    assert [item for item in read([below]) if isinstance(item, ListedParty)] == parties


def test_a_blank_title_is_taken_for_the_only_missing_column_and_reported(
    made_up: Callable[[str], ListFile],
) -> None:
    """The surname has no title."""
    plain = made_up("uk-ofsi.csv")
    blank = ListFile(name="a.csv", content=plain.content.replace(b"Name 6,", b",", 1))
    assert find_format([blank]) == "uk-ofsi-csv"
    items = list(list_readers()["uk-ofsi-csv"]([blank]))
    refusal = items[0]
    assert isinstance(refusal, EntryRefusal)
    assert (refusal.code, refusal.values["title"]) == ("parties/title-blank", "Name 6")
    parties = [item for item in items if isinstance(item, ListedParty)]
    expected = list_readers()["uk-ofsi-csv"]([plain])
    assert [p.names for p in parties] == [
        item.names for item in expected if isinstance(item, ListedParty)
    ]


def test_a_header_with_one_blank_title_too_many_is_shifted_and_reported(
    made_up: Callable[[str], ListFile],
) -> None:
    """An excerpt of OFSI's list of 2016 has 30 titles, the first blank, over rows of 29 cells."""
    plain = made_up("uk-ofsi.csv")
    blank = ListFile(name="a.csv", content=plain.content.replace(b"Name 6,", b",Name 6,", 1))
    assert find_format([blank]) == "uk-ofsi-csv"
    refusal, *items = list_readers()["uk-ofsi-csv"]([blank])
    assert isinstance(refusal, EntryRefusal)
    assert (refusal.code, refusal.kept) == ("parties/header-shifted", True)
    assert items == list(list_readers()["uk-ofsi-csv"]([plain]))


def test_a_column_that_no_mapping_names_is_counted() -> None:
    """A new column of a list is not dropped silently."""
    table = file("Reference,Name of Individual or Entity,Name Type,Shoe Size\n1,A,Alias,42\n")
    *_, refusal = list_readers()["au-csv"]([table])
    assert isinstance(refusal, EntryRefusal)
    assert (refusal.code, refusal.value, refusal.values["count"], refusal.kept) == (
        "parties/column-not-read",
        "Shoe Size",
        1,
        True,
    )


def test_a_target_that_is_no_party_is_refused() -> None:
    """A FollowTheMoney list may name a security; it is not silently skipped."""
    line = '{"id": "S", "schema": "Security", "target": true, "properties": {"name": ["Bond"]}}'
    _, refusal = list_readers()["ftm-json"]([file(line)])
    assert isinstance(refusal, EntryRefusal)
    assert (refusal.code, refusal.values["schema"]) == ("parties/schema-not-a-party", "Security")


LINES = """
format = "bench-jsonl"
source = "the keys of the file"
claims = ["schema", "names", "program"]
id = "id"
kind = "schema"
kinds = { person = "person", organization = "organisation", vessel = "vessel" }
names = [["names"]]
born = ["dob"]
countries = ["countries"]
addresses = ["addresses"]
programmes = ["program"]
"""


@pytest.mark.parametrize("key", ["id_cut", "name_cut", "number_pattern"])
def test_a_mapping_with_a_wrong_expression_is_refused(tmp_path: Path, key: str) -> None:
    """The definition is refused when it is loaded, not the list when it is read."""
    (tmp_path / "bench.toml").write_text(f'{LINES}{key} = "("\n')
    with pytest.raises(RegistryError) as caught:
        read_toml(tmp_path / "bench.toml", Columns)
    assert "bench.toml" in str(caught.value)


@pytest.mark.shared
def test_json_lines_are_read_by_a_mapping(shared: Path, tmp_path: Path) -> None:
    """24,431 entries with lists as values: the first name is the primary one."""
    path = shared / "data" / "parties" / "partybench" / "list.jsonl"
    if not path.is_file():
        pytest.skip("no list of the benchmark among the evaluation data")
    (tmp_path / "bench.toml").write_text(LINES)
    columns = read_toml(tmp_path / "bench.toml", Columns)
    held = [ListFile(name="list.jsonl", content=path.read_bytes())]
    assert claims_of(columns)(held)
    parties = [item for item in reader_of(columns)(held) if isinstance(item, ListedParty)]
    lines = path.read_bytes().count(b"\n")
    assert len(parties) == lines
    assert sum(len(party.names) for party in parties) > 50_000
