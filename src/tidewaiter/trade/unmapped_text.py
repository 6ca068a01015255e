"""Unmapped text of a line, which is searched for names too.

A column or an element of unknown meaning may describe the goods. Its words are weaker evidence than
a description: only certain names and numbers count.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tidewaiter.trade.types import KEPT
from tidewaiter.trade.unmapped_columns import OTHER

# Three letters of any script, two if a character is a syllable or a word, or a CAS number.
_WORDS = r"\p{L}{3}|[\p{Han}\p{Hangul}\p{Katakana}\p{Hiragana}]{2}|\b\d{2,7}-\d{2}-\d\b"
# Container, bill and order numbers contain letters, but name nothing.
_NUMBER = r"^\s*[A-Za-z]{1,5}[ -]?\d{4,}[A-Za-z]{0,2}\s*$"
# Bytes required in any text that matches `_WORDS`: letters of any script, and the hyphen.
_TELLING = np.zeros(256, np.bool_)
_TELLING[[*b"-", *range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)]] = True
_TELLING[128:] = True


class OtherTexts(NamedTuple):
    """The other text of a batch, concatenated."""

    lines: NDArray[np.int64]  # line index in the batch, shape (texts,)
    names: pa.Array  # column name, or path in the document
    texts: pa.Array


def worded(cells: pa.Array) -> pa.Array | None:
    """Return the texts of a column with words or a CAS number, null for others.

    Args:
        cells: Strings.

    Returns:
        None if no text of the column has any, as in a column of numbers: a fast test.
    """
    if len(cells) == cells.null_count or not _may_have_words(cells):
        return None
    coded = cells.dictionary_encode()
    there = _has_words(coded.dictionary)
    if not pc.any(there).as_py():
        return None
    return pc.if_else(there.take(coded.indices), cells, pa.scalar(None, cells.type))


def has_words(texts: Sequence[str | None]) -> bool:
    """Return whether any text has words or a CAS number."""
    if not any(texts):
        return False  # thousands of empty columns must cost nothing
    sound = [text and text.encode("utf-8", "replace").decode() for text in texts]
    return bool(pc.any(_has_words(pa.array(sound, pa.string()))).as_py())


def names_with_words(texts: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the names of which any text has words or a CAS number.

    Args:
        texts: By name of a column, or path in a document.
    """
    names = [name for name, each in texts.items() for _ in each]
    sound = [text.encode("utf-8", "replace").decode() for each in texts.values() for text in each]
    there = _has_words(pa.array(sound, pa.string())).to_pylist()
    return frozenset(compress(names, there))


def _may_have_words(cells: pa.Array) -> bool:
    _, offsets, data = cells.buffers()
    if data is None:
        return False
    kind = np.int64 if pa.types.is_large_string(cells.type) else np.int32
    bounds = np.frombuffer(offsets, kind)[cells.offset : cells.offset + len(cells) + 1]
    return bool(_TELLING[np.frombuffer(data, np.uint8)[bounds[0] : bounds[-1]]].any())


def _has_words(texts: pa.Array) -> pa.Array:
    words = pc.match_substring_regex(texts, _WORDS)
    return pc.and_not(words, pc.match_substring_regex(texts, _NUMBER))


def kept_together(columns: Mapping[str, pa.Array], rows: int) -> pa.Array | None:
    """Combine text columns into one column of `KEPT`, null for rows without any.

    Args:
        columns: By name, in order; null if a row has no such text.
        rows: Number of rows.

    Returns:
        None if no row has any.
    """
    there = [
        np.flatnonzero(pc.is_valid(each).to_numpy(zero_copy_only=False))
        for each in columns.values()
    ]
    if not any(map(len, there)):
        return None
    places = np.concatenate(there)
    order = pa.array(np.argsort(places, kind="stable"))
    whose = np.repeat(np.arange(len(there)), list(map(len, there)))
    texts = pa.concat_arrays([each.drop_null().cast(pa.string()) for each in columns.values()])
    names = pa.array(list(columns), pa.string()).take(pa.array(whose)).take(order)
    counts = np.bincount(places, minlength=rows)
    ends = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    values = pa.StructArray.from_arrays([names, texts.take(order)], fields=list(KEPT))
    return pa.ListArray.from_arrays(ends, values, mask=pa.array(counts == 0))


class Beside(NamedTuple):
    """A text that belongs to a line."""

    line: int  # index in the batch
    name: str  # name of its column
    text: str


def with_texts(column: pa.ListArray | None, found: Sequence[Beside], rows: int) -> pa.Array | None:
    """Add the texts with words to a column of `KEPT`, behind those of their lines.

    Args:
        column: Other text of the lines; None: there is none.
        found: Texts to add.
        rows: Number of lines.
    """
    texts = pa.array([each.text for each in found], pa.string())
    words = _has_words(texts).to_numpy(zero_copy_only=False)
    if not words.any():
        return column
    new = pa.StructArray.from_arrays(
        [pa.array([each.name for each in found], pa.string()), texts], fields=list(KEPT)
    ).filter(pa.array(words))
    lines = np.array([each.line for each in found], np.int64)[words]
    if column is not None:
        lines = np.concatenate([pc.list_parent_indices(column).to_numpy(), lines])
        new = pa.concat_arrays([pc.list_flatten(column), new])
    counts = np.bincount(lines, minlength=rows)
    ends = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    values = new.take(pa.array(np.argsort(lines, kind="stable")))
    return pa.ListArray.from_arrays(ends, values, mask=pa.array(counts == 0))


def only_words(column: pa.ListArray) -> pa.ListArray | None:
    """Reduce a column of `KEPT` to the texts with words, null for rows without any.

    Returns:
        None if no row has any.
    """
    found = _texts_in(column)
    if found is None:
        return None
    counts = np.bincount(found.lines, minlength=len(column))
    values = pa.StructArray.from_arrays([found.names, found.texts], fields=list(KEPT))
    ends = pa.array(np.concatenate([[0], np.cumsum(counts)]).astype(np.int32))
    return pa.ListArray.from_arrays(ends, values, mask=pa.array(counts == 0))


def other_texts(batch: pa.RecordBatch) -> OtherTexts | None:
    """Return the unmapped words of a batch; None: there are none.

    Args:
        batch: Batch with the schema LINES.
    """
    return _texts_in(batch.column(OTHER))


def _texts_in(column: pa.ListArray) -> OtherTexts | None:
    if column.null_count == len(column):
        return None
    flat = pc.list_flatten(column)
    texts = worded(flat.field("text"))
    if texts is None:
        return None
    there = pc.is_valid(texts)
    lines = pc.list_parent_indices(column).filter(there).to_numpy()
    names = flat.field("name").filter(there)
    return OtherTexts(lines=lines.astype(np.int64), names=names, texts=texts.drop_null())


def lines_with_words(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Return which lines of a batch have unmapped words, shape (lines,)."""
    found, there = other_texts(batch), np.zeros(len(batch), np.bool_)
    if found is not None:
        there[found.lines] = True
    return there


def worded_columns(
    header: Sequence[str], sample: Sequence[Sequence[str | None]], places: Sequence[int]
) -> Iterator[int]:
    """Yield the columns with words in their first values.

    Args:
        header: Names of all columns.
        sample: First rows.
        places: Columns to examine.
    """
    for place in places:
        if place < len(header) and has_words([r[place] for r in sample if place < len(r)]):
            yield place
