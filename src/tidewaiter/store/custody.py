"""The chain of custody of a case: the entries of the audit about it, each with its proof."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.steps import Step
from tidewaiter.store import tables
from tidewaiter.store.audit import Entry, State, audit_state, prove_entry
from tidewaiter.store.database import Work
from tidewaiter.store.slices import slices

_DECIDED = ("alert decided", "decision taken back")


class Proven(Record, frozen=True, kw_only=True):
    """An entry, and its way to the root."""

    entry: Entry
    path: tuple[bytes, ...]


def custody(
    work: Work,
    steps: Sequence[Step],
    trails: Mapping[str, Iterable[Decided]],
    *,
    entries: int | None = None,
) -> tuple[State, list[Proven]]:
    """Return the entries about steps and decisions, and the state of the audit they stand in.

    Args:
        work: Any.
        steps: Of a case, as far as they are to be shown.
        trails: What was decided of its alerts.
        entries: The audit as it was when it had so many entries; None: now.
    """
    state = audit_state(work, entries)
    found = _of_steps(work, steps) | _of_decisions(work, trails)
    return state, [
        Proven(entry=found[number], path=tuple(prove_entry(work, number, state.entries)))
        for number in sorted(found)
        if number <= state.entries
    ]


def _of_steps(work: Work, steps: Sequence[Step]) -> dict[int, Entry]:
    c, numbers = tables.audit.c, [step.entry for step in steps]
    found: dict[int, Entry] = {}
    for some in slices(numbers):
        wanted = select(tables.audit).where(c.number.in_(some))
        found |= {row["number"]: Entry(**row) for row in work.connection.execute(wanted).mappings()}
    return found


def _of_decisions(work: Work, trails: Mapping[str, Iterable[Decided]]) -> dict[int, Entry]:
    """Find the entries about decisions; they were written at the very moments of these."""
    c = tables.audit.c
    decided = {step.id for trail in trails.values() for step in trail}
    moments = sorted({step.at for trail in trails.values() for step in trail})
    found: dict[int, Entry] = {}
    for some in slices(moments):
        here = c.at.in_(some)
        for row in work.connection.execute(select(tables.audit).where(here)).mappings():
            if row["action"] not in _DECIDED:  # in SQL, an index would be used that is slower here
                continue
            details = msgspec.json.decode(row["details"], type=dict[str, str | int])
            if details.get("decision") in decided:
                found[row["number"]] = Entry(**row)
    return found
