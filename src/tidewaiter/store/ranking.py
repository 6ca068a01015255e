"""Training examples for the ranker: stored alerts and inspected lines with their outcomes.

Lines without an alert were selected at random or by a profile. If their file is in this database,
their inspection results are training data too.

A result outranks a decision. Of a bulk decision only the first alert counts: otherwise the model
would learn one opinion many times. Decisions for reasons unrelated to the goods (wrong data,
duplicate), and pending or suppressed alerts, do not count; nor do alerts on restricted entries,
which a widely readable model would reveal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain

from sqlalchemy import ColumnElement, and_, exists, or_, select, true

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided, standing
from tidewaiter.casework.ranking.features import LEARNED, values_of, values_of_line
from tidewaiter.casework.ranking.settings import load_ranker_settings
from tidewaiter.casework.ranking.training import Example
from tidewaiter.casework.selection.yields import Listed, Outcome, outcome_of, result_outcome
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.batched import slices
from tidewaiter.store.core.database import Work
from tidewaiter.store.screening.lines import batches_of
from tidewaiter.store.selection import Days, file_label
from tidewaiter.trade.alerts import score_of
from tidewaiter.trade.rules.results import Result, standing_results
from tidewaiter.trade.types import Alert, line_of

_DAY = 10  # length of the date part of a moment
_LOT = "random"

Place = tuple[int, int]
"""Source and row of a line."""


class Inspected(Record, frozen=True, kw_only=True):
    """Outcomes from inspection lists that are not in the database."""

    alerts: Mapping[str, Outcome]  # by id: the outcome on the list, unless inconclusive
    drawn: frozenset[str]  # ids of alerts on randomly selected lines
    lines: tuple[Example, ...]  # without an alert, with a known outcome
    lost: int  # lines with an outcome that are not in this database, or cannot count


def inspected_in(work: Work, listed: Sequence[Listed]) -> Inspected:
    """Look up the lines of returned inspection lists.

    A line that has an alert by now counts as an alert. A line with an alert on restricted entries
    is
    ignored, as all such alerts are.

    Args:
        work: Any transaction.
        listed: Lines of lists, earliest list first; a line on several lists counts once.
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
    """Return the position of lines by key; a name alone must identify one file."""
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


def outcomes(
    work: Work, days: Days, listed: Inspected | None = None, *, most: int | None = None
) -> Iterator[Example]:
    """Yield the alerts received in a period that have an outcome, then lines that have one.

    Args:
        work: Any transaction.
        days: Period of receipt; for lines, of their file.
        listed: Outcomes from lists; below results, above decisions.
        most: Only the newest alerts, at most this many; None: all.
    """
    a, d, r = tables.alert.c, tables.decision.c, tables.result.c
    known = or_(exists().where(d.alert == a.id), exists().where(r.alert == a.id))
    said = listed.alerts if listed else {}
    drawn = listed.drawn if listed else frozenset[str]()
    asked = [known, *(and_(a.id.in_(some), ~known) for some in slices(list(said)))]
    came_in = chain.from_iterable(_came_in(work, days, each, most) for each in asked)
    heard: set[int] = set()
    for some, stored in came_in:
        trails, results = _trails(work, some), results_of(work, some)
        for alert in alerts_of(work, some):
            trail = trails.get(alert.id, [])
            told = _told(results.get(alert.id, []), trail, said.get(alert.id))
            if told is not None and (told[1] or _is_first(trail, heard)):
                yield _example(alert, stored[alert.id], told, by_lot=alert.id in drawn)
    for each in listed.lines if listed else ():
        if _within(each.day, days):
            yield each


def _is_first(trail: Sequence[Decided], heard: set[int]) -> bool:
    """Return whether a decision counts: a bulk decision counts once."""
    last = standing(trail)
    if last is None or last.batch is None:
        return True
    fresh = last.batch not in heard
    heard.add(last.batch)
    return fresh


def alerts_in(work: Work, days: Days, *, most: int | None = None) -> Iterator[Alert]:
    """Yield the alerts received in a period, without those on restricted entries.

    Args:
        work: Any transaction.
        days: Period of receipt.
        most: Only the newest, at most this many; None: all.
    """
    for some, _ in _came_in(work, days, true(), most):
        yield from alerts_of(work, some)


def _within(day: date, days: Days) -> bool:
    return (days.first is None or day >= days.first) and (days.last is None or day <= days.last)


def _came_in(
    work: Work, days: Days, known: ColumnElement[bool], most: int | None = None
) -> Iterator[tuple[Sequence[str], dict[str, date]]]:
    c = tables.alert.c
    wanted = select(c.id, c.stored).where(c.restricted == 0, known)
    wanted = wanted.order_by(c.number if most is None else c.number.desc()).limit(most)
    if days.first is not None:
        wanted = wanted.where(c.stored >= days.first.isoformat())
    if days.last is not None:
        wanted = wanted.where(c.stored < (days.last + timedelta(days=1)).isoformat())
    rows = work.connection.execute(wanted).all()
    stored = {row.id: date.fromisoformat(row.stored[:_DAY]) for row in rows if row.stored}
    for some in slices(list(stored)):
        yield some, stored


def _trails(work: Work, ids: Sequence[str]) -> dict[str, list[Decided]]:
    c = tables.decision.c
    trails: dict[str, list[Decided]] = defaultdict(list)
    wanted = select(tables.decision).where(c.alert.in_(ids)).order_by(c.id)
    for row in work.connection.execute(wanted).mappings():
        trails[row["alert"]].append(Decided(**row))
    return trails


def _told(
    results: Sequence[Result], trail: Sequence[Decided], listed: Outcome | None
) -> tuple[bool, bool] | None:
    """Return whether a violation was found, and whether by a result; None: unknown."""
    said = {result_outcome(each) for each in standing_results(results)}
    if not said & {"hit", "nothing"} and listed is not None:
        said = {listed}
    if "hit" in said or "nothing" in said:
        return "hit" in said, True
    settings, last = load_ranker_settings(), standing(trail)
    if last is None or last.reason not in {*settings.hit, *settings.nothing}:
        return None
    return last.reason in settings.hit, False


def _example(alert: Alert, day: date, told: tuple[bool, bool], *, by_lot: bool) -> Example:
    score = score_of(each for each in alert.reasons if each.rule != LEARNED)
    return Example(
        alert=alert.id,
        day=day,
        score=score,
        values=values_of(alert),
        hit=told[0],
        by_result=told[1],
        by_lot=by_lot,
    )
