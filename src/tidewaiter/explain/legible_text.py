"""Goods text as HTML, with the matches marked and invisible characters made visible."""

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import find_controls, token, visible
from tidewaiter.explain.languages import counted, direction, language, number, words

LIMIT = 2_000
"""Maximum length in characters of a text shown in full; longer texts are cut around the matches."""

PAGE_LIMIT = 1_000
"""Maximum length in characters of a text on a page."""

_HEAD = 600
_AROUND = 120
_OF_A_SPAN = 400
_LABEL = 300
_SPANS = 100  # maximum number of marked spans: a hostile text can contain any number of matches


class Span(Record, frozen=True, kw_only=True):
    """A matched span, in Unicode code points, with its label."""

    start: int
    end: int
    label: str


def mark_up(text: str, spans: Sequence[Span], *, limit: int = LIMIT) -> Markup:
    """Return a text as HTML with the matched spans in `<mark>`; spans may overlap.

    Args:
        text: Original text; may contain HTML, control characters or millions of characters.
        spans: Matched spans; clipped to the length of the text.
        limit: Maximum length in characters; a longer text is cut visibly, around its matches.

    Returns:
        HTML with only the elements `<mark>` and `<span>`. Its text is `visible(text)`, except
        where the text was cut.
    """
    clipped = [_clip(span, len(text)) for span in spans[:_SPANS]]
    held = [span for span in clipped if span.start < span.end]
    parts, last = [], 0
    for start, end in _windows(len(text), held, limit):
        parts += [_gap(start - last), _window(text, start, end, held)]
        last = end
    more = len(spans) - _SPANS
    note = counted(
        "{count} more match is not highlighted", "{count} more matches are not highlighted", more
    ).format(count=number(more))
    note = f" ⟦{note}⟧" if more > 0 else ""
    return Markup("").join([*parts, _gap(len(text) - last), _note(note)])


def _windows(length: int, spans: Sequence[Span], limit: int) -> list[tuple[int, int]]:
    """Return the disjoint intervals of a text to show, in order."""
    if length <= limit:
        return [(0, length)]
    wanted = [(0, min(_HEAD, limit, length))]
    for span in spans:
        end = min(span.end, span.start + _OF_A_SPAN)
        wanted.append((max(0, span.start - _AROUND), min(length, end + _AROUND)))
    shown: list[tuple[int, int]] = []
    for start, end in sorted(wanted):
        if shown and start <= shown[-1][1]:
            shown[-1] = (shown[-1][0], max(end, shown[-1][1]))
        else:
            shown.append((start, end))
    return shown


def _window(text: str, start: int, end: int, spans: Sequence[Span]) -> Markup:
    """Return an interval of a text as HTML, split at every span boundary."""
    edges = {edge for span in spans for edge in (span.start, span.end) if start < edge < end}
    cuts = sorted(edges | {start, end})
    parts = []
    for left, right in pairwise(cuts):
        labels = [s.label for s in spans if s.start <= left and right <= s.end]
        parts.append(_piece(text[left:right], list(dict.fromkeys(labels))))
    return Markup("").join(parts)


def _piece(text: str, labels: list[str]) -> Markup:
    """Return a piece that is covered by the same spans throughout, or by none."""
    inner = _tokens(text)
    if not labels:
        return inner
    told = visible("; ".join(labels)[:_LABEL])
    kind = "several" if len(labels) > 1 else "one"
    return Markup('<mark class="{}" title="{}">{}</mark>').format(kind, told, inner)


def _tokens(text: str) -> Markup:
    """Return text as HTML, with invisible characters replaced by styled tokens."""
    parts, last = [], 0
    for at in find_controls(text):
        shown = Markup('<span class="control">{}</span>').format(token(text[at]))
        parts += [escape(text[last:at]), shown]
        last = at + 1
    return Markup("").join([*parts, escape(text[last:])])


def _gap(length: int) -> Markup:
    return _note(f" ⟦{number(length)} {words('characters omitted')}⟧ ") if length else Markup("")


def _note(text: str) -> Markup:
    return Markup('<span class="cut">{}</span>').format(text) if text else Markup("")


def _clip(span: Span, length: int) -> Span:
    start, end = max(0, min(span.start, length)), max(0, min(span.end, length))
    return Span(start=start, end=end, label=span.label)


def whole(text: object) -> Markup:
    """Make an input field's text visible without cutting it, so that saving does not lose text."""
    return escape(visible(str(text)))


def legible(value: object) -> object:
    """Make invisible characters in template output visible, and cut overlong texts."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else shortened(value)


def shortened(text: str) -> str:
    """Make a text's invisible characters visible, and cut it if it is too long."""
    if len(text) > PAGE_LIMIT:
        left = number(len(text) - PAGE_LIMIT)
        return f"{visible(text[:PAGE_LIMIT])} ⟦{left} {words('characters omitted')}⟧"
    return visible(text)


def isolated(text: str) -> Markup:
    """Return a name for a page: in a text from right to left it does not turn its neighbours."""
    return _ISOLATED[direction(language())].format(text)


def english_text(text: str) -> Markup:
    """Return an English text for a page in another language, marked for those who listen to it."""
    return _ENGLISH[direction(language())].format(text)


_ISOLATED = {"ltr": Markup("{}"), "rtl": Markup("<bdi>{}</bdi>")}
_ENGLISH = {"ltr": Markup('<span lang="en">{}</span>'), "rtl": Markup('<bdi lang="en">{}</bdi>')}
