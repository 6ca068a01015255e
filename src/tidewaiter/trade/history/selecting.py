"""Selecting: lines that the past alone makes alerts, by rules that an authority names for it."""

from collections.abc import Container, Iterator
from datetime import date
from typing import NamedTuple

import pyarrow as pa

from tidewaiter.consignments.identity import identity
from tidewaiter.consignments.lines import line_of
from tidewaiter.consignments.past.marking import Past
from tidewaiter.consignments.past.types import WORDS
from tidewaiter.consignments.points import score_of
from tidewaiter.consignments.readers.unread import line_at, only_lines
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Alert, Line, Reason


class Screening(NamedTuple):
    """What alerts are made for."""

    day: date
    file: str
    source: str  # SHA-256 of the file's bytes


def selected(
    batch: pa.RecordBatch,
    past: Past,
    rules: AlertRules,
    screening: Screening,
    known: Container[int],
) -> Iterator[Alert]:
    """Yield an alert for each line that a rule selects, of the least severity at first.

    Args:
        batch: Of the schema LINES; its lines were asked for.
        past: Of the screening.
        rules: With those that select.
        screening: Of the file.
        known: Rows that are alerts already.
    """
    for place, row in enumerate(only_lines(batch).to_pylist()):
        if row["row"] in known:
            continue
        line = line_of(row)
        reasons = past.reasons(line)
        if any(each.rule in rules.past.selects for each in reasons):
            yield _alert(line_at(batch, place), reasons, rules, screening)


def is_selected(alert: Alert) -> bool:
    """Tell whether an alert rests on the past alone."""
    found = alert.substances or alert.mentions or alert.parties or not alert.reasons
    return not found and all(each.rule in WORDS for each in alert.reasons)


def _alert(line: Line, reasons: list[Reason], rules: AlertRules, screening: Screening) -> Alert:
    score, due = score_of(reasons), line.release or line.arrival
    days_left = (due - screening.day).days if due else None
    return Alert(
        id=identity(screening.source, line, (), reasons, ()),
        file=screening.file,
        row=line.row,
        consignment=line.consignment,
        seq=line.seq,
        day=screening.day,
        severity=rules.severity.of(score) or "low",
        score=score,
        rank=rules.rank_of(score, days_left, reasons),
        due=due,
        days_left=days_left,
        substances=(),
        title=next(each.text for each in reasons if each.rule in rules.past.selects),
        line=line,
        mentions=(),
        reasons=tuple(reasons),
        law=(),
    )
