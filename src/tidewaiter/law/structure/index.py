"""Which substances of the registry a structure is; counterions and alternative drawings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rdkit import Chem

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.law.structure.keys import compare, components, control_key, inchikey, parent
from tidewaiter.law.structure.parsing import parse_structure
from tidewaiter.law.structure.types import (
    LEVELS,
    Comparison,
    Structure,
    StructureError,
    StructureHit,
)
from tidewaiter.law.types import Substance


class Counterions(Record, frozen=True, kw_only=True):
    """What counts as beside the substance."""

    why: str
    solvents: tuple[str, ...]  # SMILES; beside anything they change nothing
    counterions: tuple[str, ...]  # SMILES; by control key, so ion and acid are the same
    sources: tuple[str, ...]


class Companions:
    """Tells of which fragments a structure is made, counter-ions and water set aside."""

    def __init__(self) -> None:
        known = read_toml(data("structures", "counterions.toml"), Counterions)
        self._solvents = {_key(smiles) for smiles in known.solvents}
        self._counterions = {_key(smiles) for smiles in known.counterions}

    def parts(self, structure: Structure) -> list[tuple[Structure, str]]:
        """List the fragments that may be a substance by themselves, with their control keys.

        A counter-ion is one only where nothing but water stands beside it: the chloride of a
        salt is no hydrochloric acid.

        Raises:
            StructureError: A step of the control key fails on a fragment.
        """
        found = {control_key(part): part for part in components(structure)}
        if len(found) == 1:
            return [(part, key) for key, part in found.items()]
        beside = found.keys() - self._solvents
        if len(beside) > 1:
            beside -= self._counterions
        return [(found[key], key) for key in found if key in beside]

    def is_salt(self, structure: Structure) -> bool:
        """Tell whether a structure is an ion, or has more beside it than water and solvents.

        Raises:
            StructureError: A step of the control key fails on a fragment.
        """
        if Chem.GetFormalCharge(structure.mol):
            return True
        keys = {control_key(part) for part in components(structure)}
        return len(keys - self._solvents) > 1


def _key(smiles: str) -> str:
    return control_key(parse_structure(smiles, "smiles"))


class Drawing(Record, frozen=True, kw_only=True):
    """One other way of drawing a substance."""

    smiles: str
    form: str | None = None  # the name of the form that it draws; None: the substance
    whole: bool = False  # found as it stands only; otherwise its salts and the like are found too
    why: str  # what it is, and why the keys differ, in a few words
    sources: tuple[str, ...]  # slugs of sources


class Aliases(Record, frozen=True, kw_only=True):
    """The other drawings of one substance; the file's name is its slug."""

    slug: str
    drawings: tuple[Drawing, ...]


def load_aliases() -> tuple[Aliases, ...]:
    """Load the other drawings that travel with the package, sorted by slug.

    Raises:
        RegistryError: A file is malformed.
    """
    return tuple(read_toml(file, Aliases) for file in toml_files(data("aliases")))


class _Drawn(NamedTuple):
    """A structure of the registry."""

    substance: str
    form: str | None
    structure: Structure
    why: str = ""  # of an alias
    whole: bool = False  # found by the InChIKey of all of it only


