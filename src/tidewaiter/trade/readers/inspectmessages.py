"""What is seen of a document of a format of messages: its fields, and what it keeps unused."""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import BinaryIO

from tidewaiter.consignments.messages.taking import kept_of
from tidewaiter.consignments.messages.types import Format, Found
from tidewaiter.consignments.othertext import has_words
from tidewaiter.consignments.readers.inspected import SeenColumn
from tidewaiter.consignments.readers.messages import items_of
from tidewaiter.consignments.readers.sheet import SAMPLE_ROWS, shorten

_SAMPLES = 3  # values shown of a field
_LONGEST = 80  # characters of a shown value
_NUMBER = re.compile(r"\[\d+\]")


def message_columns(form: Format, file: BinaryIO, name: str) -> tuple[SeenColumn, ...]:
    """Name the fields that the first lines of a document have, and what is kept of them unused.

    Args:
        form: Its format.
        file: At its start.
        name: Of the file, for errors.

    Raises:
        InputError: It cannot be read.
    """
    items = items_of(form, file, name)
    lines = [each for each in islice(items, SAMPLE_ROWS) if isinstance(each, Found)]
    used: dict[str, dict[str, None]] = {}
    kept: dict[str, dict[str, None]] = {}
    for line in lines:
        for field, text in line.fields.items():
            if text:
                used.setdefault(field, {}).setdefault(_shown(text))
        for field, text in (*_records("parties", line.parties), *_records("route", line.route)):
            used.setdefault(field, {}).setdefault(_shown(text))
        for path, text in kept_of(line):
            kept.setdefault(_NUMBER.sub("[]", path), {}).setdefault(_shown(text))
    return (
        *(
            SeenColumn(name=field, fields=(field,), how="format", samples=_few(samples))
            for field, samples in used.items()
        ),
        *(
            SeenColumn(
                name=path,
                fields=(),
                samples=_few(samples),
                how="other text" if has_words(list(samples)) else "",
            )
            for path, samples in kept.items()
        ),
    )


def _records(
    field: str, records: tuple[Mapping[str, str | None], ...]
) -> Iterator[tuple[str, str]]:
    for record in records:
        yield field, ", ".join(text for text in record.values() if text)


def _few(samples: Mapping[str, None]) -> tuple[str, ...]:
    return tuple(islice(samples, _SAMPLES))


def _shown(text: str) -> str:
    return shorten(" ".join(text[:1000].split()))[:_LONGEST]
