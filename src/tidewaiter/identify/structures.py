"""Structures: what systematic names, SMILES, InChIs and InChIKeys in a text are.

RDKit and OPSIN are loaded with the first of them; a file without any pays for neither.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.identify.systematic import Candidate, Seeker
from tidewaiter.substances.registry import Registry
from tidewaiter.substances.sightings import Sighting

_KEPT = 1 << 15  # texts whose reading is kept
# How far a finding may be trusted, by how sure it is that the structure is meant and is held.
_SCORES = {"same": 0.95, "variant": 0.6, "open": 0.3, "ion": 0.3}
_READ = {
    "name": "the systematic name",
    "smiles": "the SMILES",
    "inchi": "the InChI",
    "inchikey": "the InChIKey",
}


class _Seen(NamedTuple):
    """What reading a text came to."""

    sightings: tuple[Sighting, ...] = ()
    read: bool = False  # it is a structure
    failed: str = ""  # it may be one, and could not be read here: why


class Structures:
    """Reads the structures in texts; keeps what it read."""

    def __init__(self, registry: Registry) -> None:
        """Take the registry, with its class rules; nothing is loaded yet."""
        self._registry = registry
        self._places = {each.slug: place for place, each in enumerate(registry.substances)}
        self._look = lru_cache(_KEPT)(self._look_up)

    @cached_property
    def _seeker(self) -> Seeker:
        return Seeker()

    @cached_property
    def _sighter(self) -> Any:
        from tidewaiter.substances.structure.sighting import Sighter  # noqa: PLC0415

        return Sighter(self._registry, self._registry.classes)

    def find(
        self, line: int, text: str, known: Sequence[Finding]
    ) -> tuple[list[Finding], list[Defect]]:
        """Find what the structures of a text are.

        Args:
            line: The place of the text in its column.
            text: The text, as written.
            known: What is found in it by name; a place that a strong name fills is not read.

        Returns:
            Findings, and a defect for each name that could not be read.
        """
        findings: list[Finding] = []
        defects: list[Defect] = []
        for candidates in self._seeker.seek(text):
            if _is_known(candidates[0], known):
                continue
            for candidate in candidates:
                seen = self._read(candidate)
                if seen.read:
                    made = self._findings(line, text, candidate, seen)
                    findings.extend(each for each in made if not _is_told(each, known))
                if seen.read or seen.failed:
                    break
            if not seen.read and candidate.shape == "name":
                kind = "name-unread" if seen.failed else "name-unknown"
                at = candidates[0]
                defects.append(Defect(line, at.start, at.end, text[at.start : at.end], kind))
        return findings, defects

    def _read(self, candidate: Candidate) -> _Seen:
        """Read a candidate in each of its ways until one is a structure."""
        seen = _Seen()
        for text in candidate.texts:
            seen = self._look(text, candidate.shape)
            if seen.read or seen.failed:
                break
        return seen

    def _look_up(self, text: str, shape: str) -> _Seen:
        # Here and not above: RDKit takes as long to load as thousands of lines without it.
        from tidewaiter.substances.structure import StructureError, parse_structure  # noqa: PLC0415
        from tidewaiter.substances.structure.types import NotReadError  # noqa: PLC0415

        if shape == "inchikey":
            return _Seen(self._sighter.see_key(text), read=True)
        try:
            structure = parse_structure(text, shape)
        except NotReadError as error:
            return _Seen(failed=error.message)
        except StructureError:
            return _Seen()
        try:
            sightings = self._sighter.see(structure)
        except StructureError as error:
            return _Seen(failed=error.message)
        return _Seen(sightings, read=True)

    def _findings(self, line: int, text: str, at: Candidate, seen: _Seen) -> Iterator[Finding]:
        for each in seen.sightings:
            place = self._places[each.slug]
            substance = self._registry.substances[place]
            form = next((f for f in substance.forms if f.name == each.form), None)
            cas = form.cas if form else next(iter(substance.cas), None)
            how = "class" if each.is_class else "name" if at.shape == "name" else "structure"
            downgraded: tuple[str, ...] = ()
            if each.sureness == "open":
                downgraded = (f"the class could not be evaluated: {each.words[0]}",)
            elif each.sureness == "ion":
                downgraded = ("what could be read is an ion, so it may be half of a name",)
            smiles = f", read as {each.smiles}" if each.smiles and at.shape == "name" else ""
            yield Finding(
                line,
                place,
                cas,
                at.start,
                at.end,
                text[at.start : at.end],
                how,
                "strong" if each.sureness == "same" else "weak",
                _SCORES[each.sureness],
                (f"{_READ[at.shape]}{smiles}", *each.words),
                downgraded,
                each.smiles,
                each.atoms,
            )


def inside(part: Finding, whole: Finding) -> bool:
    """Tell whether one finding stands in the place of another."""
    return whole.start <= part.start and part.end <= whole.end


def _is_told(found: Finding, known: Sequence[Finding]) -> bool:
    """Tell whether a name says the same of a part of the place: "X" of "X hydrochloride"."""
    return any(
        other.substance == found.substance
        and other.cas == found.cas
        and other.tier == "strong"
        and not other.downgraded
        and inside(other, found)
        for other in known
    )


def _is_known(candidate: Candidate, known: Sequence[Finding]) -> bool:
    """Tell whether a name that is enough alone fills the place of a candidate."""
    return any(
        found.start <= candidate.start
        and candidate.end <= found.end
        and found.tier == "strong"
        and not found.downgraded
        for found in known
    )
