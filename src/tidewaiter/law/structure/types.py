"""What structures are read into and compared by."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from rdkit.Chem import Mol

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

Level = Literal["exact", "salt", "stereo", "isotope", "tautomer", "charge", "alias", "none"]
"""How far two structures are the same, strongest first: as they stand; but for what is beside the
largest fragment, and its protonation; for stereo; for isotopes; for mobile hydrogen; for charge;
by a drawing that is entered by hand; not at all. Each level includes those before it."""

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
    """A structure that cannot be assessed: what is wrong, where, and what would do."""


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """A molecule that RDKit accepts, sanitised, with stereo and isotopes as they were given.

    Attributes:
        mol: The whole of it, salts and solvents included; never changed in place.
        text: What was given, for the record.
        form: How it was given: "smiles", "inchi", "molfile" or "name".
    """

    mol: Mol
    text: str
    form: str


class NotReadError(StructureError):
    """What would read it is missing, stopped or gave no answer: nothing is known of the text."""


class Entry(NamedTuple):
    """One structure of a file, or why there is none.

    Attributes:
        place: The file and the line, row or record, for a message.
        id: The title of an SDF record, the name beside a SMILES, the column `id`; or "".
        found: The structure, or the error that says why it cannot be assessed.
        properties: The data items of an SDF record, or the other columns of a row.
    """

    place: str
    id: str
    found: Structure | StructureError
    properties: Mapping[str, str] = {}


class Comparison(Record, frozen=True, kw_only=True):
    """How far two structures are the same."""

    level: Level  # the strongest level at which both are the same
    set_aside: tuple[Level, ...] = ()  # what differs and had to be left out of view for it


class StructureHit(Record, frozen=True, kw_only=True):
    """A substance of the registry that a structure is, or is a variant of."""

    substance: str  # slug
    form: str | None  # the form's name, where the match is with a form of its own
    level: Level
    set_aside: tuple[Level, ...] = ()  # what differs
    key: str  # the key that matched: an InChIKey, or else the control key
    part: str = ""  # SMILES of the fragment that matched, where there are several; "": all of it
    why: str = ""  # of an alias: what the other drawing is


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold what; None is guessed from the header.

    Attributes:
        structure: Header of the column of structures in whatever form; never guessed.
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
