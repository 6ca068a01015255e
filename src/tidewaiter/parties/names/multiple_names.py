"""Several names in one field: splitting, and detection of ambiguous cases.

Lists separate names by semicolons, numbers or language labels, some by commas too. A comma also
occurs within a name: before a legal form ("Example Co., Ltd."), between a surname and a given name,
in "Ministry of Industry, Trade and Supply". If the words do not decide, the field is kept as one
name and reported.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Final, NamedTuple

from tidewaiter.base.countries import find_country
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.parties.names.scripts import fold, script, words_of
from tidewaiter.parties.names.tokens import tokens_of
from tidewaiter.parties.types import PartyKind

_COMMAS: Final = ",，،"
_SEMICOLONS: Final = ";；؛"
_ORIGINAL: Final = re.compile(r"\s*\(original script\)\s*$", re.IGNORECASE)
_HARD: Final = ";；؛|、\n"
_CLOSES: Final = {"(": ")", "[": "]", "«": "»", "“": "”", '"': '"', "（": "）", "「": "」"}
_NUMBERED: Final = re.compile(r"(?:^|[\s,;])\(?(?:[a-z]|\d{1,2})\)\s+")
_FURTHER: Final = re.compile(
    r"[\s,;(]*(?<!\w)(?:a\.?k\.?a\.|A\.?K\.?A\.|aka|AKA|f\.k\.a\.|F\.K\.A\.|n\.k\.a\.|d\.b\.a\."
    r"|(?i:[afdn]/[kb]/a|currently d/b/a|(?<=\()formerly(?! known))"
    r"|(?i:(?:also|formerly|previously|now|currently) known as)|(?:alias|ALIAS):)\s*:?\s+"
)
_SHORT_FORM: Final = re.compile(r"(.+?)\s*\(([^()]*[«\"“]([^«»\"“”]+)[»\"”][^()]*)\)")
_BRACKETS: Final = re.compile(r"[(\[].*?[)\]]")
_SLASH: Final = re.compile(r"\s+/\s*|/\s+")
_LIKE: Final = 0.6  # minimum share of common letters in two spellings of a surname
_TWO: Final = 2
_LONG: Final = 3  # words of a piece that is a name rather than a part of an enumeration
_LINKS: Final = frozenset({"and", "&", "et", "y", "e", "und", "и", "та", "і"})
_OF: Final = frozenset({"of", "for", "de", "del", "du", "des", "für", "по", "для"})


_Belongs = Callable[[str, str], bool]


class NamePart(NamedTuple):
    """One name in a field."""

    text: str
    language: str = ""  # ISO 639-1, if given in the field


class Parted(NamedTuple):
    """A field split into names."""

    parts: tuple[NamePart, ...]
    doubt: bool  # it may contain more names


class _Ends(Record, frozen=True, kw_only=True):
    words: tuple[str, ...]
    suffixes: tuple[str, ...]


class _Languages(Record, frozen=True, kw_only=True):
    source: str
    names: dict[str, tuple[str, ...]]
    three_letters: dict[str, str]
    branches: _Ends


class _Facts(NamedTuple):
    codes: dict[str, str]  # folded name of a language, or three-letter code -> its code
    label: re.Pattern[str]
    after: re.Pattern[str]  # "... (Russian)"
    branches: frozenset[str]
    suffixes: frozenset[str]


@cache
def _facts() -> _Facts:
    held = read_toml(data("parties", "languages.toml"), _Languages)
    codes = {fold(name): code for code, names in held.names.items() for name in names}
    every = sorted((name for names in held.names.values() for name in names), key=len, reverse=True)
    word = "|".join(re.escape(name) for name in every)
    said = rf"(?:in |en )?({word})(?: name| spelling| script)?"
    return _Facts(
        codes={**held.three_letters, **{code: code for code in held.names}, **codes},
        label=re.compile(rf"(?:^|[\s,;/(\[]+){said}\s?:\s*", re.IGNORECASE),
        after=re.compile(rf"\s*[(\[]\s*{said}\s*[)\]]\s*$", re.IGNORECASE),
        branches=frozenset(map(fold, held.branches.words)),
        suffixes=frozenset(map(fold, held.branches.suffixes)),
    )


def language_code(text: str) -> str:
    """Return the ISO 639-1 code of a language by its code or its English or French name.

    An empty text: not known.
    """
    return _facts().codes.get(fold(text), "")


def part_names(text: str, kind: PartyKind, own: Iterable[str] = ()) -> Parted:
    """Split a field of names, also at commas.

    Args:
        text: Content of the field.
        kind: Kind of the party.
        own: Other names of the party, to recognise inverted ones: "Example, Ann" and "Ann Example".
    """
    known = tuple(own)
    parts: list[NamePart] = []
    doubt = False
    for language, piece in _labelled(text):
        for each in _apart(piece):
            names, unsure = _by_commas(each, kind, known)
            doubt |= unsure
            parts += filter(None, (_part(name, language) for name in names))
    return Parted(tuple(dict.fromkeys(parts)), doubt)


def part_at_semicolons(text: str) -> Parted:
    """Split a name at semicolons, which do not occur in names but in some UN entries.

    Text in brackets after a name is split too: "Name (Spelling; Another spelling)".
    """
    if not any(mark in text for mark in _SEMICOLONS):
        return labelled(text)
    parts = (
        _part(each, language)
        for piece in _opened(text)
        for language, said in _labelled(piece)
        for each in _apart(said)
    )
    return Parted(tuple(dict.fromkeys(filter(None, parts))), doubt=False)


def _opened(text: str) -> Iterator[str]:
    """Yield a text without spellings in brackets after a name, then each bracketed text."""
    start, depth, begin = 0, 0, 0
    for place, character in enumerate(text):
        if character == "(":
            begin = begin if depth else place
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            held = text[begin + 1 : place]
            if not depth and _holds_spellings(held, text[place + 1 :]):
                yield text[start:begin]
                yield from _opened(held)
                start = place + 1
    yield text[start:]


def _holds_spellings(held: str, behind: str) -> bool:
    """Distinguish brackets after a name from those within one, and from countries.

    "Example (Russia; Belarus) Ltd" is one name; its parts must not be compared as names.
    """
    pieces = re.split(f"[{_SEMICOLONS}]", held)
    ends = not behind.strip() or behind.lstrip()[0] in f"{_SEMICOLONS}{_COMMAS}("
    return len(pieces) > 1 and ends and not any(map(find_country, map(str.strip, pieces)))


def labelled(text: str) -> Parted:
    """Extract the language labels in a field; other separators are ignored."""
    parts = filter(None, (_part(piece, language) for language, piece in _labelled(text)))
    return Parted(tuple(dict.fromkeys(parts)), doubt=False)


def may_be_several(text: str, kind: PartyKind) -> bool:
    """Return whether a name looks like several, in case a format separates them differently.

    A surname before a comma, as many lists write it, does not count.
    """
    if not any(mark in text for mark in f"{_COMMAS}{_HARD}:/).") and "aka" not in text.casefold():
        return False
    labelled = list(_labelled(text))
    if len(labelled) > 1 or (labelled and labelled[0][0]):
        return True
    if any(mark in text for mark in _HARD) or len(list(_apart(text))) > 1:
        return True
    names, _ = _by_commas(text, kind, ())
    if len(names) == _TWO and _script(names[0]) == _script(names[1]):
        # "GARCIA LOPEZ, JUAN CARLOS"; "Example, PAT" with an unknown short form
        return kind != "person" and all(len(words_of(name)) > 1 for name in names)
    return len(names) > 1


def _labelled(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a field that begin with a language, and the text before them."""
    found = list(_facts().label.finditer(text))
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(text)]
    codes = ["", *(_facts().codes[fold(match[1])] for match in found)]
    for code, start, end in zip(codes, starts, ends, strict=True):
        if piece := text[start:end].strip(f" {_COMMAS}{_HARD}/"):
            yield code, piece


