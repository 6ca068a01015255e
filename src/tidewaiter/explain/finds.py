"""What was found in a line, put back to where it stands in the line's fields."""

from collections.abc import Iterable

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.consignments.othertext import OTHER, is_named
from tidewaiter.consignments.types import LINES, Alert, Evidence, Line
from tidewaiter.report.marks import Span, mark_up
from tidewaiter.report.reasonwords import plain, reason_told
from tidewaiter.report.words import field_in_words

_ALWAYS = ("goods", "commercial")
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
        for column in columns or ([""] if name in _ALWAYS else []):
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
    for name, column in (("goods", ""), ("commercial", ""), (OTHER, beside)):
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
