"""Tallies in the database: brought along by each change, and counted anew where that is asked.

Whoever changes alerts does it inside `tallied`, which reads them before and after. What an alert
adds to each count is settled in one place, `casework.tallies`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import MappingProxyType

import msgspec
from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.results import Observed, standing_results
from tidewaiter.casework.sayings import Claim, Said, all_say
from tidewaiter.casework.tallies import Cell, Facts, cells, difference
from tidewaiter.consignments.claims import claims_of, mention_claims
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, plain
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.slices import AT_ONCE, slices

_ROWS = 1_000  # counts written at a time
_STATE = {"subject": "", "what": "counted", "key": "", "day": "", "restricted": 0}


class Recounted(Record, frozen=True, kw_only=True):
    """What a recount found."""

    alerts: int
    counts: int
    wrong: int  # counts that were kept and were others, or were not there


def facts_of(
    work: Work, ids: Sequence[str], known: Mapping[str, Facts] = MappingProxyType({})
) -> dict[str, Facts]:
    """Read what is counted of alerts, by id; those that are not stored are absent.

    Args:
        work: Any.
        ids: Of the alerts.
        known: What is known of them; rules, substances and lists are not read again.
    """
    found: dict[str, Facts] = {}
    for some in slices(ids):
        told = {name: known[name] for name in some if name in known}
        found |= _facts(work, some, told or _named(work, some))
    return found


@contextmanager
def tallied(work: Work, ids: Sequence[str]) -> Iterator[None]:
    """Bring the counts along with what is done to alerts in between.

    Args:
        work: Begun with a stamp.
        ids: Of all alerts that are changed: their standing, assignee, decisions or results.
    """
    distinct = list(dict.fromkeys(ids))
    before = facts_of(work, distinct)
    yield
    after = facts_of(work, distinct, before)
    add_counts(work, difference(before.values(), list(after.values())))


def count_new(work: Work, new: Sequence[Alert]) -> None:
    """Count alerts that are being inserted."""
    stored = moment(stamp_of(work).at)
    counted: Counter[Cell] = Counter()
    for alert in new:
        counted.update(cells(_new_facts(alert, stored)))
    add_counts(work, counted)


def count_lines(work: Work, lines: int) -> None:
    """Count lines that are new, on the day on which they are stored."""
    day = moment(stamp_of(work).at)[:10]
    add_counts(work, Counter({Cell("lines", "read", "", day, False): lines}))


def add_counts(work: Work, changed: Mapping[Cell, int]) -> None:
    """Add to counts, or take from them."""
    rows = [_row(cell, amount) for cell, amount in changed.items() if amount]
    make = sqlite.insert if work.connection.dialect.name == "sqlite" else postgresql.insert
    added = make(tables.tally)
    total = tables.tally.c.amount + added.excluded.amount
    kept = added.on_conflict_do_update(
        index_elements=list(tables.tally.primary_key), set_={"amount": total}
    )
    for start in range(0, len(rows), _ROWS):
        work.connection.execute(kept, rows[start : start + _ROWS])


def is_counted(work: Work) -> bool:
    """Tell whether the counts are those of all alerts; after an upgrade they are not yet."""
    t = tables.tally.c
    wanted = select(t.amount).where(t.subject == "", t.what == "counted")
    return work.connection.execute(wanted).scalar() is not None


def recount(work: Work) -> Recounted:
    """Count all anew.

    Args:
        work: Begun with a stamp. It takes as long as it takes to read all alerts.

    Returns:
        How many counts were wrong: none, unless somebody changed the tables by hand.
    """
    kept = _kept(work)
    counted, alerts = _count_all(work)
    wrong = sum(kept[cell] != counted[cell] for cell in kept.keys() | counted.keys())
    work.connection.execute(delete(tables.tally))
    add_counts(work, counted)
    work.connection.execute(tables.tally.insert().values(**_STATE, amount=1))
    record_change(work, "counts made anew", {"alerts": alerts, "wrong": wrong})
    return Recounted(alerts=alerts, counts=len(counted), wrong=wrong)


def _kept(work: Work) -> Counter[Cell]:
    t = tables.tally.c
    rows = work.connection.execute(select(tables.tally).where(t.subject != "", t.amount != 0))
    return Counter(
        {
            Cell(row["subject"], row["what"], row["key"], row["day"], bool(row["restricted"])):
            row["amount"] for row in rows.mappings()
        }
    )  # fmt: skip


def _count_all(work: Work) -> tuple[Counter[Cell], int]:
    counted: Counter[Cell] = Counter()
    c, after, alerts = tables.alert.c, "", 0
    while True:
        some = select(c.id).where(c.id > after).order_by(c.id).limit(AT_ONCE)
        ids = work.connection.execute(some).scalars().all()
        if not ids:
            break
        for facts in facts_of(work, ids).values():
            counted.update(cells(facts))
        after, alerts = ids[-1], alerts + len(ids)
    counted.update(_lines(work))
    return counted, alerts


def _lines(work: Work) -> Counter[Cell]:
    """Count the lines as the audit tells when they came."""
    a, counted = tables.audit.c, Counter[Cell]()
    wanted = select(a.at, a.details).where(a.action == "batch added")
    for at, details in work.connection.execute(wanted):
        lines = msgspec.json.decode(details, type=dict[str, str | int]).get("new_lines", 0)
        if lines:
            counted[Cell("lines", "read", "", at[:10], False)] += int(lines)
    return counted


class _Named(Record, frozen=True, kw_only=True):
    """What an alert names, which never changes."""

    rules: tuple[str, ...]
    substances: tuple[str, ...]
    lists: tuple[str, ...]


def _named(work: Work, ids: Sequence[str]) -> dict[str, _Named]:
    rules = _several(work, tables.reason, "rule", ids)
    substances = _several(work, tables.alert_substance, "substance", ids)
    lists = _several(work, tables.alert_party, "list", ids)
    return {
        name: _Named(
            rules=rules.get(name, ()), substances=substances.get(name, ()),
            lists=lists.get(name, ()),
        )
        for name in ids
    }  # fmt: skip


def _facts(
    work: Work, ids: Sequence[str], named: Mapping[str, Facts] | Mapping[str, _Named]
) -> dict[str, Facts]:
    c = tables.alert.c
    columns = (c.id, c.severity, c.stored, c.status, c.assignee, c.restricted)
    trails, said = _trails(work, ids), _said(work, ids)
    rows = work.connection.execute(select(*columns).where(c.id.in_(ids))).mappings()
    return {
        row["id"]: Facts(
            severity=row["severity"],
            stored=row["stored"],
            restricted=bool(row["restricted"]),
            status=row["status"],
            assignee=row["assignee"],
            rules=named[row["id"]].rules,
            substances=named[row["id"]].substances,
            lists=named[row["id"]].lists,
            trail=tuple(trails.get(row["id"], ())),
            said=said.get(row["id"], {}),
        )
        for row in rows
    }


def _several(
    work: Work, table: Table, column: str, ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Read what a table says of alerts, each thing once."""
    found: dict[str, tuple[str, ...]] = {}
    wanted = select(table.c.alert, table.c[column]).where(table.c.alert.in_(ids)).distinct()
    for alert, value in work.connection.execute(wanted):
        found[alert] = (*found.get(alert, ()), value)
    return found


