"""The command `tidewaiter alerts`: filter, show and decide alerts."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, cast, get_args

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english, english_json
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.casework.decisions import Decided, Status, Verdict, load_decision_rules
from tidewaiter.cli.alerts.cells import STYLES, goods_text
from tidewaiter.cli.alerts.decisions import bulk, recount_, result, withdraw_
from tidewaiter.cli.core.options import (
    found_or_hint,
    json_option,
    needs_db,
    printable,
    rows_option,
    with_options,
)
from tidewaiter.explain.alerts import export_alert
from tidewaiter.explain.lines import consignment_in_words, details_of
from tidewaiter.explain.results import result_in_words, result_views, sayings
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.bulk_decisions import decide_many
from tidewaiter.store.alerts.decisions import (
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
from tidewaiter.store.alerts.filters import AlertFilter, Queue, Sort, View
from tidewaiter.store.alerts.queue import count_alerts, queue_page
from tidewaiter.store.alerts.results import results_of
from tidewaiter.store.alerts.storage import alerts_of
from tidewaiter.store.alerts.versions import versions_of
from tidewaiter.store.core.database import Work, open_database
from tidewaiter.trade.rules.results import Result
from tidewaiter.trade.types import Alert, Holding, PartyMatch, Severity

_ID = 10  # characters of an id that are shown
_NARROW = 12  # columns of a terminal


def queue_table(found: Sequence[Alert], where: Mapping[str, Standing]) -> Table:
    """Lay out alerts, one a row."""
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for title in ("alert", "severity", "due", "consignment", "status"):
        table.add_column(title, overflow="fold", max_width=_NARROW)
    table.add_column("goods as written", overflow="fold", ratio=3)
    table.add_column("why", overflow="fold", ratio=4)
    for alert in found:
        stands = where[alert.id]
        marks = ["restricted"] if alert.restricted else []
        status = ", ".join(filter(None, [stands.status, stands.assignee, *marks]))
        table.add_row(
            Text(alert.id[:_ID]),
            Text(f"{alert.severity} {alert.score}", style=STYLES[alert.severity]),
            Text(alert.due.isoformat() if alert.due else ""),
            Text(as_line(consignment_in_words(alert.consignment, alert.seq))),
            Text(as_line(status)),
            goods_text(alert),
            Text(as_line(english(alert.title))),
        )
    return table


def show_alert(alert: Alert, where: Standing, steps: Sequence[Decided]) -> Iterator[str]:
    """Yield all lines of one alert."""
    yield f"{alert.id}  {alert.severity} {alert.score}  {where.status}"
    if alert.restricted:
        yield ("  RESTRICTED: based on entries that only the authority keeping the list may see")
    yield f"  {as_line(english(alert.title))}"
    yield f"  {as_line(alert.file)}, row {alert.row}; consignment {as_line(alert.consignment)}"
    if alert.due:
        yield f"  due {alert.due}, law of {alert.day}"
    yield "The line"
    yield from _line(alert)
    yield "Risk indicators"
    for reason in alert.reasons:
        said = as_line(english(reason.says))
        yield f"  {reason.points:+d}  {said} [{reason.rule}; {reason.source}]"
    if alert.law:
        yield "Legal status"
        yield from map(_held, alert.law)
    if alert.parties:
        yield "Listed parties that may match; a possible match is not proof of identity"
        yield from map(_party, alert.parties)
    yield "Decided"
    yield from map(_step, steps)
    if not steps:
        yield "  no decision yet"


def show_results(alert: Alert, found: Sequence[Result]) -> Iterator[str]:
    """Yield the results of inspections and laboratories, and what they mean; nothing: no line."""
    if not found:
        return
    names = {mention.substance: mention.name for mention in alert.mentions}
    yield "Results of inspections and laboratories"
    for view in result_views(found, names):
        yield from (f"  {as_line(line)}" for line in result_in_words(view))
    for said in sayings(alert, found):
        yield f"  {said.words}: {as_line(said.claim)}"


def _line(alert: Alert) -> Iterator[str]:
    for detail in details_of(alert.line, goods=True):
        yield f"  {detail.label}: {as_line('; '.join(detail.values))}"


def _held(held: Holding) -> str:
    since = f", since {held.since}" if held.since else ""
    demands = f": {'; '.join(map(english, held.duties))}" if held.duties else ""
    return f"  {held.substance}: {held.regime} {held.schedule}{since}, {held.answer}{demands}"


def _party(match: PartyMatch) -> str:
    outcome = f", {match.outcome} {match.outcome_day or ''}".rstrip() if match.outcome else ""
    since = f", listed {match.listed}" if match.listed else ""
    judged = f"; {match.judged}" if match.judged else ""
    who = f"{as_line(match.role or 'party')} {as_line(match.name)}"
    return (
        f"  {match.probability:.2f}  {who} may match {as_line(match.listed_name)} "
        f"({match.name_kind}) on {as_line(match.list_name)}: "
        f"{match.action}{outcome}{since}{judged}"
    )


def _step(step: Decided) -> str:
    if step.verdict is None:
        return f"  {step.id}  {step.at}  {as_line(step.by)} undid the decision"
    rules = load_decision_rules()
    why = rules.reason[step.reason].says if step.reason in rules.reason else step.reason
    note = f": {as_line(step.note)}" if step.note else ""
    says = rules.verdict[step.verdict].says.lower()
    return f"  {step.id}  {step.at}  {as_line(step.by)}: {says}. {why}{note}"


_Day = click.DateTime(["%Y-%m-%d"])
filter_options = with_options(
    click.option(
        "--status",
        multiple=True,
        type=click.Choice(["all", *get_args(Status)]),
        default=["open"],
        show_default=True,
        help="Only this status.",
    ),
    click.option(
        "--severity",
        multiple=True,
        type=click.Choice(get_args(Severity)),
        help="Only this severity.",
    ),
    click.option("--substance", multiple=True, help="Only alerts with this substance (slug)."),
    click.option("--rule", multiple=True, help="Only alerts with a risk indicator from this rule."),
    click.option(
        "--country",
        multiple=True,
        help="Only alerts with goods, a stop or a party in this country (two letters).",
    ),
    click.option("--from", "origin", help="Only goods sent from this country (two letters)."),
    click.option("--to", "destination", help="Only goods destined for this country (two letters)."),
    click.option("--party", help="Only alerts with a party whose name begins like this."),
    click.option("--entry", help="Only matches with this list entry: LIST/ID."),
    click.option("--consignment", help="Only this consignment."),
    click.option(
        "--screening", type=int, help="Only alerts first raised by the screening with this ID."
    ),
    click.option("--assignee", help='Only alerts assigned to this person; "": unassigned alerts.'),
    click.option("--due-from", type=_Day, help="Only alerts due on or after this date."),
    click.option("--due-to", type=_Day, help="Only alerts due on or before this date."),
    click.option(
        "--due-within",
        type=int,
        help="Only alerts due within this many days; -1: overdue alerts.",
    ),
    click.option(
        "--day-from", type=_Day, help="Only alerts screened under the law as of this date or later."
    ),
    click.option(
        "--day-to", type=_Day, help="Only alerts screened under the law as of this date or earlier."
    ),
    click.option(
        "--words",
        default="",
        help="Only alerts with all these words, or words that begin so, in goods, title, "
        "parties or vessel.",
    ),
)
"""Add the options of a filter to a command, for `filter_of`."""


def filter_of(options: Mapping[str, Any]) -> AlertFilter:
    """Return the filter that the options define."""
    told = dict(options)
    if "all" in told["status"]:
        told["status"] = ()
    for name in ("due_from", "due_to", "day_from", "day_to"):
        told[name] = told[name] and told[name].date()
    for name in ("origin", "destination"):
        told[name] = told[name] and told[name].upper()
    told["country"] = tuple(code.upper() for code in told["country"])
    told["words"] = printable(told["words"])
    return AlertFilter(**told)


@click.group()
def alerts() -> None:
    """Work through the alerts in a database: list, show, decide, undo.

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
    help="Sort order.",
)
@rows_option
@click.option("--after", help="ID of the last alert on the previous page; list those after it.")
@json_option
def list_(
    db: str, sort: Sort, rows: int, after: str | None, *, as_json: bool, **options: Any
) -> None:
    """List alerts by priority, and count them by status.

    If you repeat --severity, --status, --substance, --rule or --country, an alert needs to match
    only one of the values.

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
        click.echo(
            f'too many words begin with "{word}": only the whole word was searched for', err=True
        )
    found_or_hint(page.alerts, "screen a file with tidewaiter screen FILE --db PATH")
    if as_json:
        for alert in page.alerts:
            click.echo(english_json({"standing": where[alert.id], "alert": export_alert(alert)}))
        return
    Console(highlight=False).print(queue_table(page.alerts, where))
    told = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
    total = sum(counts.values())
    click.echo(f"{total:,} {'alert' if total == 1 else 'alerts'}: {told or 'none'}", err=True)


@alerts.command()
@click.argument("name", metavar="ID")
@needs_db
@json_option
def show(name: str, db: str, *, as_json: bool) -> None:
    """Show alert ID: the line, risk indicators, legal status, decisions and results.

    The first characters of the ID are enough if they are unique.

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
            "alert": export_alert(alert),
            "versions": versions,
        }
        click.echo(english_json(told))
        return
    for line in (*show_alert(alert, where, steps), *show_results(alert, found)):
        click.echo(visible(line))


