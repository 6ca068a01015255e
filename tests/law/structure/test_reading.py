"""Reading structures: accepted input, refused input, and the error of each refusal."""

import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem
from tests.support.raising import raises

from tidewaiter.base.errors import InputError
from tidewaiter.law.structure import (
    Structure,
    StructureError,
    control_key,
    inchikey,
    parse_structure,
    reading,
)
from tidewaiter.law.structure.checks import MOST_ATOMS, MOST_TEXT

ACETONE = "CC(C)=O"
KEY = "CSCPPACGZOOCGX-UHFFFAOYSA-N"
BLOCK = Chem.MolToMolBlock(Chem.MolFromSmiles(ACETONE))
V3000 = Chem.MolToV3KMolBlock(Chem.MolFromSmiles(ACETONE))


def _query_block() -> str:
    """Return a molfile with a list of elements as its first atom."""
    return BLOCK.replace("\nM  END", "\nM  ALS   1  2 F C   N   \nM  END")


def _polymer_block() -> str:
    """Return a molfile with a structural repeating unit of all four atoms."""
    group = "M  STY  1   1 SRU\nM  SAL   1  4   1   2   3   4\nM  SMT   1 n\n"
    return BLOCK.replace("M  END", group + "M  END")


def _r_group_block() -> str:
    return BLOCK.replace(" O   0", " R#  0").replace("M  END", "M  RGP  1   4   1\nM  END")


