"""Safe display of untrusted text: visible control characters, no formulas in cells.

A spreadsheet evaluates a cell that begins with = + - or @, and descriptions of goods are untrusted.
An apostrophe is put in front of such a cell. `restore` removes it; so does the pattern in `UNDO`
(replace each match by nothing) in any other language.

A comma-separated file opened where the separator is a semicolon is split at semicolons, tabs and
line ends *inside* cells, so the rule also applies after each of those.
"""

import re
import unicodedata

CONTROLS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f"
    r"\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Character class: invisible characters, and those that change how their neighbours are displayed.
Tab, carriage return and line feed are not included.
"""

_CONTROL = re.compile(f"[{CONTROLS}]")
_JOINERS = "\u200c\u200d"
_JOINED = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})


def token(character: str) -> str:
    """Return the placeholder of an invisible character: ⟦U+202E⟧."""
    return f"⟦U+{ord(character):04X}⟧"


def find_controls(text: str) -> list[int]:
    """Return the positions of the characters of `text` that `visible` replaces.

    Joiners are kept where a script needs them: inside emoji, and after a letter of a script without
    case, such as Persian or Hindi.
    """
    return [m.start() for m in _CONTROL.finditer(text) if not _joins(text, m.start())]


def visible(text: str) -> str:
    """Replace each control or invisible character in `text` by a visible placeholder.

    The result can always be encoded in UTF-8: lone surrogates are replaced too.
    """
    parts, last = [], 0
    for at in find_controls(text):
        parts += [text[last:at], token(text[at])]
        last = at + 1
    return "".join([*parts, text[last:]])


def _joins(text: str, at: int) -> bool:
    """Return whether the character at `at` is a joiner required by the letter before it."""
    return text[at] in _JOINERS and at > 0 and unicodedata.category(text[at - 1]) in _JOINED


SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫⁺⁻⁼₊₋₌﬩⩵⩶−"
"""Character class: the formula signs, their compatibility forms (full width, small, superscript,
subscript, Hebrew plus), and the minus sign.
"""

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
"""Regular expression for the apostrophes inserted by `neutralise`. Replace them by nothing."""
_UNDO = re.compile(UNDO)


def neutralise(text: str) -> str:
    r"""Escape `text` so that no spreadsheet evaluates it as a formula.

    Args:
        text: Text of any length.

    Returns:
        The text with an apostrophe before each dangerous sign, NUL as ␀, a lone surrogate as
        \udc80, truncated at `LIMIT` characters with a note.
    """
    legible = text.replace("\0", "␀").encode("utf-8", "backslashreplace").decode("utf-8")
    safe = _DANGER.sub("'", legible)
    if len(safe) <= LIMIT:
        return safe
    return f"{safe[:LIMIT]} ⟦cut: {len(text):,} characters; the JSON lines hold them all⟧"


def restore(cell: str) -> str:
    """Reverse `neutralise`, except for NUL bytes and truncation."""
    return _UNDO.sub("", cell)


def as_line(text: str) -> str:
    """Return untrusted text as one line, without control sequences for a terminal."""
    return visible(" ".join(text.splitlines()))
