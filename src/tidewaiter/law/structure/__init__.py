"""Chemical structures: parsing, comparison and drawing; the only package that uses RDKit."""

from tidewaiter.law.structure.class_matching import (
    ClassMatch,
    ClassMatcher,
    ClauseMatch,
    NotAssessable,
    match_class,
    match_classes,
)
from tidewaiter.law.structure.drawing import draw_svg
from tidewaiter.law.structure.files import TABLES, read_structures
from tidewaiter.law.structure.index import StructureIndex, compute_keys, load_keys
from tidewaiter.law.structure.keys import (
    compare,
    components,
    control_key,
    control_keys,
    formula,
    inchikey,
    mass,
    parent,
)
from tidewaiter.law.structure.parsing import is_written, parse_names, parse_structure, reading
from tidewaiter.law.structure.recognition import Judge, Recogniser
from tidewaiter.law.structure.types import (
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
    "compute_keys",
    "control_key",
    "control_keys",
    "draw_svg",
    "formula",
    "inchikey",
    "is_written",
    "load_keys",
    "mass",
    "match_class",
    "match_classes",
    "parent",
    "parse_names",
    "parse_structure",
    "read_structures",
    "reading",
]
