"""The register: its entries with their state and balance, the page of one, the year as a file."""

import io
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from litestar import Response, get

from tidewaiter.base.errors import MissingError
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.ledger import Account, loose
from tidewaiter.exchange.register.looking import (
    Wish,
    account_on,
    concerns,
    kind_of,
    operator_of,
    sought,
    state_on,
)
from tidewaiter.exchange.register.types import Entry, Grant, Operator, Register, Requirement
from tidewaiter.report.annual import write_annual
from tidewaiter.store.database import Work
from tidewaiter.store.incidents import incidents
from tidewaiter.store.register import entry_numbers, keeper, load_register
from tidewaiter.store.registerannual import annual_of, own_incidents
from tidewaiter.store.registerledger import Written, ledger
from tidewaiter.web.asking import Asked, read_query
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.registerpages import (
    AnnualAsked,
    Balance,
    EntryPage,
    EntryRow,
    Moved,
    OnDay,
    RegisterAsked,
    RegisterPage,
)
from tidewaiter.web.registerview import entry_view, register_view
from tidewaiter.web.replies import download, reply
from tidewaiter.web.security import may

_ROWS = 50
_LOOSE = 20
_MOVED = 200


class Held(Record, frozen=True, kw_only=True):
    """The register of this installation, put in order."""

    country: str
    register: Register
    book: Book
    numbers: Mapping[tuple[str, str], int]  # of the pages of entries, by kind and id


@get("/register", guards=[may("exchange")], sync_to_thread=True, query=RegisterAsked)
def register_page(request: Asked, node: TheNode, user: TheUser) -> Response[RegisterPage]:
    """List entries of the register with their state on a day and their balance."""
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
    """Show an entry of the register: its versions, its account, and what was written off."""
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
    """Send the figures of a year: seized, stopped, imported, exported and needed, by substance."""
    asked = read_query(request, AnnualAsked)
    told = _incidents(node)
    with node.read() as work:
        _, figures = annual_of(work, asked.year, told, node.registry)
    sheet = io.BytesIO()
    write_annual(sheet, figures, form=asked.form)
    name = f"register-{asked.year}{'-form' if asked.form else ''}.csv"
    return download(sheet.getvalue(), "text/csv; charset=utf-8", name)


def entry_of(node: Node, number: int) -> tuple[str, str]:
    """Return kind and id of the entry whose page has a number.

    Raises:
        MissingError: There is none.
    """
    with node.read() as work:
        return _named(_held(node, work), number)


def _named(held: Held, number: int) -> tuple[str, str]:
    found = next((key for key, each in held.numbers.items() if each == number), None)
    if found is None:
        raise MissingError(f"the register has no entry {number}", hint="look it up in the register")
    return found


def _held(node: Node, work: Work) -> Held:
    """Return the register, which is read anew after each change."""

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
    """Return what an operator holds; nothing of any other entry."""
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
    """Return what this node told of seizures; none is known where there are no incidents."""
    with node.read() as work:
        some = bool(incidents(work, rows=1))
    if not some:
        return []
    with node.exchange() as (desk, work):
        return own_incidents(work, desk.ring.lock, desk.node)


HANDLERS = [register_page, entry_page, register_annual]
