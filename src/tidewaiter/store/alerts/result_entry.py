"""Entry of inspection and laboratory results: added, superseded or withdrawn, never changed."""

from datetime import UTC, timedelta
from typing import NoReturn

from msgspec import structs
from sqlalchemy import insert, select

from tidewaiter.base.errors import ConflictError, InputError
from tidewaiter.store.alerts.counts import tallied
from tidewaiter.store.alerts.results import find_result, results_of
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.core import tables
from tidewaiter.store.core.columns import encode, plain
from tidewaiter.store.core.database import Work
from tidewaiter.trade.concentration import parse_content
from tidewaiter.trade.rules.results import (
    Finding,
    Observed,
    Result,
    Withdrawal,
    check_observed,
    check_withdrawal,
    measured,
    standing_results,
)

_AHEAD = timedelta(days=1)  # the calendar of the east is a day before that of UTC


def add_result(
    work: Work, alert: str, observed: Observed, *, replaces: int | None = None
) -> Result:
    """Add a result to an alert.

    Args:
        work: Begun with a stamp, which says by whom and when.
        alert: Its id.
        observed: What is reported; its amount is read from the quantity as written.
        replaces: The id of the result that it corrects, as the officer saw it.

    Raises:
        ConflictError: The one that it corrects was superseded or withdrawn since.
        InputError: There is no such alert, or the report contradicts itself.
    """
    stamp = stamp_of(work)
    kept = measured(_tidy(observed))
    check_observed(kept)
    if kept.day > stamp.at.astimezone(UTC).date() + _AHEAD:
        raise InputError("store/day-to-come", day=kept.day)
    _check_alert(work, alert)
    if replaces is not None:
        _check_standing(work, alert, replaces)
    row = {
        "alert": alert,
        "kind": kept.kind,
        "outcome": kept.outcome,
        "replaces": replaces,
        "by": plain(stamp.who),
        "at": moment(stamp.at),
        "payload": encode(kept),
    }
    with tallied(work, [alert]):
        made = work.connection.execute(insert(tables.result).values(**row)).inserted_primary_key
    number = int(made[0])  # type: ignore[index]
    said: Details = {"alert": alert, "result": number, "kind": kept.kind, "outcome": kept.outcome}
    if replaces is not None:
        said = {**said, "replaces": replaces}
    record_change(work, "result added", said)
    by, at = plain(stamp.who), moment(stamp.at)
    return Result(id=number, alert=alert, observed=kept, replaces=replaces, by=by, at=at)


def withdraw_result(
    work: Work, number: int, reason: str, note: str = "", *, alert: str | None = None
) -> Result:
    """Withdraw a result: it stays to be read, and counts no more.

    Args:
        work: Begun with a stamp.
        number: Its id.
        reason: A code of [withdrawal].
        note: Words of the officer's own.
        alert: The id of the alert whose it must be; None: of any.

    Raises:
        ConflictError: It was superseded or withdrawn since the officer looked.
        InputError: There is no such result, or the reason is none.
    """
    stamp = stamp_of(work)
    check_withdrawal(reason, note)
    found = find_result(work, number)
    if found is None or alert not in {None, found.alert}:
        _no_result(number)
    _check_standing(work, found.alert, number)
    gone = Withdrawal(reason=reason, note=plain(note), by=plain(stamp.who), at=moment(stamp.at))
    row = {"result": number, **structs.asdict(gone)}
    with tallied(work, [found.alert]):
        work.connection.execute(insert(tables.result_withdrawn).values(**row))
    said: Details = {"alert": found.alert, "result": number, "reason": reason}
    record_change(work, "result withdrawn", said)
    return structs.replace(found, withdrawn=gone)


def _tidy(observed: Observed) -> Observed:
    """Return a report without what no database takes, its contents as consignments have them."""
    texts = {
        name: plain(getattr(observed, name)).strip()
        for name in ("person", "place", "reference", "quantity", "note")
    }
    findings = tuple(_tidy_finding(each) for each in observed.findings)
    methods = tuple(dict.fromkeys(observed.methods))
    checks = tuple(dict.fromkeys(observed.checks))
    return structs.replace(observed, findings=findings, methods=methods, checks=checks, **texts)


def _tidy_finding(finding: Finding) -> Finding:
    percent = parse_content(finding.percent) if finding.percent.strip() else ""
    name, cas = plain(finding.name).strip(), plain(finding.cas).strip()
    return structs.replace(finding, name=name, cas=cas, percent=percent)


def _check_alert(work: Work, alert: str) -> None:
    c = tables.alert.c
    if work.connection.execute(select(c.id).where(c.id == alert)).scalar() is None:
        raise InputError("store/no-alert", alert=alert)


def _check_standing(work: Work, alert: str, number: int) -> None:
    """Check that a result of an alert counts still."""
    mine = results_of(work, [alert]).get(alert, [])
    one = next((each for each in mine if each.id == number), None)
    if one is None:
        _no_result(number)
    if all(each.id != number for each in standing_results(mine)):
        later = [each.by for each in mine if each.replaces == number and each.withdrawn is None]
        who = one.withdrawn.by if one.withdrawn else later[-1]
        what = "withdrawn" if one.withdrawn else "superseded"
        raise ConflictError(
            "store/result-changed-since-you-looked", number=number, what=what, who=who
        )


def _no_result(number: int) -> NoReturn:
    raise InputError("store/no-such-result", number=number)
