"""What alerts say in sentences, in the language of the page.

Alerts hold their sentences in English, wherever they were made. Here the template of a sentence is
found again and filled in anew in the language that is spoken. What is not found stays in English,
and is marked so for those who listen to the page.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from tidewaiter.parties.ownership import ownership_rules
from tidewaiter.report.languages import counted, country, figure, language, words
from tidewaiter.report.marks import PAGE_LIMIT, shortened
from tidewaiter.report.pieces import Piece, joined_up
from tidewaiter.report.sentencebook import Book, load_book
from tidewaiter.report.sentences import LONGEST, Filled, slots_of

_KEPT = 4096  # sentences, in all languages
_SHORT = 1_000  # characters of a sentence that is kept: what is kept has a bound
_FEW = ("0", "1")  # the numbers that a language may have a form of its own for
_SEVERAL = 1_000


Told = tuple[Piece, ...]


def reason_told(rule: str, text: str) -> Told:
    """Return the sentence of a reason in the language that is spoken.

    Args:
        rule: Of the reason.
        text: The sentence, in English.
    """
    return part_told(f"rule {rule}", text)


def part_told(kind: str, text: str) -> Told:
    """Return another sentence of an alert in the language that is spoken.

    Args:
        kind: A group of data/rules/sentences.toml, or several "joined" there.
        text: The sentence, in English.
    """
    return (_remembered if len(text) <= _SHORT else _told)(language(), kind, text)


def title_told(title: str) -> Told:
    """Return the title of an alert: names, or the sentence of a reason where it names no substance.

    Args:
        title: As it stands in the alert, or shortened.
    """
    return part_told("title", title)


def template_told(template: str, number: str = "") -> str:
    """Return a template in the language that is spoken, to be filled in.

    Args:
        template: One of data/rules/sentences.toml or of a rule.
        number: What it counts, where it counts something; "": several.
    """
    if not _bare(template):
        return template
    if template not in load_book().counted:
        return words(template)
    return counted(template, template, int(number) if number in _FEW else _SEVERAL)


def plain(told: Told) -> str:
    """Return a sentence as text."""
    return "".join(piece.text for piece in told)


def markup(told: Told) -> Markup:
    """Return a sentence for a page, legible as all that pages print; English is marked as such."""
    text = plain(told)
    if len(text) > PAGE_LIMIT:
        said = all(piece.how != "english" for piece in told)
        told = (Piece(text, "said" if said else "english"),)
    return Markup("").join(
        Markup('<span lang="en">{}</span>').format(shortened(piece.text))
        if piece.how == "english"
        else escape(shortened(piece.text))
        for piece in told
    )


def _told(spoken: str, kind: str, text: str) -> Told:
    if spoken == "en" or not text:
        return (Piece(text),)
    book = load_book()
    found = None
    if len(text) <= LONGEST:
        found = (kind == "title" and _as_reason(book, text)) or _switched(book, kind, text)
    if found:
        return tuple(_begun(found, text))
    return (Piece(text, "english"),)


def _as_reason(book: Book, text: str) -> list[Piece] | None:
    """Say a title that is the sentence of a reason, as the rule that leaves least of it unsaid."""
    told = (_switched(book, f"rule {rule}", text) for rule in book.rules)
    return min(filter(None, told), key=_unsaid, default=None)


def _unsaid(told: Sequence[Piece]) -> int:
    return sum(len(piece.text) for piece in told if piece.how != "said")


_remembered = lru_cache(maxsize=_KEPT)(_told)


def _begun(told: Sequence[Piece], text: str) -> Iterator[Piece]:
    """Yield a sentence that begins with a capital where it did in English."""
    first, *more = joined_up([piece for piece in told if piece.text])
    if first.how == "said" and text[0].isupper():
        first = Piece(first.text[0].upper() + first.text[1:])
    yield from (first, *more)


def _switched(book: Book, kind: str, text: str) -> list[Piece] | None:
    """Say a sentence, and what was done to its rule where it was turned down."""
    if text.endswith(")") and " (turned " in text:
        for pattern in book.patterns("switched"):
            values = pattern.values(text)
            if values is not None and isinstance(pattern.shape.tree, Filled):
                slots = dict(zip(pattern.shape.tree.slots, values, strict=True))
                inner = _said(book, kind, slots["text"]) or [Piece(slots["text"], "english")]
                kept = {slot: [Piece(value, "kept")] for slot, value in slots.items()}
                return _filled(pattern.shape.tree.template, {**kept, "text": inner})
    return _said(book, kind, text)


def _said(book: Book, kind: str, text: str) -> list[Piece] | None:
    """Say what is of a kind; None: it is none of what the kind can be."""
    if kind in book.joined:
        return _said_each(book, kind, text)
    if kind in book.groups:
        lowered = text[:1].lower() + text[1:]  # a part that stands as a sentence of its own
        return _matched(book, kind, text) or (
            _matched(book, kind, lowered) if lowered != text else None
        )
    return _word(book, kind, text)


def _matched(book: Book, kind: str, text: str) -> list[Piece] | None:
    for pattern in book.patterns(kind):
        values = pattern.values(text)
        if values is not None:
            kinds = [hole.kind for hole in pattern.shape.holes]
            told = [_of(book, *each) for each in zip(kinds, values, strict=True)]
            return _grown(pattern.shape.tree, told)
    return None


def _of(book: Book, kind: str, value: str) -> list[Piece]:
    return _said(book, kind, value) or [Piece(value, "english")] if value else []


def _grown(tree: int | Filled, told: Sequence[list[Piece]]) -> list[Piece]:
    if not isinstance(tree, Filled):
        return told[tree]
    return _filled(tree.template, {k: _grown(each, told) for k, each in tree.slots.items()})


def _filled(template: str, told: dict[str, list[Piece]]) -> list[Piece]:
    """Fill in the translation of a template."""
    made: list[Piece] = []
    slot = load_book().counted.get(template)
    number = plain(tuple(told[slot])) if slot else ""
    for text, slot in slots_of(template_told(template, number)):
        made += [Piece(text)] if text else []
        made += told[slot] if slot is not None else []
    return made


def _bare(template: str) -> str:
    return "".join(text for text, _ in slots_of(template)).strip()


def _said_each(book: Book, kind: str, text: str) -> list[Piece] | None:
    """Say each of several; None: none of them is known."""
    joined, made = book.joined[kind], list[Piece]()
    known = False
    for number, value in enumerate(text.split(joined.by)):
        told = _said(book, joined.of, value) if joined.of else [Piece(value, "kept")]
        known = known or told is not None
        made += [Piece(words(joined.by))] if number else []
        made += told or [Piece(value, "english")]
    return made if known else None


def _word(book: Book, kind: str, text: str) -> list[Piece] | None:
    """Say what is of a kind that is no sentence."""
    if kind in book.words:
        return _listed(book, kind, text)
    if kind == "said":
        told = words(text)
        return [Piece(told, "said" if told != text else "english")]
    if kind == "english":
        return [Piece(text, "english")]
    spoken = {"figure": figure, "land": country}.get(kind, str)
    return [Piece(spoken(text), "kept")]


def _listed(book: Book, kind: str, text: str) -> list[Piece] | None:
    """Say a word of few."""
    told = book.words[kind].get(text)
    if kind == "country":  # a code is told where the country has no name here
        return [Piece(country(told or text), "kept")]
    if told is None:
        return None
    return [Piece(words(told))] if told else list(_cautions())


def _cautions() -> Iterator[Piece]:
    """Yield what the law makes of ownership."""
    rules = ownership_rules()
    yield Piece(words(rules.note))
    for each in rules.rules:
        mark = "" if each.mark == "read" else f"; {words(each.mark)}"
        yield Piece(f" {words(each.law)}: {words(each.text)} (")
        yield Piece(each.source, "kept")
        yield Piece(f"{mark}).")
