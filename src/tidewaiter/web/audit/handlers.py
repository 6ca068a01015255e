"""Audit log: search, verification, and signed checkpoints for safekeeping elsewhere."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.ledger.proofs import Proof
from tidewaiter.node.identity import signed_state
from tidewaiter.store.audit import (
    Entry,
    audit_actions,
    audit_entries,
    audit_size,
    audit_state,
    find_entries,
    prove_entry,
    shown,
    verify_audit,
)
from tidewaiter.store.evidence import ToldLog, stated_logs
from tidewaiter.web.core.node import Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, read_query
from tidewaiter.web.core.responses import download, reply
from tidewaiter.web.core.security import may

_ROWS = 100


class AuditQuery(Record, frozen=True, kw_only=True):
    """Query of entries."""

    action: str = ""
    who: str = ""  # such as "account 7"
    words: Annotated[str, msgspec.Meta(max_length=200)] = ""  # in the details
    first: date | None = None  # first day, in UTC
    last: date | None = None  # last day, in UTC
    before: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0  # number of the last entry seen


class AuditPage(Record, frozen=True, kw_only=True):
    """Audit entries, latest first."""

    query: AuditQuery
    entries: tuple[Entry, ...]
    actions: tuple[str, ...]
    size: int
    root: str  # root hash, in hexadecimal
    key: str  # public
    more: int  # `before` of the next page; 0: there is none


class AuditView(Record, frozen=True, kw_only=True):
    """Audit entries, as displayed."""

    details: tuple[Mapping[str, Any], ...]  # of each entry
    earlier: Mapping[str, str] | None  # query of the next page; None: there is none


class Verified(Record, frozen=True, kw_only=True):
    """Result of verifying the audit log."""

    holds: bool
    entries: int  # number of valid entries, from the first
    root: str
    problem: str
    told: tuple[ToldLog, ...]  # last statement to each peer, and whether the log agrees


@get("/audit", guards=[may("audit")], sync_to_thread=True, query=AuditQuery)
def audit_page(request: Asked, node: TheNode, user: TheUser) -> Response[AuditPage]:
    """Show the audit entries, latest first."""
    query = read_query(request, AuditQuery)
    with node.read() as work:
        entries = find_entries(
            work,
            action=query.action,
            who=query.who,
            words=query.words,
            first=query.first,
            last=query.last,
            before=query.before,
            rows=_ROWS,
        )
        seen = shown(work, entries, cleared=user.account.cleared)
        if query.words:  # otherwise a search would reveal hidden details
            seen = [each for each in seen if query.words in each.details]
        state = audit_state(work)
        actions = tuple(audit_actions(work))
    page = AuditPage(
        query=query,
        entries=tuple(seen),
        actions=actions,
        size=state.entries,
        root=state.root.hex(),
        key=str(node.key.public()),
        more=entries[-1].number if len(entries) == _ROWS else 0,
    )
    return reply(request, "audit.html", page, view=lambda: _audit_view(page))


def _audit_view(page: AuditPage) -> AuditView:
    asked = {key: str(value) for key, value in msgspec.to_builtins(page.query).items() if value}
    return AuditView(
        details=tuple(
            msgspec.json.decode(each.details, type=dict[str, Any]) for each in page.entries
        ),
        earlier={**asked, "before": str(page.more)} if page.more else None,
    )


@post("/audit/verification", guards=[may("audit")], sync_to_thread=True)
def verify(request: Asked, node: TheNode) -> Response[Verified]:
    """Recompute the audit tree from the first entry."""
    with node.read() as work:
        found, told = verify_audit(work), stated_logs(work)
    page = Verified(
        holds=found.broken is None,
        entries=found.state.entries,
        root=found.state.root.hex(),
        problem=found.problem,
        told=tuple(told),
    )
    return reply(request, "audit-verified.html", page)


@get("/audit/checkpoint", guards=[may("audit")], sync_to_thread=True, gives="text/plain")
def checkpoint(node: TheNode) -> Response[bytes]:
    """Sign size and root of the audit log, for safekeeping elsewhere."""
    with node.read() as work:
        state = audit_state(work)
    return _file(signed_state(node.key, state), f"audit-{state.entries}.note")


@get("/audit/{number:int}/proof", guards=[may("audit")], sync_to_thread=True, gives="text/plain")
def proof(node: TheNode, user: TheUser, number: Number) -> Response[bytes]:
    """Prove one entry without disclosing others."""
    with node.read() as work:
        size = audit_size(work)
        if not 1 <= number <= size:
            raise MissingError("web/no-audit-entry", number=number, size=size)
        entry = audit_entries(work, after=number - 1, rows=1)[0]
        if shown(work, [entry], cleared=user.account.cleared) != [entry]:
            raise MissingError("web/entry-restricted", number=number)
        path = tuple(prove_entry(work, number, size))
        note = signed_state(node.key, audit_state(work, size))
    made = Proof(entry=entry.written(), place=number - 1, path=path, note=note)
    return _file(str(made), f"entry-{number}.tlog-proof")


def _file(text: str, name: str) -> Response[bytes]:
    return download(text.encode(), "text/plain; charset=utf-8", name)


HANDLERS = [audit_page, verify, checkpoint, proof]
