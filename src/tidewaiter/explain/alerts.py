"""Alerts in words: short titles, reasons as sentences, and what was found in the line.

Alerts hold their sentences in English, wherever they were made. Here the template of a sentence is
found again and filled in anew in the language that is spoken. What is not found stays in English,
and is marked so for those who listen to the page.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import counted, country, figure, language, words
from tidewaiter.explain.legible_text import PAGE_LIMIT, Span, mark_up, shortened
from tidewaiter.explain.sentence_templates import LONGEST, Book, Filled, load_book, slots_of
from tidewaiter.explain.words import field_in_words
from tidewaiter.law.controls import short_listing
from tidewaiter.law.types import Regime
from tidewaiter.parties.ownership import ownership_rules
from tidewaiter.trade.types import LINES, TEXTS, Alert, Evidence, Holding, Line
from tidewaiter.trade.unmapped_text import OTHER, is_named

_VOWELS = "aeiouéèêâîôAEIOUÉ"


class Piece(NamedTuple):
    """A stretch of a sentence: said in the language, kept as it is, or still English."""

    text: str
    how: Literal["said", "kept", "english"] = "said"


def joined_up(told: Sequence[Piece]) -> list[Piece]:
    """Return pieces that meet as the language writes them: what was filled in is not known before.

    Chinese leaves no space between two of its words; French says "d’" before a vowel.

    Args:
        told: Pieces with a text.
    """
    made = list(told)
    for place, (left, right) in enumerate(pairwise(told)):
        if left.how == right.how == "said" and _is_wide(left, -1) and _is_wide(right, 0):
            made[place] = Piece(made[place].text.rstrip(" "))
            made[place + 1] = Piece(made[place + 1].text.lstrip(" "))
        elif language() == "fr" and left.text.endswith((" de ", "(de ")) and left.how == "said":
            elided = made[place].text[:-2] + "’"
            made[place] = Piece(elided) if right.text[0] in _VOWELS else made[place]
    return [piece for piece in made if piece.text]


def _is_wide(piece: Piece, place: int) -> bool:
    """Tell whether a piece begins or ends with an ideograph or a sign of its width."""
    bare = piece.text.strip(" ")
    return bool(bare) and "\u2e80" <= bare[place] <= "\uffef"


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


_ITEMS = 20  # of a field that holds several values


class FieldView(Record, frozen=True, kw_only=True):
    """A field of a line, with its finds marked."""

    name: str  # a column of LINES
    label: str
    html: Markup


class Find(Record, frozen=True, kw_only=True):
    """A stretch of a field, and what was found there."""

    label: str
    evidence: Evidence


def finds(alert: Alert) -> list[Find]:
    """Return what the mentions and the reasons of an alert point at, each place once."""
    mentioned = [
        Find(
            label=m.name,
            evidence=Evidence(
                field=m.field, start=m.start, end=m.end, text=m.text, column=m.column
            ),
        )
        for m in alert.mentions
    ]
    places = {find.evidence for find in mentioned}
    reasoned = [
        Find(label=plain(reason_told(reason.rule, reason.text)), evidence=reason.evidence)
        for reason in alert.reasons
        if reason.evidence and reason.evidence not in places
    ]
    return mentioned + reasoned


def fields(alert: Alert) -> tuple[FieldView, ...]:
    """Return the texts of a line and every other field with a find, in the line's order."""
    found = finds(alert)
    named = dict.fromkeys((find.evidence.field, find.evidence.column or "") for find in found)
    views = []
    for name in LINES.names:
        columns = [column for field, column in named if field == name]
        for column in columns or ([""] if name in TEXTS else []):
            here = [find for find in found if _is_of(find, name, column)]
            values = _values(alert.line, name, column)[:_ITEMS]
            if values:
                html = Markup(" · ").join(mark_up(v, _spans(v, here)) for v in values)
                label = field_in_words(name, column)
                views.append(FieldView(name=name, label=label, html=html))
    return tuple(views)


def goods_shown(alert: Alert) -> tuple[str, tuple[Find, ...]]:
    """Return the text that says what the goods of a line are, and what was found in it.

    It is the description, else the commercial one, else the other text that something was found in.
    """
    found = finds(alert)
    beside = next((f.evidence.column or "" for f in found if f.evidence.field == OTHER), "")
    for name, column in (*((name, "") for name in TEXTS), (OTHER, beside)):
        for text in _values(alert.line, name, column)[:1]:
            here = (find for find in found if _is_of(find, name, column))
            return text, tuple(
                find
                for find in here
                if text[find.evidence.start : find.evidence.end] == find.evidence.text
            )
    return "", ()


def _is_of(find: Find, field: str, column: str) -> bool:
    return find.evidence.field == field and (find.evidence.column or "") == column


def unplaced(alert: Alert) -> tuple[Find, ...]:
    """Return the finds that do not stand where they should: none of them may get lost."""
    return tuple(find for find in finds(alert) if not _placed(alert.line, find))


def _placed(line: Line, find: Find) -> bool:
    values = _values(line, find.evidence.field, find.evidence.column or "")[:_ITEMS]
    return any(_span(value, find) for value in values)


def _spans(value: str, here: Iterable[Find]) -> list[Span]:
    return [span for find in here if (span := _span(value, find))]


def _span(value: str, find: Find) -> Span | None:
    """Return the place of a find in a value of its field; None: it does not stand there."""
    at = find.evidence
    if at.start < at.end and value[at.start : at.end] == at.text:
        return Span(start=at.start, end=at.end, label=find.label)
    if at.text and value == at.text:
        return Span(start=0, end=len(value), label=find.label)
    return None


def _values(line: Line, field: str, column: str = "") -> tuple[str, ...]:
    """Return the texts in a field of a line; a field that holds no text has none.

    Args:
        line: The line.
        field: A column of LINES.
        column: Of other text, the column of the file.
    """
    if field == OTHER:
        return tuple(kept.text for kept in line.other or () if is_named(kept.name, column))
    value = getattr(line, field, None)
    if isinstance(value, str):
        return (value,)
    several = value if isinstance(value, tuple) else ()
    return tuple(item for item in several if isinstance(item, str))


def short_title(alert: Alert, regimes: Mapping[str, Regime], most: int) -> str:
    """Return the title of an alert with the listings of its first substance in few words.

    Args:
        alert: Its title names one listing in full.
        regimes: By slug.
        most: How many listings are named; the rest is counted.

    Returns:
        A title like "Acetone (UN Table II, EU cat. 3 +4 more)".
    """
    held = [each for each in alert.law if each.substance in alert.substances[:1]]
    for first in held:
        regime = regimes.get(first.regime)
        printed = f"({regime.name}, {first.schedule})" if regime else ""
        if printed and printed in alert.title:
            holds = [each for each in held if each.answer != "not listed"]
            told = list(dict.fromkeys(_short_listings([first, *holds], regimes)))
            more = words(" +{count} more").format(count=len(told) - most)
            more = more if len(told) > most else ""
            return alert.title.replace(printed, f"({', '.join(told[:most])}{more})", 1)
    return alert.title


def _short_listings(held: list[Holding], regimes: Mapping[str, Regime]) -> Iterator[str]:
    for each in held:
        regime = regimes.get(each.regime)
        yield short_listing(regime, each.schedule) if regime else f"{each.regime} {each.schedule}"
