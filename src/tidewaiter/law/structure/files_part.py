"""Read the structures of a file, one by one: SMILES, SDF, molfiles and tables."""

from collections.abc import Iterator
from pathlib import Path

from tidewaiter.substances.structure.lines import open_text, whole_lines
from tidewaiter.substances.structure.read import parse_structure
from tidewaiter.substances.structure.sdf import read_sdf
from tidewaiter.substances.structure.tables import read_table
from tidewaiter.substances.structure.types import Columns, Entry, StructureError

TABLES = (".csv", ".tsv", ".tab")
"""The endings of tables, which have columns."""

_SMILES_TITLES = {"smiles", "canonical_smiles", "isomeric_smiles"}


def read_structures(path: Path, columns: Columns | None = None) -> Iterator[Entry]:
    """Read a file of structures, in order, in flat memory.

    Every record gives one entry, with its structure or with the error that says why there is
    none. Text is UTF-8 or UTF-16; lines that are neither are read as Latin-1.

    Args:
        path: A file that ends in .smi (a SMILES, blank, a name), .sdf or .mol, or .csv or .tsv.
        columns: Which columns of a table hold what; what is None is guessed.

    Yields:
        One entry a line of .smi that is not blank, a record of .sdf, or a row of a table.

    Raises:
        StructureError: The ending is unknown, or a table has no column of structures.
    """
    ending = path.suffix.lower()
    if ending in {".smi", ".smiles", ".cxsmiles"}:
        yield from _read_smi(path)
    elif ending in {".sdf", ".sd", ".mol"}:
        yield from read_sdf(path)
    elif ending in TABLES:
        yield from read_table(path, columns or Columns())
    else:
        raise StructureError(
            f'"{path.suffix}" is no ending of a file of structures',
            at=path.name,
            hint="it is .smi, .sdf, .mol, .csv or .tsv",
        )


def _read_smi(path: Path) -> Iterator[Entry]:
    with open_text(path) as file:
        for number, line in enumerate(whole_lines(file), 1):
            smiles, name = _split(line)
            if not smiles or (number == 1 and smiles.lower() in _SMILES_TITLES):
                continue
            place = f"{path.name}, line {number}"
            try:
                yield Entry(place, name, parse_structure(smiles, "smiles", at=place))
            except StructureError as error:
                yield Entry(place, name, error)


def _split(line: str) -> tuple[str, str]:
    """Split a line into its SMILES, with its extension between bars, and a name."""
    smiles, _, rest = line.strip().replace("\t", " ").partition(" ")
    rest = rest.strip()
    if rest.startswith("|") and "|" in rest[1:]:
        extension, _, rest = rest[1:].partition("|")
        smiles = f"{smiles} |{extension}|"
    return smiles, rest.strip()