def _trails(work: Work, ids: Sequence[str]) -> dict[str, list[Decided]]:
    d = tables.decision.c
    found: dict[str, list[Decided]] = {}
    wanted = select(tables.decision).where(d.alert.in_(ids)).order_by(d.id)
    for row in work.connection.execute(wanted).mappings():
        found.setdefault(row["alert"], []).append(Decided(**row))
    return found


def _said(work: Work, ids: Sequence[str]) -> dict[str, dict[str, Said]]:
    """Read what results say of the rules and substances of alerts; hardly any alert has some."""
    found = results_of(work, ids)
    c = tables.alert.c
    wanted = select(c.id, c.payload).where(c.id.in_(list(found)))
    rows = work.connection.execute(wanted).all() if found else []
    alerts = {name: decode(payload, Alert, f"alert {name}") for name, payload in rows}
    counting = {
        name: [each.observed for each in standing_results(results)]
        for name, results in found.items()
    }
    return {name: _said_of(alert, counting[name]) for name, alert in alerts.items()}


def _said_of(alert: Alert, results: Sequence[Observed]) -> dict[str, Said]:
    """Say what results say of each rule and substance; one claim of a rule that holds will do."""
    said: dict[str, Said] = {}
    for key, claim in _claims(alert):
        told = all_say(results, claim).said
        if told != "nothing" and said.get(key) != "confirmed":
            said[key] = told
    return said


def _claims(alert: Alert) -> Iterator[tuple[str, Claim]]:
    for claim in claims_of(alert):
        yield f"rule {claim.rule}", claim
    for claim in mention_claims(alert):
        yield f"substance {claim.of[0].substance}", claim


def _new_facts(alert: Alert, stored: str) -> Facts:
    return Facts(
        severity=alert.severity,
        stored=stored,
        restricted=alert.restricted,
        status="open",
        assignee=None,
        rules=tuple(dict.fromkeys(reason.rule for reason in alert.reasons)),
        substances=tuple(dict.fromkeys(alert.substances)),
        lists=tuple(dict.fromkeys(plain(match.list) for match in alert.parties)),
    )


def _row(cell: Cell, amount: int) -> dict[str, object]:
    return {**cell._asdict(), "restricted": int(cell.restricted), "amount": amount}
