"""What stands before the name of a ship: M/V, MT, S.S., F/V."""

import re
from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_ROMAN = {
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
    "XI": 11,
    "XII": 12,
}
_NUMBER = re.compile(r"(?<![^\W_])(?:\d{1,6}|[IVX]{1,4})(?![^\W_])")


class _Ships(Record, frozen=True, kw_only=True):
    """The file of prefixes."""

    source: str
    plain: tuple[str, ...]
    marked: tuple[str, ...]
    words: tuple[str, ...]


def prefix_end(text: str, start: int) -> int:
    """Return where the name of a ship begins, after what stands before it.

    Args:
        text: Of what is known to be a ship.
        start: Where to look.
    """
    found = _prefix().match(text, start)
    return found.end() if found else start


def is_ship(text: str) -> bool:
    """Tell whether a name begins with marked letters, M/V or M.V., that only a ship's has."""
    return "/" in text[:6] and bool(_marked().match(text))


def ship_numbers(text: str) -> frozenset[int]:
    """Return the numbers in the name of a ship, Roman ones behind its first word too."""
    found = set()
    begin = prefix_end(text, 0)
    for each in _NUMBER.finditer(text, begin):
        word = each.group()
        if word.isdigit():
            found.add(int(word))
        elif each.start() > begin and (word in _ROMAN or word == "I"):
            found.add(_ROMAN.get(word, 1))
    return frozenset(found)


@cache
def _prefix() -> re.Pattern[str]:
    file = read_toml(data("parties", "ships.toml"), _Ships)
    marked = [_between(each, r"\s?[/.]\s?") for each in (*file.plain, *file.marked)]
    whole = "|".join([*map(re.escape, file.words), *marked, *file.plain])
    return re.compile(rf"\s*[\"']?(?:{whole})\.?[\s:\"']+(?=\S)", re.IGNORECASE)


@cache
def _marked() -> re.Pattern[str]:
    file = read_toml(data("parties", "ships.toml"), _Ships)
    # M/S is Messrs in the trade of India, and the firm's name follows.
    ways = [_between(each, "/") for each in file.plain if each != "ms"]
    return re.compile(rf"\s*(?:{'|'.join(ways)})[\s:]+(?=\S)", re.IGNORECASE)


def _between(letters: str, mark: str) -> str:
    """Return a pattern of letters with a mark between the last two."""
    return f"{letters[:-1]}{mark}{letters[-1]}"
