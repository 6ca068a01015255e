"""Mentions in the texts and code columns of each line; close spellings refuted by its codes.

A word with one or two edits from a listed name may be a misspelling of it, or the correct name of
another chemical. The line often decides: an HS code that matches the word as written or that is
not the substance's, or a UN or CAS number of something else. Such a find is downgraded, with the
reason. If a code is that of the substance, nothing refutes the find.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, UnsetType, structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.plain_text import plain
from tidewaiter.base.resources import data
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.engine.numbers import check_digit_holds
from tidewaiter.identify.findings import DOWNGRADED, Defect, Finding
from tidewaiter.identify.lexicon.unlisted_chemicals import Respeller
from tidewaiter.identify.spelling import is_nearer
from tidewaiter.law.types import Substance
from tidewaiter.trade.rules.alert_rules import Groups
from tidewaiter.trade.types import TEXTS, Line, Mention
from tidewaiter.trade.unmapped_columns import LONGEST_NAME, OTHER
from tidewaiter.trade.unmapped_text import other_texts

_CAS_SHORTEST, _CAS_LONGEST = 5, 10  # digits
_NEAR = ((0.7, 1), (0.55, 2), (0.0, 3))  # score of a close spelling, and number of edits
_SURE = 0.7  # score for one edit; for other text, more edits are too uncertain
_SCORES = {"cas": 0.99, "cus": 0.95, "hs": 0.3, "un": 0.35}
_HOW = {"cas": "cas", "cus": "cus", "hs": "hs", "un": "unno"}


class Find(NamedTuple):
    """A finding and its column."""

    field: str
    finding: Finding
    column: str | UnsetType = UNSET  # for other text: its column


class Flaw(NamedTuple):
    """A CAS number that is invalid, or of a chemical outside the registry."""

    field: str
    defect: Defect


def mention_of(find: Find, substance: Substance) -> Mention:
    """Convert a find to the mention in an alert."""
    found = find.finding
    return Mention(
        substance=substance.slug,
        name=substance.name,
        cas=found.cas,
        field=find.field,
        start=found.start,
        end=found.end,
        text=found.text,
        how=found.how,
        tier=found.tier,
        score=found.score,
        reasons=found.reasons,
        downgraded=found.downgraded,
        structure=found.structure,
        atoms=found.atoms,
        column=find.column,
    )


def find_of(mention: Mention, place: int) -> Find:
    """Convert a mention back to its find.

    Args:
        mention: Mention in an alert.
        place: Index of its substance in the registry.
    """
    made = Finding(
        0,
        place,
        mention.cas,
        mention.start,
        mention.end,
        mention.text,
        mention.how,
        mention.tier,
        mention.score,
        mention.reasons,
        mention.downgraded,
    )
    return Find(mention.field, made, mention.column)


def edits_of(found: Finding) -> int:
    """Return the number of edits of a name, from its score."""
    score = found.score / DOWNGRADED if found.downgraded else found.score
    return next(edits for least, edits in _NEAR if score > least)


def same_place(one: Find, other: Find) -> bool:
    """Return whether two finds have the same position: one structure under two laws."""
    return _place(one) == _place(other)


def _place(find: Find) -> tuple[str, str | UnsetType, int, int]:
    return find.field, find.column, find.finding.start, find.finding.end


def by_substance(finds: Iterable[Find]) -> dict[int, list[Find]]:
    """Group finds by substance."""
    found: dict[int, list[Find]] = defaultdict(list)
    for find in finds:
        found[find.finding.substance].append(find)
    return found


def find_all(
    batch: pa.RecordBatch, identifier: Identifier
) -> tuple[dict[int, list[Find]], dict[int, list[Flaw]]]:
    """Find the mentions in the lines of a batch.

    Args:
        batch: Batch with the schema LINES.
        identifier: Finds names in text.

    Returns:
        Finds and flaws by line index; lines without any are absent.
    """
    finds: dict[int, list[Find]] = defaultdict(list)
    flaws: dict[int, list[Flaw]] = defaultdict(list)
    for field in TEXTS:
        column = batch.column(field)
        if column.null_count == len(column):
            continue
        findings, defects = identifier.find(column)
        for finding in findings:
            finds[finding.line].append(Find(field, finding))
        for defect in defects:
            flaws[defect.line].append(Flaw(field, defect))
    for find in _coded(batch, identifier.lexicon):
        finds[find.finding.line].append(find)
    for find in _beside(batch, identifier):
        if not _is_named(finds[find.finding.line], find.finding.substance):
            finds[find.finding.line].append(find)
    for flaw in _flawed(batch, identifier.lexicon):
        flaws[flaw.defect.line].append(flaw)
    return finds, flaws


def _beside(batch: pa.RecordBatch, identifier: Identifier) -> Iterator[Find]:
    """Yield certain finds in other text; weak ones are ignored, as its meaning is unknown."""
    found = other_texts(batch)
    if found is None:
        return
    for finding in identifier.find(found.texts)[0]:
        if finding.tier == "strong" and finding.score >= _SURE and not finding.downgraded:
            name = found.names[finding.line].as_py()[:LONGEST_NAME]
            line = int(found.lines[finding.line])
            yield Find(OTHER, structs.replace(finding, line=line), name)


def _is_named(finds: Iterable[Find], substance: int) -> bool:
    """Return whether a substance is already certain, by a find that codes cannot refute."""
    return any(
        find.finding.substance == substance
        and find.finding.tier == "strong"
        and find.finding.how != "fuzzy"
        and not find.finding.downgraded
        for find in finds
    )


def _coded(batch: pa.RecordBatch, lexicon: Lexicon) -> Iterator[Find]:
    """Yield the finds in code columns: CAS, CUS, and HS and UN numbers of a single substance."""
    names = lexicon.names
    numbers = {number.cas: number.substance for number in names.numbers}
    cas = pa.array(list(numbers), pa.string())
    flat, parents = _items(batch.column("cas"))
    for place in _where(flat, cas):
        text = flat[place].as_py().strip()
        yield _find("cas", parents[place].as_py(), (numbers[text], text), text, "strong")
    for field, places in (("un", names.un), ("cus", names.cus)):
        column = batch.column(field)
        for line in _where(column, pa.array(list(places), pa.string())):
            text = column[line].as_py()
            for substance in places[text.strip()]:
                own = next(iter(lexicon.registry.substances[substance].cas), None)
                tier = "strong" if field == "cus" else "weak"
                yield _find(field, line, (substance, own), text, tier)
    column = pc.utf8_slice_codeunits(batch.column("hs"), 0, 6)
    codes = {code.replace(".", ""): places for code, places in names.hs.items()}
    for line in _where(column, pa.array(list(codes), pa.string())):
        for substance in codes[column[line].as_py().strip()]:
            own = next(iter(lexicon.registry.substances[substance].cas), None)
            text = batch.column("hs")[line].as_py()
            yield _find("hs", line, (substance, own), text, "weak")


def _find(field: str, line: int, whose: tuple[int, str | None], text: str, tier: str) -> Find:
    substance, cas = whose
    reasons = (Phrase("found/column"),)
    finding = Finding(
        line, substance, cas, 0, len(text), text, _HOW[field], tier, _SCORES[field], reasons, ()
    )
    return Find(field, finding)


def _flawed(batch: pa.RecordBatch, lexicon: Lexicon) -> Iterator[Flaw]:
    """Yield the CAS numbers of the column that are invalid or not in the registry."""
    known = pa.array([number.cas for number in lexicon.names.numbers], pa.string())
    flat, parents = _items(batch.column("cas"))
    if len(flat) == 0:
        return
    other = pc.invert(pc.is_in(pc.utf8_trim_whitespace(flat), known))
    for place in pc.indices_nonzero(pc.fill_null(other, False)).to_pylist():
        text = flat[place].as_py()
        digits = text.strip().replace("-", "")
        if digits.isascii() and digits.isdigit() and _CAS_SHORTEST <= len(digits) <= _CAS_LONGEST:
            kind = "cas-other" if check_digit_holds(int(digits)) else "cas-digit"
            defect = Defect(parents[place].as_py(), 0, len(text), text, kind)
            yield Flaw("cas", defect)


def _items(column: pa.ListArray) -> tuple[pa.Array, pa.Array]:
    return pc.list_flatten(column), pc.list_parent_indices(column)


def _where(column: pa.Array, known: pa.Array) -> list[int]:
    """Return the indices of texts in a known set."""
    if len(column) == 0 or column.null_count == len(column):
        return []
    found = pc.is_in(pc.utf8_trim_whitespace(column), known)
    places: list[int] = pc.indices_nonzero(found).to_pylist()
    return places


_HEADING, _SUBHEADING = 4, 6  # digits of an HS code
_SHORTEST = 5  # minimum letters of a compared word
_WORD = re.compile(r"[^\W\d_]+")


class Refuter:
    """Refutes finds; caches data on codes and substances."""

    def __init__(self, groups: Groups) -> None:
        """Set the codes that match many substances, and so refute nothing."""
        self._groups = groups
        self._respeller = Respeller()
        self._words = cache(self._words_of)
        self._names = cache(self._names_of)

    def refute(
        self, line: Line, finds: Sequence[Find], flaws: Sequence[Flaw], known: Sequence[Substance]
    ) -> list[Find]:
        """Return the finds of a line, downgraded where its codes refute them.

        Args:
            line: The line.
            finds: Finds of the line.
            flaws: CAS numbers that are invalid or of other chemicals.
            known: Substances of the registry.
        """
        return [
            find
            if find.finding.how != "fuzzy" or find.finding.downgraded
            else self._judged(line, find, finds, flaws, known[find.finding.substance])
            for find in finds
        ]

    def _judged(
        self,
        line: Line,
        find: Find,
        finds: Sequence[Find],
        flaws: Sequence[Flaw],
        substance: Substance,
    ) -> Find:
        numbers = [each for each in finds if each.finding.how == "cas"]
        same = find.finding.substance
        if any(number.finding.substance == same for number in numbers) or _fits(line, substance):
            return find
        # Other text may not refer to the goods: it can confirm a find, but not refute one.
        others = [number.finding.text for number in numbers if number.field != OTHER]
        others += [flaw.defect.text for flaw in flaws if flaw.defect.kind == "cas-other"]
        why = self._by_code(line, find, substance) or _by_number(
            line, substance, others, self._groups
        )
        if why is None:
            return find
        found = structs.replace(
            find.finding, score=round(find.finding.score * DOWNGRADED, 3), downgraded=(why,)
        )
        return Find(find.field, found)

    def _by_code(self, line: Line, find: Find, substance: Substance) -> Phrase | None:
        """Return the mitigating evidence from the HS code; None: none."""
        code = (line.hs or "").strip()
        if len(code) < _HEADING or code[:2] in self._groups.hs:
            return None
        written, name = self._as_written(code, find, substance), substance.name
        if written:
            return Phrase("against/hs-fits", hs=code, written=written, name=name)
        own = {hs.replace(".", "")[:_HEADING] for hs in substance.hs}
        if own and code[:_HEADING] not in own:
            return Phrase("against/hs", hs=code, name=name)
        return None

    def _as_written(self, code: str, find: Find, substance: Substance) -> str:
        """Return the written word if it is nearer to a word of its code than to the name."""
        edits = edits_of(find.finding)
        names, words = self._names(substance), self._words(code[:_SUBHEADING])
        written: list[str] = _WORD.findall(find.finding.text)
        for word in written:
            if len(word) < _SHORTEST or self._respeller.key(word) in names:
                continue
            if is_nearer(plain(word), words, edits):
                return word
        return ""

    def _words_of(self, code: str) -> tuple[str, ...]:
        """Return the words of a subheading, or of a whole heading, without accents."""
        found = (words for known, words in _by_subheading().items() if known.startswith(code))
        return tuple({plain(word) for words in found for word in words})

    def _names_of(self, substance: Substance) -> frozenset[str]:
        """Return the keys of the words in a substance's names."""
        texts = (substance.name, *(name.text for name in substance.names))
        return frozenset(key for text in texts for key in self._respeller.keys(text))


@cache
def _by_subheading() -> dict[str, tuple[str, ...]]:
    """Load data/hs/words.tsv: words of each subheading in the nomenclatures."""
    lines = data("hs", "words.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in lines)
    return {code: tuple(words.split()) for code, words in rows}


def _fits(line: Line, substance: Substance) -> bool:
    """Return whether the HS subheading or the UN number of a line belongs to a substance."""
    code = (line.hs or "").strip()[:_SUBHEADING]
    own = (hs.replace(".", "") for hs in substance.hs)
    if len(code) >= _HEADING and any(hs.startswith(code) for hs in own):
        return True
    return line.un in substance.un


def _by_number(
    line: Line, substance: Substance, others: Sequence[str], groups: Groups
) -> Phrase | None:
    """Return the mitigating evidence from a CAS or UN number; None: none."""
    if len(set(others)) == 1:
        return Phrase("against/cas", cas=others[0], name=substance.name)
    if line.un and substance.un and line.un not in groups.un:
        return Phrase("against/un", un=line.un, name=substance.name)
    return None
