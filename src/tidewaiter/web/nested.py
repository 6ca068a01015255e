"""Nested forms: fields named like "lines.0.declared.text" become records in records."""

from collections.abc import Iterable, Mapping
from typing import Any

from tidewaiter.base.errors import InputError

_DEEPEST = 6  # parts of a name


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Put fields with dots in their names together; what is empty is left out.

    A part that is a number is a place in a list: places that stay empty are closed.

    Args:
        pairs: Name and value.

    Raises:
        InputError: A name has too many parts, or one field stands in the place of another.
    """
    tree: dict[str, Any] = {}
    for name, value in pairs:
        if not value.strip():
            continue
        *way, last = name.split(".")
        if len(way) >= _DEEPEST:
            raise InputError("a field of the form is named too deeply", at=name[:80])
        place = tree
        for part in way:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise InputError("two fields of the form stand in one place", at=name[:80])
        if last in place:
            raise InputError("two fields of the form stand in one place", at=name[:80])
        place[last] = value
    return {name: _listed(each) for name, each in tree.items()}


def flat(told: Any, name: str = "") -> dict[str, str]:
    """Return the fields of a form that write a value: the way back from `nested`.

    Args:
        told: Mappings, sequences, texts, numbers and truths.
        name: Of the value itself.
    """
    if isinstance(told, Mapping):
        parts: Iterable[tuple[str, Any]] = told.items()
    elif isinstance(told, list | tuple):
        parts = ((str(number), each) for number, each in enumerate(told))
    else:
        text = str(told).lower() if isinstance(told, bool) else str(told)
        return {} if told is None or told == "" else {name: text}
    found: dict[str, str] = {}
    for part, each in parts:
        found |= flat(each, f"{name}.{part}" if name else part)
    return found


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if all(part.isdecimal() for part in value):
        return [_listed(value[part]) for part in sorted(value, key=int)]
    return {part: _listed(each) for part, each in value.items()}
