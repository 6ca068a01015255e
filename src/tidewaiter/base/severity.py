"""How urgent an alert is."""

from typing import Literal

Severity = Literal["critical", "high", "medium", "low"]
"""From the most urgent to the least."""
