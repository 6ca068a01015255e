"""Candidates for inspection, from lines and from alerts; a key identifies each line."""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
from msgspec import structs

from tidewaiter.base.phrases import english
from tidewaiter.casework.selection.types import Candidate
from tidewaiter.trade.types import Alert, Party

_ASKED = ("row", "consignment", "seq", "hs", "parties")


def key_of(file: str, row: int) -> str:
    """Return the key of a line: file and row, as line numbers may repeat."""
    return f"{file}#{row}"


def candidates_of_lines(lines: pa.RecordBatch, file: str) -> Iterator[Candidate]:
    """Yield the lines of a file, with or without alerts.

    Args:
        lines: Schema `LINES`.
        file: Unique label of the file.
    """
    for each in lines.select(_ASKED).to_pylist():
        row, consignment, seq = each["row"], each["consignment"], each["seq"]
        yield Candidate(
            key=key_of(file, row),
            file=file,
            row=row,
            consignment=consignment,
            seq=seq,
            hs=each["hs"] or "",
            traders=_traders(party["name"] for party in each["parties"] or ()),
        )


def candidate_of_alert(alert: Alert, file: str) -> Candidate:
    """Return the line of an alert, with the alert's results.

    Args:
        alert: An open alert.
        file: Unique label of its file.
    """
    parties: Iterable[Party] = alert.line.parties or ()
    return Candidate(
        key=key_of(file, alert.row),
        file=file,
        row=alert.row,
        consignment=alert.consignment,
        seq=alert.seq,
        hs=alert.line.hs or "",
        traders=_traders(party.name for party in parties),
        alert=alert.id,
        score=alert.score,
        rank=alert.rank,
        severity=alert.severity,
        title=english(alert.title),
        rules=tuple(dict.fromkeys(reason.rule for reason in alert.reasons)),
        substances=alert.substances,
    )


def with_chances(
    candidates: Iterable[Candidate], said: Mapping[str, tuple[float, float]]
) -> Iterator[Candidate]:
    """Yield candidates with the ranker's prediction for their alerts.

    Args:
        candidates: Any candidates.
        said: By alert id: probability of being right, and uncertainty.
    """
    for each in candidates:
        chance, unsure = said.get(each.alert, (None, None))
        yield structs.replace(each, chance=chance, unsure=unsure)


def _traders(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(name for name in names if name)
