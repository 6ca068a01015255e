"""Vague descriptions: lines under a chemical chapter that name nothing."""

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.plain import plain
from tidewaiter.consignments.rules import Vague

_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 200  # characters of a description that may still say nothing
_UNITS = frozenset(
    (
        "kg",
        "kgs",
        "g",
        "l",
        "ltr",
        "mt",
        "drums",
        "drum",
        "bags",
        "bag",
        "ctn",
        "ctns",
        "cartons",
        "carton",
        "pallets",
        "pallet",
        "pcs",
        "box",
        "boxes",
        "x",
        "net",
    )
)


def vague_lines(batch: pa.RecordBatch, rules: Vague) -> Iterator[int]:
    """Yield the places of lines whose description names nothing that their chapter asks for."""
    chapters = pc.utf8_slice_codeunits(batch.column("hs"), 0, 2)
    asked = pc.is_in(chapters, pa.array(rules.chapters))
    goods = batch.column("goods")
    words = frozenset(plain(word) for word in rules.words)
    phrases = frozenset(plain(phrase) for phrase in rules.phrases)
    for line in pc.indices_nonzero(asked).to_pylist():
        text = goods[line].as_py()
        if _is_vague(text or "", words, phrases):
            yield line


def _is_vague(text: str, words: frozenset[str], phrases: frozenset[str]) -> bool:
    if len(text) > _LONGEST:
        return False
    found = [word for word in _WORD.findall(plain(text)) if word not in _UNITS]
    return all(word in words or word in phrases for word in found)
