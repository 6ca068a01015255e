"""Anew: what all lines of a database say of its alerts, told again, and what came of it.

Each alert is marked as it would be if its file were screened into the database now; a line without
a day counts on the day of its screening. Where no line, alert or result came since, no decision was
taken back and the rules are those of then, nothing is done.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import structs

from tidewaiter.bulk.looking import look_through
from tidewaiter.bulk.marks import Marks
from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.lines import days_of, line_of
from tidewaiter.consignments.past.allowed import Allowed
from tidewaiter.consignments.past.marking import Past
from tidewaiter.consignments.past.selecting import Screening, selected
from tidewaiter.consignments.restricted import open_version
from tidewaiter.consignments.rules import AlertRules, load_alert_rules
from tidewaiter.consignments.signs import PartySigns, parties_of
from tidewaiter.consignments.switched import switched_rules
from tidewaiter.consignments.types import LINES, Alert
from tidewaiter.rescreen.basis import basis_of
from tidewaiter.rescreen.keeping import Kept, mark_some
from tidewaiter.rescreen.registered import RegisterAsked, register_desk
from tidewaiter.rescreen.spool import Spool, spool
from tidewaiter.rescreen.sums import AllSums, dated
from tidewaiter.store.alerts import add_alerts, known_alerts
from tidewaiter.store.database import Database, Stamp
from tidewaiter.store.everyalert import (
    Heads,
    every_alert,
    first_days,
    heads,
    last_marking,
    last_screenings,
    note_marking,
)
from tidewaiter.store.inspected import inspected
from tidewaiter.store.lines import every_line
from tidewaiter.store.pastlines import past_lines, past_parties
from tidewaiter.substances.registry import load_registry


def mark_again(
    database: Database,
    settings: Settings,
    stamp: Callable[[], Stamp],
    *,
    whole: bool = False,
    write: Callable[[Iterator[Alert]], None] = lambda _: None,
) -> Kept | None:
    """Mark all alerts of a database anew; those that rules of the past select are added.

    They are written before they are kept: stopped in between, it finds them as new once more.

    Args:
        database: With no work begun.
        settings: By which, as the rules and switches are now.
        stamp: Says who does it, and when.
        whole: Even where nothing changed since it was last done.
        write: Writes the alerts that are new; called once, where there are any.

    Returns:
        What came of it; None: nothing changed since.
    """
    rules = switched_rules(load_alert_rules(settings.rules, settings.switches))
    with database.work() as work:
        found, last = heads(work), last_marking(work)
    register = register_desk(database, settings)
    by = _by(settings, register, found)
    if by == last and not whole:
        return None
    job = _Job(database, settings, rules, stamp, register.allowed if register else ())
    with spool() as new:
        kept = _marked(job, _gathered(job), new)
        if new.count:
            write(alert for _, some in new.read() for alert in some)
        kept = kept.plus(Kept(selected=_keep(job, new)))
    with database.work(stamp()) as work:
        if kept.selected:  # lines that came meanwhile are not heard yet
            by = _by(settings, register, found._replace(alert=heads(work).alert))
        note_marking(work, by, kept.looked)
    return kept


def _by(settings: Settings, register: RegisterAsked | None, found: Heads) -> str:
    """Return a digest of all that settles what other lines say."""
    basis = basis_of(structs.replace(settings, lists=None, threshold=None))
    papers = register.digest if register else ""
    told = msgspec.json.encode((basis.programme, basis.registry, basis.rules, papers, found))
    return hashlib.sha256(told).hexdigest()


class _Job(NamedTuple):
    database: Database
    settings: Settings
    rules: AlertRules
    stamp: Callable[[], Stamp]
    allowed: tuple[Allowed, ...]  # by the register


class _Gathered(NamedTuple):
    sums: AllSums
    signs: PartySigns
    past: Past


def _gathered(job: _Job) -> _Gathered:
    """Gather what lines and alerts say: which are asked about, the lines, then what was found."""
    database, settings, rules = job.database, job.settings, job.rules
    registry, selects = load_registry(settings.own), bool(rules.past.selects)
    sums, signs = AllSums(registry, rules, settings.day), PartySigns(rules)
    past = Past(registry, rules, sums, settings.day, everyone=selects)
    past.allow(job.allowed)
    _ask(job, past, signs)
    with database.work() as work:
        days = first_days(work)
    for held in past_lines(database, past.wanted):
        lines = _dated(held.lines, days.get(held.source, settings.day))
        past.look(lines, earlier=False, whole=True)
    if rules.sign.most and signs.begin():
        look_through(signs, past_parties(database), workers=1)
        signs.finish()
    for some in every_alert(database):
        for each in some:
            if told := open_version(each.alert, rules):
                sums.add_of(each.source, told)
                past.add(dated(told))
    with database.work() as work:
        past.add_inspected(inspected(work))
    return _Gathered(sums, signs, past)


def _ask(job: _Job, past: Past, signs: PartySigns) -> None:
    """Ask about the traders and goods of all alerts; where rules select, of all lines."""
    for some in every_alert(job.database):
        for each in some:
            past.want(each.alert.line, each.alert.substances)
            if job.rules.sign.most and (told := open_version(each.alert, job.rules)):
                signs.want(parties_of(told))
    for stored in every_line(job.database, rows=8_192) if job.rules.past.selects else ():
        for row in stored.lines.to_pylist():
            past.want(line_of(row))


def _marked(job: _Job, found: _Gathered, new: Spool) -> Kept:
    """Mark all alerts, and spool those of lines that only rules of the past select."""
    tells = bool(job.rules.past.most or job.rules.past.selects)
    marks = Marks(found.sums, found.signs, found.past if tells else None)
    kept, rows = Kept(), defaultdict[int, set[int]](set)
    for some in every_alert(job.database):
        found.sums.source = some[0].source
        shown = (each.alert for each in some if open_version(each.alert, job.rules))
        rows[found.sums.source].update(alert.row for alert in shown)
        ids = [each.alert.id for each in some]
        told = mark_some(job.database, ids, lambda alert: marks.mark(dated(alert)), job.stamp)
        kept = kept.plus(told)
    for screening, some_new in _selected(job, found.past, rows):
        new.add(screening, some_new)
    return kept


def _selected(
    job: _Job, past: Past, rows: Mapping[int, Container[int]]
) -> Iterator[tuple[int, list[Alert]]]:
    """Yield the new alerts that rules of the past select of lines, with their screenings.

    Args:
        job: Of all lines.
        past: Which was asked about them.
        rows: Of each source, the rows that are alerts.
    """
    seen = set[str]()  # the same bytes may be two sources
    for stored in every_line(job.database, rows=8_192) if job.rules.past.selects else ():
        with job.database.work() as work:
            day = first_days(work).get(stored.source, job.settings.day)
            screening = last_screenings(work).get(stored.source)
        made, known = Screening(day, stored.name, stored.sha256), rows.get(stored.source, ())
        found = list(selected(stored.lines, past, job.rules, made, known))
        if not found or screening is None:
            continue
        with job.database.work() as work:
            seen |= known_alerts(work, found)
        new = [alert for alert in found if alert.id not in seen]
        seen.update(alert.id for alert in new)
        if new:
            yield screening, new


def _keep(job: _Job, new: Spool) -> int:
    """Add spooled alerts; return how many are new."""
    count = 0
    for screening, some in new.read():
        with job.database.work(job.stamp()) as work:
            count += len(add_alerts(work, screening, some))
    return count


def _dated(lines: pa.RecordBatch, day: date) -> pa.RecordBatch:
    """Let lines without a day count on one."""
    known = days_of(lines)
    if not known.null_count:
        return lines
    lodged = pc.if_else(pc.is_null(known), pa.scalar(day, pa.date32()), lines.column("lodged"))
    return lines.set_column(LINES.get_field_index("lodged"), "lodged", lodged)
