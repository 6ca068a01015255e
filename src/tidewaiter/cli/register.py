"""The command `tidewaiter register`: operators, licences, permits, their ledger and returns."""

import sys
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from tidewaiter.base.archives import ListFile
from tidewaiter.base.errors import MissingError
from tidewaiter.base.files import replacing
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import Day, Percent, Place, needs_db
from tidewaiter.cli.notices import in_a_line
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.notices.amounts import in_words, measured
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.balances import (
    Account,
    EntryKind,
    account_on,
    concerns,
    kind_of,
    loose,
    state_on,
)
from tidewaiter.exchange.register.book import Book, same_issuer
from tidewaiter.exchange.register.readers import RegisterFile, Shipment, movement_of, read_any
from tidewaiter.exchange.register.types import Direction, Entry, Grant, Operator, Requirement
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.parties.readers.entries import EntryRefusal
from tidewaiter.report.register import unsure, write_annual
from tidewaiter.store.core.database import open_database
from tidewaiter.store.incidents import incidents as kept_incidents
from tidewaiter.store.notices.events import enter_notices
from tidewaiter.store.notices.lookup import notices as kept_notices
from tidewaiter.store.register.entries import add_entries, erase_operator, keeper, load_register
from tidewaiter.store.register.ledger import (
    Written,
    annual_of,
    find_movement,
    ledger,
    new_id,
    own_incidents,
)
from tidewaiter.store.register.ledger import cancel as cancel_movement
from tidewaiter.store.register.ledger import write_off as write_movement


def entry_line(entry: Entry, day: date) -> str:
    """Say an entry: what it is, whose, of what, how long, and what stops it on a day."""
    if isinstance(entry, Operator):
        numbers = ", ".join(entry.business_numbers)
        return f"{entry.id}\toperator\t{entry.name}\t{entry.country}\t{numbers}"
    if isinstance(entry, Requirement):
        whose = entry.operator or entry.country
        what = f"{entry.substance}, {in_words(entry.amount)} in {entry.year}"
        return f"{entry.id}\trequirement\t{whose}\t{what}"
    state = state_on(entry, day)
    what = (
        f"{entry.substance}, {in_words(entry.amount)}"
        if isinstance(entry, Grant)
        else f"{', '.join(entry.substances)}: {', '.join(entry.activities)}"
    )
    days = f"{entry.since} to {entry.until or 'open'}"
    told = (
        entry.id,
        f"{entry.kind} {entry.number} issued by {entry.issuer}",
        entry.operator,
        what,
        days,
    )
    return "\t".join(told if state in {None, "valid"} else (*told, state))


def account_line(entry: Grant | Requirement, account: Account) -> str:
    """Say an account: granted, used, promised, free or exceeded."""
    name = entry.number if isinstance(entry, Grant) else f"{entry.country} {entry.year}"
    if measured(account.granted) is None:
        return f"{entry.id}\t{name}\t{entry.substance}\tno quantity is specified"
    parts = [
        f"{in_words(account.granted)} authorised",
        f"{in_words(account.used)} used",
        f"{in_words(account.promised)} reserved",
        f"{in_words(account.free)} available",
    ]
    if _is_some(account.exceeded):
        parts.append(f"{in_words(account.exceeded)} over the limit")
    if account.findings:
        parts.append(f"{len(account.findings)} notes")
    return f"{entry.id}\t{name}\t{entry.substance}\t{', '.join(parts)}"


def written_line(row: Written) -> str:
    """Say a movement: what, when, who wrote it off, why, and that it was cancelled."""
    moved = row.movement
    why = row.reason or (f"notice {row.notice}" if row.notice else "")
    line = (
        f"{row.number}\t{moved.on}\t{moved.direction}\t{in_words(moved.net)} of goods, "
        f"{in_words(moved.content)} of substance\t{moved.id}\t{row.who}\t{why}"
    )
    gone = row.cancelled
    return f"{line}\tcancelled from {gone.on}: {gone.reason} ({gone.who})" if gone else line


def _is_some(amount: Amount) -> bool:
    found = measured(amount)
    return found is not None and found.value > 0


