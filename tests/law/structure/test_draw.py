"""Drawings: they parse, stand alone, and mark what was asked."""

import re
from xml.etree import ElementTree as ET

import pytest
from tests.support.raising import raises

from tidewaiter.law.structure import StructureError, draw_svg, parse_structure

FENTANYL = "CCC(=O)N(c1ccccc1)C1CCN(CCc2ccccc2)CC1"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "text",
    [
        FENTANYL,
        f"{FENTANYL}.Cl",
        "O",
        "[K+].[O-][Mn](=O)(=O)=O",
        "C[C@H](N)Cc1ccccc1",
        "C" * 300,
    ],
)
def test_a_drawing_is_self_contained(text: str) -> None:
    """It is XML with a title, and fetches, runs and names nothing."""
    drawing = draw_svg(parse_structure(text, "smiles"))
    root = ET.fromstring(drawing)  # noqa: S314  # our own drawing
    assert root.tag == f"{SVG}svg"
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text
    assert all(element.tag.startswith(SVG) for element in root.iter())
    assert not [element for element in root.iter() if "id" in element.attrib]
    assert re.search(r"<script|<image|style|class=|href|url\(|\son\w+=|@import", drawing) is None
    assert drawing.startswith("<svg")


def test_the_ground_is_white_in_any_page() -> None:
    """The first shape covers all of the picture in white, so a dark page does not hide lines."""
    root = ET.fromstring(draw_svg(parse_structure("CCO")))  # noqa: S314
    ground = next(element for element in root if element.tag == f"{SVG}rect")
    assert ground.attrib["fill"] == "#FFFFFF"
    assert (float(ground.attrib["width"]), float(ground.attrib["height"])) == (320, 240)


def test_atoms_are_highlighted() -> None:
    """Marked atoms and the bonds between them are drawn over amber; none are without."""
    structure = parse_structure(FENTANYL)
    plain, marked = draw_svg(structure), draw_svg(structure, [4, 5, 6])
    amber = re.compile(r"#FFD37[78]", re.IGNORECASE)
    assert not amber.findall(plain)
    assert len(amber.findall(marked)) >= 3
    assert draw_svg(structure, {6, 5, 4}) == marked


def test_markup_in_a_title_is_text() -> None:
    """Signs that mean something in XML stay text."""
    drawing = draw_svg(parse_structure("N->[Pt]", "smiles"))
    title = ET.fromstring(drawing).find(f"{SVG}title")  # noqa: S314
    assert title is not None
    assert title.text is not None
    assert "->" in title.text


@pytest.mark.parametrize("atom", [-1, 3, 99])
def test_an_atom_that_is_not_there_is_an_error(atom: int) -> None:
    """The message says which there are."""
    with raises("law/no-atom", StructureError, atom=atom) as caught:
        draw_svg(parse_structure("CCO"), [atom])
    assert "0 to 2" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["CCO |$Xe;;$|", "CCO |atomProp:0._displayLabel.Xe:2.atomNote.listed|"]
)
def test_atoms_show_their_elements_whatever_a_file_calls_them(text: str) -> None:
    """A label that a file gives to an atom is not in the drawing."""
    assert draw_svg(parse_structure(text, "smiles")) == draw_svg(parse_structure("CCO", "smiles"))
