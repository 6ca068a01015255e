"""The command `tidewaiter register`: operators, licences, permits, balances, annual returns."""

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
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.node_context import day_option, desk_at
from tidewaiter.cli.core.options import (
    FILE,
    OUT_FILE,
    Day,
    Percent,
    Place,
    found_or_hint,
    json_option,
    needs_db,
    ok_with_refusals,
)
from tidewaiter.cli.notices import in_a_line
from tidewaiter.exchange.incidents.types import Incident
from tidewaiter.exchange.notices.amounts import in_words, measured
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
from tidewaiter.exchange.register.coverage import is_some
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
    """Format an entry: type, holder, subject, validity, and what restricts it on a day."""
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
    """Format the balance of an entry: authorised, used, reserved, available or exceeded."""
    name = entry.number if isinstance(entry, Grant) else f"{entry.country} {entry.year}"
    if measured(account.granted) is None:
        return f"{entry.id}\t{name}\t{entry.substance}\tno quantity is specified"
    parts = [
        f"{in_words(account.granted)} authorised",
        f"{in_words(account.used)} used",
        f"{in_words(account.promised)} reserved",
        f"{in_words(account.free)} available",
    ]
    if is_some(account.exceeded):
        parts.append(f"{in_words(account.exceeded)} over the limit")
    if account.findings:
        parts.append(f"{len(account.findings)} notes")
    return f"{entry.id}\t{name}\t{entry.substance}\t{', '.join(parts)}"


def written_line(row: Written) -> str:
    """Format a movement: what moved, when, who wrote it off, why, and any cancellation."""
    moved = row.movement
    why = row.reason or (f"PEN {row.notice}" if row.notice else "")
    line = (
        f"{row.number}\t{moved.on}\t{moved.direction}\t{in_words(moved.net)} of goods, "
        f"{in_words(moved.content)} of substance\t{moved.id}\t{row.who}\t{why}"
    )
    gone = row.cancelled
    return f"{line}\tcancelled from {gone.on}: {gone.reason} ({gone.who})" if gone else line


@click.command(name="write-off")
@click.option(
    "--substance",
    required=True,
    help="Slug, name or CAS number of the substance or of one of its salts.",
)
@click.option("--amount", required=True, help="Quantity of goods, for example 25 kg.")
@click.option(
    "--percent", type=Percent(), help="Concentration of the substance, if the goods are a mixture."
)
@click.option("--direction", required=True, type=click.Choice(get_args(Direction)), help="Way.")
@click.option("--on", type=Day(), required=True, help="Date of the movement.")
@click.option("--operator", default="", help="ID of the sender or recipient.")
@click.option("--permit", default="", help="Number of the permit.")
@click.option("--issuer", type=Place(), help="Country that issued the permit.")
@click.option("--site", default="", help="ID of the site.")
@click.option(
    "--id",
    "name",
    help="A unique name that prevents the same movement from being written off twice "
    "(default: generated).",
)
@click.option("--source", required=True, help="Source document, such as a declaration or a report.")
@click.option("--reason", required=True, help="Reason for the write-off.")
@needs_db
def write_off(reason: str, name: str | None, issuer: str | None, db: str, **options: Any) -> None:
    """Write off a shipment that is not covered by a pre-export notification.

    Give the substance, quantity, direction, date and source document; name a permit with --permit.

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
@click.option(
    "--on", type=Day(), required=True, help="The date from which the movement no longer counts."
)
@click.option("--source", required=True, help="Source document for the cancellation.")
@click.option("--reason", required=True, help="Why.")
@needs_db
def cancel(movement: str, on: date, source: str, reason: str, db: str) -> None:
    """Cancel MOVEMENT, named by number or ID, and return its quantity to the balance.

    Example: tidewaiter register cancel 7 --on 2026-05-03 --source "letter" --reason no --db c.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        row = cancel_movement(work, movement, on, source=source, reason=reason)
    click.echo(as_line(written_line(row)))