# Text, form, and the code of the refusal or a part of the reason.
REFUSED = {
    "empty": ("", "auto", "law/no-structure"),
    "blank": (" \n\t", "auto", "law/no-structure"),
    "no form of that name": (ACETONE, "mol2", "law/not-a-form-of-structure"),
    "unclosed ring": ("C1CC", "smiles", "unclosed ring"),
    "unclosed branch": ("CC(", "smiles", "syntax error at character 3"),
    "no such element": ("[Xx]", "smiles", "syntax error"),
    "odd valence": ("CC(C)(C)(C)C", "smiles", "atom # 1 C, 5, is greater than permitted"),
    "no aromatic ring": ("c1cccc1", "smiles", "Can't kekulize"),
    "open place": ("*CC", "smiles", "open place"),
    "numbered open place": ("[*:1]CC[*:2]", "auto", "open place"),
    "labelled open place": ("[12*]CC", "smiles", "open place"),
    "R group": ("[R1]CC", "smiles", "syntax error"),
    "label of an R group": ("CC |$R1;$|", "smiles", "R1"),
    "any bond": ("C~C", "smiles", "query"),
    "polymer, in short": ("(CH2CH2)n", "smiles", "syntax error"),
    "polymer, extended": ("CCO |Sg:n:0,1,2:n:ht|", "smiles", "polymer"),
    "link node": ("C1CCCCC1 |LN:1:1.3|", "smiles", "repeats"),
    "variable attachment": ("CC1CCCCC1.*O |m:7:1.2.3|", "smiles", "variable attachment"),
    "reaction": ("CC=O>>CCO", "auto", "it is a reaction"),
    "reaction with an agent": ("CC=O>[Na]>CCO", "smiles", "it is a reaction"),
    "name behind it": ("CCO ethanol", "smiles", "text stands behind it"),
    "2,000 atoms": ("C" * 2_000, "smiles", "2,000 atoms, more than 1,000"),
    "endless": ("C" * (MOST_TEXT + 1), "auto", "characters, more than"),
    "not ASCII": ("CCО", "smiles", "not ASCII"),
    "InChI, not ASCII": ("InChI=1S/СH4/h1H4", "auto", "not ASCII"),
    "no prefix": ("1S/CH4/h1H4", "inchi", "does not begin with InChI="),
    "damaged InChI": ("InChI=1S/CH4/x", "auto", "not an InChI"),
    "InChI of nothing": ("InChI=1S//", "inchi", "not an InChI"),
    "cut molfile": ("title\n\n", "molfile", "before the counts"),
    "molfile without atoms": (
        "\n\n\n  0  0  0     0  0  0  0  0  0999 V2000\nM  END\n",
        "auto",
        "no",
    ),
    "molfile with a word": (BLOCK.replace("  4  3", "  x  3"), "molfile", "not a molfile"),
    "molfile with too few atoms": (BLOCK.replace("  4  3", " 14  3"), "molfile", "not a molfile"),
    "molfile with a list": (_query_block(), "molfile", "list of atoms"),
    "molfile with a unit": (_polymer_block(), "molfile", "polymer (a group of type SRU repeats)"),
    "molfile with R#": (_r_group_block(), "molfile", "R group"),
    "reaction file": ("$RXN\n\n\n\n  1  1\n", "auto", "it is a reaction"),
    "acronym": ("PCP", "auto", "law/smiles-or-short-name"),
    "everyday word": ("German", "auto", "everyday word"),
}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (ACETONE, "smiles"),
        (ACETONE, "auto"),
        (f" {ACETONE}\n", "auto"),
        ("CC(C)=O |c:1|", "smiles"),
        ("InChI=1S/C3H6O/c1-3(2)4/h1-2H3", "inchi"),
        ("InChI=1S/C3H6O/c1-3(2)4/h1-2H3", "auto"),
        ("InChI=1/C3H6O/c1-3(2)4/h1-2H3", "auto"),
        (BLOCK, "molfile"),
        (BLOCK, "auto"),
        (V3000, "auto"),
        (BLOCK.replace("\n", "\r\n"), "auto"),
    ],
)
def test_each_form_gives_the_same_compound(text: str, form: str) -> None:
    """Acetone is acetone, however it is written."""
    assert inchikey(parse_structure(text, form)) == KEY


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_assessed_says_why(case: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Each refusal has its place, quotes the value, gives the reason, and RDKit is silent."""
    text, form, why = REFUSED[case]
    with pytest.raises(StructureError) as caught:
        parse_structure(text, form, at="list.smi, line 7")
    error = caught.value
    assert isinstance(error, InputError)
    assert why == error.code or why in error.message
    assert error.at == "list.smi, line 7"
    assert error.hint
    assert "\n" not in error.message
    assert len(error.message) < 400
    assert capfd.readouterr() == ("", "")


def test_the_log_of_rdkit_is_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    """After a refusal RDKit says to others what it always did."""
    with raises("law/smiles-not-read", StructureError, why="unclosed ring"):
        parse_structure("C1CC", "smiles")
    assert capfd.readouterr().err == ""
    Chem.MolFromSmiles("C1CC")
    assert "unclosed ring" in capfd.readouterr().err


def test_reasons_do_not_mix_between_threads() -> None:
    """Two threads that read bad SMILES at once each get their own reason."""
    found: dict[str, set[str]] = {"C1CC": set(), "CC(C)(C)(C)C": set()}

    def read(text: str) -> None:
        for _ in range(50):
            with pytest.raises(StructureError) as caught:
                parse_structure(text, "smiles")
            found[text].add(caught.value.message.partition(": ")[2])

    threads = [threading.Thread(target=read, args=(text,)) for text in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found["C1CC"] == {"unclosed ring"}
    assert found["CC(C)(C)(C)C"] == {
        "Explicit valence for atom # 1 C, 5, is greater than permitted"
    }


def test_the_largest_molecule_is_assessed() -> None:
    """A molecule at the limit is read and has its keys."""
    structure = parse_structure("C" * MOST_ATOMS, "smiles")
    assert structure.mol.GetNumAtoms() == MOST_ATOMS
    assert len(inchikey(structure)) == 27
    assert control_key(structure)


@pytest.mark.parametrize("text", ["CCO", "O", "CON", "Cl", "C", "N->[Pt]", "[K+].[Br-]", "OO"])
def test_short_smiles_need_no_form(text: str) -> None:
    """What can hardly be a name is read as a SMILES."""
    assert parse_structure(text).form == "smiles"


@pytest.mark.parametrize("text", ["PCP", "CBN", "S", "PICP", "BOC", "CCI"])
def test_an_acronym_is_not_guessed(text: str) -> None:
    """PCP is a drug's short name and a SMILES of another thing: the caller says which."""
    with raises("law/smiles-or-short-name", StructureError):
        parse_structure(text)
    assert parse_structure(text, "smiles").form == "smiles"


def test_a_reading_quotes_what_was_read() -> None:
    """The record of a structure says what was given, and how it was taken."""
    assert reading(parse_structure("OCC")) == "SMILES OCC"
    assert reading(parse_structure("InChI=1S/CH4/h1H4")) == "InChI InChI=1S/CH4/h1H4"


@given(st.text(max_size=60) | st.text("CNOPS()[]=#+-@/\\.123%*>|", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text in a SMILES column gives a structure or one of our errors."""
    try:
        found = parse_structure(text, "smiles")
    except StructureError:
        return
    assert isinstance(found, Structure)
    assert control_key(found)


@given(st.text("0123456789 \nCHNOMEVR.-$", max_size=300))
def test_any_molfile_is_read_or_refused(text: str) -> None:
    """Any record in an SDF file raises nothing but our errors."""
    with suppress(StructureError):
        assert parse_structure(f"\n\n\n{text}\nM  END\n", "molfile").mol.GetNumAtoms() > 0


def test_the_command_starts_without_rdkit() -> None:
    """What does not look at structures does not wait for RDKit, nor for Java."""
    code = (
        "import sys; import tidewaiter.cli.core.main; import tidewaiter.cli.identify; "
        "import tidewaiter.cli.screening.screen; "
        "print([name for name in sys.modules if name.split('.')[0] in ('rdkit', 'py2opsin')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
