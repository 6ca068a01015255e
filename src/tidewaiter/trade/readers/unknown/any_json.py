"""JSON of unknown layout: each repeated group that describes goods is a line."""

from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from tidewaiter.base.errors import InputError
from tidewaiter.trade.messages.json_documents import Document, documents
from tidewaiter.trade.messages.types import Found
from tidewaiter.trade.readers.unknown.trees import Path, Reading, choose_lines, unfolded
from tidewaiter.trade.types import Refusal


def read(file: BinaryIO, name: str) -> Iterator[Found | Refusal]:
    """Read documents: one object, a list of them, or one after the other.

    Raises:
        InputError: Damaged compression, or a document is longer than 64 MB.
    """
    reading, rows = Reading(), count(1)
    known: dict[tuple[str, ...], Path] = {}
    for document in documents(file, name):
        if not isinstance(document, Document):
            yield document
            continue
        try:
            keys = tuple(document.value)
            if len(known) > _SHAPES:
                known.clear()
            if not known.get(keys):
                known[keys] = choose_lines(document.value)
            for line in unfolded(document.value, known[keys]):
                yield reading.found(line, next(rows))
        except RecursionError:
            error = InputError("trade/document-nested-too-deep")
            yield Refusal.of(error, row=document.row, screened=False)


_SHAPES = 1_000
