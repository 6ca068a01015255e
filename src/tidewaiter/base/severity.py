"""Severity levels of alerts."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Severity = Literal["critical", "high", "medium", "low"]
"""Severity levels, most urgent first."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""All severity levels, most urgent first."""

_PLACES: Mapping[str, int] = MappingProxyType(
    {severity: place for place, severity in enumerate(reversed(SEVERITIES))}
)


def weight(severity: str) -> int:
    """Return the rank of a severity, from 0 for low."""
    return _PLACES[severity]
