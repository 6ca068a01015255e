"""Register: entries with balances, entry page, imports, write-offs, erasure.

The exchange right alone does not allow changes here, as permits affect screening results.
"""

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from litestar import Response, get, post
from litestar.params import JSONBody

from tidewaiter.base.archives import ListFile
from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.register.balances import (
    Account,
    Wish,
    account_on,
    concerns,
    kind_of,
    loose,
    operator_of,
    sought,
    state_on,
)
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.readers import Shipment, movement_of, read_any
from tidewaiter.exchange.register.types import Entry, Grant, Operator, Register, Requirement
from tidewaiter.report.register import write_annual
from tidewaiter.store.accounts.sessions import User
from tidewaiter.store.core.database import Work
from tidewaiter.store.incidents import incidents
from tidewaiter.store.notices.events import enter_notices
from tidewaiter.store.notices.lookup import notices
from tidewaiter.store.register.entries import (
    add_entries,
    entry_numbers,
    erase_operator,
    keeper,
    load_register,
)
from tidewaiter.store.register.ledger import (
    Written,
    annual_of,
    cancel,
    find_movement,
    ledger,
    new_id,
    own_incidents,
    write_off,
)
from tidewaiter.web.core.node import Node, Number, TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked, FileForm, read_query, sent_file
from tidewaiter.web.core.responses import done, download, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.register.schemas import (
    FILE_BYTES,
    AnnualAsked,
    Balance,
    Cancelling,
    EntryPage,
    EntryRow,
    Erased,
    LoadedPage,
    Loading,
    Moved,
    OnDay,
    RegisterAsked,
    RegisterPage,
    WriteOff,
)
from tidewaiter.web.register.views import entry_view, register_view

_ROWS = 50
_LOOSE = 20
_MOVED = 200


class Held(Record, frozen=True, kw_only=True):
    """The indexed register of this installation."""

    country: str
    register: Register
    book: Book
    numbers: Mapping[tuple[str, str], int]  # page numbers by kind and id


@get("/register", guards=[may("exchange")], sync_to_thread=True, query=RegisterAsked)
def register_page(request: Asked, node: TheNode, user: TheUser) -> Response[RegisterPage]:
    """List register entries with validity and balance on a day."""
    asked = read_query(request, RegisterAsked)
    day = asked.day or node.today()
    with node.read() as work:
        held = _held(node, work)
    wish = asked.wish()
    anything = sought(
        held.book, day, Wish(state=wish.state, text=wish.text, operator=wish.operator)
    )
    found = [each for each in anything if wish.kind in {None, kind_of(each)}]
    end = asked.after + _ROWS
    unwritten = loose(held.book, day)
    page = RegisterPage(
        country=held.country,
        day=day,
        asked=asked,
        rows=tuple(_row(held, each, day) for each in found[asked.after : end]),
        more=end if len(found) > end else None,
        counts={"": len(anything), **Counter(map(kind_of, anything))},
        loose=unwritten[:_LOOSE],
        loose_count=len(unwritten),
    )
    view = lambda: register_view(page, user, node.registry)  # noqa: E731 - of one page
    return reply(request, "register.html", page, view=view)


