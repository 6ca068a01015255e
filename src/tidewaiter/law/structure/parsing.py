"""Parse structures: SMILES, InChI, molfile or systematic name."""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from rdkit import Chem
from rdkit.Chem import Mol, MolToSmiles, rdinchi

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.law.structure.checks import check_mol, check_text, quiet, reason, said, short
from tidewaiter.law.structure.opsin import Answer, opsin
from tidewaiter.law.structure.types import NotReadError, Structure, StructureError

PREFIX = "InChI="
_PART = re.compile(r"^(\d*)(.*)$")
_ATOM = re.compile(r"([A-Z][a-z]?)(\d*)")


def mol_from_inchi(text: str, at: str) -> Mol:
    """Parse an InChI, standard or not.

    Args:
        text: Like "InChI=1S/C2H6O/c1-2-3/h3H,2H2,1H3".
        at: Place, for a message.

    Raises:
        StructureError: Not an InChI, or the InChI library rejects it.
    """
    text = text.strip()
    why = "" if text.startswith(PREFIX) else f"it does not begin with {PREFIX}"
    why = why if text.isascii() else "it holds signs that are not ASCII"
    if not why:
        found = _read_inchi(text, at)
        mol, _, message, log = found
        if mol is not None and _is_whole(text, mol):
            return mol
        if mol is not None:
            raise StructureError("law/inchi-cut-short", text=short(text), at=at)
        why = message or _last(log) or reason(said(lambda: rdinchi.InchiToMol(text)))
    raise StructureError(
        "law/inchi-not-read", text=short(text), why=why or "it is not accepted", at=at
    )


def _read_inchi(text: str, at: str) -> tuple[Mol | None, int, str, str]:
    """Parse an InChI with RDKit: the molecule, a code, a message and a log.

    Raises:
        StructureError: An atom has too many bonds, for example without the layer of hydrogens.
    """
    try:
        with quiet():
            found: tuple[Mol | None, int, str, str] = rdinchi.InchiToMol(text)
    except (ValueError, RuntimeError) as error:  # RDKit's own errors derive from these
        raise StructureError(
            "law/inchi-not-read", text=short(text), why=short(str(error)), at=at
        ) from error
    return found


def _is_whole(text: str, mol: Mol) -> bool:
    """Return whether the layers of an InChI account for all atoms of its formula.

    Without its layer of hydrogens an InChI is parsed as a radical, which is another substance.
    """
    try:
        with quiet():
            made: str = rdinchi.MolToInchi(mol)[0]
    except (ValueError, RuntimeError):  # RDKit's own errors: the valence of an atom
        return False
    return not made or _atoms(made) == _atoms(text)


def _atoms(text: str) -> Counter[str]:
    """Count the atoms in the formula of an InChI; its parts may have a multiplier."""
    atoms: Counter[str] = Counter()
    layers = text.split("/")
    for part in layers[1].split(".") if len(layers) > 1 else ():
        times, formula = _PART.findall(part)[0]
        for name, count in _ATOM.findall(formula):
            atoms[name] += int(times or 1) * int(count or 1)
    return atoms


def _last(log: str) -> str:
    """Return the message of the InChI library on the structure."""
    lines = [line.strip() for line in log.splitlines() if line.startswith("Structure: 1")]
    return lines[-1].removeprefix("Structure: 1").strip() if lines else ""


_EXTENDED = re.compile(r"(\S+)\s+\|.*\|")
_OPEN_LABEL = re.compile(r"_?R\d*'*|_AP\d+|A|Q|X|M|AH|QH|XH|MH|Pol", re.IGNORECASE)
# Organic subset, bracket atom, bonds, ring closures, dots, branches: OpenSMILES 1.0, section 3.
_TOKENS = re.compile(
    r"(?:Br|Cl|[BCNOPSFI]|[bcnops]|\[[^\]\[\s]+\]|->|<-|[-=#$:/\\~.()*]|%\(?[0-9]+\)?|[0-9])+"
)


def looks_like_smiles(text: str) -> bool:
    """Return whether a text consists of SMILES characters only."""
    return _TOKENS.fullmatch(text.split(" |", maxsplit=1)[0].strip()) is not None


def is_reaction(text: str) -> bool:
    """Return whether a SMILES has a reaction arrow; a dative bond arrow does not count."""
    return ">" in text and ">" in text.replace("->", "")


def mol_from_smiles(text: str, at: str) -> Mol:
    """Parse a SMILES.

    Args:
        text: A SMILES, alone or with an extension between bars, without a name.
        at: Place, for a message.

    Raises:
        StructureError: It is malformed, a reaction, or has impossible bonds.
    """
    text = text.strip()
    if not text.isascii():
        raise _smiles_error(text, at, "it holds signs that are not ASCII")
    if is_reaction(text):
        raise _smiles_error(text, at, "it is a reaction")
    if len(text.split(None, 1)) > 1 and _EXTENDED.fullmatch(text) is None:
        raise _smiles_error(text, at, "text stands behind it")
    with quiet():
        mol = Chem.MolFromSmiles(text)
    if mol is None:
        raise _smiles_error(text, at, _why(text))
    if "|" in text:
        _check_labels(mol, text, at)
    return mol