def _part(text: str, language: str) -> NamePart | None:
    """Return a name without the language label after it; None: nothing remains."""
    text = _ORIGINAL.sub("", text)
    match = _facts().after.search(text)
    if match and text[: match.start()].strip():
        text, language = text[: match.start()], _facts().codes[fold(match[1])]
    text = text.strip(f" \t{_COMMAS}{_HARD}")
    if text.count("(") < text.count(")"):  # "(Russian: ...)" was opened before the label
        text = text.rstrip(")")
    return NamePart(text, language) if words_of(text) else None


def _apart(text: str) -> Iterator[str]:
    """Yield the parts separated by semicolons, numbers, "a.k.a." and slashes between names."""
    for piece in _outside(text, _HARD):
        for numbered in _NUMBERED.split(piece):
            for further in _FURTHER.split(numbered):
                # A bracket that "(a.k.a. ...; ...)" opened no longer hides what is in it.
                for each in _outside(_unopened(further), _HARD):
                    sides = _SLASH.split(each)
                    whole = len(sides) > 1 and all(_is_name(side) for side in sides)
                    yield from filter(str.strip, sides if whole else _short_form(each))


def _unopened(text: str) -> str:
    """Return a text without brackets at its end that it does not open."""
    while text.count("(") < text.count(")") and text.rstrip().endswith(")"):
        text = text.rstrip()[:-1]
    return text


