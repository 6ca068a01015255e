"""Word lists for names, read from data/parties: legal forms, generic words and spellings."""

from functools import cache
from typing import Final, NamedTuple

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.scripts import fold, script, words_of

_TWO, _LETTERS = 2, 5  # letters of a form that is written with dots
SHORT: Final = 3  # letters: such a short legal form is recognised only at the ends of a name


class LegalForm(Record, frozen=True, kw_only=True):
    """A legal form of one country."""

    form: str  # key of the token for a phrase
    family: str  # equivalent forms across countries: llc, jsc, lp, gp, sp, coop, ...
    phrases: tuple[str, ...]


class LegalForms(Record, frozen=True, kw_only=True):
    """Content of legal_forms.toml."""

    source: str
    forms: tuple[LegalForm, ...]


class WordList(Record, frozen=True, kw_only=True):
    """Words with the same function."""

    words: tuple[str, ...]


class Groups(Record, frozen=True, kw_only=True):
    """Synonyms, spaced; the first is the name of the group."""

    groups: tuple[str, ...]


class ShortForms(Record, frozen=True, kw_only=True):
    """Short legal forms, folded, by permitted position in a name."""

    beginning: frozenset[str]
    anywhere: frozenset[str]


class Words(Record, frozen=True, kw_only=True):
    """Content of words.toml."""

    source: str
    forms: tuple[LegalForm, ...]
    short_forms: ShortForms
    generic: WordList
    abbreviations: dict[str, str]
    person_abbreviations: dict[str, str]
    particles: WordList
    honorifics: WordList
    synonyms: Groups
    countries: WordList
    addresses: WordList


class LegalPhrases(NamedTuple):
    """Phrases of legal forms that begin with one key."""

    sizes: tuple[int, ...]  # words of the phrases, longest first
    forms: dict[tuple[str, ...], str]  # phrase -> legal form


class Facts(Record, frozen=True, kw_only=True):
    """Content of both files, indexed for look-up."""

    legal: dict[str, LegalPhrases]  # by first key
    unspaced: dict[str, str]  # phrases of scripts without spaces -> legal form
    families: dict[str, str]  # legal form -> family
    short: ShortForms
    generic: frozenset[str]
    abbreviations: dict[str, str]
    person_abbreviations: dict[str, str]
    particles: frozenset[str]
    honorifics: frozenset[str]
    synonyms: dict[str, str]  # word -> first word of its group
    countries: frozenset[tuple[str, ...]]  # country names as folded words
    country_ends: frozenset[str]  # last words of country names
    addresses: frozenset[str]


@cache
def facts() -> Facts:
    """Load both files; cached."""
    words = read_toml(data("parties", "words.toml"), Words)
    forms = read_toml(data("parties", "legal_forms.toml"), LegalForms).forms
    spaced: dict[tuple[str, ...], str] = {}
    unspaced: dict[str, str] = {}
    families: dict[str, str] = {}
    for form in (*words.forms, *forms):
        families.setdefault(form.form, form.family or form.form)
        for phrase in form.phrases:
            for keys in _spellings(phrase):
                spaced.setdefault(keys, form.form)
            if dotted := _dotted(phrase, words.short_forms):
                spaced.setdefault(dotted, form.form)
            if script(phrase.strip("(")) in {"han", "hangul", "kana"}:
                unspaced.setdefault(fold(phrase), form.form)
    countries = [tuple(map(fold, name.split())) for name in words.countries.words]
    return Facts(
        legal=_by_first(spaced),
        unspaced=unspaced,
        families=families,
        short=words.short_forms,
        generic=frozenset(words.generic.words),
        abbreviations=words.abbreviations,
        person_abbreviations=words.person_abbreviations,
        particles=frozenset(words.particles.words),
        honorifics=frozenset(map(fold, words.honorifics.words)),
        countries=frozenset(countries),
        country_ends=frozenset(country[-1] for country in countries),
        addresses=frozenset(words.addresses.words),
        synonyms={
            word: group.split()[0] for group in words.synonyms.groups for word in group.split()
        },
    )


def _spellings(phrase: str) -> set[tuple[str, ...]]:
    """Return a phrase's keys: dotted letters separate and joined."""
    parts = phrase.replace(". ", ".\0").replace("\0", " ").split()
    apart = [fold(word) for word in words_of(phrase)]
    joined = [
        key
        for part in parts
        for key in ([fold(part)] if "." in part else map(fold, words_of(part)))
    ]
    found = {tuple(filter(None, apart)), tuple(filter(None, joined))}
    return {keys for keys in found if keys and len("".join(keys)) > 1}


def _dotted(phrase: str, short: ShortForms) -> tuple[str, ...]:
    """Return the letters of a short form that may have dots between them; () otherwise.

    Not for two letters that begin names, which may be a person's initials.
    """
    key = fold(phrase)
    alphabet = script(phrase) in {"latin", "cyrillic"} and len(phrase.split()) == 1
    initials = len(key) == _TWO and (key in short.beginning or script(phrase) != "latin")
    return tuple(key) if alphabet and _TWO <= len(key) <= _LETTERS and not initials else ()


def _by_first(phrases: dict[tuple[str, ...], str]) -> dict[str, LegalPhrases]:
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for keys, form in phrases.items():
        found.setdefault(keys[0], {})[keys] = form
    return {
        first: LegalPhrases(tuple(sorted(set(map(len, forms)), reverse=True)), forms)
        for first, forms in found.items()
    }


class Spellings(Record, frozen=True, kw_only=True):
    """One table: names or characters with their Latin spellings, spaced, most common first."""

    source: str
    names: dict[str, str]


@cache
def spellings(table: str) -> dict[str, tuple[str, ...]]:
    """Load the spellings of each name of a table, like "arabic_names"."""
    names = read_toml(data("parties", f"{table}.toml"), Spellings).names
    return {name: tuple(spelled.split()) for name, spelled in names.items()}


@cache
def spelled(table: str) -> dict[str, tuple[str, ...]]:
    """Load the names for each Latin spelling of a table."""
    found: dict[str, list[str]] = {}
    for name, those in spellings(table).items():
        for each in those:
            found.setdefault(each, []).append(name)
    return {each: tuple(names) for each, names in found.items()}
