"""Name parser: clean a name, split it into tokens, and return one form per script."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from anyascii import anyascii

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.parties.compared_scripts import uncompared
from tidewaiter.parties.names.affixes import (
    beside,
    may_be_more,
    parts_of,
    prefix_end,
    without_place,
)
from tidewaiter.parties.names.arabic import (
    ARABIC_PARTICLES,
    article_apart,
    inverted,
    romanise_arabic,
    same_letters,
    spelled_arabic,
)
from tidewaiter.parties.names.chinese import (
    FEWEST,
    chinese_company,
    chinese_person,
    is_name,
    is_pinyin,
    translated_hangul,
    translated_kana,
    translated_pinyin,
)
from tidewaiter.parties.names.chinese_readings import simplify
from tidewaiter.parties.names.dictionary import romanised, translate
from tidewaiter.parties.names.romanisation import (
    japanese_characters,
    romanise_cyrillic,
    romanise_hangul,
    romanise_kana,
)
from tidewaiter.parties.names.scripts import Script, fold, script, script_of
from tidewaiter.parties.names.tokens import (
    CAREFUL,
    PLACE,
    ROMANISED,
    english,
    form,
    part,
    together,
    tokens_of,
    whole,
    words_in,
)
from tidewaiter.parties.names.types import How, NameForm, Problem, ReadName, Segment, Token
from tidewaiter.parties.names.word_lists import facts
from tidewaiter.parties.types import PartyKind

_HOW: Final[dict[Script, How]] = {"cyrillic": "cyrillic", "arabic": "arabic", "hangul": "hangul"}
_LATIN: How = "latin"
# "Кумертауский": adjective of a place name, with or without sk
_ADJECTIVE: Final = re.compile(
    "(.{3,}[сц]к)(?:[иіо]й|ая|ое|ого|ому|им|ом|ой|ую|ие|их)", re.IGNORECASE
)
_KOREAN: Final = range(2, 5)  # syllables of a person's name


def forms_of(tokens: Sequence[Token], text: str, *, person: bool) -> tuple[NameForm, ...]:
    """Read tokens in every way that their scripts allow.

    Args:
        tokens: Tokens of one name.
        text: Cleaned name, to which token spans refer.
        person: A person's name.
    """
    scripts = {script(token.surface) for token in tokens if token.kind != "legal form"}
    foreign = scripts - {"latin", "common"}
    if not foreign:
        return latin_forms(tokens, text, person=person)
    found = [NameForm(how="native", tokens=tuple(map(_native, tokens)))]
    if "han" in foreign:
        names = person or all(is_name(token.surface) for token in tokens)
        found += chinese_person(tokens) if names else chinese_company(tokens)
    else:
        how = next((how for each, how in _HOW.items() if each in foreign), _LATIN)
        found.append(form(how, tokens, lambda token: _romanised(token, text, person=person)))
        if not person:
            translated = form("dictionary", tokens, lambda token: _translated(token, text))
            found += [translated] if translated.tokens != found[-1].tokens else []
    return tuple(dict.fromkeys(each for each in found if each.tokens))


def latin_forms(
    tokens: Sequence[Token], text: str, *, person: bool, russian: bool = True
) -> tuple[NameForm, ...]:
    """Read a name in Latin letters: as written and, for pinyin or Russian, translated.

    Args:
        tokens: Tokens of one name.
        text: That name.
        person: A person's name.
        russian: A word may be Russian.
    """
    if not tokens:
        return ()
    plain = NameForm(how="latin", tokens=tuple(tokens))
    if person and (turned := inverted(tokens, text)):
        return (plain, NameForm(how="latin", tokens=turned))
    if person:
        return (plain,)
    if len(tokens) >= FEWEST and is_pinyin(tokens):
        return (plain, NameForm(how="dictionary", tokens=translated_pinyin(tokens, text)))
    if not russian:
        return (plain,)
    english = tuple(word for token in tokens for word in _from_russian(token))
    return (
        (plain, NameForm(how="dictionary", tokens=english)) if english != plain.tokens else (plain,)
    )


def _from_russian(token: Token) -> list[Token]:
    """Translate a Russian word in Latin letters."""
    if token.kind != "word" or token.key in facts().synonyms:
        return [token]
    return english(token, 0, len(token.surface), romanised(token.key)) or [token]


def _native(token: Token) -> Token:
    kind = script(token.surface)
    if token.kind == "legal form" or kind not in {"han", "arabic"}:
        return token
    key = fold(simplify(token.surface)) if kind == "han" else same_letters(token.key)
    return part(token, 0, len(token.surface), key or token.key, token.kind)


def _romanised(token: Token, text: str, *, person: bool) -> list[Token]:
    """Romanise one word of an alphabet or a syllabary."""
    kind = script(token.surface)
    if kind == "cyrillic":
        return whole(token, fold(romanise_cyrillic(token.surface, text)), person=person)
    if kind == "arabic":
        return _arabic(token, person=person)
    if kind == "hangul":
        return _hangul(token, person=person)
    if kind == "kana":
        return whole(token, romanise_kana(token.surface), person=person)
    return whole(token, fold(anyascii(token.surface)), person=person)


def _translated(token: Token, text: str) -> list[Token]:
    """Translate one word of a company name; romanise it if it is unknown."""
    kind = script(token.surface)
    if kind == "hangul":
        return translated_hangul(token)
    if kind == "kana":
        return translated_kana(token)
    words = ""
    if kind == "cyrillic":
        words = translate(token.key, "cyrillic")
    elif kind == "arabic":
        words = translate(token.key, "arabic")
    size = len(token.surface)
    if not words and kind == "cyrillic" and (match := _ADJECTIVE.fullmatch(token.surface)):
        words = fold(romanise_cyrillic(match[1], text))
    return english(token, 0, size, words) or _romanised(token, text, person=False)


def _arabic(token: Token, *, person: bool) -> list[Token]:
    if token.key in ARABIC_PARTICLES:
        return [part(token, 0, len(token.surface), ARABIC_PARTICLES[token.key], "particle")]
    article, rest = article_apart(token.key)
    size = len(token.surface)
    key = spelled_arabic(rest) or fold(romanise_arabic(rest))
    read = whole(token, key, person=person)
    return [part(token, 0, min(size, 2), "al", "particle"), *read] if article else read


def _hangul(token: Token, *, person: bool) -> list[Token]:
    size = len(token.surface)
    if person and size in _KOREAN and token.start == 0:
        return [
            part(token, 0, 1, romanise_hangul(token.surface[:1])),
            part(token, 1, size, romanise_hangul(token.surface[1:])),
        ]
    return whole(token, romanise_hangul(token.surface), person=person)


LONGEST: Final = 1_000  # characters that are parsed
_LOOKS_LATIN = dict(
    zip(
        "аеорсухіјѕԁһкмтвнАВЕКМНОРСТУХІЈЅԌԛԝαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxijsdhkmtbhABEKMHOPCTYXIJSGqwaBeiKvoptuxABEZHIKMNOPTYX",
        strict=True,
    )
)
_LOOKS_CYRILLIC = dict(zip("aeopcyxijĸABEIJSKMHOPCTYX", "аеорсухіјкАВЕІЈЅКМНОРСТУХ", strict=True))
_DIGITS = {"0": "o", "1": "i", "5": "s", "8": "b", "3": "e"}
_DIGIT = re.compile(r"(?<=[^\W\d_])[01358](?=[^\W\d_])|(?<![^\W_])0(?=[^\W\d_]{2})")
_FOREIGN = re.compile("[\u0370-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f\u1f00-\u1fff]")
_MIXED = re.compile(r"[^\W\d_]{2,}")


class Cleaned(Record, frozen=True, kw_only=True):
    """A cleaned text, with the origin of its characters."""

    text: str
    places: tuple[int, ...]  # position of each character in the original text
    ends: tuple[int, ...]  # end of its origin in the original text
    steps: tuple[Phrase, ...]

    def moved(self) -> bool:
        """Return whether any character was moved."""
        return bool(self.ends) and self.ends[-1] != len(self.ends)


def clean(text: str) -> Cleaned:
    """Remove obfuscation from a name.

    Args:
        text: Text as written, of any length.

    Returns:
        The text in Unicode compatibility composition, without invisible characters, and with
        look-alike letters and digits replaced by the word's own script.
    """
    steps: list[Phrase] = []
    if len(text) > LONGEST:
        steps.append(Phrase("step/longest", figure=LONGEST, figure2=len(text)))
    characters, places, ends = _composed(text[:LONGEST], steps)
    _homoglyphs(characters, steps)
    _digits(characters, steps)
    return Cleaned(
        text="".join(characters), places=tuple(places), ends=tuple(ends), steps=tuple(steps)
    )


def _composed(text: str, steps: list[Phrase]) -> tuple[list[str], list[int], list[int]]:
    """Compose characters one cluster at a time, so that positions are preserved."""
    if text.isprintable() and unicodedata.is_normalized("NFKC", text):
        return list(text), list(range(len(text))), list(range(1, len(text) + 1))
    characters: list[str] = []
    places: list[int] = []
    ends: list[int] = []
    start, hidden = 0, 0
    while start < len(text):
        end = start + 1
        while end < len(text) and _joins(text[end]):
            end += 1
        for character in unicodedata.normalize("NFKC", text[start:end]):
            category = unicodedata.category(character)
            if category == "Cf" or (category == "Cc" and not character.isspace()):
                hidden += 1
                continue
            characters.append(" " if category[0] in "CZ" else character)
            places.append(start)
            ends.append(end)
        start = end
    if hidden:
        steps.append(Phrase("step/unseen", figure=hidden))
    return characters, places, ends


def _joins(character: str) -> bool:
    return unicodedata.combining(character) > 0 or "\u1160" <= character <= "\u11ff"


def _homoglyphs(characters: list[str], steps: list[Phrase]) -> None:
    """Convert a mixed-script word to the script of most of its letters."""
    text = "".join(characters)
    if not _FOREIGN.search(text):
        return
    foreign = set(_FOREIGN.findall(text))
    disguised = foreign <= _LOOKS_LATIN.keys() and "latin" in map(script_of, text)
    changed = False
    for match in _MIXED.finditer(text):
        if match.group().isascii():
            continue
        scripts = [script_of(character) for character in match.group()]
        latin, other = scripts.count("latin"), scripts.count("cyrillic") + scripts.count("greek")
        if not other or (not latin and not disguised):
            continue
        table = _LOOKS_LATIN if latin >= other or disguised else _LOOKS_CYRILLIC
        for place in range(match.start(), match.end()):
            new = table.get(characters[place], characters[place])
            changed |= new != characters[place]
            characters[place] = new
    if changed:
        steps.append(Phrase("step/glyphs"))


def _digits(characters: list[str], steps: list[Phrase]) -> None:
    """Replace a digit between letters by the similar letter."""
    if _DIGITS.keys().isdisjoint(characters):
        return
    text = "".join(characters)
    found = [match.start() for match in _DIGIT.finditer(text)]
    for place in found:
        characters[place] = _DIGITS[characters[place]]
    if found:
        steps.append(Phrase("step/digits"))


_FIELD: Final = 35  # characters of a name in a customs message (EDIFACT NAD, C080/3036)
_PLAIN: Final = 200  # characters; longer texts use the slow path
_DEPTH: Final = 3  # nested segments
_FEWEST: Final = 2  # generic words that together may form a company name: Chemical Industries Group


def read_name(text: str, kind: PartyKind) -> ReadName:
    """Parse a party name.

    Args:
        text: Name as written.
        kind: Kind of party; "unknown" is treated as an organisation.

    Returns:
        Its forms, and a problem if it cannot be assessed. Never fails.
    """
    return _read(text, kind, 0)


def read_names(texts: Iterable[str], kind: PartyKind) -> list[ReadName]:
    """Parse many names of one kind, as `read_name`."""
    return [_read(text, kind, 0) for text in texts]


def _read(text: str, kind: PartyKind, depth: int) -> ReadName:
    person = kind == "person"
    if _is_plain(text) and not (kind == "vessel" and prefix_end(text, 0)):
        words, flags = words_in(text, person=person)
        if not flags & CAREFUL:
            tokens = together(words, flags, text, person=person)
            steps: list[Phrase] = []
            if flags & PLACE:
                tokens, steps = without_place(tokens, text)
            russian = bool(flags & ROMANISED)
            forms = latin_forms(tokens, text, person=person, russian=russian)
            return ReadName(
                text=text,
                cleaned=text.strip(),
                forms=forms,
                steps=tuple(steps),
                cut=_cut(text, tokens),
                problem=_problem(tokens, forms, ""),
            )
    return _read_slowly(text, kind, depth)


def _read_slowly(text: str, kind: PartyKind, depth: int) -> ReadName:
    cleaned = clean(text)
    (start, end), further, steps = parts_of(cleaned.text, ship=kind == "vessel")
    first, *others = beside(cleaned.text, start, end, facts().generic)
    further = [*(("also known as", *other) for other in others), *further]
    steps += [Phrase("step/each")] if others else []
    start, end = first
    name = cleaned.text[start:end]
    person = kind == "person"
    tokens = tokens_of(name, person=person)
    if not person:
        tokens, place = without_place(tokens, name)
        steps += place
    forms = forms_of(tokens, name, person=person)
    steps += [Phrase("step/chinese", name=each) for each in japanese_characters(tokens)]
    return ReadName(
        text=text,
        cleaned=name.strip(),
        forms=tuple(_as_written(form, text, cleaned, start) for form in forms),
        steps=(*cleaned.steps, *steps),
        segments=_segments(text, cleaned, further, kind, depth),
        cut=_cut(text, tokens),
        problem=_problem(tokens, forms, cleaned.text),
    )


def _is_plain(text: str) -> bool:
    """Return whether the text needs no cleaning except known words."""
    short = len(text) <= _PLAIN
    return short and text.isascii() and text.isprintable() and not may_be_more(text)


def _as_written(form: NameForm, text: str, cleaned: Cleaned, shift: int) -> NameForm:
    """Map the tokens of a form to positions in the original text."""
    if not shift and not cleaned.moved() and text.startswith(cleaned.text):
        return form  # the text was not changed
    moved: list[Token] = []
    for token in form.tokens:
        start = cleaned.places[token.start + shift]
        end = cleaned.ends[token.end + shift - 1]
        surface = text[start:end]
        moved.append(Token(key=token.key, surface=surface, kind=token.kind, start=start, end=end))
    return NameForm(how=form.how, tokens=tuple(moved))


def _segments(
    text: str, cleaned: Cleaned, further: list[tuple[str, int, int]], kind: PartyKind, depth: int
) -> tuple[Segment, ...]:
    if depth >= _DEPTH:
        return ()
    found: list[Segment] = []
    for relation, first, last in further:
        if not cleaned.text[first:last].strip():
            continue
        start, end = cleaned.places[first], cleaned.ends[last - 1]
        name = _read(text[start:end], kind, depth + 1)
        found.append(Segment(relation=relation, start=start, end=end, name=name))
    return tuple(found)


def _cut(text: str, tokens: Sequence[Token]) -> bool:
    return len(text.rstrip()) == _FIELD and bool(tokens) and tokens[-1].kind != "legal form"


def _says(form: NameForm) -> bool:
    """Return whether a form has a word or a number, or else two generic words."""
    some = 0
    for token in form.tokens:
        if token.kind in {"word", "number"}:
            return True
        some += token.kind in {"generic", "initial"}
    return some >= _FEWEST


def _problem(tokens: Sequence[Token], forms: Sequence[NameForm], name: str) -> Problem:
    if not tokens:
        return "empty"
    if not any(_says(form) for form in forms):
        return "generic words only"
    return "script without reader" if uncompared(name) else ""
