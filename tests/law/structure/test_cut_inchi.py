"""Truncated InChIs are refused, because the remainder is another substance."""

import pytest
from rdkit import Chem
from rdkit.Chem import rdinchi

from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import StructureError, inchikey, parse_structure

SMILES = [each.smiles for each in load_registry().substances if each.smiles][::20]
ACETONE = "InChI=1S/C3H6O/c1-3(2)4/h1-2H3"


@pytest.mark.parametrize("smiles", SMILES)
def test_without_its_hydrogens_an_inchi_is_refused(smiles: str) -> None:
    """Whole it is the same substance; without the layer of hydrogens it is a radical."""
    whole: str = rdinchi.MolToInchi(Chem.MolFromSmiles(smiles))[0]
    assert inchikey(parse_structure(whole)) == inchikey(parse_structure(smiles, "smiles"))
    head, layer, _ = whole.partition("/h")
    if layer:
        with pytest.raises(StructureError):
            parse_structure(head)


@pytest.mark.parametrize("text", [ACETONE[:-1], ACETONE[:-3], ACETONE.partition("/h")[0]])
def test_each_cut_of_the_last_layer_is_refused(text: str) -> None:
    """Acetone with hydrogens missing is never read as something else."""
    with pytest.raises(StructureError):
        parse_structure(text)


@pytest.mark.parametrize(
    "text",
    [
        ACETONE,
        "InChI=1S/CH4/h1H4",
        "InChI=1S/ClH.H2O/h1H;1H2",
        "InChI=1S/2ClH.Zn/h2*1H;/q;;+2/p-2",
        "InChI=1S/C2H7N/c1-2-3/h2-3H2,1H3/p+1",
        "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3/i2D2",
        "InChI=1/C3H6O/c1-3(2)4/h1-2H3",
    ],
)
def test_what_is_whole_is_read(text: str) -> None:
    """Salts, ions, labelled and older InChIs have all atoms of their formula."""
    assert parse_structure(text).form == "inchi"
