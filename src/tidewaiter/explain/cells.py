"""Cells of a CSV file that a spreadsheet cannot take for a formula.

A spreadsheet runs a cell that begins with = + - or @, and goods text comes from strangers.
Such a cell gets an apostrophe in front. `restore` takes it away again; so does the pattern
in `UNDO` (replace what it finds by nothing) in any other language.

A comma-separated file that is opened where the semicolon separates is split at the
semicolons, tabs and line ends *inside* cells, so the same holds after each of those.
"""

import re

from tidewaiter.report.characters import CONTROLS

SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌﬩⩵⩶−"
"""Inside of a character class: the signs, and the forms that compatibility folding turns
into them (full width, small, raised, lowered, Hebrew plus), and the true minus."""

LIMIT = 32_000
"""Characters of a cell. A spreadsheet holds 32,767 and spills or drops the rest."""

_BREAK = r";\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
_QUIET = f"\\s{CONTROLS}␀\"'"
_AT_START = f"(?=[{_QUIET}]*[{SIGNS}]|[{_QUIET}]*[\\t\\r\\n])"
# The run after a break stops at the next one, or a text of line ends alone would take
# time in the square of its length.
_AFTER_BREAK = f"(?=(?:(?![{_BREAK}])[{_QUIET}])*[{SIGNS}])"
_DANGER = re.compile(f"\\A{_AT_START}|(?<=[{_BREAK}]){_AFTER_BREAK}")
UNDO = f"\\A'{_AT_START}|(?<=[{_BREAK}])'{_AFTER_BREAK}"
"""A regular expression: the apostrophes that `neutralise` put in. Replace them by nothing."""
_UNDO = re.compile(UNDO)


def neutralise(text: str) -> str:
    r"""Return `text` as a cell that no spreadsheet takes for a formula.

    Args:
        text: Any text, as long as you like.

    Returns:
        The text with an apostrophe before each dangerous sign, NUL as ␀, a lone surrogate
        as \udc80, and cut at `LIMIT` characters with a note that says so.
    """
    legible = text.replace("\0", "␀").encode("utf-8", "backslashreplace").decode("utf-8")
    safe = _DANGER.sub("'", legible)
    if len(safe) <= LIMIT:
        return safe
    return f"{safe[:LIMIT]} ⟦cut: {len(text):,} characters; the JSON lines hold them all⟧"


def restore(cell: str) -> str:
    """Return the text that `neutralise` was given, NUL bytes and cuts excepted."""
    return _UNDO.sub("", cell)
