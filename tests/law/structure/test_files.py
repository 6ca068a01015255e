"""Files of structures: every record gives one entry, whatever it holds, in flat memory."""

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from tests.support.raising import message_of, raises

from tidewaiter.law.structure import (
    Columns,
    Entry,
    Structure,
    StructureError,
    formula,
    read_structures,
)

BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles("CC(C)=O"))


def _file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _formulas(entries: list[Entry]) -> list[str]:
    """Return the formula of each entry, or the reason."""
    return [
        formula(each.found) if isinstance(each.found, Structure) else each.found.message
        for each in entries
    ]


def _error(entry: Entry) -> StructureError:
    assert isinstance(entry.found, StructureError)
    return entry.found


def test_lines_of_smiles(tmp_path: Path) -> None:
    """A line is a SMILES, blank, a name; a bad one is an entry with its place."""
    text = (
        "SMILES name\nCCO\tethanol, pure\n\nC1CC broken\n  C  \nCCO |c:1| with extension\n"
        "CC(C)(C)(C)C five\n"
    )
    entries = list(read_structures(_file(tmp_path, "list.smi", text)))
    assert [(each.place, each.id) for each in entries] == [
        ("list.smi, line 2", "ethanol, pure"),
        ("list.smi, line 4", "broken"),
        ("list.smi, line 5", ""),
        ("list.smi, line 6", "with extension"),
        ("list.smi, line 7", "five"),
    ]
    assert _formulas(entries)[:1] == ["C2H6O"]
    assert _error(entries[1]).at == "list.smi, line 4"
    assert "atom # 1 C, 5, is greater than permitted" in _error(entries[4]).message


def test_records_of_an_sdf(tmp_path: Path) -> None:
    """Titles, data items and empty records are kept, each in its place."""
    named = BLOCK.replace("\n", "acetone\n", 1)
    items = ">  <CAS>\n67-64-1\n\n> 25 <NOTE> (1)\ntwo\nlines\n\n"
    short = BLOCK.replace("  4  3", "  9  3")
    text = f"{named}{items}$$$$\n$$$$\n\n\n$$$$\n{BLOCK}$$$$\n{short}$$$$\n\n"
    entries = list(read_structures(_file(tmp_path, "list.sdf", text)))
    assert len(entries) == 5
    assert entries[0].id == "acetone"
    assert entries[0].properties == {"CAS": "67-64-1", "NOTE": "two\nlines"}
    reasons = _formulas(entries)
    assert [reasons[at] for at in (0, 1, 2, 3)] == [
        "C3H6O",
        "the record is empty",
        "the record is empty",
        "C3H6O",
    ]
    assert entries[1].place.startswith("list.sdf, record 2 (line ")
    assert "not a molfile" in reasons[4]


def test_the_last_record_needs_no_end(tmp_path: Path) -> None:
    """A file that was cut, or a single molfile, loses nothing."""
    assert _formulas(list(read_structures(_file(tmp_path, "a.mol", BLOCK)))) == ["C3H6O"]
    cut = list(read_structures(_file(tmp_path, "b.sdf", f"{BLOCK}$$$$\n{BLOCK[:60]}")))
    assert _formulas(cut) == ["C3H6O", "the record has no end (M  END)"]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_columns_are_guessed(tmp_path: Path, sign: str) -> None:
    """The SMILES of a row is read, else the InChI, else the name; other columns are kept."""
    rows = [
        ["Compound ID", "Canonical SMILES", "InChI", "IUPAC Name", "price"],
        ["1", "CCO", "InChI=1S/CH4/h1H4", "x", "9"],
        ["2", "", "InChI=1S/CH4/h1H4", "x", "8"],
        ["3", "", "", "propan-2-one", "7"],
        ["4", "", "", "", "6"],
        ["", "", "", "", ""],
        ["5", "CCO"],
    ]
    text = "\n".join(sign.join(row) for row in rows)
    entries = list(read_structures(_file(tmp_path, "list.csv", text)))
    none = message_of("law/no-structure")
    assert _formulas(entries) == ["C2H6O", "CH4", "C3H6O", none, "C2H6O"]
    assert [each.id for each in entries] == ["1", "2", "3", "4", "5"]
    assert [each.place for each in entries][-1] == "list.csv, row 7"
    assert entries[0].properties == {"price": "9"}


def test_columns_are_named(tmp_path: Path) -> None:
    """The caller's columns win; one that is not there is an error with those that are."""
    path = _file(tmp_path, "list.csv", "smiles,drawn,label\nC1CC,CCO,first\n")
    (entry,) = read_structures(path, Columns(smiles="drawn", id="label"))
    assert (_formulas([entry]), entry.id) == (["C2H6O"], "first")
    with raises("law/no-such-column", StructureError, asked="Drawn") as caught:
        list(read_structures(path, Columns(smiles="Drawn")))
    assert "label" in caught.value.hint
    with raises("law/no-structure-column", StructureError):
        list(read_structures(_file(tmp_path, "other.csv", "a,b\n1,2\n")))
    with raises("law/no-structure-column", StructureError):
        list(read_structures(_file(tmp_path, "empty.csv", "")))


def test_a_quote_that_does_not_close_is_an_entry(tmp_path: Path) -> None:
    """Rows swallowed by a stray quote are reported, not dropped silently, and reading continues."""
    text = 'smiles,id\nCCO,1\n"CC,2\nC,3\n' + "C,4\n" * 60_000
    entries = list(read_structures(_file(tmp_path, "list.csv", text)))
    assert _formulas(entries[:1]) == ["C2H6O"]
    assert any("cannot be read" in reason for reason in _formulas(entries[1:3]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A name in any usual encoding does not cost the structure beside it."""
    path = _file(tmp_path, "list.smi", "CCO Äthanol\nC Methan\n".encode(encoding))
    entries = list(read_structures(path))
    assert _formulas(entries) == ["C2H6O", "CH4"]
    assert entries[0].id == "Äthanol"


def test_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    """A file of another kind is named, with the endings that are read."""
    with raises("law/not-a-structure-file", StructureError):
        list(read_structures(_file(tmp_path, "list.pdf", "%PDF")))


def test_memory_is_flat(tmp_path: Path) -> None:
    """A file ten times as large needs no more memory, nor does one endless line or record."""

    def peak(path: Path) -> tuple[int, int]:
        tracemalloc.start()
        count = sum(1 for _ in read_structures(path))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return count, most

    small = _file(tmp_path, "small.sdf", f"{BLOCK}$$$$\n" * 200)
    large = _file(tmp_path, "large.sdf", f"{BLOCK}$$$$\n" * 2_000)
    (few, first), (many, second) = peak(small), peak(large)
    assert (few, many) == (200, 2_000)
    assert second < first + 200_000
    endless = _file(tmp_path, "line.smi", "C" * 40_000_000 + " x\nCCO\n")
    assert peak(endless)[0] == 2
    assert peak(endless)[1] < 12_000_000
    record = _file(tmp_path, "record.sdf", BLOCK + "filler line\n" * 3_000_000 + "$$$$\n" + BLOCK)
    assert peak(record)[1] < 40_000_000
    assert _formulas(list(read_structures(record)))[1] == "C3H6O"


@given(content=st.binary(max_size=400), ending=st.sampled_from([".smi", ".sdf", ".csv", ".mol"]))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, ending: str
) -> None:
    """No file of whatever bytes raises anything else."""
    path = _file(tmp_path_factory.mktemp("any"), f"any{ending}", content)
    headless = (StructureError,) if ending == ".csv" else ()
    with suppress(*headless):
        for entry in read_structures(path):
            assert isinstance(entry.found, Structure | StructureError)
