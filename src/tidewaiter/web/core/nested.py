"""Nested forms: the fields of a form that write a record with records inside."""

from collections.abc import Iterable, Mapping
from typing import Any


def flat(told: Any, name: str = "") -> dict[str, str]:
    """Return the fields of a form that write a value: the way back from `formed`.

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
