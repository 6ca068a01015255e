"""The command `tidewaiter cases`: cases of this installation."""

import getpass
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import click

from tidewaiter.base.errors import MissingError
from tidewaiter.base.files import check_file, replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.casework.cases.state import Case, CaseStatus, Viewer
from tidewaiter.casework.cases.timeline import Event, timeline
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import OUT_FILE, found_or_hint, json_option, needs_db, rows_option
from tidewaiter.cli.core.page_language import language_of
from tidewaiter.explain.cases import case_status_in_words
from tidewaiter.explain.lines import capitalised
from tidewaiter.explain.words import words_of
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import key_file, own_key, own_stamp
from tidewaiter.report.case_bundle import Making, record_export, write_case
from tidewaiter.store.accounts.users import account_key, accounts
from tidewaiter.store.alerts.decisions import trail
from tidewaiter.store.cases.casefile import CaseFilter, CaseRow, case_steps, count_cases, find_case
from tidewaiter.store.cases.casefile import cases as stored_cases
from tidewaiter.store.core.database import Work, open_database


@click.group()
def cases() -> None:
    """List, show and export the cases in a database.

    Anyone who can read the database can read its cases, so these commands show all of them. Access
    by case applies in the web pages.

    Example: tidewaiter cases list --db cases.db
    """


@cases.command(name="list")
@needs_db
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Only this status.")
@click.option(
    "--over",
    is_flag=True,
    help="Only cases whose retention period has ended, so that they can be erased.",
)
@rows_option
@click.option(
    "--before",
    type=click.IntRange(1),
    help="Continue after the case whose last step has this number.",
)
@json_option
def list_(
    db: str, status: CaseStatus | None, rows: int, before: int | None, *, over: bool, as_json: bool
) -> None:
    """List cases, most recently changed first.

    Example: tidewaiter cases list --db cases.db --status open
    """
    today = own_stamp().at.date()
    wanted = CaseFilter(status=status, over=today if over else None)
    with open_database(db) as database, database.work() as work:
        found = stored_cases(work, _everyone(), wanted, before=before, rows=rows)
        count, people = count_cases(work, _everyone(), wanted), _people(work)
    for row in found_or_hint(found, "open a case on the page of an alert: tidewaiter serve"):
        click.echo(english_json(row) if as_json else visible(_line(row, today, people)))
    if not as_json:
        click.echo(how_many(count, "case"), err=True)


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@json_option
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show case NUMBER: its contents and its history.

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
        click.echo(english_json({"case": case, "timeline": events}))
        return
    for line in _case_lines(case, events, people):
        click.echo(visible(line))


@cases.command()
@click.argument("number", type=click.IntRange(1))
@needs_db
@click.option("--out", type=OUT_FILE, required=True, help="Output file of the bundle: a ZIP.")
@click.option("--restricted", is_flag=True, help="Include authority-only information.")
@language_of("the pages in it")
def export(number: int, db: str, out: Path, *, restricted: bool, language: str) -> None:
    """Export case NUMBER as an evidence bundle, signed with the key of this installation.

    The export is recorded in the case and in the bundle. Use `tidewaiter verify` to check it
    offline.

    Example: tidewaiter cases export 7 --db cases.db --out case-7.zip
    """
    check_file(out)
    making = Making(
        secret=own_key(key_file()),
        library=words_of(load_registry()),
        restricted=restricted,
        spoken=language,
    )
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
    """Access to everything: the user has the database file."""
    rights = frozenset({"see", "case", "approve"})
    return Viewer(name=getpass.getuser(), rights=rights, cleared=True)


def _absent(number: int) -> MissingError:
    return MissingError("cli/no-case", number=number)


def _people(work: Work) -> Callable[[str], str]:
    """Return how to print names in a history; names without an account are unchanged."""
    known = {account_key(each.id): each.shown for each in accounts(work)}
    return lambda who: as_line(known.get(who, who))


def _case_lines(case: Case, events: Sequence[Event], people: Callable[[str], str]) -> Iterator[str]:
    """Yield all lines of one case."""
    title = "(erased)" if case.title is None else as_line(case.title)
    yield f"case {case.number}: {title}"
    yield f"  {capitalised(case_status_in_words(case.status))}; owner {people(case.owner)}"
    yield f"  members {', '.join(map(people, case.members))}"
    if case.retained:
        yield f"  retain until {case.retained.until}: {as_line(case.retained.basis)}"
    if case.hold:
        yield f"  legal hold by {people(case.hold.by)} since {case.hold.at}"
    for event in events:
        yield _event(event, people)


def _line(row: CaseRow, today: date, people: Callable[[str], str]) -> str:
    title = "(erased)" if row.title is None else as_line(row.title)
    told = [how_many(row.alerts, "alert")]
    if row.tasks:
        late = " overdue" if row.due and row.due < today.isoformat() else ""
        due = f", first due {row.due}{late}" if row.due else ""
        told.append(f"{how_many(row.tasks, 'task')}{due}")
    if row.proposed:
        told.append(f"{people(row.proposed)} proposes to close it as dismissed")
    if row.held:
        told.append("legal hold")
    return f"{row.number}\t{row.status}\t{people(row.owner)}\t{title}\t{'; '.join(told)}"


def _event(event: Event, people: Callable[[str], str]) -> str:
    whom = f" ({people(event.whom)})" if event.whom else ""
    what = f": {as_line(event.what)}" if event.what else ""
    said = f": {as_line(event.said)}" if event.said and event.said != event.what else ""
    erased = " (erased)" if event.erased else ""
    return f"  {event.at[:19]}  {people(event.by)} {event.did}{whom}{what}{said}{erased}"
