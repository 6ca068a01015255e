"""Structures in text: the substances that systematic names, SMILES, InChIs and InChIKeys denote.

RDKit and OPSIN are loaded with the first candidate; a file without any does not need them. Names
are parsed in batches, each distinct one once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from tidewaiter.base.phrases import Phrase
from tidewaiter.identify.candidates import Candidate, Seeker
from tidewaiter.identify.findings import Defect, Finding
from tidewaiter.identify.parsed_structures import ParsedStructures, Seen, Text
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Substance

_KEPT = 1 << 15  # texts whose result is cached
_TOGETHER = 256  # names parsed at a time; other threads wait for OPSIN meanwhile
# Score of a finding, by the certainty that a structure is meant and is covered.
_SCORES = {"same": 0.95, "variant": 0.6, "open": 0.3, "ion": 0.3}


class Line(NamedTuple):
    """A text that may contain structures."""

    number: int  # index in its column
    text: str
    known: Sequence[Finding]  # by name; the span of a strong name is not parsed


class _Place:
    """A place in a line, and the spellings that are tried until one is parsed as a structure."""

    def __init__(self, line: Line, candidates: Sequence[Candidate]) -> None:
        self.line = line
        self.candidates = candidates
        self.tries = iter([(each, text) for each in candidates for text in each.texts])
        self.candidate, self.text = next(self.tries)
        self.seen = Seen()

    def is_open(self, seen: Seen) -> bool:
        """Set the result of the current spelling; return whether another one is to be tried."""
        self.seen = seen
        if seen.read or seen.failed:
            return False
        following = next(self.tries, None)
        if following is None:
            return False
        self.candidate, self.text = following
        return True


class Structures:
    """Parses the structures in texts; cached."""

    def __init__(self, registry: Registry, stored: ParsedStructures | None = None) -> None:
        """Set the registry, with its class rules; nothing is loaded yet.

        Args:
            registry: The substances and class rules.
            stored: Results of earlier runs with this registry; None: all texts are parsed.
        """
        self._registry = registry
        self._stored = stored
        self._places = {each.slug: place for place, each in enumerate(registry.substances)}
        self._kept: dict[Text, Seen] = {}  # the most recent last

    @cached_property
    def _seeker(self) -> Seeker:
        return Seeker()

    @cached_property
    def _sighter(self) -> Any:
        from tidewaiter.law.structure.recognition import Sighter  # noqa: PLC0415

        return Sighter(self._registry, self._registry.classes)

    def find(self, lines: Iterable[Line]) -> tuple[list[Finding], list[Defect]]:
        """Identify the structures in texts.

        Args:
            lines: The texts, with what is known of them.

        Returns:
            Findings, and a defect for each name that could not be parsed, in order of the lines.
        """
        places = [
            _Place(line, candidates)
            for line in lines
            for candidates in self._seeker.seek(line.text)
            if not _is_known(candidates[0], line.known)
        ]
        self._read(places)
        findings: list[Finding] = []
        defects: list[Defect] = []
        for place in places:
            number, text, known = place.line
            if place.seen.read:
                made = self._findings(number, text, place.candidate, place.seen)
                findings.extend(each for each in made if not _is_told(each, known))
            elif place.candidate.shape == "name":
                kind = "name-unread" if place.seen.failed else "name-unknown"
                at = place.candidates[0]
                defects.append(Defect(number, at.start, at.end, text[at.start : at.end], kind))
        return findings, defects

    def _read(self, places: Iterable[_Place]) -> None:
        """Try the spellings of each place until one parses; the next of all places at a time."""
        waiting = list(places)
        while waiting:
            wanted = dict.fromkeys((place.text, place.candidate.shape) for place in waiting)
            seen = self._look_up(wanted)
            waiting = [
                place for place in waiting if place.is_open(seen[place.text, place.candidate.shape])
            ]

    def _look_up(self, wanted: Mapping[Text, None]) -> dict[Text, Seen]:
        """Parse texts, or return the cached results."""
        found: dict[Text, Seen] = {}
        for each in wanted:
            known = self._kept.pop(each, None)
            if known is not None:
                found[each] = known
        new = [each for each in wanted if each not in found]
        if new and self._stored:
            found.update(self._stored.find(new))
            new = [each for each in new if each not in found]
        for first in range(0, len(new), _TOGETHER):
            parsed = dict(self._parse(new[first : first + _TOGETHER]))
            found.update(parsed)
            if self._stored:
                self._stored.add(parsed)
        self._kept.update(found)
        for oldest in list(self._kept)[: max(0, len(self._kept) - _KEPT)]:
            self._kept.pop(oldest, None)
        return found

    def _parse(self, texts: Sequence[Text]) -> Iterator[tuple[Text, Seen]]:
        """Parse texts, the names among them in one go."""
        # Imported here: RDKit takes as long to load as thousands of lines without it.
        from tidewaiter.law.structure import (  # noqa: PLC0415
            StructureError,
            parse_names,
            parse_structure,
        )

        names = [each for each in texts if each[1] == "name"]
        structures = parse_names([text for text, _ in names])
        yield from zip(names, map(self._recognise, structures), strict=True)
        for each in texts:
            text, shape = each
            if shape == "inchikey":
                yield each, Seen(self._sighter.see_key(text), read=True)
            elif shape != "name":
                try:
                    structure = parse_structure(text, shape)
                except StructureError as error:
                    yield each, self._recognise(error)
                else:
                    yield each, self._recognise(structure)

    def _recognise(self, structure: Any) -> Seen:
        """Look up a structure, or return the result for an error of parsing."""
        from tidewaiter.law.structure import StructureError  # noqa: PLC0415
        from tidewaiter.law.structure.types import NotReadError  # noqa: PLC0415

        if isinstance(structure, NotReadError):
            return Seen(failed=structure.message)
        if isinstance(structure, StructureError):
            return Seen()
        try:
            return Seen(self._sighter.see(structure), read=True)
        except StructureError as error:
            return Seen(failed=error.message)

    def _is_wide(self, substance: Substance) -> bool:
        """Return whether some law that looks beyond its own nation controls a substance."""
        regimes = self._registry.regimes
        return not substance.controls or any(
            regimes[each.regime].abroad for each in substance.controls
        )

    def _findings(self, line: int, text: str, at: Candidate, seen: Seen) -> Iterator[Finding]:
        for each in seen.sightings:
            place = self._places[each.slug]
            substance = self._registry.substances[place]
            form = next((f for f in substance.forms if f.name == each.form), None)
            cas = form.cas if form else next(iter(substance.cas), None)
            how = "class" if each.is_class else "name" if at.shape == "name" else "structure"
            downgraded: tuple[Phrase, ...] = ()
            if each.sureness == "open":
                downgraded = (Phrase("against/class-open", why=each.words[0]),)
            elif each.sureness == "ion":
                downgraded = (Phrase("against/ion"),)
            how_read = Phrase(f"found/{at.shape}")
            if each.smiles and at.shape == "name":
                how_read = Phrase("found/name-read", smiles=each.smiles)
            yield Finding(
                line,
                place,
                cas,
                at.start,
                at.end,
                text[at.start : at.end],
                how,
                "strong" if each.sureness == "same" and self._is_wide(substance) else "weak",
                _SCORES[each.sureness],
                (how_read, *each.words),
                downgraded,
                each.smiles,
                each.atoms,
            )


def inside(part: Finding, whole: Finding) -> bool:
    """Return whether one finding is inside the span of another."""
    return whole.start <= part.start and part.end <= whole.end


def _is_told(found: Finding, known: Sequence[Finding]) -> bool:
    """Return whether a name already covers part of the span: "X" of "X hydrochloride"."""
    return any(
        other.substance == found.substance
        and other.cas == found.cas
        and other.tier == "strong"
        and not other.downgraded
        and inside(other, found)
        for other in known
    )


def _is_known(candidate: Candidate, known: Sequence[Finding]) -> bool:
    """Return whether a strong name covers the span of a candidate."""
    return any(
        found.start <= candidate.start
        and candidate.end <= found.end
        and found.tier == "strong"
        and not found.downgraded
        for found in known
    )
