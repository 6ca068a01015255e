"""Doubts: names that look like several, and scripts that are not compared, in any format."""

import pytest

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.definitions import ListDefinition, load_definitions
from tidewaiter.lists.reading import DoubtfulName, ReadList, ScriptCount, doubts_in, read_list
from tidewaiter.parties.readers.columns import Columns

CANADA = """<data-set>
<record><Country>Belarus / Bélarus</Country><LastName>Prykladau</LastName><GivenName>Ivan
</GivenName><Schedule>1, Part 1</Schedule><Item>1</Item><Aliases>%s</Aliases></record>
<record><Country>Myanmar</Country><EntityOrShip>Htaa Group of Companies</EntityOrShip>
<Schedule>2</Schedule><Item>2</Item><Aliases>%s</Aliases></record></data-set>"""


def canada(person: str, firm: str = "Htaa Trading Company") -> ReadList:
    """Read Canada's list of a person and a firm with these aliases."""
    content = (CANADA % (person, firm)).encode()
    return read_list([ListFile(name="sema.xml", content=content)], load_definitions())


def names(read: ReadList, at: int) -> list[tuple[str, str, str]]:
    """Return the names of an entry."""
    return [(each.text, each.kind, each.language) for each in read.parties[at].names]


def test_canadas_aliases_are_names_of_their_own() -> None:
    """Commas, semicolons and languages part them; the comma before Ltd. does not."""
    firm = "Htaa Trading Group, Htaa Trading Company Limited; Htaa Co., Ltd."
    read = canada("Russian: Иван Прикладов, Belarusian: Іван Прыкладаў", firm)
    assert names(read, 0)[1:] == [
        ("Иван Прикладов", "native", "ru"),
        ("Іван Прыкладаў", "native", "be"),
    ]
    assert [name for name, _, _ in names(read, 1)[1:]] == [
        "Htaa Trading Group",
        "Htaa Trading Company Limited",
        "Htaa Co., Ltd.",
    ]
    doubts = doubts_in(read.parties, read.format, read.definition)
    assert (doubts.several, doubts.scripts) == ((), ())


def test_a_name_in_doubt_is_told_with_its_entry() -> None:
    """A surname and a given name, or two names: it stays one."""
    read = canada("Smirnov, Pavel")
    found = doubts_in(read.parties, read.format, read.definition).several
    assert found == (DoubtfulName(entry=read.parties[0].id, name="Smirnov, Pavel", kind="alias"),)


@pytest.mark.parametrize("separator", ["; ", " ; "])
def test_semicolons_part_the_names_of_the_united_nations(separator: str) -> None:
    """Real entries hold a dozen spellings in one element."""
    text = f"""<CONSOLIDATED_LIST dateGenerated="2026-02-27T00:00:09Z"><INDIVIDUALS><INDIVIDUAL>
    <FIRST_NAME>AZIM</FIRST_NAME><SECOND_NAME>NAMUNA</SECOND_NAME>
    <REFERENCE_NUMBER>XX.1</REFERENCE_NUMBER><INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY>
    <ALIAS_NAME>Azim Namuna{separator}Azim Agha-Namuna</ALIAS_NAME></INDIVIDUAL_ALIAS>
    </INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>"""
    file = ListFile(name="un.xml", content=text.encode())
    (party,) = read_list([file], load_definitions()).parties
    assert [each.text for each in party.names] == ["AZIM NAMUNA", "Azim Namuna", "Azim Agha-Namuna"]


@pytest.mark.parametrize(("split", "commas"), [(",", False), (";", True)])
def test_commas_of_a_layout_of_ones_own_leave_legal_forms_alone(
    split: str, *, commas: bool
) -> None:
    """Whichever key says that commas part names, "Ltd." is none."""
    columns = Columns(
        format="own-layout",
        source="test",
        claims=("Ref", "Firm"),
        id="Ref",
        names=(("Firm",),),
        aliases=("Also",),
        kind_else="organisation",
        split=split,
        name_commas=commas,
    )
    known = ListDefinition(
        slug="own", name="", authority="", licence="", source="", columns=columns
    )
    content = 'Ref,Firm,Also\n1,Example AG,"Beispiel Co., Ltd., Exemple Chimie"\n'
    file = ListFile(name="own.csv", content=content.encode())
    (party,) = read_list([file], {"own": known}, "own").parties
    assert [each.text for each in party.names] == [
        "Example AG",
        "Beispiel Co., Ltd.",
        "Exemple Chimie",
    ]


def test_a_list_in_our_own_layout_is_looked_at_too() -> None:
    """Names that another separator parts are in doubt, and so are scripts."""
    content = (
        "id,kind,name,native_names,action\n"
        "1,organisation,Example Trading / Beispiel Handel,,watched\n"
        "2,person,குமரன் செல்வம்,,watched\n"
        "3,person,Kumaran Selvam,குமரன் செல்வம்,watched\n"
    )
    read = read_list([ListFile(name="own.csv", content=content.encode())], {}, "own")
    doubts = doubts_in(read.parties, read.format, read.definition)
    assert [each.entry for each in doubts.several] == ["1"]
    assert doubts.scripts == (ScriptCount(script="Tamil", names=2, entries=1),)