class StructureIndex:
    """The structures of substances and their forms, found by InChIKey and by control key."""

    def __init__(
        self, substances: Iterable[Substance], aliases: Iterable[Aliases] | None = None
    ) -> None:
        """Compute the keys of all structures; some 0.4 seconds for the registry.

        Args:
            substances: Those without a SMILES are found by name only.
            aliases: Other drawings; None: those that travel with the package. Those of a
                substance that is not among `substances` are left out.

        Raises:
            RegistryError: A SMILES of a substance cannot be read or has no keys.
        """
        self._exact: defaultdict[str, list[_Drawn]] = defaultdict(list)
        self._blocks: defaultdict[str, list[_Drawn]] = defaultdict(list)  # of InChIKeys
        self._control: defaultdict[str, list[_Drawn]] = defaultdict(list)
        self._companions = Companions()
        others = {each.slug: each for each in (load_aliases() if aliases is None else aliases)}
        for substance in substances:
            for drawn in _drawings(substance, others.get(substance.slug)):
                self._add(drawn)

    def find(self, structure: Structure) -> tuple[StructureHit, ...]:
        """Find the substances that a structure is, or is a variant of, or holds.

        Each fragment is looked up, but for counter-ions and water beside another one. There is
        one hit a substance, at the strongest level; the strongest hits come first.

        Raises:
            StructureError: Nothing was found, and a part of it could not be looked up.
        """
        hits: dict[str, StructureHit] = {}
        for hit in self._hits(structure):
            known = hits.get(hit.substance)
            if known is None or _rank(hit) < _rank(known):
                hits[hit.substance] = hit
        if not hits:
            self._companions.parts(structure)  # raises where a fragment has no key
        return tuple(sorted(hits.values(), key=_rank))

    def find_key(self, key: str) -> tuple[StructureHit, ...]:
        """Find the substances of an InChIKey, or else those that share its first block.

        The first block is the same for all stereo and isotopic variants; the others of a key
        cannot be told from it.
        """
        same = [_hit(d, Comparison(level="exact"), key, "") for d in self._exact.get(key, ())]
        block, _, _ = key.partition("-")
        near = Comparison(level="stereo", set_aside=("stereo", "isotope"))
        hits = same or [_hit(d, near, block, "") for d in self._blocks.get(block, ())]
        best: dict[str, StructureHit] = {}
        for hit in sorted(hits, key=_rank):
            best.setdefault(hit.substance, hit)
        return tuple(best.values())

    def _add(self, drawn: _Drawn) -> None:
        try:
            key = inchikey(drawn.structure)
            self._exact[key].append(drawn)
            self._blocks[key.partition("-")[0]].append(drawn)
            if not (drawn.whole or _is_ion_alone(drawn.structure)):
                self._control[control_key(drawn.structure)].append(drawn)
        except StructureError as error:
            raise RegistryError.like(error, at=f"{drawn.substance}.toml") from error

    def _hits(self, structure: Structure) -> Iterator[StructureHit]:
        whole = _inchikey(structure)
        for drawn in self._exact.get(whole, ()):
            yield _hit(drawn, Comparison(level="exact"), whole, "")
        try:
            parts = self._companions.parts(structure)
        except StructureError:
            return  # find says so where nothing else was found
        for part, key in parts:
            exact = whole if part is structure else _inchikey(part)
            same = self._exact.get(exact, ())
            near = [drawn for drawn in self._control.get(key, ()) if drawn not in same]
            for drawn in (*same, *near):
                found = _compared(structure, part, drawn)
                smiles = "" if part is structure else part.text
                yield _hit(drawn, found, exact if drawn in same else key, smiles)


def _drawings(substance: Substance, others: Aliases | None) -> Iterator[_Drawn]:
    """List the structures of a substance: itself, its forms, its other drawings."""
    slug = substance.slug
    for form, smiles in ((None, substance.smiles), *((f.name, f.smiles) for f in substance.forms)):
        if smiles is not None:
            yield _Drawn(slug, form, _parsed(smiles, slug))
    for drawing in others.drawings if others else ():
        structure = _parsed(drawing.smiles, slug)
        yield _Drawn(slug, drawing.form, structure, drawing.why, drawing.whole)


def _parsed(smiles: str, slug: str) -> Structure:
    try:
        return parse_structure(smiles, "smiles")
    except StructureError as error:
        raise RegistryError.like(error, at=f"{slug}.toml") from error


def _is_ion_alone(structure: Structure) -> bool:
    """Tell whether the control key of a salt is that of one atom: sodium says no borohydride."""
    return len(components(structure)) > 1 and parent(structure).mol.GetNumAtoms() == 1


def _compared(structure: Structure, part: Structure, drawn: _Drawn) -> Comparison:
    """Compare with the whole, or else with the part that matched."""
    found = compare(structure, drawn.structure)
    if part is structure or found.level != "none":
        return found
    found = compare(part, drawn.structure)
    if found.level == "none":  # the control key matched, so that much is the same
        found = Comparison(level="tautomer", set_aside=("tautomer",))
    aside = tuple(dict.fromkeys(("salt", *found.set_aside)))
    return Comparison(level="salt" if found.level == "exact" else found.level, set_aside=aside)


def _hit(drawn: _Drawn, found: Comparison, key: str, part: str) -> StructureHit:
    return StructureHit(
        substance=drawn.substance,
        form=drawn.form,
        level="alias" if drawn.why else found.level,
        set_aside=found.set_aside,
        key=key,
        part=part,
        why=drawn.why,
    )


def _rank(hit: StructureHit) -> tuple[int, int, bool, str]:
    """Order hits: by level, then by how little is set aside, then the substance before a form."""
    return LEVELS.index(hit.level), len(hit.set_aside), hit.form is not None, hit.substance


def _inchikey(structure: Structure) -> str:
    """Return the InChIKey, or "" where there is none: the control key may still be known."""
    try:
        return inchikey(structure)
    except StructureError:
        return ""
