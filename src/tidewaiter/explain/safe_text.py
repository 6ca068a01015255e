"""Characters that hide or reorder text, made visible. Goods text may be hostile."""

import re
import unicodedata

CONTROLS = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f"
    r"\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u206f\u2800\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
)
"""Inside of a character class: what shows nothing, or changes how its neighbours show.
Tab, carriage return and line feed are not among them."""

_CONTROL = re.compile(f"[{CONTROLS}]")
_JOINERS = "\u200c\u200d"
_JOINED = frozenset({"Lo", "Mn", "Mc", "So", "Sk"})


def token(character: str) -> str:
    """Return what is shown in place of a character that cannot be seen: ⟦U+202E⟧."""
    return f"⟦U+{ord(character):04X}⟧"


def find_controls(text: str) -> list[int]:
    """Return the places of the characters of `text` that `visible` replaces.

    Joiners are left alone where writing needs them: inside emoji, and after a letter of
    a script without case, such as Persian or Hindi.
    """
    return [m.start() for m in _CONTROL.finditer(text) if not _joins(text, m.start())]


def visible(text: str) -> str:
    """Return `text` with every control or invisible character as a visible token.

    The result can always be encoded in UTF-8: lone surrogates are replaced too.
    """
    parts, last = [], 0
    for at in find_controls(text):
        parts += [text[last:at], token(text[at])]
        last = at + 1
    return "".join([*parts, text[last:]])


def _joins(text: str, at: int) -> bool:
    """Say whether the character at `at` is a joiner that its neighbour needs."""
    return text[at] in _JOINERS and at > 0 and unicodedata.category(text[at - 1]) in _JOINED
