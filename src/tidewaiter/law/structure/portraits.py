"""Portraits: a structure as a sheet shows it, with the atoms of each class that holds it."""

from collections import defaultdict
from collections.abc import Iterable

from tidewaiter.base.records import Record
from tidewaiter.substances.questions import ClassHold
from tidewaiter.substances.structure.draw import draw_svg
from tidewaiter.substances.structure.keys import formula, mass
from tidewaiter.substances.structure.types import Structure, StructureError

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
