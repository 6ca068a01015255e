"""Draw structures as SVG, with the atoms highlighted that each class covers."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from html import escape
from typing import Any

from rdkit.Chem import Mol, MolToSmiles, RWMol
from rdkit.Chem.Draw import rdMolDraw2D

from tidewaiter.base.records import Record
from tidewaiter.law.answers import ClassHold
from tidewaiter.law.structure.checks import quiet, short
from tidewaiter.law.structure.keys import formula, mass
from tidewaiter.law.structure.types import Structure, StructureError

WIDTH, HEIGHT = 320, 240  # px
_BOND = 36  # px of a bond at most, so that small molecules do not fill the picture
_MARKED = (1.0, 0.83, 0.47)  # amber behind black lines: contrast 14
_DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*|<!--.*?-->\s*", re.DOTALL)
_FOREIGN = re.compile(r"\s+xmlns:(?:rdkit|xlink)=(['\"])[^'\"]*\1|\s+xml:space=(['\"])preserve\2")
# What a file may have an atom or a bond say instead of its element, or beside it.
_LABELS = ("_displayLabel", "_displayLabelW", "atomLabel", "atomNote", "bondNote", "molFileAlias")
_OPENING = re.compile(r"<svg\b[^>]*>")
_STYLE = re.compile(r"\s+style=(['\"])(.*?)\1")
_CLASS = re.compile(r"\s+class=(['\"]).*?\1")


def draw_svg(
    structure: Structure, atoms: Collection[int] = (), *, width: int = WIDTH, height: int = HEIGHT
) -> str:
    """Draw a structure as a self-contained SVG, to stand in a page or in a file.

    Atoms show their elements, whatever label a file gives them. It has no script, link, style,
    class, font or id, so that it stands in a page that allows no style in its text; and a white
    ground of its own, so that it can be read in a dark page too. Its title is the SMILES and the
    formula.

    Args:
        structure: What to draw, all fragments.
        atoms: Places of atoms to highlight, and the bonds between them.
        width: In pixels.
        height: In pixels.

    Raises:
        StructureError: It has no such atom, or RDKit cannot draw it.
    """
    count = structure.mol.GetNumAtoms()
    for atom in atoms:
        if not 0 <= atom < count:
            raise StructureError("law/no-atom", atom=atom, count=count - 1)
    with quiet():
        try:
            drawn = _drawn(_unlabelled(structure.mol), sorted(set(atoms)), width, height)
            smiles = MolToSmiles(structure.mol)
        except (ValueError, RuntimeError) as error:
            raise StructureError(
                "law/cannot-be-drawn", text=short(structure.text), error=short(str(error))
            ) from error
    title = escape(f"{short(smiles, 200)} ({formula(structure)})")
    drawn = _CLASS.sub("", _FOREIGN.sub("", _DECLARATION.sub("", drawn)))
    drawn = _STYLE.sub(lambda found: _attributes(found[2]), drawn)
    return _OPENING.sub(lambda tag: f'{tag[0][:-1]} role="img"><title>{title}</title>', drawn, 1)


def _attributes(style: str) -> str:
    """Return what a style says as attributes: "fill:none;stroke-width:2px" as two of them."""
    said = (part.split(":", 1) for part in style.split(";") if part.strip())
    return "".join(f' {name.strip()}="{value.strip()}"' for name, value in said)


def _unlabelled(mol: Mol) -> Mol:
    """Return a copy that shows what was judged, without the labels of a file."""
    copy = RWMol(mol)
    parts: list[Any] = [*copy.GetAtoms(), *copy.GetBonds()]
    for part in parts:
        for label in _LABELS:
            part.ClearProp(label)
    return copy


def _drawn(mol: Mol, atoms: list[int], width: int, height: int) -> str:
    canvas = rdMolDraw2D.MolDraw2DSVG(width, height)
    options = canvas.drawOptions()
    options.setHighlightColour(_MARKED)
    options.useBWAtomPalette()
    options.fixedBondLength = _BOND  # type: ignore[assignment]  # the stub is wrong
    marked = set(atoms)
    bonds = [
        bond.GetIdx()
        for bond in mol.GetBonds()
        if bond.GetBeginAtomIdx() in marked and bond.GetEndAtomIdx() in marked
    ]
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, mol, highlightAtoms=atoms, highlightBonds=bonds)
    canvas.FinishDrawing()
    text: str = canvas.GetDrawingText()
    return text


_WIDTH, _HEIGHT = 360, 220  # px; most molecules are wider than high


class Drawing(Record, frozen=True, kw_only=True):
    """One drawing."""

    svg: str  # self-contained
    rules: tuple[str, ...] = ()  # slugs of the class rules whose clauses hold at the marked atoms


class Portrait(Record, frozen=True, kw_only=True):
    """A structure in pictures and numbers."""

    formula: str  # Hill order, charge behind
    mass_u: float  # average
    drawings: tuple[Drawing, ...]
    problem: str = ""  # why there is no drawing


def portray(structure: Structure, holds: Iterable[ClassHold] = ()) -> Portrait:
    """Draw a structure once for each set of atoms where classes hold it, or once as it is.

    Args:
        structure: What to draw.
        holds: The classes whose atoms to mark; the atoms are those of this structure.

    Returns:
        Its drawings; none, with the reason, where RDKit cannot draw it.
    """
    groups: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for hold in holds:
        groups[hold.atoms].append(hold.rule)
    drawings, problem = [], ""
    try:
        for atoms, rules in groups.items() or [((), list[str]())]:
            drawings.append(
                Drawing(
                    svg=draw_svg(structure, atoms, width=_WIDTH, height=_HEIGHT), rules=tuple(rules)
                )
            )
    except StructureError as error:
        drawings, problem = [], error.message
    return Portrait(
        formula=formula(structure),
        mass_u=mass(structure),
        drawings=tuple(drawings),
        problem=problem,
    )
