"""The register in words: entries, their state and balance, and what may be done."""

from collections.abc import Mapping
from datetime import date
from typing import get_args
from urllib.parse import urlencode

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.exchange.register.looking import State, ends_on
from tidewaiter.exchange.register.types import COVERS, Entry, Grant, Operator, Requirement
from tidewaiter.report.languages import counted, country, day, words
from tidewaiter.store.register import ERASED
from tidewaiter.store.registerledger import new_id
from tidewaiter.store.sessions import User
from tidewaiter.substances.registry import Registry
from tidewaiter.web.asking import CSRF_FIELD
from tidewaiter.web.noticelistview import Tab
from tidewaiter.web.registerpages import EntryPage, EntryRow, Moved, RegisterPage
from tidewaiter.web.registerwords import (
    DIRECTIONS,
    KINDS,
    STATES,
    Figure,
    amount,
    facts,
    figures,
    kind_of_entry,
    name_of,
    substance,
    what_of,
)

_SOON = 30  # days within which a last day is near


class RowView(Record, frozen=True, kw_only=True):
    """An entry in words."""

    row: EntryRow
    kind: str
    name: str  # its number, or what the operator is called
    whose: str
    what: str
    state: str  # "": an operator
    until: str
    near: str  # that its last day is near; "": it is not
    figures: tuple[Figure, ...]


class MovedView(Record, frozen=True, kw_only=True):
    """A movement in words."""

    moved: Moved
    what: str
    net: str  # of the goods
    content: str  # of the substance in them; "": not known
    why: str
    left: str


class Shipping(Record, frozen=True, kw_only=True):
    """What the form of a shipment starts with."""

    id: str
    entry: int
    day: date
    direction: str = ""
    substance: str = ""
    operator: str = ""
    permit: str = ""
    issuer: str = ""
    directions: tuple[tuple[str, str], ...] = ()


class RegisterView(Record, frozen=True, kw_only=True):
    """The list in words."""

    tabs: tuple[Tab, ...]
    states: tuple[tuple[str, str], ...]
    rows: tuple[RowView, ...]
    more: str  # address of the next page; "": this is the last
    changes: bool  # whether whoever looks may change the register
    upload: str  # address of the form of files, with its token
    shipping: Shipping
    year: int


class EntryView(Record, frozen=True, kw_only=True):
    """An entry in words."""

    row: RowView
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[Entry, tuple[tuple[str, str], ...]], ...]
    covers: bool  # whether papers of its kind cover goods at all
    moved: tuple[MovedView, ...]
    promises: tuple[tuple[str, str, str], ...]  # notice, amount, day
    held: tuple[RowView, ...]
    changes: bool
    erasable: bool  # an operator whose name stands there still
    leads_to: int | None  # the page of the operator, where it is another one
    shipping: Shipping


def register_view(page: RegisterPage, user: User, registry: Registry) -> RegisterView:
    """Put the list into words."""
    asked = page.asked
    told = {
        "kind": asked.kind or "",
        "state": asked.state or "",
        "text": asked.text,
        "operator": asked.operator,
        "day": asked.day.isoformat() if asked.day else "",
    }
    token = form_token(user.session) if user.session else ""
    return RegisterView(
        tabs=tuple(
            Tab(
                label=says,
                address=_address({**told, "kind": kind}),
                count=page.counts.get(kind, 0),
                here=kind == (asked.kind or ""),
            )
            for kind, says in (("", words("All")), *((each, words(KINDS[each])) for each in KINDS))
        ),
        states=tuple((state, words(STATES[state])) for state in get_args(State)),
        rows=tuple(_row(each, page.day, registry) for each in page.rows),
        more=_address({**told, "after": str(page.more)}) if page.more else "",
        changes="register" in user.rights,
        upload=f"/register/files?{CSRF_FIELD}={token}",
        shipping=_shipping(None, 0, page.day),
        year=page.day.year - 1,
    )


def entry_view(page: EntryPage, user: User, registry: Registry) -> EntryView:
    """Put an entry into words."""
    entry = page.row.entry
    return EntryView(
        row=_row(page.row, page.day, registry),
        facts=tuple(facts(entry, registry)),
        versions=tuple((each, tuple(facts(each, registry))) for each in page.versions),
        covers=not isinstance(entry, Grant) or entry.kind in COVERS,
        moved=tuple(_moved(each, registry) for each in page.moved),
        promises=tuple((each.notice, amount(each.net), day(each.since)) for each in page.promises),
        held=tuple(_row(each, page.day, registry) for each in page.held),
        changes="register" in user.rights,
        erasable=isinstance(entry, Operator) and entry.name != ERASED,
        leads_to=None if isinstance(entry, Operator) else page.operator_number,
        shipping=_shipping(entry, page.number, page.day),
    )


def _address(told: Mapping[str, str]) -> str:
    asked = urlencode({name: value for name, value in told.items() if value})
    return f"/register?{asked}" if asked else "/register"


def _row(row: EntryRow, today: date, registry: Registry) -> RowView:
    entry, last = row.entry, ends_on(row.entry)
    left = (last - today).days if last and row.state == "valid" else None
    near = ""
    if left is not None and left <= _SOON:
        near = counted("%(num)s day left", "%(num)s days left", left) % {"num": left}
    return RowView(
        row=row,
        kind=kind_of_entry(entry),
        name=name_of(entry),
        whose=_whose(row),
        what=what_of(entry, registry),
        state=words(STATES[row.state]) if row.state else "",
        until=_until(last, row),
        near=near,
        figures=tuple(figures(row.balance, row.state)) if row.balance else (),
    )


def _until(last: date | None, row: EntryRow) -> str:
    if isinstance(row.entry, Operator):
        return ""
    return day(last) if last else words("open")


def _whose(row: EntryRow) -> str:
    if isinstance(row.entry, Operator):
        return ""
    return row.operator or (
        country(row.entry.country) if isinstance(row.entry, Requirement) else ""
    )


def _moved(moved: Moved, registry: Registry) -> MovedView:
    told = moved.written
    move = told.movement
    why = told.reason
    if not why and told.notice:
        why = words("notice {number}").format(number=told.notice)
    return MovedView(
        moved=moved,
        what=f"{words(DIRECTIONS[move.direction])}, {substance(move.substance, registry)}",
        net=amount(move.net),
        content=amount(move.content),
        why=why,
        left=amount(moved.left) if moved.left else "",
    )


def _shipping(entry: Entry | None, number: int, today: date) -> Shipping:
    told: dict[str, str] = {}
    if isinstance(entry, Grant):
        told = {
            "direction": COVERS.get(entry.kind, ""),
            "substance": entry.substance,
            "operator": entry.operator,
            "permit": entry.number,
            "issuer": entry.issuer,
        }
    elif isinstance(entry, Requirement):
        told = {"direction": "import", "substance": entry.substance, "operator": entry.operator}
    elif entry is not None:
        told = {"operator": entry.id if isinstance(entry, Operator) else entry.operator}
    ways = tuple((way, words(says)) for way, says in DIRECTIONS.items())
    return Shipping(id=new_id(), entry=number, day=today, directions=ways, **told)
