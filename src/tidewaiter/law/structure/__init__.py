"""Structures: what is read, compared and drawn with RDKit, which lives here only."""

from tidewaiter.substances.structure.compare import compare
from tidewaiter.substances.structure.draw import draw_svg
from tidewaiter.substances.structure.files import TABLES, read_structures
from tidewaiter.substances.structure.index import StructureIndex
from tidewaiter.substances.structure.judging import Judge
from tidewaiter.substances.structure.keys import (
    components,
    control_key,
    control_keys,
    formula,
    inchikey,
    mass,
    parent,
)
from tidewaiter.substances.structure.matching import (
    ClassMatch,
    ClassMatcher,
    ClauseMatch,
    NotAssessable,
    match_class,
    match_classes,
)
from tidewaiter.substances.structure.read import is_written, parse_structure, reading
from tidewaiter.substances.structure.recognising import Recogniser
from tidewaiter.substances.structure.types import (
    LEVELS,
    Columns,
    Comparison,
    Entry,
    Level,
    NotReadError,
    Structure,
    StructureError,
    StructureHit,
)

__all__ = [
    "LEVELS",
    "TABLES",
    "ClassMatch",
    "ClassMatcher",
    "ClauseMatch",
    "Columns",
    "Comparison",
    "Entry",
    "Judge",
    "Level",
    "NotAssessable",
    "NotReadError",
    "Recogniser",
    "Structure",
    "StructureError",
    "StructureHit",
    "StructureIndex",
    "compare",
    "components",
    "control_key",
    "control_keys",
    "draw_svg",
    "formula",
    "inchikey",
    "is_written",
    "mass",
    "match_class",
    "match_classes",
    "parent",
    "parse_structure",
    "read_structures",
    "reading",
]
