"""The command `tidewaiter cases`: the cases of a database, and one of them given out."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import click
import msgspec

from tidewaiter.base.errors import MissingError
from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.casework.cases import Case, CaseStatus, Viewer
from tidewaiter.casework.timeline import Event, timeline
from tidewaiter.cli.options import needs_db
from tidewaiter.cli.table import as_line
from tidewaiter.evidence.gather import Making, record_export, write_case
from tidewaiter.identity import key_file, own_key, own_stamp
from tidewaiter.report.casefile import STATUS
from tidewaiter.report.characters import visible
from tidewaiter.report.library import Library
from tidewaiter.store.accounts import account_key, accounts
from tidewaiter.store.caselist import CaseFilter, CaseRow, count_cases
from tidewaiter.store.caselist import cases as stored_cases
from tidewaiter.store.cases import case_steps, find_case
from tidewaiter.store.database import Work, open_database
from tidewaiter.store.decisions import trail
from tidewaiter.substances.registry import load_registry

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def cases() -> None:
    """List and show the cases of a database, and give one out as evidence.

    Who can read the database can read its cases, so these commands show all of them. Who may see
    which case is settled on the web page.

    Example: tidewaiter cases list --db cases.db
    """


@cases.command(name="list")
@needs_db
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Where they stand.")
@click.option("--over", is_flag=True, help="Whose time is over, so that they may be erased.")
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option(
    "--before", type=click.IntRange(1), help="Those behind the one whose last step this was."
)
@_json
def list_(
    db: str, status: CaseStatus | None, rows: int, before: int | None, *, over: bool, as_json: bool
) -> None:
    """List cases, the last changed first.

    Example: tidewaiter cases list --db cases.db --status open
    """
    today = own_stamp().at.date()
    wanted = CaseFilter(status=status, over=today if over else None)
    with open_database(db) as database, database.work() as work:
        found = stored_cases(work, _everyone(), wanted, before=before, rows=rows)
        count, people = count_cases(work, _everyone(), wanted), _people(work)
    for row in found:
        click.echo(msgspec.json.encode(row) if as_json else visible(_line(row, today, people)))
    if not as_json:
        click.echo(_count(count, "case"), err=True)


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@_json
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show case NUMBER: what belongs to it, and what was done.

    Example: tidewaiter cases show 7 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        case = find_case(work, _everyone(), number)
        if case is None:
            raise _absent(number)
        ids = [kept.what.alert for kept in case.alerts if kept.what]
        trails = {each: trail(work, each) for each in ids}
        events = timeline(case_steps(work, _everyone(), number), trails)
        people = _people(work)
    if as_json:
        click.echo(msgspec.json.encode({"case": case, "timeline": events}))
        return
    for line in _shown(case, events, people):
        click.echo(visible(line))


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@click.option("--out", type=_OUT, required=True, help="Where the bundle goes: a ZIP.")
@click.option("--restricted", is_flag=True, help="With what is for the authority only.")
def export(number: int, db: str, out: Path, *, restricted: bool) -> None:
    """Write case NUMBER as an evidence bundle, signed with the key of this installation.

    The export is a step of the case, and so stands in the bundle. `tidewaiter verify` checks it
    offline.

    Example: tidewaiter cases export 7 --db cases.db --out case-7.zip
    """
    check_file(out)
    registry = load_registry()
    library = Library(
        sources=registry.sources,
        regimes=registry.regimes,
        substances={each.slug: each.name for each in registry.substances},
    )
    making = Making(secret=own_key(key_file()), library=library, restricted=restricted)
    with open_database(db) as database:
        with database.work() as work:
            if find_case(work, _everyone(), number) is None:
                raise _absent(number)
        with database.work(own_stamp()) as work:
            step = record_export(work, _everyone(), number, restricted=restricted)
        with (
            database.work() as work,
            replacing(out, "case", mode=0o600) as part,
            writing(str(out)),
            part.open("r+b") as file,
        ):
            manifest = write_case(work, _everyone(), step, making, file)
    click.echo(f"{out}: {len(manifest.members):,} files, signed by {manifest.key}", err=True)


def _everyone() -> Viewer:
    """Whoever has the database has all of it."""
    rights = frozenset({"see", "case", "approve"})
    return Viewer(name=getpass.getuser(), rights=rights, cleared=True)


def _absent(number: int) -> MissingError:
    hint = "tidewaiter cases list prints the numbers"
    return MissingError(f"there is no case {number}", hint=hint)


def _people(work: Work) -> Callable[[str], str]:
    """Return how those are read whom trails name; who has no account stays as they are."""
    known = {account_key(each.id): each.shown for each in accounts(work)}
    return lambda who: as_line(known.get(who, who))


def _shown(case: Case, events: Sequence[Event], people: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of one case whole."""
    title = "(erased)" if case.title is None else as_line(case.title)
    yield f"case {case.number}: {title}"
    yield f"  {STATUS[case.status]}; owner {people(case.owner)}"
    yield f"  members {', '.join(map(people, case.members))}"
    if case.retained:
        yield f"  kept until {case.retained.until}: {as_line(case.retained.basis)}"
    if case.hold:
        yield f"  legal hold by {people(case.hold.by)} since {case.hold.at}"
    for event in events:
        yield _event(event, people)


def _line(row: CaseRow, today: date, people: Callable[[str], str]) -> str:
    title = "(erased)" if row.title is None else as_line(row.title)
    told = [_count(row.alerts, "alert")]
    if row.tasks:
        late = " overdue" if row.due and row.due < today.isoformat() else ""
        due = f", first due {row.due}{late}" if row.due else ""
        told.append(f"{_count(row.tasks, 'task')}{due}")
    if row.proposed:
        told.append(f"{people(row.proposed)} proposes to dismiss it")
    if row.held:
        told.append("legal hold")
    return f"{row.number}\t{row.status}\t{people(row.owner)}\t{title}\t{'; '.join(told)}"


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _event(event: Event, people: Callable[[str], str]) -> str:
    whom = f" ({people(event.whom)})" if event.whom else ""
    what = f": {as_line(event.what)}" if event.what else ""
    said = f": {as_line(event.said)}" if event.said and event.said != event.what else ""
    erased = " (erased)" if event.erased else ""
    return f"  {event.at[:19]}  {people(event.by)} {event.did}{whom}{what}{said}{erased}"
