"""Meaning of a column name from its words, if the whole name is unknown."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import combinations

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.trade.readers.columns.vocabulary import (
    ANY,
    LOCAL,
    UNKNOWN,
    Aliases,
    Word,
    is_unspaced,
    load_rules,
)
from tidewaiter.trade.readers.columns.words import say

_LONGEST = 2  # words of a qualifier or of a currency
_KINDS = 4  # currency variants per kind of value: dollars, a named one, any, national
_STEP = 10 * _KINDS  # more than the number of kinds of value
_PLAIN = 1  # qualifier rank of an unqualified value: after that of one line


class Value(Record, frozen=True, kw_only=True):
    """Parsed header of a value."""

    tier: int  # lower takes precedence
    currency: str = ""  # ISO 4217, LOCAL or "": that of the currency column


def plain_tier(kind: int) -> int:
    """Return the tier of a value if its header names only its kind."""
    return _STEP * _PLAIN + _KINDS * kind + 2


def find_value(words: Sequence[str], aliases: Aliases) -> Value | None:
    """Read "FOB USD", "item customs value", "SUMOFFOB_USD" and "total invoice value in USD".

    Every word must be known: as the kind of value, as a currency at one end, or as a qualifier
    ("item", "declared", "total", "sum of").

    Args:
        words: Folded header.
        aliases: Alias table.

    Returns:
        The value; None: not a value, or a kind without further words.
    """
    rest, money, step = _apart(words, aliases), "", -1
    while rest:
        kinds = [kind for field, kind in aliases.fields.get("".join(rest), ()) if field == "value"]
        if kinds and (money or step >= 0):
            return _value(min(kinds), money, _PLAIN if step < 0 else step)
        found = _end(rest, aliases)
        if found is None or (found[1] and money):
            return None
        rest, money, step = found[0], found[1] or money, max(step, found[2])
    return _value(0, money, step) if money and step > _PLAIN else None


def _value(kind: int, money: str, step: int) -> Value:
    currency = "" if money == ANY else money
    return Value(tier=rank_value(kind, step, money), currency=currency)


def rank_value(kind: int, step: int, money: str) -> int:
    """Rank a value by qualifier (`step`), by kind, and dollars first; lower takes precedence."""
    rank = {"USD": 0, "": 2, ANY: 2, LOCAL: 3}.get(money, 1)
    return _STEP * step + _KINDS * kind + rank


def _apart(words: Sequence[str], aliases: Aliases) -> list[str]:
    """Split "totalvalueusd" and "sumoffob": joined qualifiers and currencies."""
    rest = list(words)
    for step in ("sumof", "total"):
        if rest and rest[0].startswith(step) and rest[0] != step:
            rest[:1] = [step, rest[0].removeprefix(step)]
            break
    if rest and len(rest[-1]) > 3 and rest[-1][-3:] in aliases.currencies:  # noqa: PLR2004
        rest[-1:] = [rest[-1][:-3], rest[-1][-3:]]
    return rest


def _end(words: list[str], aliases: Aliases) -> tuple[list[str], str, int] | None:
    """Remove a connector, a currency or a qualifier from one end; None: there is none."""
    for index, rest in ((-1, words[:-1]), (0, words[1:])):
        if words[index] in aliases.connectors or words[index] == "en":  # Spanish, French: in
            return rest, "", -1
    for count in range(min(_LONGEST, len(words)), 0, -1):
        for part, rest in ((words[-count:], words[:-count]), (words[:count], words[count:])):
            name = "".join(part)
            money = aliases.moneys.get(name, "")
            if count == 1 and name in aliases.currencies:
                money = name.upper()
            if money:
                return rest, money, -1
            if name in aliases.steps:
                return rest, "", aliases.steps[name]
    return None


_LATE = 200  # after every name in a table
_LATER = 20  # between two tiers of readings
_VALUE = 1000  # values have many tiers of their own
_MOST = 12  # words of a name that are examined
_SPARE = 4  # of these, words without effect
_SHORT = 4  # letters of an unknown word that can be ignored: "VN", "SIC", "ZEXP"
_TOLD = 2  # meaningful words required beside an unknown one
_MEASURES = ("mass_unit", "volume_unit", "money")

_MONEYS = {
    "foreign_money": ANY,
    "foreign": ANY,
    "local_money": LOCAL,
    "local": LOCAL,
    "country_name": LOCAL,
}

_Key = tuple[str, ...]


class Composed(Record, frozen=True, kw_only=True):
    """Combined meaning of the words in a name."""

    field: str = ""
    tier: int = 0
    unit: str = ""
    currency: str = ""
    known_only: bool = False  # the field is included in a form that is not parsed
    directed: tuple[str, str] | None = None  # field on import, on export
    unsure: tuple[str, ...] = ()  # possible fields
    lone: bool = False  # a field of `unsure` is used if no other column may hold it


class _Table(Record, frozen=True, kw_only=True):
    fields: Mapping[_Key, tuple[str, int]]  # words in order -> field, tier
    loose: Mapping[_Key, tuple[str, int]]  # words in alphabetical order -> field, tier
    directed: Mapping[_Key, tuple[str, str]]
    unsure: Mapping[_Key, tuple[str, ...]]
    unsure_ordered: Mapping[_Key, tuple[str, ...]]
    alone: Mapping[_Key, str]
    attributes: Mapping[_Key, str]


@cache
def _table() -> _Table:
    rules = load_rules()
    strict: dict[_Key, tuple[str, int]] = {}
    loose: dict[_Key, tuple[str, int]] = {}
    for field, tiers in rules.readings.items():
        for tier, patterns in enumerate(tiers):
            for pattern in patterns:
                ordered = ">" in pattern
                key = tuple(pattern.replace(">", " ").split())
                (strict if ordered else loose).setdefault(
                    key if ordered else tuple(sorted(key)), (field, tier)
                )
    sure = {tuple(sorted(k.split())): pair for k, pair in rules.by_direction.items()}
    return _Table(
        fields=strict,
        loose=loose,
        directed=sure,
        unsure={tuple(sorted(k.split())): f for k, f in rules.unsure.items() if ">" not in k},
        unsure_ordered={
            tuple(k.replace(">", " ").split()): f for k, f in rules.unsure.items() if ">" in k
        },
        alone={tuple(sorted(k.split())): field for k, field in rules.alone.items()},
        attributes={
            tuple(sorted(pattern.split())): attribute
            for attribute, patterns in rules.roles.attributes.items()
            for pattern in patterns
        },
    )


@lru_cache(maxsize=1 << 12)
def compose(words: tuple[str, ...]) -> Composed | None:
    """Return the combined meaning of the words in a name; None: no known field.

    Args:
        words: Folded name.
    """
    if len(words) > _MOST:
        return None
    said = say(words)
    known = tuple(word for word in said if word.says != UNKNOWN)
    found = _read(known) if known else None
    if found is None or len(known) == len(said):
        return found
    if not found.field:
        return None
    # Beside an unknown word, the meaning of the others is suggested, not used.
    return msgspec.structs.replace(
        found, field="", unsure=(found.field,), lone=_tells_enough(found.field, said)
    )


def _tells_enough(field: str, said: Sequence[Word]) -> bool:
    """Return whether the known words outweigh a single short unknown one."""
    mute = [word.text for word in said if word.says == UNKNOWN]
    told = {word.says for word in said if word.says not in _MEASURES}
    return (
        len(mute) == 1
        and len(mute[0]) <= _SHORT
        and not (mute[0].isdecimal() or is_unspaced(mute[0]))
        and len(told) > _TOLD
        and (field in load_rules().lone["fields"] or field.endswith((".name", ".address")))
    )


def _read(said: Sequence[Word]) -> Composed | None:
    says = tuple(dict.fromkeys(word.says for word in said))
    return _party(says) or _priced(said) or _plain(said) or _told(says)


def _party(says: _Key) -> Composed | None:
    """Read a role and its attribute: "address of the foreign supplier"."""
    rules = load_rules()
    roles = [each for each in says if each in rules.roles.names]
    if len(set(roles)) != 1:
        return None
    free = rules.beside["parties"]
    rest = [each for each in says if each != roles[0]]
    second = "en" in rest or "std" in rest
    rest = [each for each in rest if each not in ("en", "std")]
    for kept in _without(rest, free):
        attribute = _table().attributes.get(tuple(sorted(kept)))
        if attribute:
            role = f"{roles[0]}2" if second else roles[0]
            return Composed(field=f"{role}.{attribute}", tier=_LATE + len(rest) - len(kept))
    return None


def _without(says: Sequence[str], free: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words with none, one, two ... of the neutral ones removed."""
    spare = [place for place, each in enumerate(says) if each in free]
    for count in range(min(len(spare), _SPARE) + 1):
        for left in combinations(spare, count):
            yield tuple(each for place, each in enumerate(says) if place not in left)