@alerts.command(name="decide")
@click.argument("verdict", type=click.Choice(get_args(Verdict)))
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@needs_db
@click.option("--reason", required=True, help="Code of a reason, from `alerts reasons`.")
@click.option("--note", default="", help="Note, in your own words.")
@click.option(
    "--seen", type=int, help="Number of the last step that you saw, to detect conflicts; 0: none."
)
def decide_(
    verdict: Verdict, names: tuple[str, ...], db: str, *, reason: str, note: str, seen: int | None
) -> None:
    """Record the decision VERDICT for one alert, or for several as a bulk decision.

    With --seen, an alert that someone else has decided since is skipped. A bulk decision needs
    --note. It counts as one decision and can be undone with `alerts bulk undo`. Critical alerts and
    list matches that would be closed await confirmation by a second officer: `alerts bulk settle`.

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
        (
            f"{what}: {done.decided:,} decided, {done.proposed:,} awaiting a second "
            f"officer, {done.left:,} skipped"
        ),
        err=True,
    )


@alerts.command()
@click.argument("name", metavar="ID")
@needs_db
@click.option("--seen", type=int, help="Number of the last step that you saw, to detect conflicts.")
def undo(name: str, db: str, seen: int | None) -> None:
    """Undo the current decision on alert ID; the previous decision applies again.

    Example: tidewaiter alerts undo 12b0f39e --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        full = alert_id(work, printable(name))
        _told(take_back(work, _as_seen(standings(work, [full])[full], seen)))


@alerts.command(name="assign")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@needs_db
@click.option(
    "--to", default="", help="Person to assign the alerts to; without it, they become unassigned."
)
def assign_(names: tuple[str, ...], db: str, to: str) -> None:
    """Assign alerts to a person.

    Example: tidewaiter alerts assign 12b0f39e 77aa01 --to reyes --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        changed = assign(work, _ids(work, names), printable(to) or None)
    have = "alert has" if changed == 1 else "alerts have"
    click.echo(f"{changed:,} {have} a new assignee", err=True)


@alerts.command()
def reasons() -> None:
    """Print the possible decisions, and the reason codes for each.

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
    """Return the state of an alert that the officer saw; without a number, its current state."""
    if seen is None:
        return now
    if seen < 0:
        raise InputError("cli/not-a-step", seen=seen)
    return msgspec.structs.replace(now, decided=seen or None)


def _told(after: Standing) -> None:
    click.echo(f"{after.alert}: {after.status}, step {after.decided}", err=True)
