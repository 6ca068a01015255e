"""Structure index: substances identical to a structure, with counter-ions and other drawings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace
from rdkit import rdBase

from tidewaiter.base.cache import cached, digest
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml, toml_files
from tidewaiter.law.packs import pack_root
from tidewaiter.law.registry import Registry
from tidewaiter.law.structure.composition import formula_of, heavy_atoms
from tidewaiter.law.structure.keys import compare, components, control_key, inchikey, parent
from tidewaiter.law.structure.parsing import parse_structure
from tidewaiter.law.structure.parts import Companions, Part
from tidewaiter.law.structure.types import (
    LEVELS,
    Comparison,
    Structure,
    StructureError,
    StructureHit,
)
from tidewaiter.law.types import Substance


class Drawing(Record, frozen=True, kw_only=True):
    """An alternative drawing of a substance."""

    smiles: str
    form: str | None = None  # name of the drawn form; None: the substance
    whole: bool = False  # match the whole structure only; otherwise its salts etc. match too
    why: str  # what it is, and why the keys differ, briefly
    sources: tuple[str, ...]  # slugs of sources


class Aliases(Record, frozen=True, kw_only=True):
    """The alternative drawings of one substance; the file's name is its slug."""

    slug: str
    drawings: tuple[Drawing, ...]


def load_aliases() -> tuple[Aliases, ...]:
    """Load the alternative drawings of the law pack in use, sorted by slug.

    Raises:
        RegistryError: A file is invalid.
    """
    return tuple(read_toml(file, Aliases) for file in toml_files(pack_root().joinpath("aliases")))


class Keys(Record, frozen=True, kw_only=True):
    """A structure in the registry, with the keys by which it is found."""

    substance: str
    form: str | None
    smiles: str
    why: str = ""  # for an alias
    exact: str  # InChIKey of the whole
    control: str = ""  # control key; "": only the whole matches
    formula: str  # of the whole
    base: str = ""  # of the parent, whose control key it is

    @property
    def structure(self) -> Structure:
        """Return the structure."""
        return parse_structure(self.smiles, "smiles")


def compute_keys(
    substances: Iterable[Substance], aliases: Iterable[Aliases] | None = None
) -> Iterator[Keys]:
    """Compute the keys of all structures of substances; about 0.4 seconds for the registry.

    Args:
        substances: Those without a SMILES are found by name only.
        aliases: Alternative drawings; None: those included in the package. Drawings of substances
            not in `substances` are ignored.

    Raises:
        RegistryError: A SMILES of a substance cannot be read or has no keys.
    """
    others = {each.slug: each for each in (load_aliases() if aliases is None else aliases)}
    for substance in substances:
        slug = substance.slug
        drawn = [(None, substance.smiles), *((each.name, each.smiles) for each in substance.forms)]
        alias = others.get(slug)
        try:
            for form, smiles in drawn:
                if smiles is not None:
                    yield _keys(slug, Drawing(smiles=smiles, form=form, why="", sources=()))
            yield from (_keys(slug, drawing) for drawing in (alias.drawings if alias else ()))
        except StructureError as error:
            raise RegistryError.like(error, at=f"{slug}.toml") from error


def _keys(slug: str, drawing: Drawing) -> Keys:
    structure = parse_structure(drawing.smiles, "smiles")
    found = Keys(
        substance=slug,
        form=drawing.form,
        smiles=drawing.smiles,
        why=drawing.why,
        exact=inchikey(structure),
        formula=formula_of(structure.mol),
    )
    if drawing.whole or _is_ion_alone(structure):
        return found
    base = formula_of(parent(structure).mol)
    return replace(found, control=control_key(structure), base=base)


def load_keys(registry: Registry) -> tuple[Keys, ...]:
    """Load the keys of the registry's structures; recompute them after a change.

    Raises:
        RegistryError: A structure in the data is invalid.
    """
    code = sorted(Path(__file__).parent.glob("*.py"))
    aliases = toml_files(pack_root().joinpath("aliases"))
    drawings = [*aliases, *toml_files(data("structures"))]
    key = digest((*code, *drawings), registry.digest, rdBase.rdkitVersion)

    def make(place: Path) -> None:
        found = tuple(compute_keys(registry.substances))
        (place / "keys.msgpack").write_bytes(msgspec.msgpack.encode(found))

    file = cached("drawings", key, make) / "keys.msgpack"
    return msgspec.msgpack.decode(file.read_bytes(), type=tuple[Keys, ...])


