"""Catalogue: search of the registry by name, number or code."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal, NamedTuple

from tidewaiter.base.plain_text import plain
from tidewaiter.base.records import Record
from tidewaiter.law.controls import controls_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Substance

By = Literal["name", "slug", "form", "CAS", "HS", "UN", "CUS", "InChIKey"]
"""Field that matched a search."""

DIGITS = "0-9"
"""Letter for names that begin with a digit or a sign."""

_CODES = frozenset({"CAS", "HS", "UN", "CUS", "InChIKey"})
_BLOCK = 14  # letters of the first block of an InChIKey
_FEW = 2  # minimum characters of a code; a shorter one would match every number


class Filters(Record, frozen=True, kw_only=True):
    """Filters for a list of substances; empty: all."""

    regime: str = ""  # slug of an instrument with a control in force
    schedule: str = ""  # of that regime
    kind: str = ""
    letter: str = ""  # first letter of the name, "A" to "Z" or `DIGITS`


class Hit(Record, frozen=True, kw_only=True):
    """A substance, and the field that matched."""

    substance: Substance
    by: By = "name"
    text: str = ""  # matching spelling, if not the preferred name; "": the preferred name


class Facets(Record, frozen=True, kw_only=True):
    """Number of hits per value of each filter, with the other filters applied."""

    regimes: Mapping[str, int]
    schedules: Mapping[str, int]
    kinds: Mapping[str, int]
    letters: Mapping[str, int]


class _Spelling(NamedTuple):
    by: By
    text: str
    folded: str
    bare: str  # letters and digits only


class Catalogue:
    """A search index of the registry; built once."""

    def __init__(self, registry: Registry) -> None:
        """Normalise each spelling once."""
        self._all = sorted(registry.substances, key=_place)
        self._spellings = {each.slug: tuple(_spellings(each)) for each in self._all}

    def search(self, text: str) -> tuple[Hit, ...]:
        """Find substances by name, number or code, also by a part of a spelling.

        Args:
            text: Part of a name in any language, or of a CAS, HS, UN or CUS number; an InChIKey or
                its first block. Case, accents and signs are ignored. "": all.

        Returns:
            Each substance once, ranked by match: exact spelling, prefix, substring; then by name.
        """
        folded, bare = plain(text.strip()), _bare(text)
        if not folded:
            return tuple(Hit(substance=each) for each in self._all)
        found = []
        for place, substance in enumerate(self._all):
            spellings = self._spellings[substance.slug]
            ranked = [(_rank(each, folded, bare), i) for i, each in enumerate(spellings)]
            best, which = min(ranked)
            if best < _NOT:
                found.append((best, place, _hit(substance, spellings[which])))
        return tuple(hit for _, _, hit in sorted(found, key=lambda each: each[:2]))


def narrow(hits: Iterable[Hit], filters: Filters, day: date) -> tuple[Hit, ...]:
    """Apply the filters; controls count as on the given day."""
    return tuple(hit for hit in hits if _keeps(filters, hit.substance, day))


def facets(hits: Iterable[Hit], filters: Filters, day: date) -> Facets:
    """Count the hits of each value of each filter, with the other filters applied."""
    regimes: Counter[str] = Counter()
    schedules: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for hit in hits:
        substance = hit.substance
        listed = {(each.regime, each.schedule) for each in controls_on(substance, day)}
        law = _lists(filters, listed)
        kind = filters.kind in {"", substance.kind}
        letter = filters.letter in {"", letter_of(substance)}
        if kind and letter:
            regimes.update({regime for regime, _ in listed})
            schedules.update({name for regime, name in listed if regime == filters.regime})
        if law and letter:
            kinds[substance.kind] += 1
        if law and kind:
            letters[letter_of(substance)] += 1
    return Facets(regimes=regimes, schedules=schedules, kinds=kinds, letters=letters)


def letter_of(substance: Substance) -> str:
    """Return the index letter of a substance: the first letter of its name, or `DIGITS`."""
    first = plain(substance.name)[:1].upper()
    return first if "A" <= first <= "Z" else DIGITS


def _place(substance: Substance) -> tuple[bool, str, str]:
    """Return the sort key of a substance: letters come after digits and signs."""
    return letter_of(substance) != DIGITS, _bare(substance.name), substance.slug


def _keeps(filters: Filters, substance: Substance, day: date) -> bool:
    listed = {(each.regime, each.schedule) for each in controls_on(substance, day)}
    return (
        filters.kind in {"", substance.kind}
        and filters.letter in {"", letter_of(substance)}
        and _lists(filters, listed)
    )


def _lists(filters: Filters, listed: set[tuple[str, str]]) -> bool:
    """Return whether one of the controls has the instrument and schedule of the filters."""
    if not filters.regime:
        return True
    return any(
        regime == filters.regime and filters.schedule in {"", schedule}
        for regime, schedule in listed
    )


_EXACT, _START, _WORD, _WITHIN, _NOT = range(5)


def _rank(spelling: _Spelling, folded: str, bare: str) -> int:
    """Rank how well a spelling matches; `_NOT`: no match."""
    if spelling.by in _CODES:
        return _rank_code(spelling, bare)
    if folded == spelling.folded or (bare and bare == spelling.bare):
        return _EXACT
    at = spelling.folded.find(folded)
    if at < 0:
        return _WITHIN if len(bare) > _FEW and bare in spelling.bare else _NOT
    if at == 0:
        return _START
    return _WORD if not spelling.folded[at - 1].isalnum() else _WITHIN


def _rank_code(spelling: _Spelling, bare: str) -> int:
    wanted = bare.removeprefix("un") if spelling.by == "UN" else bare
    if wanted == spelling.bare:
        return _EXACT
    if spelling.by == "InChIKey":
        return _START if wanted == spelling.bare[:_BLOCK] else _NOT
    starts = len(wanted) > _FEW and spelling.bare.startswith(wanted)
    # A longer national tariff code belongs to the subheading that it begins with.
    longer = spelling.by == "HS" and wanted.isdecimal() and wanted.startswith(spelling.bare)
    return _START if starts or longer else _NOT


def _bare(text: str) -> str:
    return "".join(sign for sign in plain(text) if sign.isalnum())


def _hit(substance: Substance, spelling: _Spelling) -> Hit:
    shown = "" if spelling.text == substance.name else spelling.text
    return Hit(substance=substance, by=spelling.by, text=shown)


def _spellings(substance: Substance) -> Iterator[_Spelling]:
    """Yield each searchable spelling of a substance, preferred ones first."""
    for by, text in _texts(substance):
        yield _Spelling(by, text, plain(text), _bare(text))


def _texts(substance: Substance) -> Iterator[tuple[By, str]]:
    yield "name", substance.name
    yield from (("name", name.text) for name in substance.names)
    yield "slug", substance.slug
    yield from (("CAS", cas) for cas in substance.cas)
    for form in substance.forms:
        yield "form", form.name
        if form.cas:
            yield "CAS", form.cas
        if form.inchikey:
            yield "InChIKey", form.inchikey
    yield from (("CAS", name.cas) for name in substance.names if name.cas)
    yield from (("HS", code) for code in substance.hs)
    yield from (("UN", number) for number in substance.un)
    yield from (("CUS", number) for number in substance.cus)
    if substance.inchikey:
        yield "InChIKey", substance.inchikey
