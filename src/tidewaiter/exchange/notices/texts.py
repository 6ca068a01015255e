"""Texts: what XML 1.0 can hold, so that a notice can go round by every way it may go."""

import re
from collections.abc import Iterator

import msgspec

from tidewaiter.base.records import Record

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def forbidden_in(text: str) -> str:
    """Return the first character that no XML can hold, like "U+0000"; "": all can be held."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""


def texts_of(thing: object, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield all texts of a record, each with its path: "lines[2].name"."""
    if isinstance(thing, str):
        yield place, thing
    elif isinstance(thing, tuple):
        for number, each in enumerate(thing, 1):
            yield from texts_of(each, f"{place}[{number}]")
    elif isinstance(thing, Record):
        for field in msgspec.structs.fields(thing):
            path = f"{place}.{field.name}" if place else field.name
            yield from texts_of(getattr(thing, field.name), path)