class StructureIndex:
    """Structures of substances and their forms, indexed by InChIKey and control key."""

    def __init__(self, keys: Iterable[Keys]) -> None:
        """Take the keys of all structures, from `compute_keys` or `load_keys`."""
        self._exact: defaultdict[str, list[Keys]] = defaultdict(list)
        self._blocks: defaultdict[str, list[Keys]] = defaultdict(list)  # by InChIKey
        self._control: defaultdict[str, list[Keys]] = defaultdict(list)
        self._formulas: set[str] = set()  # of all structures, whole
        self._bases: set[str] = set()
        self._companions = Companions()
        for each in keys:
            self._exact[each.exact].append(each)
            self._blocks[each.exact.partition("-")[0]].append(each)
            self._formulas.add(each.formula)
            if each.control:
                self._control[each.control].append(each)
                self._bases.add(each.base)
        self._heavy = set(map(heavy_atoms, self._bases))

    def parts(self, structure: Structure) -> list[Part]:
        """List the fragments that are looked up, as `Companions.parts` does."""
        return self._companions.parts(structure)

    def find(
        self, structure: Structure, parts: list[Part] | None = None
    ) -> tuple[StructureHit, ...]:
        """Find the substances that are identical to a structure, variants of it, or part of it.

        Each fragment is looked up, except for counter-ions and water beside another fragment. There
        is one hit per substance, at the strongest level, strongest hits first.

        Args:
            structure: The structure.
            parts: Its fragments, if they are known.

        Raises:
            StructureError: No hit, and a part of it could not be looked up.
        """
        hits: dict[str, StructureHit] = {}
        refused: StructureError | None = None
        keyed: list[tuple[Part, str]] = []
        try:
            parts = self.parts(structure) if parts is None else parts
            keyed = [(part, part.key if self._may_hold(part) else "") for part in parts]
        except StructureError as error:
            refused = error
        for hit in self._hits(structure, keyed):
            known = hits.get(hit.substance)
            if known is None or _rank(hit) < _rank(known):
                hits[hit.substance] = hit
        if refused and not hits:
            raise refused
        return tuple(sorted(hits.values(), key=_rank))

    def find_key(self, key: str) -> tuple[StructureHit, ...]:
        """Find substances by InChIKey, or else those with the same first block.

        The first block is the same for all stereo and isotopic variants; the other blocks alone do
        not identify them.
        """
        same = [_hit(d, Comparison(level="exact"), key, "") for d in self._exact.get(key, ())]
        block, _, _ = key.partition("-")
        near = Comparison(level="stereo", set_aside=("stereo", "isotope"))
        hits = same or [_hit(d, near, block, "") for d in self._blocks.get(block, ())]
        best: dict[str, StructureHit] = {}
        for hit in sorted(hits, key=_rank):
            best.setdefault(hit.substance, hit)
        return tuple(best.values())

    def _may_hold(self, part: Part) -> bool:
        """Return whether a structure in the registry may have the control key of a fragment."""
        if part.heavy not in self._heavy:
            return False
        return part.formula in self._bases or not part.keeps_hydrogens

    def _hits(self, structure: Structure, keyed: list[tuple[Part, str]]) -> Iterator[StructureHit]:
        mine = next((part for part, _ in keyed if part.is_all_of(structure)), None)
        whole = self._inchikey(mine or Part(structure.mol, structure=structure))
        for drawn in self._exact.get(whole, ()):
            yield _hit(drawn, Comparison(level="exact"), whole, "")
        for part, key in keyed:
            exact = whole if part is mine else self._inchikey(part)
            same = self._exact.get(exact, ())
            near = [drawn for drawn in self._control.get(key, ()) if drawn not in same]
            # The whole was compared with `same` above.
            for drawn in near if part is mine else (*same, *near):
                found = _compared(structure, part.structure, drawn.structure)
                smiles = "" if part is mine else part.structure.text
                yield _hit(drawn, found, exact if drawn in same else key, smiles)

    def _inchikey(self, part: Part) -> str:
        """Return an InChIKey; "": there is none, or no structure in the registry has it."""
        return part.exact if part.formula in self._formulas else ""


def _is_ion_alone(structure: Structure) -> bool:
    """Return whether a salt's control key is one atom: sodium does not imply borohydride."""
    return len(components(structure)) > 1 and parent(structure).mol.GetNumAtoms() == 1


def _compared(structure: Structure, part: Structure, drawn: Structure) -> Comparison:
    """Compare with the whole structure, or else with the matching part."""
    found = compare(structure, drawn)
    if part is structure or found.level != "none":
        return found
    found = compare(part, drawn)
    if found.level == "none":  # the control key matched, so this level is certain
        found = Comparison(level="tautomer", set_aside=("tautomer",))
    aside = tuple(dict.fromkeys(("salt", *found.set_aside)))
    return Comparison(level="salt" if found.level == "exact" else found.level, set_aside=aside)


def _hit(drawn: Keys, found: Comparison, key: str, part: str) -> StructureHit:
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
    """Sort key of hits: level, number of differences, substance before form."""
    return LEVELS.index(hit.level), len(hit.set_aside), hit.form is not None, hit.substance
