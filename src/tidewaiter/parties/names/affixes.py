"""Affixes of names in documents, such as M/S and M/V before, TEL and places after the name."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.scripts import fold, where_scripts_part
from tidewaiter.parties.names.types import Token
from tidewaiter.parties.names.word_lists import facts

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
    """Content of the file of ship prefixes."""

    source: str
    plain: tuple[str, ...]
    marked: tuple[str, ...]
    words: tuple[str, ...]


def prefix_end(text: str, start: int) -> int:
    """Return the start of a ship's name, after its prefix.

    Args:
        text: Name known to be a ship's.
        start: Search position.
    """
    found = _prefix().match(text, start)
    return found.end() if found else start


def is_ship(text: str) -> bool:
    """Return whether a name begins with punctuated letters specific to ships: M/V or M.V."""
    return "/" in text[:6] and bool(_marked().match(text))


def ship_numbers(text: str) -> frozenset[int]:
    """Return the numbers in the name of a ship, including Roman ones after its first word."""
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
    # M/S is Messrs in Indian trade, followed by the company's name.
    ways = [_between(each, "/") for each in file.plain if each != "ms"]
    return re.compile(rf"\s*(?:{'|'.join(ways)})[\s:]+(?=\S)", re.IGNORECASE)


def _between(letters: str, mark: str) -> str:
    """Return a pattern of letters with a mark between the last two."""
    return f"{letters[:-1]}{mark}{letters[-1]}"


_LEAD = re.compile(
    r"\s*(?:m/s\.?|messrs\.?|messers\.?|to\s+the\s+order\s+of|to\s+order\s+of|for\s+account\s+of"
    r"|account\s+of|a/c(?:\s+of)?|attn?\.?:|attention:|c/o:?|care\s+of"
    r"|notify(?:\s+party)?:|(?:shipper|consignee|buyer|seller|applicant|beneficiary|exporter"
    r"|importer|manufacturer|supplier|vendor|customer|client|cnee|cnor|shpr|end[\s-]user|consignor)"
    r"(?:/\w+)?\s*:|the\s+firm|to:|m/v|m\.v\.|mv\b(?=\s))[\s:,.-]*",
    re.IGNORECASE,
)
_TO_ORDER = re.compile(r"\s*to\s+(?:the\s+)?order\s*\.?\s*", re.IGNORECASE)
_TAIL = re.compile(
    r"(?<![\s,;(/.-])[\s,;(/.-]+(?:(?:tel|fax|phone|telephone|ph|mob|mobile|cell|tlf|whatsapp"
    r"|wechat|rfc|uscc|vat|tin|inn|ogrn|kpp|cnpj|cpf|cuit|nit|ruc|gst|gstin|iec|eori|lei|imo|ein|ucr"
    r"|tax\s*id|vat\s*id|reg(?:istration)?|id|passport|p\.?\s?o\.?\s?box|инн|огрн|кпп|тел|факс|电话|電話|传真|傳真"
    r"|邮编)[\s.]*(?:no|nr|number|num|code|#|№)?[\s.:#№=-]*[+(]?[A-Z]{0,4}\d[\w\s()+./-]*"
    r"|add(?:r|ress)?\s*[:.]\s*\S|地址\s*[:：]?\s*\S"
    r"|e-?mail[\s.:]*\S+@\S+|\S+@\S+\.\S+|https?://\S+|www\.\S+).*$",
    re.IGNORECASE | re.DOTALL,
)
_CUES: Final = (
    ("trading as", r"trading\s+as|t/a|d/b/a|d\.b\.a\.|dba|doing\s+business\s+as|trade\s+name"),
    ("care of", r"c/o|care\s+of|attn?\.?(?=\s*:)|attention(?=\s*:)"),
    (
        "on behalf of",
        r"on\s+behalf\s+of|o/b/o|(?:for\s+)?(?:the\s+)?account\s+of|a/c(?:\s+of)?|acting\s+for",
    ),
    ("formerly", r"formerly\s+known\s+as|formerly|f/k/a|f\.k\.a\.|fka|previously|ex-name|née"),
    ("also known as", r"also\s+known\s+as|a/k/a|a\.k\.a\.|aka|alias|a\.l\.i\.a\.s"),
)
_CUE = re.compile(
    r"(?:(?<=[\s,;(/-])|(?<=^))(?:"
    + "|".join(f"(?P<c{number}>{pattern})" for number, (_, pattern) in enumerate(_CUES))
    + r")(?=[\s:.])[\s:.]*",
    re.IGNORECASE,
)
# Two adjacent names: "Иванов / Іванов", "A; B", "A (B C)".
_BESIDE = re.compile(
    r"\s+/\s+|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})|\s*[;|]\s*"
    # the dot between two Chinese characters is part of a foreign person's name
    r"|\s*(?<![\u3400-\u9fff])·\s*|\s*·(?![\u3400-\u9fff])\s*|\s+\((?=[^()]*[^\W\d_]\s[^()]*\)\s*$)"
)
_MARKS: Final = frozenset("/;|·(")  # at least one is required
_MISREAD = re.compile(r"[A-Za-z][01358]|0[A-Za-z]")  # a digit that may be read as a letter
_ADJACENT = re.compile(r"[^\W\d_]+")
_SIGNS: Final = frozenset("/@:;|")
_DOTTED: Final = (".k.a", ".b.a", ".l.i", "m.v")  # f.k.a., d.b.a., a.l.i.a.s


def may_be_more(text: str) -> bool:
    """Return whether a text has a sign required by some pattern; for words see `lookup`."""
    if not _SIGNS.isdisjoint(text) or (")" in text and text.rstrip().endswith(")")):
        return True
    return "." in text and any(sign in text.lower() for sign in _DOTTED)


def may_name_another(text: str) -> bool:
    """Return whether a text may contain words that introduce another name: c/o, on behalf of.

    May return a false positive, as the text is not cleaned.
    """
    changed = not text.isascii() or not text.isprintable() or _MISREAD.search(text) is not None
    return changed or _CUE.search(text) is not None


def beside(text: str, start: int, end: int, plain: frozenset[str]) -> list[tuple[int, int]]:
    """Split adjacent names.

    Args:
        text: Cleaned text.
        start: Start of the name.
        end: End of the name.
        plain: Words for which a slash does not separate names: "import/export".

    Returns:
        Start and end of each name; or the single name.
    """
    found: list[tuple[int, int]] = []
    first = start
    some = not _MARKS.isdisjoint(text)
    for match in _BESIDE.finditer(text, start, end) if some else ():
        before = _ADJACENT.findall(text, first, match.start())
        after = _ADJACENT.findall(text, match.end(), end)
        if not before or not after or {before[-1].casefold(), after[0].casefold()} & plain:
            continue
        found.append((first, match.start()))
        first = match.end()
    if found:
        return [*found, (first, len(text[:end].rstrip(" )")))]
    parted = where_scripts_part(text, start, end)
    return [(start, parted[0]), (parted[1], end)] if parted else [(start, end)]


def parts_of(
    text: str, *, ship: bool = False
) -> tuple[tuple[int, int], list[tuple[str, int, int]], list[Phrase]]:
    """Find the name itself and adjacent names, and describe what was removed.

    Args:
        text: Cleaned name.
        ship: A ship's name, which may have a prefix such as M/V or MT.

    Returns:
        The span of the name, (relation, start, end) of each further name, and the steps.
    """
    steps: list[Phrase] = []
    if _TO_ORDER.fullmatch(text):
        return (0, 0), [], [Phrase("step/to-order")]
    start, end = 0, len(text)
    while (lead := _LEAD.match(text, start)) and lead.end() < end:
        steps.append(Phrase("step/before", name=lead.group().strip()))
        start = lead.end()
    if ship and (first := prefix_end(text, start)) > start:
        steps.append(Phrase("step/before", name=text[start:first].strip()))
        start = first
    if (tail := _TAIL.search(text, start)) and tail.start() > start:
        steps.append(Phrase("step/after", name=tail.group().strip()[:60]))
        end = tail.start()
    cues = [
        cue
        for cue in _CUE.finditer(text, start, end)
        if _ADJACENT.search(text, cue.end(), end) and _ADJACENT.search(text, start, cue.start())
    ]
    further: list[tuple[str, int, int]] = []
    for number, cue in enumerate(cues):
        stop = cues[number + 1].start() if number + 1 < len(cues) else end
        relation = next(
            name for place, (name, _) in enumerate(_CUES) if cue.group(f"c{place}") is not None
        )
        further.append((relation, cue.end(), stop))
    if cues:
        end = cues[0].start()
        steps += [Phrase("step/further", name=cue.group().strip()) for cue in cues]
    return (start, end), further, steps


_MOST_PLACE_WORDS: Final = 5  # words of a city and a country
_CITY: Final = 3  # words of a city, and of its province
_WORDS: Final = 3  # of a country's name


def without_place(tokens: list[Token], text: str) -> tuple[list[Token], list[Phrase]]:
    """Remove an address, a city or a country after a legal form or after commas.

    Args:
        tokens: Tokens of one name.
        text: That name.

    Returns:
        The remaining tokens, and a description of what was removed.
    """
    first = _address(tokens)
    if first:
        left = text[tokens[first].start : tokens[-1].end]
        return tokens[:first], [Phrase("step/address", name=left)]
    country = _country(tokens) if tokens else 0
    if not country:
        return tokens, []
    first = _start(tokens, text, country)
    if not first or not any(token.kind == "word" for token in tokens[:first]):
        return tokens, []
    left = text[tokens[first].start : tokens[-1].end]
    return tokens[:first], [Phrase("step/place", name=left)]


def _address(tokens: Sequence[Token]) -> int:
    """Return the first token of an address after a legal form; 0: none."""
    legal = [place for place, token in enumerate(tokens) if token.kind == "legal form"]
    if not legal or not any(token.kind == "word" for token in tokens[: legal[0]]):
        return 0
    first = legal[0] + 1
    while first < len(tokens) and tokens[first].kind == "legal form":
        first += 1
    keys = [fold(token.surface) for token in tokens[first:]]
    street = any(key in facts().addresses for key in keys)
    return first if street and any(key[:1].isdigit() for key in keys) else 0


def _country(tokens: Sequence[Token]) -> int:
    """Return the number of final words that form a country's name."""
    keys = [fold(token.surface) for token in tokens[-_WORDS:]]
    known = facts().countries
    return next((size for size in (3, 2, 1) if tuple(keys[-size:]) in known), 0)


def _start(tokens: Sequence[Token], text: str, country: int) -> int:
    """Return the first token of the place; 0 if it may be part of the name."""
    size = len(tokens)
    legal = [place for place, token in enumerate(tokens) if token.kind == "legal form"]
    if legal and 0 < legal[-1] < size - 1 and size - country - _CITY <= legal[-1] + 1:
        first = legal[-1] + 1
        return 0 if tokens[first].kind == "particle" else first  # "Company of the Republic of ..."
    commas = [
        place
        for place in range(1, size)
        if "," in text[tokens[place - 1].end : tokens[place].start]
        and size - place <= _MOST_PLACE_WORDS
    ]
    if not commas or commas[-1] != size - country:
        return 0
    return commas[-2] if len(commas) > 1 else commas[-1]
