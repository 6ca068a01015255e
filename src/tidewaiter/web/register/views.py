"""Register views: entries, validity, figures, and actions."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import get_args
from urllib.parse import urlencode

from tidewaiter.accounts.secrets import form_token
from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import EntryKind, State, ends_on
from tidewaiter.exchange.register.coverage import is_some
from tidewaiter.exchange.register.types import (
    COVERS,
    Activity,
    Direction,
    Entry,
    Grant,
    Operator,
    Requirement,
    Standing,
    StandingKind,
    Stop,
)
from tidewaiter.explain.languages import country, day, numbered, words
from tidewaiter.explain.languages import marked as _
from tidewaiter.explain.official_names import substance_name
from tidewaiter.law.registry import Registry
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.register.entries import ERASED
from tidewaiter.store.register.ledger import new_id
from tidewaiter.web.core.request_parsing import CSRF_FIELD
from tidewaiter.web.notices.views import Tab
from tidewaiter.web.notices.wording import called
from tidewaiter.web.register.schemas import Balance, EntryPage, EntryRow, Moved, RegisterPage

KINDS: Mapping[EntryKind, str] = {
    "operator": _("Operators"),
    "standing": _("Licences and registrations"),
    "grant": _("Permits and authorisations"),
    "requirement": _("Annual requirements"),
}
STATES: Mapping[State, str] = {
    "valid": _("valid"),
    "suspended": _("suspended"),
    "not yet valid": _("not yet valid"),
    "expired": _("expired"),
    "revoked": _("revoked"),
}
_STANDINGS: Mapping[StandingKind, str] = {
    "licence": _("licence"),
    "registration": _("registration"),
}
_ACTIVITIES: Mapping[Activity, str] = {
    "manufacture": _("manufacture"),
    "import": _("import"),
    "export": _("export"),
    "distribution": _("distribution"),
    "storage": _("storage"),
    "use": _("use"),
}
DIRECTIONS: Mapping[Direction, str] = {"import": _("import"), "export": _("export")}
_STOPS = {"suspended": _("suspended from {day}"), "revoked": _("revoked from {day}")}


class Figure(Record, frozen=True, kw_only=True):
    """A figure of an account."""

    label: str
    amount: str
    bad: bool = False


def kind_of_entry(entry: Entry) -> str:
    """Return the name of an entry's kind."""
    if isinstance(entry, Operator):
        return words("operator")
    if isinstance(entry, Requirement):
        return words("annual requirement")
    if isinstance(entry, Standing):
        return words(_STANDINGS[entry.kind])
    return called("kind", entry.kind)


def name_of(entry: Entry) -> str:
    """Return an entry's title: number, year, or operator name."""
    if isinstance(entry, Operator):
        return words("erased") if entry.name == ERASED else entry.name
    return str(entry.year) if isinstance(entry, Requirement) else entry.number


def what_of(entry: Entry, registry: Registry) -> str:
    """Return an entry's substances, or an operator's business numbers."""
    if isinstance(entry, Operator):
        return ", ".join(entry.business_numbers)
    if isinstance(entry, Standing):
        return ", ".join(substance(each, registry) for each in entry.substances)
    return substance(entry.substance, registry)


def substance(slug: str, registry: Registry) -> str:
    """Return a substance's name, or its slug if unknown to the registry."""
    return substance_name(next((s.name for s in registry.substances if s.slug == slug), slug))


def figures(balance: Balance, state: State | None) -> Iterator[Figure]:
    """Describe an account; nothing is free on an invalid permit."""
    if measured(balance.granted) is None:
        return
    yield Figure(label=words("authorised"), amount=in_words(balance.granted))
    yield Figure(label=words("used"), amount=in_words(balance.used))
    if is_some(balance.promised):
        yield Figure(label=words("reserved"), amount=in_words(balance.promised))
    if is_some(balance.exceeded):
        yield Figure(label=words("over the limit"), amount=in_words(balance.exceeded), bad=True)
    elif state == "valid":
        yield Figure(label=words("available"), amount=in_words(balance.free))


