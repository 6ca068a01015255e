"""What the header of a column means: the alias table, and how a header is looked up in it."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.quantities import find_unit
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Found(Record, frozen=True, kw_only=True):
    """What one header means."""

    field: str
    tier: int  # the lower one wins
    unit: str = ""  # of a mass or a volume, from the header
    currency: str = ""  # of a value, from the header
    part: int = 0  # of a field that stands in several numbered columns


class _Rules(Record, frozen=True, kw_only=True):
    joined: frozenset[str]
    connectors: frozenset[str]
    currencies: str
    fields: dict[str, tuple[tuple[str, ...], ...]]
    roles: dict[str, tuple[str, ...]]
    attributes: dict[str, tuple[str, ...]]


class Aliases(Record, frozen=True, kw_only=True):
    """The alias table, folded."""

    fields: Mapping[str, tuple[tuple[str, int], ...]]  # alias -> (field, tier), best first
    roles: Mapping[str, str]  # alias -> role, the longest alias first
    ranks: Mapping[str, int]  # alias of a role -> its place among them
    lengths: tuple[int, ...]  # of these aliases
    attributes: Mapping[str, tuple[str, int]]  # alias -> (attribute, tier)
    connectors: frozenset[str]
    currencies: frozenset[str]
    joined: frozenset[str]
    known: tuple[str, ...]  # every field that --map may name


def words_of(header: str) -> tuple[str, ...]:
    """Cut a header into folded words: no case, accents or punctuation; camelCase is cut."""
    apart = unicodedata.normalize("NFKD", _CAMEL.sub(" ", header)).casefold()
    apart = apart.replace("%", " percent ")
    bare = "".join(c for c in apart if not unicodedata.combining(c))
    return tuple("".join(c if c.isalnum() else " " for c in bare).split())


def squeeze(header: str) -> str:
    """Fold a header into one word."""
    return "".join(words_of(header))


@cache
def load_aliases() -> Aliases:
    """Load the alias table.

    Raises:
        RegistryError: One alias names two roles, or stands twice in a field.
    """
    rules = read_toml(data("rules", "columns.toml"), _Rules)
    roles: dict[str, str] = {}
    for role, names in rules.roles.items():
        for name in {squeeze(name) for name in names}:
            if name in roles:
                raise RegistryError(f'"{name}" names two roles', at="columns.toml")
            roles[name] = role
    attributes = {
        squeeze(name): (attribute, tier or 40)
        for attribute, names in rules.attributes.items()
        for tier, name in enumerate(names)
    }
    roles = dict(sorted(roles.items(), key=lambda pair: -len(pair[0])))
    parties = [f"{role}.{attribute}" for role in rules.roles for attribute in rules.attributes]
    return Aliases(
        fields=_by_alias(rules.fields),
        roles=roles,
        ranks={name: rank for rank, name in enumerate(roles)},
        lengths=tuple(sorted({len(name) for name in roles})),
        attributes=attributes,
        connectors=rules.connectors,
        currencies=frozenset(rules.currencies.casefold().split()),
        joined=rules.joined,
        known=(*rules.fields, *parties),
    )


def _by_alias(
    fields: Mapping[str, tuple[tuple[str, ...], ...]],
) -> dict[str, tuple[tuple[str, int], ...]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for field, tiers in fields.items():
        for tier, names in enumerate(tiers):
            for name in {squeeze(name) for name in names}:
                found.setdefault(name, []).append((field, tier))
    return {name: tuple(sorted(pairs, key=lambda p: p[1])) for name, pairs in found.items()}


def find_columns(header: str) -> tuple[Found, ...]:
    """Find what a header may mean, best first; empty: no alias knows it."""
    words = words_of(header)
    return _plain(words) or _measured(words) or _priced(words) or _numbered(words) or _second(words)


def _plain(words: tuple[str, ...]) -> tuple[Found, ...]:
    aliases, name = load_aliases(), "".join(words)
    direct = aliases.fields.get(name, ())
    found = [Found(field=f, tier=3 * t + 2 if f == "value" else t) for f, t in direct]
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
    """List the names of roles that a folded header begins or ends with, the longest first."""
    ranks, lengths = load_aliases().ranks, load_aliases().lengths
    ends = {end for size in lengths for end in (name[:size], name[-size:]) if end in ranks}
    return sorted(ends, key=ranks.__getitem__)


def words_before(words: tuple[str, ...], tail: str) -> tuple[str, ...]:
    """Cut the words that make up `tail` off the end; where none do, cut the letters."""
    for start in range(len(words)):
        if "".join(words[start:]) == tail:
            return words[:start]
    return ("".join(words)[: -len(tail)],)


def _measured(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "gross weight in kg": a field with its unit behind."""
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
    aliases, found = load_aliases(), []
    for index in (-1, 0):
        stem = words[:-1] if index else words[1:]
        if stem and words[index] in aliases.currencies:
            rest = tuple(w for w in stem if w not in aliases.connectors)
            found.append((rest, words[index]))
    if words and words[-1][-3:] in aliases.currencies:
        found.append(((*words[:-1], words[-1][:-3]), words[-1][-3:]))
    for stem, currency in found:
        for pair in aliases.fields.get("".join(stem), ()):
            if pair[0] == "value":
                # Of one value in two currencies the dollars are read, else the named one.
                tier = 3 * pair[1] + (currency != "usd")
                return (Found(field="value", tier=tier, currency=currency.upper()),)
    return ()


def _numbered(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "description 2" and "address_1": one of several columns of a field."""
    if not words or not words[-1].isdecimal() or len(words[-1]) > 2:  # noqa: PLR2004
        return ()
    joined, part = load_aliases().joined, int(words[-1]) + 1
    fields = [f for f in _plain(words[:-1]) if f.field in joined or f.field.endswith(".address")]
    found = [Found(field=f.field, tier=f.tier + 20, part=part) for f in fields]
    if any(f.field == "goods" for f in found):  # where one column is the goods, these come second
        found.append(Found(field="commercial", tier=20, part=part))
    return tuple(found)


def _second(words: tuple[str, ...]) -> tuple[Found, ...]:
    """Read "importer name en" and "std exporter name": the same once more, rewritten."""
    stem = words[:-1] if words[-1:] == ("en",) else words[1:] if words[:1] == ("std",) else ()
    if not stem:
        return ()
    return tuple(
        Found(field=f"{role}2.{attribute}", tier=found.tier)
        for found in _party(stem)
        for role, _, attribute in [found.field.partition(".")]
    )
