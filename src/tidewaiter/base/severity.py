"""How urgent an alert is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Severity = Literal["critical", "high", "medium", "low"]
"""From the most urgent to the least."""

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The most urgent first."""

_PLACES: Mapping[str, int] = MappingProxyType(
    {severity: place for place, severity in enumerate(reversed(SEVERITIES))}
)


def weight(severity: str) -> int:
    """Return the place of a severity, the least urgent first: 0 for low."""
    return _PLACES[severity]