@get("/register/{number:int}", guards=[may("exchange")], sync_to_thread=True, query=OnDay)
def entry_page(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[EntryPage]:
    """Show a register entry: versions, account, and write-offs."""
    day = read_query(request, OnDay).day or node.today()
    page = _entry_page(node, number, day)
    view = lambda: entry_view(page, user, node.registry)  # noqa: E731 - of one page
    return reply(request, "register-entry.html", page, view=view)


@get(
    "/register/annual",
    guards=[may("exchange")],
    sync_to_thread=True,
    query=AnnualAsked,
    gives="text/csv",
)
def register_annual(request: Asked, node: TheNode) -> Response[bytes]:
    """Send the annual figures by substance: seized, stopped, imported, exported and required."""
    asked = read_query(request, AnnualAsked)
    told = _incidents(node)
    with node.read() as work:
        _, figures = annual_of(work, asked.year, told, node.registry)
    sheet = io.BytesIO()
    write_annual(sheet, figures, form=asked.form)
    name = f"register-{asked.year}{'-form' if asked.form else ''}.csv"
    return download(sheet.getvalue(), "text/csv; charset=utf-8", name)


def entry_of(node: Node, number: int) -> tuple[str, str]:
    """Return kind and id of the entry with a page number.

    Raises:
        MissingError: Unknown number.
    """
    with node.read() as work:
        return _named(_held(node, work), number)


def _named(held: Held, number: int) -> tuple[str, str]:
    found = next((key for key, each in held.numbers.items() if each == number), None)
    if found is None:
        raise MissingError("web/no-register-entry", number=number)
    return found


def _held(node: Node, work: Work) -> Held:
    """Return the register, reloaded after each change."""

    def read() -> Held:
        kept = load_register(work)
        return Held(
            country=keeper(work), register=kept, book=Book(kept), numbers=entry_numbers(work)
        )

    return node.kept.find(work, "register", read)


def _row(held: Held, entry: Entry, day: date) -> EntryRow:
    account = _account(held.book, entry, day)
    operator = held.book.on(Operator, operator_of(entry), day)
    return EntryRow(
        number=held.numbers[kind_of(entry), entry.id],
        entry=entry,
        state=state_on(entry, day),
        operator=operator.name if operator else "",
        balance=Balance.of(account) if account else None,
    )


def _account(book: Book, entry: Entry, day: date) -> Account | None:
    return account_on(book, entry, day) if isinstance(entry, Grant | Requirement) else None


def _entry_page(node: Node, number: int, day: date) -> EntryPage:
    with node.read() as work:
        held, written = _held(node, work), ledger(work)
    kind, name = _named(held, number)
    versions = sorted(
        (each for each in held.register.entries if (kind_of(each), each.id) == (kind, name)),
        key=lambda each: -each.version,
    )
    decided = next((each for each in versions if each.decided <= day), None)
    entry = decided or versions[-1]
    account = _account(held.book, entry, day)
    mine = [each for each in reversed(written) if concerns(each.movement, entry)]
    whose = held.book.on(Operator, operator_of(entry), day)
    theirs = _theirs(held, entry, day)
    return EntryPage(
        number=number,
        country=held.country,
        day=day,
        row=_row(held, entry, day),
        holds=decided is not None,
        operator=whose,
        operator_number=held.numbers[kind_of(whose), whose.id] if whose else None,
        versions=tuple(versions),
        moved=tuple(_moved(mine[:_MOVED], account)),
        moved_count=len(mine),
        promises=tuple(each for each in held.register.promises if concerns(each, entry)),
        findings=tuple(each for each in account.findings if not each.movement) if account else (),
        held=tuple(_row(held, each, day) for each in theirs[:_ROWS]),
        held_count=len(theirs),
    )


def _theirs(held: Held, entry: Entry, day: date) -> list[Entry]:
    """Return an operator's permits and licences; nothing for other entries."""
    if not isinstance(entry, Operator):
        return []
    found = sought(held.book, day, Wish(operator=entry.id))
    return [each for each in found if not isinstance(each, Operator)]


def _moved(mine: Iterable[Written], account: Account | None) -> Iterable[Moved]:
    left = {each.movement: each.left for each in account.postings} if account else {}
    for each in mine:
        name = each.movement.id
        told = account.findings if account else ()
        yield Moved(
            written=each,
            left=left.get(name),
            findings=tuple(finding for finding in told if finding.movement == name),
        )


def _incidents(node: Node) -> list[Incident]:
    """Return this node's seizure reports; empty without incidents."""
    with node.read() as work:
        some = bool(incidents(work, rows=1))
    if not some:
        return []
    with node.exchange() as (desk, work):
        return own_incidents(work, desk.ring.lock, desk.node)


_AROUND = 65_536  # bytes of a form around its file
_KNOWN = set(Shipment.__struct_fields__)


@post("/register/entries", guards=[may("register")], sync_to_thread=True, makes=True)
def load_entries(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Loading]
) -> Response[LoadedPage]:
    """Import entries given as text; unreadable rows are reported, all others stored."""
    file = ListFile(name=data.name, content=data.text.encode())
    page = _load(node, user, file, data.country)
    return reply(request, "register-loaded.html", page, status=201)


@post(
    "/register/files",
    guards=[may("register")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=FILE_BYTES + _AROUND,
)
def load_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    data: FileForm,
) -> Response[LoadedPage]:
    """Import an uploaded file of entries."""
    sent = sent_file(data)
    file = ListFile(name=sent.filename, content=sent.file.read())
    page = _load(node, user, file, str(data.get("country", "")))
    return reply(request, "register-loaded.html", page, status=201)


@post("/register/movements", guards=[may("register")], sync_to_thread=True, makes=True)
def write_off_shipment(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[WriteOff]
) -> Response[Written]:
    """Write off a shipment without a notice, once per id."""
    told = {name: getattr(data, name) for name in _KNOWN}
    shipment = Shipment(**{**told, "issuer": _country(data.issuer)})
    with node.change(user) as work:
        movement = movement_of(shipment, data.id or new_id(), keeper(work), node.registry)
        write_off(work, movement, reason=data.reason)
        written = find_movement(work, movement.id)
    return done(request, written, _back(data.entry), status=201)


@post("/register/movements/{number:int}/cancel", guards=[may("register")], sync_to_thread=True)
def cancel_movement(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Cancelling]
) -> Response[Written]:
    """Cancel a movement: its quantity is returned."""
    with node.change(user) as work:
        row = cancel(work, str(number), data.on, source=data.source, reason=data.reason)
    return done(request, row, _back(data.entry))


@post("/register/{number:int}/erase", guards=[may("register")], sync_to_thread=True)
def erase_entry(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[Erased]:
    """Erase name and address of an operator in all versions; its id stays."""
    kind, name = entry_of(node, number)
    if kind != "operator":
        raise InputError("web/entry-not-an-operator", number=number)
    with node.change(user) as work:
        count = erase_operator(work, name)
    return done(request, Erased(versions=count), f"/register/{number}")


def _load(node: Node, user: User, file: ListFile, country: str) -> LoadedPage:
    """Read a file and store its entries; earlier notices are entered too."""
    read = read_any(file, node.registry)
    with node.change(user) as work:
        added = add_entries(work, _country(country), read.entries)
    with node.read() as work:
        some = bool(notices(work, date.max, rows=1))
    if some:
        with node.exchange(user) as (desk, work):
            enter_notices(work, desk.ring.lock)
    return LoadedPage(
        name=file.name,
        rows=read.rows,
        added=added.added,
        known=added.known,
        refused=read.refused,
        clashes=added.clashes,
        together=added.together,
    )


def _country(text: str) -> str:
    """Parse a country; "": none.

    Raises:
        InputError: Unknown name.
    """
    found = find_country(text) if text.strip() else ""
    if found is None:
        raise InputError("web/not-a-country-code", text=text[:60], at="country")
    return found


def _back(entry: int) -> str:
    return f"/register/{entry}#moved" if entry > 0 else "/register"


HANDLERS = [
    register_page,
    entry_page,
    register_annual,
    load_entries,
    load_file,
    write_off_shipment,
    cancel_movement,
    erase_entry,
]
