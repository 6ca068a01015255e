"""Columns of unknown meaning: the field that holds their text, and their names in finds."""

OTHER = "other"
"""Column of LINES for unmapped text."""

LONGEST_NAME = 200
"""Maximum letters of a column name in a find."""


def is_named(column: str, told: str) -> bool:
    """Return whether a column is the one in a find, whose name may be truncated."""
    return column == told or (len(told) == LONGEST_NAME and column.startswith(told))