def facts(entry: Entry, registry: Registry) -> Iterator[tuple[str, str]]:
    """Return an entry's fields, label and value, without empty ones."""
    told = (*_of_kind(entry, registry), (words("Source"), entry.source))
    yield from ((label, value) for label, value in told if value)


def _of_kind(entry: Entry, registry: Registry) -> Iterator[tuple[str, str]]:
    if isinstance(entry, Operator):
        yield words("Other names"), "; ".join(entry.other_names)
        yield words("Business numbers"), ", ".join(entry.business_numbers)
        yield words("Address"), entry.address
        yield words("Country"), country(entry.country) if entry.country else ""
        yield words("Sites"), "; ".join(f"{each.id} {each.name}".strip() for each in entry.sites)
        return
    yield words("Substance"), what_of(entry, registry)
    if isinstance(entry, Requirement):
        yield words("Country"), country(entry.country)
        yield words("Year"), str(entry.year)
        yield words("Quantity"), amount(entry.amount)
        return
    yield words("Issued by"), country(entry.issuer)
    if isinstance(entry, Standing):
        yield words("Activities"), ", ".join(words(_ACTIVITIES[each]) for each in entry.activities)
    else:
        yield words("Quantity"), amount(entry.amount)
        counts = (
            words("the goods as such")
            if entry.counts == "goods"
            else words("the substance they contain")
        )
        yield words("Quantity counted"), counts
    yield words("Sites"), ", ".join(entry.sites)
    yield words("Valid from"), day(entry.since)
    yield words("Valid until"), day(entry.until) if entry.until else words("no end date")
    yield words("Suspension or revocation"), "; ".join(map(_stop, entry.stops))


def _stop(stop: Stop) -> str:
    text = words(_STOPS[stop.kind]).format(day=day(stop.since))
    if stop.until:
        text = f"{text} – {day(stop.until)}"
    why = ", ".join(filter(None, (stop.reason, stop.source)))
    return f"{text} ({why})" if why else text


def amount(told: Amount) -> str:
    """Format an amount; "": none."""
    return in_words(told) if measured(told) else ""


_SOON = 30  # days before the end when an entry is marked


class RowView(Record, frozen=True, kw_only=True):
    """An entry, as displayed."""

    row: EntryRow
    kind: str
    name: str  # its number, or the operator's name
    whose: str
    what: str
    state: str  # "": an operator
    until: str
    near: str  # remark on an approaching end; "": none
    figures: tuple[Figure, ...]


class MovedView(Record, frozen=True, kw_only=True):
    """A movement, as displayed."""

    moved: Moved
    what: str
    net: str  # of the goods
    content: str  # pure substance; "": unknown
    why: str
    left: str


class Shipping(Record, frozen=True, kw_only=True):
    """Initial values of the shipment form."""

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
    """The list, as displayed."""

    tabs: tuple[Tab, ...]
    states: tuple[tuple[str, str], ...]
    rows: tuple[RowView, ...]
    more: str  # address of the next page; "": last page
    changes: bool  # the reader may change the register
    upload: str  # address of the upload form, with its CSRF token
    shipping: Shipping
    year: int


class EntryView(Record, frozen=True, kw_only=True):
    """An entry, as displayed."""

    row: RowView
    facts: tuple[tuple[str, str], ...]
    versions: tuple[tuple[Entry, tuple[tuple[str, str], ...]], ...]
    covers: bool  # permits of this kind cover goods
    moved: tuple[MovedView, ...]
    promises: tuple[tuple[str, str, str], ...]  # reservations: notice, amount, day
    held: tuple[RowView, ...]
    changes: bool
    erasable: bool  # an operator with a name
    leads_to: int | None  # operator's page, if another one
    shipping: Shipping


def register_view(page: RegisterPage, user: User, registry: Registry) -> RegisterView:
    """Render the list as text."""
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
    """Render an entry as text."""
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
        near = numbered("%(num)s day left", "%(num)s days left", left)
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
    return day(last) if last else words("no end date")


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
        why = words("PEN {number}").format(number=told.notice)
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
