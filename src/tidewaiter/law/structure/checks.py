"""RDKit's log messages, and structures that cannot be assessed: queries, polymers."""

import logging
import re
import threading
from collections.abc import Callable

from rdkit import Chem, rdBase
from rdkit.Chem import Mol

from tidewaiter.law.structure.types import StructureError

MOST_ATOMS = 1_000  # the limit of InChI is 1,024; the largest listed substance has 78
MOST_TEXT = 100_000  # characters of one structure; a molfile of 1,000 atoms has about 80,000

# SGroup types for repeated or variable parts, as in CTFile formats, 2020.
_POLYMERS = {"SRU", "MON", "MER", "COP", "CRO", "MOD", "GRA", "ANY"}
_DUMMY = Chem.MolFromSmarts("[#0]")


def short(text: str, most: int = 60) -> str:
    """Return a text on one line for a message, truncated if long."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 3]}..."


def check_text(text: str, at: str) -> None:
    """Check that a text is neither empty nor too long.

    Raises:
        StructureError: It is.
    """
    if not text.strip():
        raise StructureError("law/no-structure", at=at)
    if len(text) > MOST_TEXT:
        raise StructureError(
            "law/text-too-long", text=short(text), count=len(text), most_text=MOST_TEXT, at=at
        )


def check_mol(mol: Mol, label: str, at: str, *, plain: bool = False) -> None:
    """Check that a molecule is exactly one definite structure.

    Args:
        mol: The molecule.
        label: Name for the message.
        at: Place, for the message.
        plain: Its notation cannot write open places, queries or repeated parts.

    Raises:
        StructureError: It is not.
    """
    why = _size_obstacle(mol) or ("" if plain else _obstacle(mol))
    if why:
        raise StructureError("law/not-one-known-molecule", label=short(label), why=why, at=at)


def _size_obstacle(mol: Mol) -> str:
    atoms = mol.GetNumAtoms()
    if 0 < atoms <= MOST_ATOMS:
        return ""
    return f"it has {atoms:,} atoms, more than {MOST_ATOMS:,}" if atoms else "it has no atoms"


def _obstacle(mol: Mol) -> str:
    """Return what prevents the assessment of a molecule of the right size; "": nothing."""
    if mol.HasProp("_molLinkNodes"):
        return "a part of it repeats (link node)"
    if mol.HasSubstructMatch(_DUMMY):
        if any(bond.HasProp("_MolFileBondEndPts") for bond in mol.GetBonds()):
            return "a bond has several possible ends (variable attachment)"
        return "it has an open place (R group, attachment point, * or a list of atoms)"
    if mol.HasQuery():
        return "it has query atoms or bonds, which stand for several"
    return _polymer(mol)


def _polymer(mol: Mol) -> str:
    for group in Chem.GetMolSubstanceGroups(mol):
        kind = group.GetProp("TYPE") if group.HasProp("TYPE") else ""
        if kind in _POLYMERS:
            return f"it is a polymer (a group of type {kind} repeats)"
    return ""


_LOCK = threading.Lock()
_CLOCK = re.compile(r"^\[[0-9:]+\] ")
_NOISE = ("check for mistakes", "Failed parsing", "for input:")


class _Lines(logging.Handler):
    """Collects log lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(_CLOCK.sub("", record.getMessage().strip()))


def quiet() -> rdBase.BlockLogs:
    """Return a context in which RDKit writes nothing to standard error."""
    return rdBase.BlockLogs()


def said(work: Callable[[], object]) -> list[str]:
    """Run an RDKit call, and return the lines that it logs.

    Only for error cases: it is slow, and RDKit logs to standard error again afterwards, unless told
    otherwise.
    """
    logger, handler = logging.getLogger("rdkit"), _Lines()
    with _LOCK:
        kept = logger.handlers, logger.propagate
        logger.handlers, logger.propagate = [handler], False
        rdBase.LogToPythonLogger()
        try:
            work()
        finally:
            rdBase.LogToCppStreams()
            logger.handlers, logger.propagate = kept
    return handler.lines


def reason(lines: list[str]) -> str:
    """Select the log line that gives the reason.

    Args:
        lines: Log lines, like "SMILES Parse Error: unclosed ring for input: 'C1CC'".
    """
    for line in lines:
        text = line.partition("Error: ")[2] or line
        text = text.partition(" for input:")[0].partition(" while parsing:")[0].strip()
        if text and not text.startswith(_NOISE):
            return text
    return ""
