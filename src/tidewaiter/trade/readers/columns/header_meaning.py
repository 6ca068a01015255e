"""Meaning of a column header, in one or several languages."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import msgspec

from tidewaiter.base.quantities import find_unit
from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.phrases import compose, find_value, plain_tier
from tidewaiter.trade.readers.columns.vocabulary import (
    LONGEST,
    UNKNOWN,
    load_aliases,
    load_rules,
    squeeze,
    words_of,
)
from tidewaiter.trade.readers.columns.words import say
from tidewaiter.trade.types import LISTS, TEXTS

_JOINED = frozenset((*TEXTS, *LISTS))
"""Fields that may have several numbered columns ("Description 1", "Description 2")."""

_BESIDE = re.compile(r"[/|\n;]| - ")  # "DEĞER / VALUE"
_APART = re.compile(r"[/|()（）\[\]\n;]| - ")  # "件数(Pieces)"


def parts_of(header: str) -> Iterator[Sequence[str]]:
    """Yield the ways to split a multilingual name: by separators, by script.

    Args:
        header: As written.

    Yields:
        Two or more parts.
    """
    for between in (_BESIDE, _APART):
        if between.search(header):
            yield from _several(between.split(header))
    if not header.isascii():
        words = words_of(header)
        scripts = ([w for w in words if w.isascii() is latin] for latin in (False, True))
        yield from _several([" ".join(script) for script in scripts])


def _several(parts: Sequence[str]) -> Iterator[Sequence[str]]:
    full = [part for part in parts if part.strip()]
    if len(full) > 1:
        yield full


def is_latin(text: str) -> bool:
    """Return whether a word is in plain Latin letters."""
    return any(word.isascii() and not word.isdecimal() for word in words_of(text))


_ENGLISH = 50  # more than the number of tiers
_DIRECTED = 60  # after every column with an explicit owner
_DESCRIBED = 900  # after every other name of goods
_LINES = frozenset("123456789")
_LINE = re.compile(r"([a-z]{4,})([1-9])")  # "Address1"


class Found(Record, frozen=True, kw_only=True):
    """A possible meaning of a header."""

    field: str
    tier: int  # lower takes precedence
    unit: str = ""  # unit of a mass or a volume, from the header
    currency: str = ""  # currency of a value, from the header; LOCAL: national currency
    part: int = 0  # number of the column, if the field has several
    known_only: bool = False  # the field is included in a form that is not parsed


def find_columns(header: str) -> tuple[Found, ...]:
    """Return the meanings of a header, best first; empty: unknown."""
    short = header if len(header) <= LONGEST else header.strip()
    return _find(short) if len(short) <= LONGEST else ()


@lru_cache(maxsize=1 << 12)
def _find(header: str) -> tuple[Found, ...]:
    found = find_named(header)
    if found or _is_unsure(header):
        return found
    words = words_of(header)
    return _composed(words) or _translated(header) or _described(words)


def _described(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read a goods description with a longer name: "Product / Part number description".

    It has the lowest priority, so it is used only if the file has no better one.
    """
    rule = load_rules().described
    says = {word.says for word in say(words)}
    told = not says.isdisjoint(rule["whole"]) or not (
        says.isdisjoint(rule["texts"]) or says.isdisjoint(rule["goods"])
    )
    allowed = {*rule["whole"], *rule["texts"], *rule["goods"], *rule["beside"], UNKNOWN}
    return (Found(field="goods", tier=_DESCRIBED),) if told and says <= allowed else ()


def _translated(header: str) -> tuple[Found, ...]:
    """Read a multilingual name: "DEĞER / VALUE", "运单号 (AWB Number)", "毛重 G.W."."""
    return next(filter(None, map(_agreed, parts_of(header))), ())


def _agreed(parts: Sequence[str]) -> tuple[Found, ...]:
    """Return the common meaning of all parts, or that of one of two if the other is unknown."""
    found = [find_named(part) or _composed(words_of(part)) for part in parts]
    if all(found):
        return found[0] if len({each[0].field for each in found}) == 1 else ()
    if len(parts) != 2 or not any(found):  # noqa: PLR2004
        return ()
    mute = parts[0] if found[1] else parts[1]
    # In one script, an unknown part is an addition that may change the meaning.
    apart = is_latin(parts[0]) != is_latin(parts[1])
    return (found[0] or found[1]) if apart and _is_mute(mute) else ()


