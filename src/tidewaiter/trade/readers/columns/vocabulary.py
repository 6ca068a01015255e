"""Vocabulary of column names: the alias table, and the meaning of words and phrases."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from tidewaiter.base.countries import country_names
from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

LOCAL, ANY = "local", "any"
"""A value in the national currency, with a code that is not in the header; a value in the currency
given by the currency column.
"""

LONGEST = 250
"""Maximum letters of a header: a longer text is a remark, not a column name."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_UNSPACED = "\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
# Thai, Hangul, Kana, Han: written without spaces, also beside Latin words ("B/L番号").
_SCRIPTS = re.compile(rf"(?<=[{_UNSPACED}])(?=[a-z0-9])|(?<=[a-z0-9])(?=[{_UNSPACED}])")
_IN_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_MONEYS = {
    sign: f" {word} "
    for sign, word in {
        "us$": "usd",
        "u$s": "usd",
        "usd$": "usd",
        "r$": "brl",
        "hk$": "hkd",
        "nt$": "twd",
        "s/.": "pen",
        "€": "eur",
        "£": "gbp",
        "₹": "inr",
        "₽": "rub",
        "₴": "uah",
        "%": "percent",
    }.items()
}
_SIGNS = re.compile("|".join(re.escape(sign) for sign in sorted(_MONEYS, key=len, reverse=True)))
_SIGN = re.compile(r"[$€£₹₽₴%]|s/\.")  # pre-filter for these
_WORD = re.compile(r"[^\W_]+")
_NUMERO = re.compile(r"(?<![A-Za-z])[Nn]°|#(?!\d)")
# Letter variants of Arabic and Persian; Latin letters that Unicode does not decompose.
_TWICE = str.maketrans("یکىةıłđø", "يكيهildo")


class _Rules(Record, frozen=True, kw_only=True):
    connectors: frozenset[str]
    currencies: str
    moneys: dict[str, tuple[str, ...]]
    forms: dict[str, frozenset[str]]
    unsure: dict[str, tuple[str, ...]]
    by_direction: dict[str, tuple[str, str]]
    steps: dict[str, tuple[str, ...]]
    fields: dict[str, tuple[tuple[str, ...], ...]]
    roles: dict[str, tuple[str, ...]]
    agents: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]


class Aliases(Record, frozen=True, kw_only=True):
    """The alias table, folded."""

    fields: Mapping[str, tuple[tuple[str, int], ...]]  # alias -> (field, tier), best first
    roles: Mapping[str, str]  # alias -> role, longest alias first
    ranks: Mapping[str, int]  # alias of a role -> its rank
    lengths: tuple[int, ...]  # lengths of these aliases
    attributes: Mapping[str, tuple[str, int]]  # alias -> (attribute, tier)
    connectors: frozenset[str]
    currencies: frozenset[str]
    moneys: Mapping[str, str]  # currency words, folded -> ISO 4217, LOCAL or ANY
    steps: Mapping[str, int]  # qualifiers of a value, folded -> rank
    forms: frozenset[str]  # words for the form of a field: "code", "name"
    formed: frozenset[str]  # fields with several forms
    unsure: Mapping[str, tuple[str, ...]]  # alias -> possible fields
    by_direction: Mapping[str, tuple[str, str]]  # alias -> field on import, on export
    known: tuple[str, ...]  # every field that --map accepts


def words_of(header: str) -> tuple[str, ...]:
    """Split a header into folded words: no case, accents or punctuation; camelCase is split.

    A text longer than any header has none.
    """
    if len(header) > LONGEST:
        header = header.strip()  # fixed-width columns
    return _words(header) if len(header) <= LONGEST else ()


def _cut(header: str) -> tuple[str, ...]:
    apart = _CAMEL.sub(" ", header)
    if "#" in apart or not apart.isascii():
        apart = unicodedata.normalize("NFKD", _NUMERO.sub(" no ", apart))
    apart = apart.casefold()
    if _SIGN.search(apart):
        apart = _SIGNS.sub(lambda sign: _MONEYS[sign.group()], apart)
    if apart.isascii():
        return tuple(_WORD.findall(apart))
    apart = apart.translate(_TWICE)
    if not apart.replace(" ", "").isalnum():  # a combining mark is not a letter
        apart = "".join(c for c in apart if unicodedata.category(c)[0] != "M")
    return tuple(_WORD.findall(_SCRIPTS.sub(" ", apart)))


_words = lru_cache(maxsize=1 << 14)(_cut)


def is_unspaced(word: str) -> bool:
    """Return whether a word is in a script without spaces."""
    return _IN_UNSPACED.search(word) is not None


def squeeze(header: str) -> str:
    """Fold a header of any length to one word."""
    together = header.replace(" ", "")
    if together.isascii() and together.isalnum() and together.islower():
        return together  # the case of most table words
    return "".join((_words if len(header) <= LONGEST else _cut)(header))


