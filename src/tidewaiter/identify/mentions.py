"""Mentions: the single entry point from a column of text to mentioned substances."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from msgspec.structs import astuple, replace
from numpy.typing import NDArray

from tidewaiter.base.phrases import english
from tidewaiter.identify.candidates import MOST_LINE
from tidewaiter.identify.disguises import Disguises, marked_lines, with_disguised
from tidewaiter.identify.engine.hashing import first_of_each
from tidewaiter.identify.engine.scan import scan
from tidewaiter.identify.engine.triggers import find_triggers
from tidewaiter.identify.engine.unknown_words import make_verdicts
from tidewaiter.identify.engine.words import joined
from tidewaiter.identify.findings import Defect, Finding, Reader
from tidewaiter.identify.lexicon.loading import Lexicon
from tidewaiter.identify.parsed_structures import ParsedStructures
from tidewaiter.identify.structures import Line, Structures, inside

_SAID = (9, 10)  # finding fields with phrases: reasons, downgraded

T = TypeVar("T", Finding, Defect)

MENTIONS = pa.schema(
    [
        ("line", pa.int64()),  # index in the column, from 0
        ("substance", pa.string()),  # slug
        ("name", pa.string()),  # of the substance
        ("cas", pa.string()),  # of the form named
        ("start", pa.int64()),  # in Unicode code points of the text as written
        ("end", pa.int64()),
        ("text", pa.string()),  # text as written
        (
            "how",
            pa.string(),
        ),  # exact, squeezed, disguised, fuzzy, cas, hs, unno, cus, name, structure, class
        ("tier", pa.string()),  # strong or weak
        ("score", pa.float64()),  # 0 to 1
        ("reasons", pa.list_(pa.string())),
        ("downgraded", pa.list_(pa.string())),  # mitigating evidence
        ("structure", pa.string()),  # SMILES, for a match by structure
        ("atoms", pa.list_(pa.int64())),  # indices in it of the atoms covered by a class
    ]
)
"""Columns of `identify`'s table."""


class Identifier:
    """Finds mentions; keeps its caches of words and spellings between calls."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Set the lexicon, from `load_lexicon`."""
        self.lexicon = lexicon
        self._reader = Reader(lexicon)
        stored = ParsedStructures(lexicon.registry.digest)
        self._structures = Structures(lexicon.registry, stored)
        self._verdicts = make_verdicts()
        self._disguises = Disguises(lexicon, self._reader, self._verdicts)

    def find(self, texts: pa.Array) -> tuple[list[Finding], list[Defect]]:
        """Find the mentions in a column, and defective numbers and systematic names.

        Args:
            texts: Strings; a null has no mentions.

        Returns:
            Findings and defects in order of lines and positions.
        """
        text, offsets = buffers_of(texts)
        which, distinct = first_of_each(text, offsets)
        if len(distinct) < len(which):
            text, offsets = _taken(text, offsets, distinct)
        marks = np.zeros(len(offsets) - 1, np.uint8)
        rows = scan(text, offsets, self.lexicon.tables, self._verdicts, marks)
        findings, defects = self._reader.read(rows, text.data, offsets) if len(rows) else ([], [])
        self._add_disguised(text, offsets, marks, findings)
        self._add_structures(text, offsets, findings, defects)
        if not findings and not defects:
            return [], []
        if len(distinct) == len(which):
            return findings, defects
        return _spread(findings, which), _spread(defects, which)

    def _add_disguised(
        self,
        text: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        marks: NDArray[np.uint8],
        findings: list[Finding],
    ) -> None:
        """Add disguised names, in order of position."""
        more = self._disguises.find(marked_lines(text, offsets, marks))
        if more:
            findings[:] = with_disguised(findings, more)

    def _add_structures(
        self,
        text: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        findings: list[Finding],
        defects: list[Defect],
    ) -> None:
        """Add findings from systematic names and structures in the lines, in order of position."""
        marked = find_triggers(text, offsets)
        if not marked:
            return
        known: dict[int, list[Finding]] = {line: [] for line in marked}
        for finding in findings:
            if finding.line in known and finding.start < MOST_LINE:
                known[finding.line].append(finding)
        lines = [
            Line(line, bytes(text[offsets[line] : offsets[line + 1]]).decode(), known[line])
            for line in marked
        ]
        more, unread = self._structures.find(lines)
        defects.extend(unread)
        names: dict[int, list[Finding]] = {}
        for each in more:
            names.setdefault(each.line, []).append(each)
        parts = {
            id(part)
            for line, found in names.items()
            for part in known[line]
            if _is_part(part, found)
        }
        if parts:
            findings[:] = [each for each in findings if id(each) not in parts]
        findings.extend(more)
        findings.sort(key=lambda found: (found.line, found.start))
        defects.sort(key=lambda found: (found.line, found.start))

    def identify(self, texts: pa.Array) -> pa.Table:
        """Find the mentions in a column, as a table with the columns `MENTIONS`."""
        findings, _ = self.find(texts)
        substances = self.lexicon.registry.substances
        found = list(zip(*map(astuple, findings), strict=True)) if findings else [()] * 13
        columns: list[Sequence[Any]] = [*found]
        places = columns[1]
        for said in _SAID:
            columns[said] = tuple(tuple(map(english, each)) for each in columns[said])
        return pa.table(
            [
                columns[0],
                [substances[place].slug for place in places],
                [substances[place].name for place in places],
                *columns[2:],
            ],
            schema=MENTIONS,
        )