def _why(text: str) -> str:
    """Return why RDKit rejects a SMILES."""
    lines = said(lambda: Chem.MolFromSmiles(text))
    where = next((line for line in lines if line.startswith("SMILES Parse Error: check")), "")
    position = re.search(r"position (\d+)", where)
    place = f" at character {position[1]}" if position else ""
    return (reason(lines) or "RDKit does not accept it") + place


def _check_labels(mol: Mol, text: str, at: str) -> None:
    """Refuse extension labels that turn an atom into a variable position."""
    for atom in mol.GetAtoms():
        label = atom.GetProp("atomLabel") if atom.HasProp("atomLabel") else ""
        if _OPEN_LABEL.fullmatch(label):
            raise _smiles_error(text, at, f'the label "{label}" makes an open place of an atom')


def _smiles_error(text: str, at: str, why: str) -> StructureError:
    return StructureError("law/smiles-not-read", text=short(text), why=why, at=at)


MOST_NAME = 2_000  # characters; the longest name in OPSIN's own tests has 1,100


class Words(Record, frozen=True, kw_only=True):
    """Everyday words that OPSIN parses as chemical names."""

    why: str
    words: tuple[str, ...]


def everyday_words() -> frozenset[str]:
    """Load the words that are not names unless the caller says so."""
    return frozenset(read_toml(data("structures", "words.toml"), Words).words)


def mol_from_name(text: str, at: str) -> Mol:
    """Parse a systematic or common name in English.

    Args:
        text: The name; line breaks and repeated spaces count as one space.
        at: Place, for a message.

    Raises:
        StructureError: OPSIN cannot parse it, is not installed, or does not respond.
    """
    name = _plain_name(text, at)
    try:
        answer: Answer = opsin().ask(name)
    except NotReadError as error:
        answer = error
    return _mol_of(name, answer, at)


def parse_names(texts: Sequence[str]) -> list[Structure | StructureError]:
    """Parse systematic names, as `parse_structure` does, all of them in one go.

    Args:
        texts: The names.

    Returns:
        The structure of each name, or the error.
    """
    names: dict[str, str] = {}
    found: dict[str, Structure | StructureError] = {}
    for text in texts:
        try:
            check_text(text, "")
            names[text] = _plain_name(text, "")
        except StructureError as error:
            found[text] = error
    try:
        answers: Sequence[Answer] = opsin().ask_all(list(names.values())) if names else ()
    except NotReadError as error:  # it is not installed
        answers = [error] * len(names)
    for (text, name), answer in zip(names.items(), answers, strict=True):
        try:
            mol = _mol_of(name, answer, "")
            check_mol(mol, text, "")
            found[text] = Structure(mol, text, "name")
        except StructureError as error:
            found[text] = error
    return [found[text] for text in texts]


def _plain_name(text: str, at: str) -> str:
    """Return a name on one line.

    Raises:
        StructureError: It is too long, or not text.
    """
    name = " ".join(text.replace("\0", " ").split())
    if len(name) > MOST_NAME:
        raise _name_error(name, at, f"it has more than {MOST_NAME:,} characters")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _name_error(ascii(name), at, "it holds broken characters") from None
    return name


def _mol_of(name: str, answer: Answer, at: str) -> Mol:
    """Parse OPSIN's answer to a name.

    Raises:
        StructureError: It has none, or RDKit does not accept it.
    """
    if isinstance(answer, NotReadError):
        raise answer.placed(at) from answer
    smiles, remarks = answer
    if not smiles:
        raise _name_error(name, at, _reason(remarks, name))
    try:
        return mol_from_smiles(smiles, at)
    except StructureError as error:
        why = error.message.rpartition(": ")[2]
        raise _name_error(name, at, f"OPSIN reads it as {short(smiles)}: {why}") from error


def _reason(remarks: str, name: str) -> str:
    """Shorten an OPSIN message."""
    text = remarks.removeprefix(name).strip()
    _, found, rest = text.partition("uninterpretable: ")
    part = rest.partition(" The following was not parseable")[0].strip()
    if found and part:
        return f'OPSIN does not know "{short(part)}"'
    return f"OPSIN: {text}" if text else "OPSIN does not know it"


def _name_error(name: str, at: str, why: str) -> StructureError:
    return StructureError("law/name-not-read", name=short(name), why=why, at=at)


_COUNTS = 3  # index of the counts line