def _priced(said: Sequence[Word]) -> Composed | None:
    """Read a value of the goods, with its kind, currency and qualifier."""
    rules = load_rules().values
    says = {word.says for word in said}
    moneys = {word.text for word in said if word.says == "money"}
    allowed = {
        "value",
        *rules.kinds,
        *rules.steps,
        *rules.beside,
        *rules.enough,
        *rules.amounts,
        *rules.sums,
    }
    if says - allowed - {"money", *_MONEYS, *rules.twofold}:
        return None
    kinds = [rules.kinds[each] for each in says if each in rules.kinds]
    stated = says & {*rules.kinds, *_MONEYS, "money", "item", "assessed", "declared"}
    is_value = (
        says & rules.enough
        or (says & rules.amounts and stated)
        or (says & rules.sums and "total" in says)
    )
    if not is_value or said[-1].says == "currency":
        return None
    if not moneys:
        moneys = {_MONEYS[each] for each in says if each in _MONEYS}
    steps = [rules.steps[each] for each in says if each in rules.steps]
    # A declared total comes after an assessed one, as their items do.
    step = max(steps, default=1) + (says >= {"total", "declared"})
    tier = _VALUE + rank_value(min(kinds, default=0), step, min(moneys, default=""))
    odd = len(moneys) > 1 or bool(says & rules.twofold)
    currency = "" if odd or moneys == {ANY} else min(moneys, default="")
    return Composed(field="value", tier=tier, currency=currency, known_only=odd)