def identify(texts: pa.Array, lexicon: Lexicon) -> pa.Table:
    """Find every mention of a controlled or watched substance in a column of text.

    Args:
        texts: Strings, shape ``(lines,)``; a null has no mentions.
        lexicon: From `load_lexicon`.

    Returns:
        One row per mention, with the columns of `MENTIONS`.
    """
    return _identifier(lexicon).identify(texts)


@lru_cache(maxsize=2)
def _identifier(lexicon: Lexicon) -> Identifier:
    """Return the identifier of a lexicon, with its caches from earlier calls."""
    return Identifier(lexicon)


def column_of(texts: Sequence[str]) -> pa.LargeStringArray:
    """Convert texts to a column, avoiding Arrow's conversion to pandas."""
    text, offsets = joined(texts)
    return _column(text, offsets)


def _column(text: NDArray[np.uint8], offsets: NDArray[np.int64]) -> pa.LargeStringArray:
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(np.ascontiguousarray(offsets)), pa.py_buffer(text)
    )


def buffers_of(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the bytes of a column and the start of each line, without copying the text."""
    if len(texts) == 0:
        return np.zeros(0, np.uint8), np.zeros(1, np.int64)
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    if texts.type not in (pa.string(), pa.large_string()):
        texts = texts.cast(pa.large_string())
    if texts.null_count:
        texts = texts.fill_null("")
    _, offsets, data = texts.buffers()
    kind = np.int32 if texts.type == pa.string() else np.int64
    begins = np.frombuffer(offsets, kind)[texts.offset : texts.offset + len(texts) + 1]
    text = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    return text, begins.astype(np.int64)


def _taken(
    text: NDArray[np.uint8], offsets: NDArray[np.int64], lines: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return buffers_of(_column(text, offsets).take(pa.array(lines)))


def _is_part(part: Finding, names: Sequence[Finding]) -> bool:
    """Return whether a name marked as part of a longer one is part of a parsed name."""
    return bool(part.downgraded) and any(inside(part, whole) for whole in names)


def _spread(found: Sequence[T], which: NDArray[np.int64]) -> list[T]:
    """Repeat the findings of a distinct line for each identical line."""
    if not found:
        return []
    lines = np.array([each.line for each in found], np.int64)
    begin = np.searchsorted(lines, which, side="left")
    end = np.searchsorted(lines, which, side="right")
    spread: list[T] = []
    for line in np.flatnonzero(end > begin).tolist():
        spread.extend(replace(each, line=line) for each in found[begin[line] : end[line]])
    return spread
