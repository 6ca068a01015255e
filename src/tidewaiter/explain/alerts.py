"""Alert text: short titles, matched spans in a line, and the export format of an alert."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup
from msgspec import convert, field, to_builtins

from tidewaiter.base.phrases import Phrase, decoder_of, read_phrase, structured
from tidewaiter.base.records import Record
from tidewaiter.explain.legible_text import Span, mark_up
from tidewaiter.explain.official_names import substance_name
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import field_in_words
from tidewaiter.law.controls import short_listing
from tidewaiter.law.types import Regime
from tidewaiter.trade.types import LINES, TEXTS, Alert, Evidence, Holding, Line, Reason
from tidewaiter.trade.unmapped_columns import OTHER, is_named


class ExportedReason(Reason, frozen=True, kw_only=True):
    """A reason in the export format: its text plus the code it was made from."""

    code: str = ""  # "": exported by a version without codes
    parameters: Mapping[str, Any] = field(default_factory=dict)


class ExportedAlert(Alert, frozen=True, kw_only=True):
    """An alert in the export format."""

    reasons: tuple[ExportedReason, ...]


_READS = decoder_of(ExportedAlert)


def read_exported(line: bytes) -> Alert:
    """Parse an exported alert and restore its reasons.

    Raises:
        MsgspecError: The line is not an exported alert.
    """
    found = _READS.decode(line)
    told = {name: getattr(found, name) for name in Alert.__struct_fields__}
    return Alert(**{**told, "reasons": tuple(map(_reason, found.reasons))})


def _reason(each: ExportedReason) -> Reason:
    told = {"code": each.code, "parameters": each.parameters}
    return Reason(
        rule=each.rule,
        says=convert(told, Phrase, dec_hook=read_phrase) if each.code else each.says,
        points=each.points,
        source=each.source,
        evidence=each.evidence,
    )


def export_alert(alert: Alert) -> ExportedAlert:
    """Convert an alert to the export format: each reason with its code and parameters."""
    reasons = tuple(
        ExportedReason(
            rule=each.rule,
            says=each.says,
            points=each.points,
            source=each.source,
            evidence=each.evidence,
            code=each.says.code,
            parameters=to_builtins(each.says.parameters, enc_hook=structured),
        )
        for each in alert.reasons
    )
    told = {name: getattr(alert, name) for name in Alert.__struct_fields__}
    return ExportedAlert(**{**told, "reasons": reasons})


_ITEMS = 20  # maximum number of values shown for a field with several values


class FieldView(Record, frozen=True, kw_only=True):
    """A field of a line, with the matched spans marked."""

    name: str  # name of a column of LINES
    label: str
    html: Markup


class Find(Record, frozen=True, kw_only=True):
    """A span of a field, and what matched there."""

    label: str
    evidence: Evidence


def finds(alert: Alert) -> list[Find]:
    """Return the spans that the mentions and reasons of an alert refer to, without duplicates."""
    mentioned = [
        Find(
            label=substance_name(m.name),
            evidence=Evidence(
                field=m.field, start=m.start, end=m.end, text=m.text, column=m.column
            ),
        )
        for m in alert.mentions
    ]
    places = {find.evidence for find in mentioned}
    reasoned = [
        Find(label=say(reason.says), evidence=reason.evidence)
        for reason in alert.reasons
        if reason.evidence and reason.evidence not in places
    ]
    return mentioned + reasoned


def fields(alert: Alert) -> tuple[FieldView, ...]:
    """Return the text fields of a line and all other fields with a match, in column order."""
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
    """Return the goods text of a line and the matches in it.

    The first that is not empty of: the description, the commercial description, other text with a
    match.
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
    """Return the matches whose span does not fit the field's text, so that none is lost."""
    return tuple(find for find in finds(alert) if not _placed(alert.line, find))


def _placed(line: Line, find: Find) -> bool:
    values = _values(line, find.evidence.field, find.evidence.column or "")[:_ITEMS]
    return any(_span(value, find) for value in values)


def _spans(value: str, here: Iterable[Find]) -> list[Span]:
    return [span for find in here if (span := _span(value, find))]


def _span(value: str, find: Find) -> Span | None:
    """Return the span of a match within a value of its field; None: the text differs there."""
    at = find.evidence
    if at.start < at.end and value[at.start : at.end] == at.text:
        return Span(start=at.start, end=at.end, label=find.label)
    if at.text and value == at.text:
        return Span(start=0, end=len(value), label=find.label)
    return None


def _values(line: Line, field: str, column: str = "") -> tuple[str, ...]:
    """Return the text values of a field of a line; empty if the field has none.

    Args:
        line: The line.
        field: Name of a column of LINES.
        column: For other text, the column name in the file.
    """
    if field == OTHER:
        return tuple(kept.text for kept in line.other or () if is_named(kept.name, column))
    value = getattr(line, field, None)
    if isinstance(value, str):
        return (value,)
    several = value if isinstance(value, tuple) else ()
    return tuple(item for item in several if isinstance(item, str))


def short_title(alert: Alert, regimes: Mapping[str, Regime], most: int) -> Phrase:
    """Return the title of an alert, with the controls on its first substance abbreviated.

    Args:
        alert: The alert; its full title names one control.
        regimes: Legal instruments by slug.
        most: Maximum number of controls to name; any others are counted.

    Returns:
        A title like "Acetone (UN Table II, EU cat. 3 +4 more)".
    """
    title = alert.title
    if title.code == "title/more" and isinstance(named := title.parameters["name"], Phrase):
        short = _short(alert, named, regimes, most)
        return Phrase(title.code, **{**title.parameters, "name": short})
    return _short(alert, title, regimes, most)


def _short(alert: Alert, title: Phrase, regimes: Mapping[str, Regime], most: int) -> Phrase:
    """Return the shortened title of one substance; unchanged if the substance has no controls."""
    held = [each for each in alert.law if each.substance in alert.substances[:1]]
    printed = [title.parameters.get(each) for each in ("regime", "schedule")]
    for first in held:
        regime = regimes.get(first.regime)
        if regime and printed == [regime.name, first.schedule]:
            holds = [each for each in held if each.answer != "not listed"]
            names = list(dict.fromkeys(_short_listings([first, *holds], regimes)))
            told = {"name": title.parameters["name"], "names": names[:most]}
            if len(names) <= most:
                return Phrase("title/short", **told)
            return Phrase("title/short-more", figure=len(names) - most, **told)
    return title


def _short_listings(held: list[Holding], regimes: Mapping[str, Regime]) -> Iterator[str]:
    for each in held:
        regime = regimes.get(each.regime)
        yield short_listing(regime, each.schedule) if regime else f"{each.regime} {each.schedule}"
