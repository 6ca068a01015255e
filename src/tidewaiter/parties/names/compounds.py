"""Arabic names of several words that are one name: Abd al-Rahman, Salah al-Din, Nasr Allah."""

from collections.abc import Sequence
from typing import Final

from tidewaiter.parties.names.types import Token

SERVANTS: Final = frozenset(
    {"abd", "abdu", "abdul", "abdel", "abdal", "abdol", "abdoul", "abdur", "abdus", "abdeul", "عبد"}
)
ARTICLES: Final = frozenset({"al", "ul", "el", "il", "ol", "ud", "ad", "ed", "ar", "er", "ur"})
_ENDS: Final = {
    "din": "uddin",
    "deen": "uddin",
    "dine": "uddin",
    "aldin": "uddin",
    "eldin": "uddin",
    "uddin": "uddin",
    "addin": "uddin",
    "eddin": "uddin",
    "eddine": "uddin",
    "uldin": "uddin",
    "aldeen": "uddin",
    "eldeen": "uddin",
    "uddeen": "uddin",
    "aldine": "uddin",
    "eldine": "uddin",
    "allah": "ullah",
    "ullah": "ullah",
    "llah": "ullah",
    "lah": "ullah",
    "alla": "ullah",
    "الدين": "uddin",
    "الدین": "uddin",
    "الله": "ullah",
}
PARTS: Final = SERVANTS | _ENDS.keys()


def compounds(tokens: Sequence[Token], text: str) -> list[Token]:
    """Join the tokens that are one name.

    Args:
        tokens: Of one name, in order.
        text: That name.
    """
    result: list[Token] = []
    place = 0
    while place < len(tokens):
        end = _servant(tokens, text, place)
        if end:
            result.append(_joined(tokens[place:end], text, "abdul", tokens[end - 1].key))
            place = end
        elif tokens[place].key in _ENDS and _before(result, tokens[place], text):
            first = _without_article(result)
            tail = _ENDS[tokens[place].key]
            result.append(_joined([first, tokens[place]], text, first.key, tail))
            place += 1
        else:
            result.append(tokens[place])
            place += 1
    return result


def _servant(tokens: Sequence[Token], text: str, place: int) -> int:
    """Return the end of a name that begins with Abd; 0 where none begins here."""
    if tokens[place].key not in SERVANTS:
        return 0
    end = place + 1
    if end + 1 < len(tokens) and tokens[end].key in ARTICLES:
        end += 1
    if end == len(tokens) or tokens[end].kind not in {"word", "generic"}:
        return 0
    between = text[tokens[place].end : tokens[end].start]
    return 0 if "," in between or tokens[end].key in SERVANTS else end + 1


def _before(tokens: Sequence[Token], token: Token, text: str) -> bool:
    """Say whether a word stands before a token, with or without an article between."""
    words = [each for each in tokens[-2:] if each.key not in ARTICLES]
    if not words or words[-1].kind != "word":
        return False
    near = tokens[-1] is words[-1] or tokens[-2] is words[-1]
    return near and "," not in text[words[-1].end : token.start]


def _without_article(tokens: list[Token]) -> Token:
    last = tokens.pop()
    return tokens.pop() if last.key in ARTICLES else last


def _joined(tokens: Sequence[Token], text: str, first: str, last: str) -> Token:
    start, end = tokens[0].start, tokens[-1].end
    surface = text[start:end]
    arabic = not tokens[-1].key.isascii()
    key = " ".join(token.key for token in tokens) if arabic else first + last
    return Token(key=key, surface=surface, kind="word", start=start, end=end)


def inverted(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Read "Rashid Baluch, Abdul" as Abdul Rashid Baluch; () where a name is not so written.

    The joined name spans the text from its first part to its last, over what stands between.
    """
    if len(tokens) < 2 or tokens[-1].key not in SERVANTS:  # noqa: PLR2004
        return ()
    if "," not in text[tokens[0].end : tokens[-1].start]:
        return ()
    start, end = tokens[0].start, tokens[-1].end
    name = Token(
        key="abdul" + tokens[0].key, surface=text[start:end], kind="word", start=start, end=end
    )
    return (name, *tokens[1:-1])
