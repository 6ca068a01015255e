"""What the trade writes around a name: M/S before it, TEL after it, C/O another one."""

import re
from typing import Final

from tidewaiter.parties.names.ships import prefix_end
from tidewaiter.parties.names.splitting import where_scripts_part

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
# Two names side by side: "Иванов / Іванов", "A; B", "A (B C)".
_BESIDE = re.compile(
    r"\s+/\s+|(?<=[^\W\d_]{3})/(?=[^\W\d_]{3})|\s*[;|·]\s*|\s+\((?=[^()]*[^\W\d_]\s[^()]*\)\s*$)"
)
_MARKS: Final = frozenset("/;|·(")  # one of which it needs
_MISREAD = re.compile(r"[A-Za-z][01358]|0[A-Za-z]")  # a digit that may be read as a letter
_ADJACENT = re.compile(r"[^\W\d_]+")
_SIGNS: Final = frozenset("/@:;|")
_DOTTED: Final = (".k.a", ".b.a", ".l.i", "m.v")  # f.k.a., d.b.a., a.l.i.a.s


def may_be_more(text: str) -> bool:
    """Say whether a text has a sign that a pattern here needs; for its words see `lookup`."""
    if not _SIGNS.isdisjoint(text) or (")" in text and text.rstrip().endswith(")")):
        return True
    return "." in text and any(sign in text.lower() for sign in _DOTTED)


def may_name_another(text: str) -> bool:
    """Say whether words may stand in a text behind which another name follows: c/o, on behalf of.

    Some texts of which this is said have none, as the text is not cleaned.
    """
    changed = not text.isascii() or not text.isprintable() or _MISREAD.search(text) is not None
    return changed or _CUE.search(text) is not None


def beside(text: str, start: int, end: int, plain: frozenset[str]) -> list[tuple[int, int]]:
    """Split a name where another one stands beside it.

    Args:
        text: Cleaned.
        start: Of the name.
        end: Of the name.
        plain: Words beside which a slash parts no names: "import/export".

    Returns:
        The first character and the end of each name; one where there is no other.
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
) -> tuple[tuple[int, int], list[tuple[str, int, int]], list[str]]:
    """Find the name itself, the names beside it, and say what was left out.

    Args:
        text: A name, cleaned.
        ship: It is a ship's, before which M/V, MT and the like may stand.

    Returns:
        Where the name stands, (relation, start, end) of each further name, and the steps.
    """
    steps: list[str] = []
    if _TO_ORDER.fullmatch(text):
        return (0, 0), [], ['"to order" names no party']
    start, end = 0, len(text)
    while (lead := _LEAD.match(text, start)) and lead.end() < end:
        steps.append(f'left out "{lead.group().strip()}" before the name')
        start = lead.end()
    if ship and (first := prefix_end(text, start)) > start:
        steps.append(f'left out "{text[start:first].strip()}" before the name')
        start = first
    if (tail := _TAIL.search(text, start)) and tail.start() > start:
        steps.append(f'left out "{tail.group().strip()[:60]}" after the name')
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
        steps += [f'read what follows "{cue.group().strip()}" as a further name' for cue in cues]
    return (start, end), further, steps