@click.command()
@click.argument("year", type=click.IntRange(1989, 2199))
@click.option(
    "--form",
    is_flag=True,
    help="Write only the columns of UN Form D whose definition has been confirmed.",
)
@click.option(
    "--out",
    required=True,
    type=OUT_FILE,
    help="Output file (.csv).",
)
@needs_db
def annual(year: int, out: Path, db: str, *, form: bool) -> None:
    """Total a YEAR by substance: seizures, stopped shipments, imports, exports and requirements.

    Use the table to fill in UN Form D. Seizures and stopped shipments come from the incidents that
    this node reported itself.

    Example: tidewaiter register annual 2026 --out 2026.csv --db cases.db
    """
    incidents = _incidents(db)
    with open_database(db) as database, database.work() as work:
        country, figures = annual_of(work, year, incidents, load_registry())
    with replacing(out, f"{year}") as part, part.open("wb") as file:
        write_annual(file, figures, form=form)
    click.echo(f"{len(figures)} substances of {country} in {year}: {out}")
    if unsure(figures):
        said = f"the quantity of {unsure(figures)} is unknown and is not included in any total"
        click.echo(said, err=True)


def _incidents(db: str) -> list[Incident]:
    """Return the last version of each incident that this node reported itself."""
    with open_database(db) as database, database.work() as work:
        if not kept_incidents(work, rows=1):
            click.echo("this database has no incidents, so no seizures are counted", err=True)
            return []
    with desk_at(db) as desk, desk.database.work() as work:
        return own_incidents(work, desk.ring.lock, desk.node)


_KINDS = get_args(EntryKind)
_COUNTED = (Grant, Requirement)  # entries with an amount


@click.group()
def register() -> None:
    """Manage operators, licences, permits and annual requirements, and track their use.

    A permit that covers the goods does not by itself make the transaction lawful.

    Example: tidewaiter register add permits.csv --country MX --db cases.db
    """


@register.command()
@click.argument("paths", nargs=-1, required=True, type=FILE)
@click.option("--country", type=Place(), help="Country of the register; required the first time.")
@needs_db
@ok_with_refusals
def add(paths: tuple[Path, ...], country: str | None, db: str) -> None:
    """Add the entries in PATHS: one CSV file for each type of entry, or JSON Lines.

    Identical entries are skipped; a changed entry becomes a new version. Every row that cannot be
    read is reported. Exit status 1: some rows were rejected.

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
    click.echo(
        f"{how_many(rows, 'row')}: {done.added:,} added, {done.known:,} unchanged, "
        f"{lost:,} rejected"
    )
    _enter_notices(db)
    if lost:
        sys.exit(1)


@register.command(name="list")
@click.option("--kind", type=click.Choice(_KINDS), help="Show only this type of entry.")
@day_option
@needs_db
@json_option
def list_(kind: str | None, day: date, db: str, *, as_json: bool) -> None:
    """List the entries in force on a date; --json prints all versions, as `add` reads them.

    Example: tidewaiter register list --kind grant --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        held = load_register(work)
    known = held.entries if as_json else Book(held).held_on(day)
    found = [each for each in known if kind in {None, kind_of(each)}]
    for each in found_or_hint(found, "add entries with tidewaiter register add FILE"):
        line = as_line(entry_line(each, day))
        click.echo(english_json(each) if as_json else line)


@register.command()
@click.argument("name")
@day_option
@needs_db
def show(name: str, day: date, db: str) -> None:
    """Show the versions, balance and movements of the entry with the ID or number NAME.

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
@day_option
@needs_db
@json_option
def balance(day: date, db: str, *, as_json: bool) -> None:
    """Show the used, reserved and available quantity of each permit and requirement.

    Movements without a known permit are listed at the end.

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
    """Erase the name and address of OPERATOR from all versions; its ID stays.

    Example: tidewaiter register erase op-1 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        count = erase_operator(work, operator)
    click.echo(f"{operator}: {count} versions erased")


for _each in (write_off, cancel, annual):
    register.add_command(_each)


def _read(path: Path) -> RegisterFile:
    return read_any(ListFile(name=path.name, content=path.read_bytes()), load_registry())


def _enter_notices(db: str) -> None:
    """Enter the stored pre-export notifications, which are encrypted with the keys of the node."""
    with open_database(db) as database, database.work() as work:
        if not kept_notices(work, date.max, rows=1):
            return
    with desk_at(db) as desk, desk.database.work(own_stamp()) as work:
        enter_notices(work, desk.ring.lock)


def _refusal(each: EntryRefusal) -> str:
    return f"{each.file}, {each.place}: {each.problem} ({each.hint})"


def _tell(text: str) -> None:
    click.echo(as_line(text), err=True)