def looks_like_molfile(text: str) -> bool:
    """Return whether a text has the counts line or the end of a molfile."""
    return "\n" in text and any(sign in text for sign in ("V2000", "V3000", "M  END", "$RXN"))


def mol_from_block(text: str, at: str) -> Mol:
    """Parse a molfile.

    Args:
        text: All of it: title, two more lines, counts, atoms, bonds, properties.
        at: Place, for a message.

    Raises:
        StructureError: It is malformed, a reaction, or has impossible bonds.
    """
    lines = text.splitlines()
    title = lines[0] if lines else ""
    if title.startswith("$RXN"):
        raise _molfile_error("$RXN", at, "it is a reaction")
    if len(lines) <= _COUNTS:
        raise _molfile_error(text, at, f"it ends after {len(lines)} lines, before the counts")
    plain = text.encode("ascii", "replace").decode()  # the title is irrelevant here
    with quiet():
        mol = _read_molfile(plain)
    if mol is None:
        raise _molfile_error(
            title, at, reason(said(lambda: _read_molfile(plain))) or "RDKit does not accept it"
        )
    return mol


def _read_molfile(text: str) -> Mol | None:
    try:
        return Chem.MolFromMolBlock(text)
    except (RuntimeError, ValueError):  # Chem reports most faults as None, and a few this way
        return None


def _molfile_error(text: str, at: str, why: str) -> StructureError:
    return StructureError("law/molfile-not-read", text=short(text), why=why, at=at)


_READERS: dict[str, Callable[[str, str], Mol]] = {
    "smiles": mol_from_smiles,
    "inchi": mol_from_inchi,
    "molfile": mol_from_block,
    "name": mol_from_name,
}
# Signs beyond those of plain SMILES: open places, bonds of any kind, extensions.
_UNUSUAL = re.compile(r"[^A-Za-z0-9\[\]()=#@+\-/\\.%:]|#0")
_ACRONYM = 6  # maximum capital letters; the longest name of that shape is shorter


def parse_structure(text: str, form: str = "auto", *, at: str = "") -> Structure:
    """Parse a structure.

    Args:
        text: A SMILES, an InChI, a molfile, or a systematic name in English.
        form: Notation: "smiles", "inchi", "molfile", "name", or "auto" to detect it. The result has
            the detected `form`.
        at: Place, for a message.

    Returns:
        The structure, salts and solvents included.

    Raises:
        StructureError: It cannot be parsed in that form, or cannot be assessed: it is empty, a
            reaction, a polymer, has variable positions or query atoms, or more than 1,000 atoms.
    """
    check_text(text, at)
    kind = _shape(text.strip(), at) if form == "auto" else form
    reader = _READERS.get(kind)
    if reader is None:
        known = ", ".join(("auto", *_READERS))
        raise StructureError("law/not-a-form-of-structure", form=form, known=known, at=at)
    mol = reader(text, at)
    plain = kind == "smiles" and _UNUSUAL.search(text) is None
    check_mol(mol, text.partition("\n")[0] if kind == "molfile" else text, at, plain=plain)
    return Structure(mol, text, kind)


def is_written(text: str) -> bool:
    """Return whether a text has the shape of a structure: an InChI, a molfile, or a SMILES.

    Names do not count, nor capitals that may be the abbreviation of a substance.
    """
    try:
        return _shape(text.strip(), "") != "name"
    except StructureError:
        return False


def reading(structure: Structure) -> str:
    """Describe how a structure was parsed, for a record that others verify.

    A name is quoted with the SMILES from OPSIN, as an everyday word may be a name.
    """
    if structure.form == "name":
        return f'the name "{short(structure.text)}", read by OPSIN as {MolToSmiles(structure.mol)}'
    if structure.form == "molfile":
        return f"the molfile of {MolToSmiles(structure.mol)}"
    return f"{'InChI' if structure.form == 'inchi' else 'SMILES'} {short(structure.text)}"


def _shape(text: str, at: str) -> str:
    """Detect the notation of a text by its shape.

    Raises:
        StructureError: It may be an acronym as well as a SMILES, or it is an everyday word.
    """
    if text.startswith(PREFIX):
        return "inchi"
    if looks_like_molfile(text):
        return "molfile"
    if _is_acronym(text):
        raise StructureError("law/smiles-or-short-name", text=text, at=at)
    if looks_like_smiles(text) or is_reaction(text):
        return "smiles"
    if text.lower() in everyday_words():
        raise StructureError("law/everyday-word", text=text, at=at)
    return "name"


def _is_acronym(text: str) -> bool:
    """Return whether capitals that parse as a SMILES, like PCP, may be an acronym.

    With carbon, nitrogen and oxygen only it is a SMILES: a common way to write small ones.
    """
    letters = text.isascii() and text.isalpha() and text.isupper() and len(text) <= _ACRONYM
    return letters and not set(text) <= set("CNO") and looks_like_smiles(text)
