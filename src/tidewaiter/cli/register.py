"""The command `tidewaiter register`: operators, licences, permits, requirements, their ledger."""

import sys
from datetime import date
from pathlib import Path
from typing import get_args

import click
import msgspec

from tidewaiter.base.errors import MissingError
from tidewaiter.cli.desks import desk_at
from tidewaiter.cli.noticelaw import in_a_line
from tidewaiter.cli.options import Day, Place, needs_db
from tidewaiter.cli.registerannual import annual
from tidewaiter.cli.registerledger import cancel, write_off
from tidewaiter.cli.registerout import account_line, entry_line, written_line
from tidewaiter.cli.table import as_line
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.ledger import loose
from tidewaiter.exchange.register.looking import EntryKind, account_on, concerns, kind_of
from tidewaiter.exchange.register.reading import RegisterFile
from tidewaiter.exchange.register.readinglines import read_any
from tidewaiter.exchange.register.types import Grant, Requirement
from tidewaiter.identity import own_stamp
from tidewaiter.parties.readers.types import EntryRefusal, ListFile
from tidewaiter.store.database import open_database
from tidewaiter.store.noticerows import notices as kept_notices
from tidewaiter.store.notices import enter_notices
from tidewaiter.store.register import add_entries, erase_operator, load_register
from tidewaiter.store.registerledger import ledger
from tidewaiter.substances.registry import load_registry

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KINDS = get_args(EntryKind)
_COUNTED = (Grant, Requirement)  # entries with an amount
_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")


def _today() -> date:
    return own_stamp().at.date()


_day = click.option("--day", type=Day(), default=_today, help="As it stood on that day (today).")


@click.group()
def register() -> None:
    """Keep operators, licences, permits and annual requirements, and what is used of them.

    That a permit covers goods says what the register holds, and never that goods are lawful.

    Example: tidewaiter register add permits.csv --country MX --db cases.db
    """


@register.command()
@click.argument("paths", nargs=-1, required=True, type=_FILE)
@click.option("--country", type=Place(), help="Whose register it is; the first time.")
@needs_db
def add(paths: tuple[Path, ...], country: str | None, db: str) -> None:
    """Add the entries in PATHS: a CSV file for each kind, or JSON Lines.

    What is there word for word is passed over; a change is the next version of its entry. Rows
    that cannot be read are told, all of them. Exit status 1: some were refused.

    Example: tidewaiter register add operators.csv permits.csv --country MX --db cases.db
    """
    files = [_read(path) for path in paths]
    refused = [each for file in files for each in file.refused]
    entries = [each for file in files for each in file.entries]
    with open_database(db) as database, database.work(own_stamp()) as work:
        done = add_entries(work, country or "", entries)
    for each in refused:
        _tell(_refusal(each))
    for clash in done.clashes:
        place = f"{kind_of(clash.entry)} {clash.entry.id}"
        _tell(f"{place}: {clash.problem} ({clash.hint})")
    for problem in done.together:
        _tell(in_a_line(problem))
    lost = len(refused) + len(done.clashes)
    rows = sum(file.rows for file in files)
    click.echo(f"{rows:,} rows: {done.added:,} added, {done.known:,} known, {lost:,} refused")
    _enter_notices(db)
    if lost:
        sys.exit(1)


@register.command(name="list")
@click.option("--kind", type=click.Choice(_KINDS), help="Only these.")
@_day
@needs_db
@_json
def list_(kind: str | None, day: date, db: str, *, as_json: bool) -> None:
    """List what holds on a day; with --json all versions, as `add` reads them.

    Example: tidewaiter register list --kind grant --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        held = load_register(work)
    for each in held.entries if as_json else Book(held).held_on(day):
        if kind in {None, kind_of(each)}:
            line = as_line(entry_line(each, day))
            click.echo(msgspec.json.encode(each) if as_json else line)


@register.command()
@click.argument("name")
@_day
@needs_db
def show(name: str, day: date, db: str) -> None:
    """Show the entry of the id or number NAME: versions, account, what was written off.

    Example: tidewaiter register show gr-1 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        held, written = load_register(work), ledger(work)
    book = Book(held)
    found = [each for each in held.entries if name in {each.id, getattr(each, "number", "")}]
    if not found:
        hint = "look at: tidewaiter register list"
        raise MissingError(f'the register has no "{name}"', hint=hint)
    for each in found:
        click.echo(
            as_line(
                f"version {each.version}, decided {each.decided}: "
                f"{entry_line(each, day)} ({each.source})"
            )
        )
    names = {(kind_of(each), each.id) for each in found}
    for entry in book.held_on(day):
        if not isinstance(entry, _COUNTED) or (kind_of(entry), entry.id) not in names:
            continue
        account = account_on(book, entry, day)
        click.echo(as_line(account_line(entry, account)))
        for row in written:
            if concerns(row.movement, entry):
                click.echo(as_line(written_line(row)))
        for finding in account.findings:
            click.echo(as_line(f"note: {finding.text} ({finding.source})"))


@register.command()
@_day
@needs_db
@_json
def balance(day: date, db: str, *, as_json: bool) -> None:
    """Tell what is used, promised and free of each permit and requirement.

    Movements that name no permit, or one that is not there, stand at the end.

    Example: tidewaiter register balance --db cases.db --day 2026-06-30
    """
    with open_database(db) as database, database.work() as work:
        book = Book(load_register(work))
    for entry in book.held_on(day):
        if isinstance(entry, _COUNTED):
            account = account_on(book, entry, day)
            line = as_line(account_line(entry, account))
            click.echo(msgspec.json.encode(account) if as_json else line)
    for finding in loose(book, day):
        click.echo(as_line(f"note: {finding.movement}: {finding.text}"), err=as_json)


@register.command()
@click.argument("operator")
@needs_db
def erase(operator: str, db: str) -> None:
    """Erase what OPERATOR is called and where it is, in all versions; its id stays.

    Example: tidewaiter register erase op-1 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        count = erase_operator(work, operator)
    click.echo(f"{count} versions of {operator} erased")


for _each in (write_off, cancel, annual):
    register.add_command(_each)


def _read(path: Path) -> RegisterFile:
    return read_any(ListFile(name=path.name, content=path.read_bytes()), load_registry())


def _enter_notices(db: str) -> None:
    """Enter the notices that are there, which are locked by the keys of the node."""
    with open_database(db) as database, database.work() as work:
        if not kept_notices(work, date.max, rows=1):
            return
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        enter_notices(work, desk.ring.lock)


def _refusal(each: EntryRefusal) -> str:
    return f"{each.file}, {each.place}: {each.problem} ({each.hint})"


def _tell(text: str) -> None:
    click.echo(as_line(text), err=True)