def _is_mute(text: str) -> bool:
    """Return whether all words of a text are unknown, except numbers and units."""
    return find_unsure(text) == () and all(
        word.says == UNKNOWN or word.says.endswith("_unit") for word in say(words_of(text))
    )


def _composed(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read the combined words; "GOODS_DESC_2" is one of several columns."""
    line = _LINE.fullmatch(words[-1]) if words else None
    if line is not None and compose(words) is None:
        words = (*words[:-1], *line.groups())
    composed, part = compose(words), 0
    if (composed is None or composed.unsure) and words and words[-1] in _LINES:
        composed, part = compose(words[:-1]), int(words[-1]) + 1
        if composed and not (composed.field in _JOINED or composed.field.endswith(".address")):
            return ()
    if composed is None or not composed.field:
        return ()
    return (
        Found(
            field=composed.field,
            tier=composed.tier,
            unit=composed.unit,
            currency=composed.currency,
            part=part,
            known_only=composed.known_only,
        ),
    )


def find_named(header: str) -> tuple[Found, ...]:
    """Look up a header in the table of whole names."""
    words = words_of(header)
    return (
        _plain(words)
        or _measured(words)
        or _priced(words)
        or _numbered(words)
        or _second(words)
        or _formed(words)
        or _summed(words)
    )


def find_directed(header: str, way: str) -> tuple[Found, ...]:
    """Return the meanings that depend on the trade direction: a foreign port, a tax number.

    Args:
        header: As written.
        way: "import" or "export"; "": unclear, without a result.
    """
    words = words_of(header)
    pair = load_aliases().by_direction.get("".join(words))
    if pair is None and not _is_unsure(header):
        composed = compose(words)
        pair = composed.directed if composed else None
    return (Found(field=pair[way == "export"], tier=_DIRECTED),) if pair and way else ()


def find_ordered(header: str) -> tuple[Found, ...]:
    """Return the meanings in an order file: shipping and billing parties."""
    field = _ordered().get(squeeze(header))
    return (Found(field=field, tier=0),) if field else ()


@cache
def _ordered() -> dict[str, str]:
    return {squeeze(n): field for field, names in load_rules().of_orders.items() for n in names}


def find_unsure(header: str) -> tuple[str, ...]:
    """Return the possible fields of an ambiguous header."""
    aliases, words = load_aliases(), words_of(header)
    name = "".join(words)
    if name in aliases.unsure or name in aliases.by_direction:
        return aliases.unsure.get(name, ()) or aliases.by_direction[name]
    composed = compose(words)
    if composed is None:
        return ()
    read = (composed.field,) if composed.known_only else ()
    return composed.unsure or composed.directed or read


def find_lone(header: str) -> Found | None:
    """Return the meaning of a header that is valid if no other column has that meaning."""
    composed = None if find_columns(header) or _is_unsure(header) else compose(words_of(header))
    if composed is None or not composed.lone:
        return None
    (field,) = composed.unsure
    return Found(field=field, tier=0, unit=composed.unit, currency=composed.currency)


def _is_unsure(header: str) -> bool:
    aliases, name = load_aliases(), "".join(words_of(header))
    return name in aliases.unsure or name in aliases.by_direction


def _plain(words: tuple[str, ...]) -> tuple[Found, ...]:
    aliases, name = load_aliases(), "".join(words)
    direct = aliases.fields.get(name, ())
    found = [Found(field=f, tier=plain_tier(t) if f == "value" else t) for f, t in direct]
    return tuple(found) or _party(words)


def _party(words: tuple[str, ...]) -> tuple[Found, ...]:
    aliases, name = load_aliases(), "".join(words)
    for role_name in _role_names(name):
        role = aliases.roles[role_name]
        rests = [name.removeprefix(role_name)] if name.startswith(role_name) else []
        if name.endswith(role_name):
            before = words_before(words, role_name)
            rests.extend(
                ["".join(before), "".join(w for w in before if w not in aliases.connectors)]
            )
        for rest in rests:
            if rest in aliases.attributes:
                attribute, tier = aliases.attributes[rest]
                return (Found(field=f"{role}.{attribute}", tier=tier),)
    return ()


def _role_names(name: str) -> list[str]:
    """Return the role names with which a folded header begins or ends, longest first."""
    ranks, lengths = load_aliases().ranks, load_aliases().lengths
    ends = {end for size in lengths for end in (name[:size], name[-size:]) if end in ranks}
    return sorted(ends, key=ranks.__getitem__)


def words_before(words: tuple[str, ...], tail: str) -> tuple[str, ...]:
    """Remove the words that form `tail` from the end; otherwise remove the letters."""
    for start in range(len(words)):
        if "".join(words[start:]) == tail:
            return words[:start]
    return ("".join(words)[: -len(tail)],)


def _measured(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "gross weight in kg": a field followed by its unit."""
    for count in (1, 2):
        unit = find_unit(" ".join(words[-count:])) if len(words) > count else None
        if unit is None or unit.kind not in ("mass", "volume", "unclear"):
            continue
        stem = words[:-count]
        while stem and stem[-1] in load_aliases().connectors:
            stem = stem[:-1]
        found = _plain(stem)
        fit = tuple(f for f in found if _fits(f.field, unit.kind))
        if fit:
            text = " ".join(words[-count:])
            return tuple(Found(field=f.field, tier=f.tier, unit=text) for f in fit)
    return ()


def _fits(field: str, kind: str) -> bool:
    if kind == "unclear":
        return field in ("net", "gross", "volume", "quantity")
    return field in {"mass": ("net", "gross", "quantity"), "volume": ("volume", "quantity")}[kind]


def _priced(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "FOB USD", "USD FOB" and "TOTALVALUEUSD": a value with its currency."""
    value = find_value(words, load_aliases())
    return (Found(field="value", tier=value.tier, currency=value.currency),) if value else ()


def _numbered(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "description 2" and "address_1": one of several columns of a field."""
    if not words or not words[-1].isdecimal() or len(words[-1]) > 2:  # noqa: PLR2004
        return ()
    if "".join(words) in load_aliases().unsure:  # "container number 20": maybe a count
        return ()
    part = int(words[-1]) + 1
    fields = [f for f in _plain(words[:-1]) if f.field in _JOINED or f.field.endswith(".address")]
    found = [Found(field=f.field, tier=f.tier + 20, part=part) for f in fields]
    if any(f.field == "goods" for f in found):  # further columns, if one column is the goods
        found.append(Found(field="commercial", tier=20, part=part))
    return tuple(found)


def _second(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "importer name en" and "std exporter name": a rewritten duplicate."""
    stem = words[:-1] if words[-1:] == ("en",) else words[1:] if words[:1] == ("std",) else ()
    if not stem:
        return ()
    parties = tuple(
        Found(field=f"{role}2.{attribute}", tier=found.tier)
        for found in _party(stem)
        for role, _, attribute in [found.field.partition(".")]
    )
    formed = load_aliases().formed if words[-1] == "en" else ()
    # An English place, unit or procedure is self-sufficient: it takes precedence.
    rewritten = tuple(
        Found(field=f.field, tier=f.tier - _ENGLISH)
        for f in _plain(stem) or _formed(stem)
        if f.field in formed
    )
    return rewritten or parties


def _formed(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "regime name" and "transport type code": a field in one of its forms."""
    aliases = load_aliases()
    if len(words) < 2 or words[-1] not in aliases.forms:  # noqa: PLR2004
        return ()
    late = 6 if words[-1] in ("code", "cd") else 5  # a name takes precedence over a code
    return tuple(
        Found(field=f.field, tier=f.tier + late)
        for f in _plain(words[:-1])
        if f.field in aliases.formed
    )


def _summed(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "SUMOFQUANTITY" and "total gross weight": an amount that is a sum."""
    for start in ("sumof", "total"):
        if words and words[0].startswith(start):
            rest = words[0].removeprefix(start)
            stem = (rest, *words[1:]) if rest else words[1:]
            found = _plain(stem) or _measured(stem)
            fields = ("quantity", "net", "gross", "packages")
            return tuple(
                msgspec.structs.replace(f, tier=f.tier + 30) for f in found if f.field in fields
            )
    return ()
