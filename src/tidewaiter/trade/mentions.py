"""Finds: what each line of a batch names, from its texts and from its code columns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, UnsetType, structs

from tidewaiter.consignments.othertext import LONGEST_NAME, OTHER, other_texts
from tidewaiter.consignments.types import Mention
from tidewaiter.identify import Identifier, Lexicon
from tidewaiter.identify.findings import DOWNGRADED, Defect, Finding
from tidewaiter.identify.numbers import check_digit_holds
from tidewaiter.substances.types import Substance

TEXTS = ("goods", "commercial")
_CAS_SHORTEST, _CAS_LONGEST = 5, 10  # digits
_NEAR = ((0.7, 1), (0.55, 2), (0.0, 3))  # the score of a name with edits, and how many
_SURE = 0.7  # score of a name with one edit: of other text, one with more is too unsure
_SCORES = {"cas": 0.99, "cus": 0.95, "hs": 0.3, "un": 0.35}
_HOW = {"cas": "cas", "cus": "cus", "hs": "hs", "un": "unno"}


class Find(NamedTuple):
    """One finding and the column that it stands in."""

    field: str
    finding: Finding
    column: str | UnsetType = UNSET  # of other text: where it stands


class Flaw(NamedTuple):
    """A CAS number that is wrong, or of a chemical outside the registry."""

    field: str
    defect: Defect


def mention_of(find: Find, substance: Substance) -> Mention:
    """Turn a find into the mention that an alert tells, of a substance."""
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
    """Turn a mention back into the find that it was made of.

    Args:
        mention: Of an alert.
        place: Of its substance in the registry.
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
    """Return how many edits a name is away, as its score says."""
    score = found.score / DOWNGRADED if found.downgraded else found.score
    return next(edits for least, edits in _NEAR if score > least)


def same_place(one: Find, other: Find) -> bool:
    """Tell whether two finds stand in the same place: one structure that two laws hold."""
    return _place(one) == _place(other)


def _place(find: Find) -> tuple[str, str | UnsetType, int, int]:
    return find.field, find.column, find.finding.start, find.finding.end


def by_substance(finds: Iterable[Find]) -> dict[int, list[Find]]:
    """Sort finds by their substance."""
    found: dict[int, list[Find]] = defaultdict(list)
    for find in finds:
        found[find.finding.substance].append(find)
    return found


def find_all(
    batch: pa.RecordBatch, identifier: Identifier
) -> tuple[dict[int, list[Find]], dict[int, list[Flaw]]]:
    """Find what the lines of a batch name.

    Args:
        batch: Of the schema LINES.
        identifier: Finds names in text.

    Returns:
        Finds and flaws by place in the batch; lines without any are absent.
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
    """Yield what other text surely names: of words whose meaning is not known, no weak sign."""
    found = other_texts(batch)
    if found is None:
        return
    for finding in identifier.find(found.texts)[0]:
        if finding.tier == "strong" and finding.score >= _SURE and not finding.downgraded:
            name = found.names[finding.line].as_py()[:LONGEST_NAME]
            line = int(found.lines[finding.line])
            yield Find(OTHER, structs.replace(finding, line=line), name)


def _is_named(finds: Iterable[Find], substance: int) -> bool:
    """Tell whether a substance is surely named already, by what no code of the line can refute."""
    return any(
        find.finding.substance == substance
        and find.finding.tier == "strong"
        and find.finding.how != "fuzzy"
        and not find.finding.downgraded
        for find in finds
    )


def _coded(batch: pa.RecordBatch, lexicon: Lexicon) -> Iterator[Find]:
    """Yield what the code columns name: CAS, CUS, and HS and UN numbers of one substance."""
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
    reasons = ("the number stands in a column of its own",)
    finding = Finding(
        line, substance, cas, 0, len(text), text, _HOW[field], tier, _SCORES[field], reasons, ()
    )
    return Find(field, finding)


def _flawed(batch: pa.RecordBatch, lexicon: Lexicon) -> Iterator[Flaw]:
    """Yield the CAS numbers of the column that are wrong or not in the registry."""
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
    """List the places whose text is among those known."""
    if len(column) == 0 or column.null_count == len(column):
        return []
    found = pc.is_in(pc.utf8_trim_whitespace(column), known)
    places: list[int] = pc.indices_nonzero(found).to_pylist()
    return places
