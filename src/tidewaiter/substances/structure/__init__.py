"""Structures: what is read, compared and drawn with RDKit, which lives here only."""

from tidewaiter.substances.structure.matching import (
    ClassMatch,
    ClassMatcher,
    ClauseMatch,
    NotAssessable,
    match_class,
    match_classes,
)
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Structure, StructureError

__all__ = [
    "ClassMatch",
    "ClassMatcher",
    "ClauseMatch",
    "NotAssessable",
    "Structure",
    "StructureError",
    "match_class",
    "match_classes",
    "parse_structure",
]
