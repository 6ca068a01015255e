"""Listed: what inspection lists that came back say, of stored alerts and of lines without one.

Lines that raised no alert were drawn by lot, or by a profile. Where their file is in this database,
what was found in them teaches the ranker too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from tidewaiter.base.records import Record
from tidewaiter.consignments.lines import line_of
from tidewaiter.ranking.features import values_of_line
from tidewaiter.ranking.training import Example
from tidewaiter.selection.yields import Listed, Outcome, outcome_of
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.lines import batches_of
from tidewaiter.store.selecting import file_label
from tidewaiter.store.slices import slices

_DAY = 10  # characters of a moment that name its day
_LOT = "random"

Place = tuple[int, int]
"""Source and row of a line."""


class Inspected(Record, frozen=True, kw_only=True):
    """What lists say that is not in the database, by where it belongs."""

    alerts: Mapping[str, Outcome]  # by id: what the list says, unless nothing was found out
    drawn: frozenset[str]  # ids of alerts whose line was drawn by lot
    lines: tuple[Example, ...]  # without an alert, whose outcome is known
    lost: int  # lines with an outcome that this database does not hold, or that cannot count


def inspected_in(work: Work, listed: Sequence[Listed]) -> Inspected:
    """Look up the lines of inspection lists that came back.

    What has become an alert since counts as one. A line with an alert that rests on restricted
    entries says nothing, as no such alert does.

    Args:
        work: Any.
        listed: Lines of lists, the earliest list first; a line that stands on several counts once.
    """
    told = _once(listed)
    alerts = {each.alert: each for each in told if each.alert}
    bare = {each.key: each for each in told if not each.alert and _known(each)}
    places = _places(work, bare)
    here = {place: bare[key] for key, place in places.items()}
    secret, raised = set[Place](), set[Place]()
    for place, alert, restricted in _alerts_at(work, list(here)):
        each = here[place]
        if restricted:
            secret.add(place)
        else:
            raised.add(place)
            alerts.setdefault(alert, each)
    days = _days(work, {source for source, _ in here})
    left = [place for place in here if place not in secret | raised]
    lines = tuple(_examples(work, {place: here[place] for place in left}, days))
    return Inspected(
        alerts={name: outcome_of(each, {}) for name, each in alerts.items() if _known(each)},
        drawn=frozenset(name for name, each in alerts.items() if each.arm == _LOT),
        lines=lines,
        lost=len(bare) - len(lines) - len(raised - secret),
    )


def _once(listed: Iterable[Listed]) -> list[Listed]:
    by_key: dict[str, Listed] = {}
    for each in listed:
        held = by_key.get(each.key)
        if held is None or (not held.outcome and each.outcome and held.arm != _LOT):
            by_key[each.key] = each
    return list(by_key.values())


def _known(each: Listed) -> bool:
    return outcome_of(each, {}) in {"hit", "nothing"}


def _places(work: Work, keys: Iterable[str]) -> dict[str, Place]:
    """Return where lines are, by their key; a name alone must be of one file."""
    c = tables.source.c
    by_label: dict[str, list[int]] = {}
    for row in work.connection.execute(select(c.id, c.name, c.sha256)):
        for label in {row.name, file_label(row.name, row.sha256)}:
            by_label.setdefault(label, []).append(row.id)
    found = {}
    for key in keys:
        label, _, row_ = key.rpartition("#")
        sources = by_label.get(label, [])
        if len(sources) == 1 and row_.isdigit():
            found[key] = (sources[0], int(row_))
    return found


def _alerts_at(work: Work, places: Sequence[Place]) -> Iterator[tuple[Place, str, bool]]:
    c = tables.alert.c
    for source, rows in _by_source(places).items():
        for some in slices(rows):
            wanted = select(c.id, c.row, c.restricted).where(c.source == source, c.row.in_(some))
            for row in work.connection.execute(wanted):
                yield (source, row.row), row.id, bool(row.restricted)


def _days(work: Work, sources: set[int]) -> dict[int, date]:
    c = tables.source.c
    found: dict[int, date] = {}
    for some in slices(sorted(sources)):
        wanted = select(c.id, c.first_seen).where(c.id.in_(some))
        for row in work.connection.execute(wanted):
            found[row.id] = date.fromisoformat(row.first_seen[:_DAY])
    return found


def _examples(
    work: Work, here: Mapping[Place, Listed], days: Mapping[int, date]
) -> Iterator[Example]:
    c = tables.line.c
    for source, rows in _by_source(list(here)).items():
        ids: list[int] = []
        for some in slices(rows):
            wanted = select(c.id).where(c.source == source, c.row.in_(some))
            ids += work.connection.execute(wanted).scalars()
        for batch in batches_of(work, ids):
            for row in batch.lines.to_pylist():
                each = here[source, row["row"]]
                yield Example(
                    alert=each.key,
                    day=days[source],
                    score=0,
                    values=values_of_line(line_of(row)),
                    hit=outcome_of(each, {}) == "hit",
                    by_result=True,
                    by_lot=each.arm == _LOT,
                    raised=False,
                )


def _by_source(places: Sequence[Place]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for source, row in places:
        found.setdefault(source, []).append(row)
    return found