def _plain(said: Sequence[Word]) -> Composed | None:
    """Read a field by its words, with its unit."""
    says = list(dict.fromkeys(word.says for word in said))
    second = "en" in says
    says = [each for each in says if each != "en"]
    units = [word.text for word in said if word.says.endswith("_unit")]
    unit = units[0] if len(units) == 1 else ""
    table, beside = _table(), load_rules().beside
    free = frozenset().union(*beside.values())
    for kept in _without(says, free):
        left = Counter(says) - Counter(kept)
        for found in (table.fields.get(kept), table.loose.get(tuple(sorted(kept)))):
            if found is not None and set(left) <= beside.get(found[0], frozenset()):
                field, tier = found
                late = _LATE + _LATER * tier + 2 * left.total() + 5 * left["total"] - second
                text = unit or {"net_kg": "kg", "gross_kg": "kg"}.get(kept[0], "")
                return Composed(field=field, tier=late, unit=text)
    return None


def _told(says: _Key) -> Composed | None:
    """Return meanings that depend on the trade direction, and uncertain ones."""
    table = _table()
    plain = tuple(each for each in says if each not in ("en", "std", "full"))
    key = tuple(sorted(plain))
    if key in table.directed:
        return Composed(directed=table.directed[key])
    if key in table.alone:
        return Composed(unsure=(table.alone[key],), lone=True)
    unsure = table.unsure_ordered.get(plain) or table.unsure.get(key)
    return Composed(unsure=unsure) if unsure else None
