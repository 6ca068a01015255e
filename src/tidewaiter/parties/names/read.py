"""From a party's name as written to forms that can be compared."""

from collections.abc import Iterable, Sequence
from typing import Final

from tidewaiter.parties.compared import uncompared
from tidewaiter.parties.names.clean import Cleaned, clean
from tidewaiter.parties.names.facts import facts
from tidewaiter.parties.names.forms import forms_of, latin_forms
from tidewaiter.parties.names.kana import japanese_characters
from tidewaiter.parties.names.lookup import CAREFUL, PLACE, ROMANISED
from tidewaiter.parties.names.places import without_place
from tidewaiter.parties.names.ships import prefix_end
from tidewaiter.parties.names.tokens import together, tokens_of, words_in
from tidewaiter.parties.names.trade import beside, may_be_more, parts_of
from tidewaiter.parties.names.types import NameForm, Problem, ReadName, Segment, Token
from tidewaiter.parties.types import PartyKind

_AS_CHINESE: Final = 'read "{}" as Chinese: how Japanese reads these characters is not known'
_FIELD: Final = 35  # characters of a name in a customs message (EDIFACT NAD, C080/3036)
_PLAIN: Final = 200  # characters: longer texts are read the slow way
_DEPTH: Final = 3  # segments of segments of segments
_FEWEST: Final = 2  # generic words that together may name a company: Chemical Industries Group


def read_name(text: str, kind: PartyKind) -> ReadName:
    """Read a party's name.

    Args:
        text: As written.
        kind: What kind of party it is; "unknown" is read as an organisation.

    Returns:
        Its forms, and a problem where it cannot be assessed. Any text has an answer.
    """
    return _read(text, kind, 0)


def read_names(texts: Iterable[str], kind: PartyKind) -> list[ReadName]:
    """Read many names of one kind; each as `read_name` reads it."""
    return [_read(text, kind, 0) for text in texts]


def _read(text: str, kind: PartyKind, depth: int) -> ReadName:
    person = kind == "person"
    if _is_plain(text) and not (kind == "vessel" and prefix_end(text, 0)):
        words, flags = words_in(text, person=person)
        if not flags & CAREFUL:
            tokens = together(words, flags, text, person=person)
            steps: list[str] = []
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
    steps += ["read names that stand side by side each for itself"] if others else []
    start, end = first
    name = cleaned.text[start:end]
    person = kind == "person"
    tokens = tokens_of(name, person=person)
    if not person:
        tokens, place = without_place(tokens, name)
        steps += place
    forms = forms_of(tokens, name, person=person)
    steps += [_AS_CHINESE.format(each) for each in japanese_characters(tokens)]
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
    """Say whether nothing has to be cleaned but what a word tells."""
    short = len(text) <= _PLAIN
    return short and text.isascii() and text.isprintable() and not may_be_more(text)


def _as_written(form: NameForm, text: str, cleaned: Cleaned, shift: int) -> NameForm:
    """Give the tokens of a form their places in the text as written."""
    if not shift and not cleaned.moved() and text.startswith(cleaned.text):
        return form  # it was read as it is written
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
    """Say whether a form has a word or a number, or else two of the words that many bear."""
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
