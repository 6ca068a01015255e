"""Read systematic names with OPSIN."""

from rdkit.Chem import Mol

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.substances.structure.check import short
from tidewaiter.substances.structure.opsin import opsin
from tidewaiter.substances.structure.smiles import mol_from_smiles
from tidewaiter.substances.structure.types import NotReadError, StructureError

MOST_NAME = 2_000  # characters; the longest name of OPSIN's own tests has 1,100


class Words(Record, frozen=True, kw_only=True):
    """Words of everyday language that OPSIN reads as something else."""

    why: str
    words: tuple[str, ...]


def everyday_words() -> frozenset[str]:
    """Load the words that are not taken for names unless they are said to be names."""
    return frozenset(read_toml(data("structures", "words.toml"), Words).words)


def mol_from_name(text: str, at: str) -> Mol:
    """Read one molecule from a systematic or well-known name, in English.

    Args:
        text: The name; line breaks and runs of space count as one space.
        at: Its place, for a message.

    Raises:
        StructureError: OPSIN cannot read it, is not installed, or does not answer.
    """
    name = " ".join(text.replace("\0", " ").split())
    if len(name) > MOST_NAME:
        raise _refused(name, at, f"it has more than {MOST_NAME:,} characters")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _refused(ascii(name), at, "it holds broken characters") from None
    try:
        smiles, remarks = opsin().ask(name)
    except NotReadError as error:
        raise NotReadError(error.message, at=at, hint=error.hint) from error
    if not smiles:
        raise _refused(name, at, _reason(remarks, name))
    try:
        return mol_from_smiles(smiles, at)
    except StructureError as error:
        why = error.message.rpartition(": ")[2]
        raise _refused(name, at, f"OPSIN reads it as {short(smiles)}: {why}") from error


def _reason(remarks: str, name: str) -> str:
    """Shorten what OPSIN says."""
    text = remarks.removeprefix(name).strip()
    _, found, rest = text.partition("uninterpretable: ")
    part = rest.partition(" The following was not parseable")[0].strip()
    if found and part:
        return f'OPSIN does not know "{short(part)}"'
    return f"OPSIN: {text}" if text else "OPSIN does not know it"


def _refused(name: str, at: str, why: str) -> StructureError:
    return StructureError(
        f'"{short(name)}" is not a name that gives a structure: {why}',
        at=at,
        hint="give a SMILES or an InChI",
    )