def _short_form(text: str) -> list[str]:
    """Split 'Joint Stock Company "Example" (JSC "Example")', two spellings of one firm."""
    match = _SHORT_FORM.fullmatch(text.strip())
    return [match[1], match[2]] if match and match[3] in match[1] else [text]


def part_at_words(text: str) -> list[str]:
    """Split a name at "a.k.a.", "formerly known as" and the like, also in brackets."""
    return [part.text for each in _apart(text) if (part := _part(each, ""))]


def part_at_slashes(text: str) -> list[str]:
    """Split a name in two languages, "Example Ministry/Ministère d'Exemple", as Canada writes it.

    Slashes in brackets, and between single words, do not separate names.
    """
    sides = [""]
    for piece in _outside(text, "/"):
        joined = bool(sides[-1]) and not (_is_name(sides[-1]) and _is_name(piece))
        if joined:
            sides[-1] += f"/{piece}"
        else:
            sides = [*filter(None, sides), piece]
    return [side.strip() for side in sides]


def _is_name(text: str) -> bool:
    """Return whether one side of a slash is a name: not in "Import / Export"."""
    words = words_of(text)
    return len(words) >= _TWO or (bool(words) and script(words[0]) not in {"latin", "common"})


def _outside(text: str, marks: str) -> list[str]:
    """Split a text at marks outside brackets and quotes, and not between digits."""
    found, start, close = [], 0, ""
    for place, character in enumerate(text):
        if close:
            close = "" if character == close else close
        elif character in _CLOSES and _CLOSES[character] in text[place + 1 :]:
            close = _CLOSES[character]
        elif character in marks and not (
            text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()
        ):
            found.append(text[start:place])
            start = place + 1
    return [*found, text[start:]]


def _by_commas(text: str, kind: PartyKind, own: Sequence[str]) -> tuple[list[str], bool]:
    """Split a text at commas between names; return whether the result is doubtful."""
    pieces = [piece.strip() for piece in _outside(text, _COMMAS) if piece.strip()]
    if len(pieces) < _TWO:
        return pieces, False
    if kind == "person":
        return _persons(pieces, own)
    return _bodies(pieces)


def _persons(pieces: list[str], own: Sequence[str]) -> tuple[list[str], bool]:
    pieces = _joined(pieces, lambda _, piece: _keys(piece) <= _facts().suffixes)
    pieces = _joined(pieces, _is_turned)
    found, doubt = [], False
    for run in _runs(pieces):
        if len(run) != _TWO or any("," in piece for piece in run):
            found += run
            continue
        one = _is_one_person(run[0], run[1], own)
        found += run if one is False else [", ".join(run)]
        doubt |= one is None
    return found, doubt


def _joined(pieces: Sequence[str], belongs: _Belongs) -> list[str]:
    """Join each piece that continues the one before it."""
    found: list[str] = []
    for piece in pieces:
        if found and belongs(found[-1], piece):
            found[-1] = f"{found[-1]}, {piece}"
        else:
            found.append(piece)
    return found


def _is_turned(before: str, piece: str) -> bool:
    """Return whether it is a surname in capitals and a given name: "EXAMPLE, Ann"."""
    return _capital(before) and not _capital(piece) and "," not in before