@cache
def load_aliases() -> Aliases:
    """Load the alias table.

    Raises:
        RegistryError: An alias names two roles, or is duplicated in a field.
    """
    rules = read_toml(data("rules", "columns.toml"), _Rules)
    roles: dict[str, str] = {}
    for role, names in rules.roles.items():
        for name in {squeeze(name) for name in names}:
            if name in roles:
                raise RegistryError("trade/role-name-twice", name=name, at="columns.toml")
            roles[name] = role
    attributes = {
        squeeze(name): (attribute, tier or 40)
        for attribute, names in rules.attributes.items()
        for tier, name in enumerate(names)
    }
    for name in {squeeze(name) for name in rules.agents}:
        roles[name] = "declarant3"  # 2: the declarant in another spelling
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
        moneys={squeeze(w): code for code, names in rules.moneys.items() for w in names},
        steps={
            squeeze(name): step for step, names in enumerate(rules.steps.values()) for name in names
        },
        forms=rules.forms["words"],
        formed=rules.forms["fields"],
        unsure={squeeze(name): fields for name, fields in rules.unsure.items()},
        by_direction={squeeze(name): pair for name, pair in rules.by_direction.items()},
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


UNKNOWN = "?"
"""Meaning of an unknown word."""

_NATION = 4  # letters of the shortest country name: two and three are codes


class Word(Record, frozen=True, kw_only=True):
    """Meaning of a word or phrase."""

    says: str  # key of [words], "mass_unit", "money", "country_name", ..., or `UNKNOWN`
    text: str = ""  # a unit as written, or a currency code


class Values(Record, frozen=True, kw_only=True):
    """Words that form the name of a value."""

    kinds: Mapping[str, int]
    steps: Mapping[str, int]
    beside: frozenset[str]
    enough: frozenset[str]
    amounts: frozenset[str]
    sums: frozenset[str]
    twofold: frozenset[str]


class _Roles(Record, frozen=True, kw_only=True):
    names: tuple[str, ...]
    attributes: dict[str, tuple[str, ...]]


class Rules(Record, frozen=True, kw_only=True):
    """Content of the word file."""

    words: dict[str, tuple[str, ...]]
    roles: _Roles
    ignored: dict[str, frozenset[str]]
    readings: dict[str, tuple[tuple[str, ...], ...]]
    beside: dict[str, frozenset[str]]
    of_orders: dict[str, tuple[str, ...]]
    by_direction: dict[str, tuple[str, str]]
    unsure: dict[str, tuple[str, ...]]
    alone: dict[str, str]
    lone: dict[str, frozenset[str]]
    identity: dict[str, frozenset[str]]
    described: dict[str, frozenset[str]]
    titles: dict[str, frozenset[str]]
    values: Values
    moneys: dict[str, tuple[str, ...]]
    countries: dict[str, tuple[str, ...]]


@cache
def load_rules() -> Rules:
    """Load the word file.

    Raises:
        RegistryError: It is invalid.
    """
    return read_toml(data("rules", "column_words.toml"), Rules)


@cache
def load_languages() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Load the words of each language, by meaning.

    Raises:
        RegistryError: The file is invalid.
    """
    told = read_toml(data("rules", "column_languages.toml"), dict[str, dict[str, str]])
    return {
        language: {
            says: tuple(n.strip() for n in names.split(",")) for says, names in words.items()
        }
        for language, words in told.items()
    }


@cache
def load_words() -> Mapping[str, Word]:
    """Load the meaning of each word and phrase, by squeezed form.

    Raises:
        RegistryError: One of them has two meanings.
    """
    rules, aliases = load_rules(), load_aliases()
    found: dict[str, Word] = {}
    for says, names in rules.words.items():
        for name in {squeeze(name) for name in names}:
            if name in found:
                raise RegistryError("trade/alias-twice", name=name, at="column_words.toml")
            found[name] = Word(says=says)
    for language, words in load_languages().items():
        for says, names in words.items():
            for name in {squeeze(name) for name in names}:
                if found.setdefault(name, Word(says=says)).says != says:
                    place = f"column_languages.toml, {language}"
                    raise RegistryError("trade/alias-twice", name=name, at=place)
    others = [
        *((name, Word(says=says)) for says, name in _shorter(rules)),
        *((name, Word(says=role)) for name, role in aliases.roles.items()),
        *((squeeze(name), Word(says="country_name")) for name in _nations(rules)),
        *(
            (squeeze(name), Word(says="money", text=code))
            for code, names in rules.moneys.items()
            for name in names
        ),
        *((name, Word(says="money", text=code)) for name, code in aliases.moneys.items()),
    ]
    for name, word in others:
        found.setdefault(name, word)
    return found


def _nations(rules: Rules) -> Iterator[str]:
    yield from rules.countries["words"]
    yield from (name for name in country_names() if len(name) >= _NATION)


def _shorter(rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield phrases without connectors: "agente aduana" for "agente de aduana"."""
    told = [
        *rules.words.items(),
        *(pair for each in load_languages().values() for pair in each.items()),
    ]
    for says, names in told:
        for name in names:
            words = words_of(name) if " " in name else ()
            bare = [word for word in words if word not in rules.ignored["words"]]
            if 1 < len(bare) < len(words):
                yield says, "".join(bare)
