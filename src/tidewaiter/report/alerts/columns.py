"""Alerts as flat rows for spreadsheets and as nested rows for Parquet."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
import pyarrow as pa

from tidewaiter.base.phrases import english, in_english, stored_json
from tidewaiter.base.safe_text import neutralise
from tidewaiter.casework.ranking.model import why_in_words
from tidewaiter.explain.lines import litres_or_kilograms, met, stop_in_words
from tidewaiter.trade.line_fields import SHOWN, Group, arrow_struct, key_of
from tidewaiter.trade.types import (
    FIELDS,
    LINES,
    Alert,
    Holding,
    Learned,
    Mention,
    Party,
    PartyMatch,
    Reason,
    fields_in,
)

Value = str | int | Decimal | date | None
"""Value of a cell. Text is neutralised; numbers and dates come from us and are left unchanged."""

EVIDENCE = pa.struct(
    [("field", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("text", pa.string())]
)
REASON = pa.struct(
    [
        ("rule", pa.string()),
        ("text", pa.string()),
        ("points", pa.int32()),
        ("source", pa.string()),
        ("evidence", EVIDENCE),
        ("code", pa.string()),
        ("parameters", pa.string()),  # JSON
    ]
)
ALERTS = pa.schema(
    arrow_struct(
        Alert,
        without=("learned",),
        given={
            "seq": pa.int32(),
            "score": pa.int32(),
            "days_left": pa.int32(),
            "line": pa.struct(list(LINES)),
            "mentions": pa.list_(arrow_struct(Mention, without=("column",))),
            "reasons": pa.list_(REASON),
        },
    )
)
"""One row per alert: the fields of `Alert` except `learned`, with phrases in English."""


def nested(alerts: Iterable[Alert], schema: pa.Schema = ALERTS) -> pa.RecordBatch:
    """Return alerts as a batch, one row per alert; with `learned` if the schema has it."""
    rows = [_row(alert) for alert in alerts]
    for row in rows:
        for term in row.get("learned", {}).get("terms", ()):
            term["values"] = [None if each is None else str(each) for each in term["values"]]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _row(alert: Alert) -> dict[str, Any]:
    kinds = (date, Decimal)
    row: dict[str, Any] = msgspec.to_builtins(alert, builtin_types=kinds, enc_hook=in_english)
    for made, reason in zip(row["reasons"], alert.reasons, strict=True):
        made["code"] = reason.says.code
        made["parameters"] = stored_json(reason.says.parameters).decode()
    return row


def flat(alert: Alert, columns: Mapping[str, Callable[[Alert], Value]]) -> list[str]:
    """Return an alert as cells of a CSV file, one per column."""
    return [cell(read(alert)) for read in columns.values()]


def cell(value: Value) -> str:
    """Return a value as a cell; text is neutralised against spreadsheet formulas."""
    if value is None:
        return ""
    return neutralise(value) if isinstance(value, str) else format(value)


def _found(mention: Mention) -> str:
    field = f'{mention.field} "{mention.column}"' if mention.column else mention.field
    place = f"{field} {mention.start}-{mention.end}"
    return f'{mention.name}: "{mention.text}" ({place}, {mention.how}, {mention.tier})'


def _reason(reason: Reason) -> str:
    return f"{reason.rule}: {english(reason.says)} ({reason.points:+} points)"


def _holding(held: Holding) -> str:
    since = f"since {held.since}" if held.since else "since an unknown date"
    mark = "" if held.mark == "read" else f" [{held.mark}]"
    route = f"; {english(met(held))}" if held.role else ""
    more = "".join(f", {english(told)}" for told in (*held.duties, *held.amounts))
    return f"{held.substance}: {held.regime} {held.schedule}, {since}{mark}{route}{more}"


def _party(party: Party) -> str:
    known = (party.name, party.address, party.country, party.id_scheme, party.id)
    return f"{party.role or 'party'}: {', '.join(part for part in known if part)}"


_RECORDS: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {"parties": _party, "route": stop_in_words}
)


def _match(match: PartyMatch) -> str:
    outcome = f", {match.outcome}" if match.outcome else ""
    told = f"{match.listed_name} ({match.list_name}, {match.entry}; {match.action}{outcome})"
    notice = f" [{match.notice}]" if match.notice else ""
    likely = f"probability {match.probability:.2f}"
    return f"{match.role or 'party'} {match.name}: {told}, {likely}{notice}"


def _several(parts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(parts))


def _sources(alert: Alert) -> str:
    named = [reason.source for reason in alert.reasons] + [held.source for held in alert.law]
    return _several(source for source in named if source)


def _line_columns(*groups: Group) -> Iterator[tuple[str, Callable[[Alert], Value]]]:
    """Yield the columns for some fields of the line, with their accessors."""
    for name in fields_in(*groups):
        unit = SHOWN.get(FIELDS[name].kind)
        yield f"{key_of(name)}_{unit}" if unit else name, partial(_line_value, name)


def _line_value(name: str, alert: Alert) -> Value:
    value: Any = getattr(alert.line, name)
    if FIELDS[name].kind in SHOWN:
        return litres_or_kilograms(value)
    if isinstance(value, tuple):
        return _several(_RECORDS[name](each) if name in _RECORDS else each for each in value)
    return value  # type: ignore[no-any-return]


FLAT: Mapping[str, Callable[[Alert], Value]] = MappingProxyType(
    {
        "severity": lambda a: a.severity,
        "score": lambda a: a.score,
        "due": lambda a: a.due,
        "days_left": lambda a: a.days_left,
        "title": lambda a: english(a.title),
        "consignment": lambda a: a.consignment,
        "line": lambda a: a.seq,
        **dict(_line_columns("goods")),
        "names": lambda a: _several(m.name for m in a.mentions),
        "found": lambda a: _several(map(_found, a.mentions)),
        "downgraded": lambda a: _several(english(d) for m in a.mentions for d in m.downgraded),
        "reasons": lambda a: _several(map(_reason, a.reasons)),
        "law": lambda a: _several(map(_holding, a.law)),
        "law_open": lambda a: _several(map(english, a.law_open)),
        "listed": lambda a: _several(map(_match, a.parties)),
        "law_day": lambda a: a.day,
        "sources": _sources,
        **dict(
            _line_columns(
                "parties",
                "codes",
                "quantity",
                "worth",
                "measures",
                "papers",
                "transport",
                "days",
            )
        ),
        "substances": lambda a: _several(a.substances),
        "file": lambda a: a.file,
        "row": lambda a: a.row,
        "rank": lambda a: a.rank,
        "id": lambda a: a.id,
    }
)
"""The columns of the CSV file, in order, with their accessors."""


TERM = pa.struct(
    [
        ("features", pa.list_(pa.string())),
        ("values", pa.list_(pa.string())),
        ("log_odds", pa.float64()),
        ("factor", pa.float64()),
    ]
)
LEARNED = pa.field(
    "learned",
    pa.struct(
        [
            ("model", pa.string()),
            ("made", pa.date32()),
            ("decided", pa.int64()),
            ("last", pa.date32()),
            ("chance", pa.float64()),
            ("usual", pa.float64()),
            ("points", pa.int32()),
            ("above", pa.float64()),
            ("new", pa.bool_()),
            ("base", pa.float64()),
            ("terms", pa.list_(TERM)),
            ("rest", pa.float64()),
        ]
    ),
)
"""Parquet column of the learned ranking."""


def _of_learned(read: Callable[[Learned], Value]) -> Callable[[Alert], Value]:
    return lambda alert: read(alert.learned) if alert.learned else None


LEARNED_FLAT: Mapping[str, Callable[[Alert], Value]] = MappingProxyType(
    {
        "learned": _of_learned(lambda told: f"{told.chance:.3f}"),
        "learned_usual": _of_learned(lambda told: f"{told.usual:.3f}"),
        "learned_points": _of_learned(lambda told: told.points),
        "learned_why": _of_learned(why_in_words),
        "learned_from": _of_learned(lambda told: f"{told.decided} decided alerts to {told.last}"),
    }
)
"""CSV columns of the learned ranking."""