def _capital(text: str) -> bool:
    return text.isupper() and sum(map(str.isalpha, text)) > 1


def _runs(pieces: Sequence[str]) -> Iterator[list[str]]:
    """Group adjacent pieces by script: another script starts another name."""
    run: list[str] = []
    for piece in pieces:
        if run and _script(run[-1]) != _script(piece):
            yield run
            run = []
        run.append(piece)
    yield run


def _script(text: str) -> str:
    """Return the script of most letters."""
    kinds = [kind for word in words_of(text) if (kind := script(word)) != "common"]
    return max(set(kinds), key=kinds.count, default="common")


def _is_one_person(first: str, second: str, own: Sequence[str]) -> bool | None:
    """Return whether a comma separates surname and given name; None: unclear.

    The surname is the last word of the party's own names.
    """
    a, b = _keys(first), _keys(second)
    known = [_keys(name) for name in own]
    surnames = {fold(words[-1]) for name in own if (words := words_of(name))}
    given = frozenset().union(*known) - surnames
    if any(a | b <= each and not a & b for each in known):
        return True
    if len(a) > 1 and len(b) > 1:
        return False
    if len(a) > 1:  # "Garcia Lopez, Ana"; "Ana Garcia, Anita"
        return True if b & given else False if a & given or _like(a, surnames) else None
    if _like(a, surnames):
        return True
    if b & given:
        return not (len(b) > 1 and _like(b - given, surnames))  # a nickname, then a full name
    return False if _like(b, surnames) else None  # a nickname, and another spelling of the name


def _like(words: Iterable[str], surnames: Iterable[str]) -> bool:
    """Return whether a word resembles a surname of the party."""
    return any(
        SequenceMatcher(None, one, other).ratio() >= _LIKE for one in words for other in surnames
    )


def _keys(text: str) -> frozenset[str]:
    """Return the words of a person's name, folded, without particles."""
    tokens = tokens_of(text, person=True)
    words = frozenset(token.key for token in tokens if token.kind != "particle")
    return words or frozenset(map(fold, words_of(text)))


def _bodies(pieces: list[str]) -> tuple[list[str], bool]:
    """Split the names of organisations; return whether the result is doubtful."""
    pieces = _joined(pieces, _is_tail)
    if not _is_enumeration(pieces):
        return pieces, False
    what = _OF & {word.casefold() for word in words_of(pieces[0])}  # "Ministry of Trade, ..."
    return [", ".join(pieces)], not what


def _is_tail(before: str, piece: str) -> bool:
    """Return whether a piece continues a name: legal form, country, branch, common words."""
    plain = _BRACKETS.sub("", piece).strip()
    words = words_of(plain)
    if not words or find_country(plain) or fold(words[-1]) in _facts().branches:
        return True
    if words[0].casefold() in _LINKS:
        return True
    # Tested with the name, as a short form alone would look like a name.
    tokens = tokens_of(f"{before}, {plain}", person=False)
    if any(token.start < len(before) < token.end for token in tokens):  # "Co., Ltd"
        return True
    tail = [token for token in tokens if token.start >= len(before)]
    letters = [word for word in words if word.casefold() not in _OF]
    return not any(token.kind == "word" for token in tail) or all(len(w) == 1 for w in letters)


def _is_enumeration(pieces: Sequence[str]) -> bool:
    """Return whether it is like "Ministry of Industry, Trade and Supply", one name.

    A piece that ends in a legal form is a separate name, and so are pieces that are all long, or
    end in the same word: "Example Import and Export Bank, Sample Import and Export Bank".
    """
    if len(pieces) < _TWO or not _LINKS & {word.casefold() for word in pieces[-1].split()}:
        return False
    lengths = [len(words_of(piece)) for piece in pieces]
    if min(lengths) >= _TWO and len({words_of(piece)[-1].casefold() for piece in pieces}) == 1:
        return False
    if len(pieces) > _LONG and sum(length >= _LONG for length in lengths) * 2 > len(pieces):
        return False
    return not any(_ends_in_form(piece) for piece in pieces[:-1])


def _ends_in_form(piece: str) -> bool:
    tokens = tokens_of(piece, person=False)
    return bool(tokens) and tokens[-1].kind == "legal form"
