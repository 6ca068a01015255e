"""Structures: what is read, compared and drawn with RDKit, which lives here only."""

from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.types import Structure, StructureError

__all__ = ["Structure", "StructureError", "parse_structure"]