@click.command(name="write-off")
@click.option("--substance", required=True, help="Slug, name or CAS number; that of a salt too.")
@click.option("--amount", required=True, help="Of the goods, like 25 kg.")
@click.option("--percent", type=Percent(), help="Content, where they are a mixture.")
@click.option("--direction", required=True, type=click.Choice(get_args(Direction)), help="Way.")
@click.option("--on", type=Day(), required=True, help="The day on which they moved.")
@click.option("--operator", default="", help="Id of who sent or got them.")
@click.option("--permit", default="", help="Number of the permit.")
@click.option("--issuer", type=Place(), help="Country that issued it.")
@click.option("--site", default="", help="Id of the site.")
@click.option("--id", "name", help="A name of its own, so that it is written off once (made).")
@click.option("--source", required=True, help="Where that is written: a declaration, a report.")
@click.option("--reason", required=True, help="Why you write it off.")
@needs_db
def write_off(reason: str, name: str | None, issuer: str | None, db: str, **options: Any) -> None:
    """Write off a shipment that no notice tells of.

    Say of what, how much, which way and when, and where that is written; a permit by --permit.

    Example: tidewaiter register write-off --substance ephedrine --amount "5 kg" ... --db cases.db
    """
    told = Shipment(**options, issuer=issuer or "")
    with open_database(db) as database, database.work(own_stamp()) as work:
        movement = movement_of(told, name or new_id(), keeper(work), load_registry())
        new = write_movement(work, movement, reason=reason)
        line = written_line(find_movement(work, movement.id))
        book = Book(load_register(work))
    click.echo(as_line(line if new else f"known: {line}"))
    for grant in book.numbered(Grant, told.permit, told.on):
        if same_issuer(grant.issuer, told.issuer):
            account = account_on(book, grant, told.on)
            click.echo(as_line(account_line(grant, account)))
            for each in account.findings:
                click.echo(as_line(f"note: {english(each.text)}"), err=True)


@click.command()
@click.argument("movement")
@click.option("--on", type=Day(), required=True, help="From which day on it counts no more.")
@click.option("--source", required=True, help="Where that is written.")
@click.option("--reason", required=True, help="Why.")
@needs_db
def cancel(movement: str, on: date, source: str, reason: str, db: str) -> None:
    """Say that MOVEMENT, by its number or id, did not take place: what it took is given back.

    Example: tidewaiter register cancel 7 --on 2026-05-03 --source "letter" --reason no --db c.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        row = cancel_movement(work, movement, on, source=source, reason=reason)
    click.echo(as_line(written_line(row)))


@click.command()
@click.argument("year", type=click.IntRange(1989, 2199))
@click.option("--form", is_flag=True, help="Only the columns of UN Form D that are confirmed.")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A CSV file."
)
@needs_db
def annual(year: int, out: Path, db: str, *, form: bool) -> None:
    """Add up a YEAR: seized, stopped, imported, exported and needed, by substance.

    A sheet to fill UN Form D from; with --form, what of its columns is confirmed. Seizures and
    stopped shipments are those of this node's own incidents.

    Example: tidewaiter register annual 2026 --out 2026.csv --db cases.db
    """
    incidents = _incidents(db)
    with open_database(db) as database, database.work() as work:
        country, figures = annual_of(work, year, incidents, load_registry())
    with replacing(out, f"{year}") as part, part.open("wb") as file:
        write_annual(file, figures, form=form)
    click.echo(f"{len(figures)} substances of {country} in {year}: {out}")
    if unsure(figures):
        said = f"the content of {unsure(figures)} is not known; they are in no sum"
        click.echo(said, err=True)


def _incidents(db: str) -> list[Incident]:
    """Return the last version of each incident that this node itself told."""
    with open_database(db) as database, database.work() as work:
        if not kept_incidents(work, rows=1):
            click.echo("this database holds no incidents: no seizure is counted", err=True)
            return []
    with desk_at(db) as desk, desk.database.work() as work:
        return own_incidents(work, desk.ring.lock, desk.node)


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
            click.echo(english_json(each) if as_json else line)


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
        raise MissingError("cli/not-in-the-register", name=name)
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
            click.echo(as_line(f"note: {english(finding.text)} ({finding.source})"))


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
            click.echo(english_json(account) if as_json else line)
    for finding in loose(book, day):
        click.echo(as_line(f"note: {finding.movement}: {english(finding.text)}"), err=as_json)


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
