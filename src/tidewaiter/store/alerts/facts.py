"""What is counted of alerts, read from their tables."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import Table, select

from tidewaiter.base.records import Record
from tidewaiter.casework.decisions import Decided
from tidewaiter.casework.results import Observed, standing_results
from tidewaiter.casework.sayings import Claim, Said, all_say
from tidewaiter.casework.tallies import Facts
from tidewaiter.consignments.claims import claims_of, mention_claims
from tidewaiter.consignments.types import Alert
from tidewaiter.store import tables
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.slices import slices


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


class _Named(Record, frozen=True, kw_only=True):
    """What an alert names; other lines change its rules alone."""

    rules: tuple[str, ...]
    substances: tuple[str, ...]
    lists: tuple[str, ...]


def _named(work: Work, ids: Sequence[str]) -> dict[str, _Named]:
    rules = _several(work, tables.reason, "rule", ids)
    substances = _several(work, tables.alert_substance, "substance", ids)
    lists = _several(work, tables.alert_party, "list", ids)
    return {
        name: _Named(
            rules=rules.get(name, ()),
            substances=substances.get(name, ()),
            lists=lists.get(name, ()),
        )
        for name in ids
    }


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
