"""The command `tidewaiter alerts`: the queue of a database, and what is decided of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast, get_args

import click
import msgspec
from rich.console import Console

from tidewaiter.base.errors import InputError
from tidewaiter.casework.decisions import Verdict, load_decision_rules
from tidewaiter.cli.alertfilter import filter_of, filter_options
from tidewaiter.cli.alertsresults import recount_, result, withdraw_
from tidewaiter.cli.alertstable import queue_table, show_alert, show_results
from tidewaiter.cli.bulkdecisions import bulk
from tidewaiter.cli.options import needs_db, printable
from tidewaiter.identity import own_stamp
from tidewaiter.report.characters import visible
from tidewaiter.store.alerts import alerts_of
from tidewaiter.store.bulkdecisions import decide_many
from tidewaiter.store.database import Work, open_database
from tidewaiter.store.decisions import (
    Standing,
    Wanted,
    alert_id,
    assign,
    decide,
    last_decision,
    standings,
    take_back,
    trail,
)
from tidewaiter.store.queue import count_alerts, queue_page
from tidewaiter.store.queuefilter import Queue, Sort, View
from tidewaiter.store.resultrows import results_of
from tidewaiter.store.versions import versions_of

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")


@click.group()
def alerts() -> None:
    """Work through the alerts that a database holds: list, show, decide, take back.

    Example: tidewaiter alerts list --db cases.db
    """


for _command in (result, withdraw_, recount_, bulk):
    alerts.add_command(_command)


@alerts.command(name="list")
@needs_db
@filter_options
@click.option(
    "--sort",
    type=click.Choice(get_args(Sort)),
    default="rank",
    show_default=True,
    help="What is first.",
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many at most.",
)
@click.option("--after", help="The id of the last alert seen: those that come after it.")
@_json
def list_(
    db: str, sort: Sort, rows: int, after: str | None, *, as_json: bool, **options: Any
) -> None:
    """List alerts, by priority, and count them by where they stand.

    Several --severity, --status, --substance, --rule or --country: any of them will do.

    Example: tidewaiter alerts list --db cases.db --severity critical --assignee ""
    """
    today = date.today()  # noqa: DTZ011 - the user's own calendar
    queue = Queue(wanted=filter_of(options), today=today, cleared=True)
    with open_database(db) as database, database.work() as work:
        seen = alert_id(work, printable(after)) if after else None
        page = queue_page(work, queue, View(sort=sort, after=seen, rows=rows))
        where = standings(work, [alert.id for alert in page.alerts])
        anywhere = msgspec.structs.replace(queue.wanted, status=())
        counts = count_alerts(work, msgspec.structs.replace(queue, wanted=anywhere), "status")
    for word in page.whole:
        click.echo(f'too many words begin with "{word}": only whole ones were looked for', err=True)
    if as_json:
        for alert in page.alerts:
            click.echo(msgspec.json.encode({"standing": where[alert.id], "alert": alert}))
        return
    Console(highlight=False).print(queue_table(page.alerts, where))
    told = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
    total = sum(counts.values())
    click.echo(f"{total:,} {'alert' if total == 1 else 'alerts'}: {told or 'none'}", err=True)


@alerts.command()
@click.argument("name", metavar="ID")
@needs_db
@_json
def show(name: str, db: str, *, as_json: bool) -> None:
    """Show alert ID whole: the line, the reasons, the law, what was decided and what was found.

    Enough of the id to tell it from others will do.

    Example: tidewaiter alerts show 12b0f39e --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        full = alert_id(work, printable(name))
        (alert,) = alerts_of(work, [full])
        where, steps = standings(work, [full])[full], trail(work, full)
        found = results_of(work, [full]).get(full, [])
        versions = versions_of(work, full)
    if as_json:
        told = {
            "standing": where,
            "trail": steps,
            "results": found,
            "alert": alert,
            "versions": versions,
        }
        click.echo(msgspec.json.encode(told))
        return
    for line in (*show_alert(alert, where, steps), *show_results(alert, found)):
        click.echo(visible(line))


@alerts.command(name="decide")
@click.argument("verdict", type=click.Choice(get_args(Verdict)))
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@needs_db
@click.option("--reason", required=True, help="A code of `alerts reasons`.")
@click.option("--note", default="", help="Words of your own.")
@click.option("--seen", type=int, help="Number of the last step that you saw; 0: none.")
def decide_(
    verdict: Verdict, names: tuple[str, ...], db: str, *, reason: str, note: str, seen: int | None
) -> None:
    """Decide VERDICT of an alert, or of several in one act: a bulk decision.

    With --seen, a decision that someone else has made since is not covered. A bulk decision needs
    --note. It counts as one decision, `alerts bulk undo` undoes it, and critical alerts and list
    hits that would be closed wait until a second officer confirms them: `alerts bulk settle`.

    Example: tidewaiter alerts decide hold 12b0f39e --reason inspect --db cases.db
    """
    wanted = Wanted(verdict=verdict, reason=reason, note=printable(note))
    with open_database(db) as database, database.work(own_stamp()) as work:
        ids = _ids(work, names)
        before = standings(work, ids)
        if len(ids) == 1:
            _told(decide(work, _as_seen(before[ids[0]], seen), wanted))
            return
        done = decide_many(work, ids, wanted, last=last_decision(work) if seen is None else seen)
        after = standings(work, ids)
    for each in ids:
        if after[each] != before[each]:
            _told(after[each])
    what = "no bulk decision" if done.batch is None else f"bulk decision {done.batch}"
    click.echo(
        f"{what}: {done.decided:,} decided, {done.proposed:,} waiting for a "
        f"second officer, {done.left:,} left out",
        err=True,
    )


@alerts.command()
@click.argument("name", metavar="ID")
@needs_db
@click.option("--seen", type=int, help="Number of the last step that you saw.")
def undo(name: str, db: str, seen: int | None) -> None:
    """Take back the decision that stands on alert ID; the one before it stands again.

    Example: tidewaiter alerts undo 12b0f39e --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        full = alert_id(work, printable(name))
        _told(take_back(work, _as_seen(standings(work, [full])[full], seen)))


@alerts.command(name="assign")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@needs_db
@click.option("--to", default="", help="Who is to look at them; without it, nobody.")
def assign_(names: tuple[str, ...], db: str, to: str) -> None:
    """Say who is to look at alerts.

    Example: tidewaiter alerts assign 12b0f39e 77aa01 --to reyes --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        changed = assign(work, _ids(work, names), printable(to) or None)
    have = "alert has" if changed == 1 else "alerts have"
    click.echo(f"{changed:,} {have} another assignee now", err=True)


@alerts.command()
def reasons() -> None:
    """Print the verdicts, and the codes of the reasons for each.

    Example: tidewaiter alerts reasons
    """
    rules = load_decision_rules()
    for verdict in get_args(Verdict):
        click.echo(f"{verdict}: {rules.verdict[cast('Verdict', verdict)].says}")
        for code, rule in rules.reasons_for(verdict).items():
            click.echo(f"  {code:<14}{rule.says}{' (with a note)' if rule.note else ''}")


def _ids(work: Work, names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(alert_id(work, printable(name)) for name in names))


def _as_seen(now: Standing, seen: int | None) -> Standing:
    """Return where an alert stood when the officer looked; without a number, now."""
    if seen is None:
        return now
    if seen < 0:
        raise InputError(f'"{seen}" is no step', hint="tidewaiter alerts show prints the numbers")
    return msgspec.structs.replace(now, decided=seen or None)


def _told(after: Standing) -> None:
    click.echo(f"{after.alert}: {after.status}, step {after.decided}", err=True)
