"""Record types for structures and their comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rdkit.Chem import Mol

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

Level = Literal["exact", "salt", "stereo", "isotope", "tautomer", "charge", "alias", "none"]
"""Levels of identity between structures, strongest first: identical; except for companions of the
largest fragment and its protonation; stereo; isotopes; mobile hydrogen; charge; by a manually
entered alternative drawing; none. Each level includes those before it.
"""

LEVELS: tuple[Level, ...] = (
    "exact",
    "salt",
    "stereo",
    "isotope",
    "tautomer",
    "charge",
    "alias",
    "none",
)


class StructureError(InputError):
    """A structure that cannot be assessed: what is wrong, where, and what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A molecule that RDKit accepts, sanitised, with stereo and isotopes as given.

    Attributes:
        mol: The whole molecule, salts and solvents included; never changed in place.
        text: The input, for the record.
        form: Notation of the input: "smiles", "inchi", "molfile" or "name".
    """

    mol: Mol
    text: str
    form: str


class NotReadError(StructureError):
    """The parser is missing, stopped or timed out: nothing is known of the text."""


class Entry(NamedTuple):
    """A structure in a file, or the reason why there is none.

    Attributes:
        place: File and line, row or record, for a message.
        id: Title of an SDF record, name beside a SMILES, column `id`; or "".
        found: The structure, or the error with the reason.
        properties: Data items of an SDF record, or other columns of a row.
    """

    place: str
    id: str
    found: Structure | StructureError
    properties: Mapping[str, str] = {}


class Comparison(Record, frozen=True, kw_only=True):
    """Level of identity between two structures."""

    level: Level  # the strongest level at which both are equal
    set_aside: tuple[Level, ...] = ()  # differences ignored for it


class StructureHit(Record, frozen=True, kw_only=True):
    """A substance in the registry that is identical to a structure, or a variant of it."""

    substance: str  # slug
    form: str | None  # name of the form, if a form matched
    level: Level
    set_aside: tuple[Level, ...] = ()  # differences
    key: str  # matching key: an InChIKey, or else the control key
    part: str = ""  # SMILES of the matching fragment, if there are several; "": the whole
    why: str = ""  # for an alias: what the alternative drawing is


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a table; None: guess from the header.

    Attributes:
        structure: Header of a column of structures in any form; never guessed.
        smiles: Header of the column of SMILES.
        inchi: Header of the column of InChIs.
        name: Header of the column of systematic names.
        id: Header of the column of identifiers.
    """

    structure: str | None = field(default=None)
    smiles: str | None = field(default=None)
    inchi: str | None = field(default=None)
    name: str | None = field(default=None)
    id: str | None = field(default=None)
