"""The command `tidewaiter rules`: reduce the weight of alert rules in a database."""

from datetime import date

import click

from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import Day, Renamed, needs_db, printable
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.rules import rule_settings, second_rule, set_rule
from tidewaiter.trade.rules.switches import RuleSetting, WantedSetting


@click.group(cls=Renamed, former={"turn": "weight"})
def rules() -> None:
    """Reduce the weight of alert rules in a database, or switch them off, with a reason.

    Example: tidewaiter rules list --db cases.db
    """


@rules.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List the changes to rules, oldest first.

    Example: tidewaiter rules list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        made = rule_settings(work)
    for each in made:
        click.echo(visible(_told(each)))
    if not made:
        click.echo(
            "all rules have their full weight; tidewaiter rules weight RULE POINTS --why "
            "... reduces one",
            err=True,
        )


@rules.command(name="weight")
@click.argument("rule", metavar="RULE")
@click.argument("points", type=click.IntRange(0, 100), required=False)
@needs_db
@click.option("--why", required=True, help="Reason; every alert with the rule shows it.")
@click.option(
    "--since",
    type=Day(),
    help="Apply to screenings under the law of this date and later (default: today).",
)
@click.option(
    "--seen", type=int, help="Number of the last change that you saw, to detect conflicts; 0: none."
)
def turn(
    rule: str, points: int | None, db: str, *, why: str, since: date | None, seen: int | None
) -> None:
    """Limit the weight of RULE to POINTS: 0 switches it off; without POINTS, it is restored.

    A strong rule is reduced below its minimum only after a second person agrees.

    Example: tidewaiter rules weight vague 10 --why "3 of 120 were right" --db cases.db
    """
    day = since or date.today()  # noqa: DTZ011 - the user's own calendar
    wanted = WantedSetting(rule=rule, points=points, since=day, why=printable(why))
    with open_database(db) as database, database.work(own_stamp()) as work:
        mine = [each.id for each in rule_settings(work) if each.rule == rule]
        last = (mine[-1] if mine else None) if seen is None else seen or None
        click.echo(visible(_told(set_rule(work, wanted, last))), err=True)


@rules.command()
@click.argument("number", type=int)
@needs_db
def agree(number: int, db: str) -> None:
    """Agree, as a second person, to change NUMBER of a strong rule.

    Example: tidewaiter rules agree 3 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        click.echo(visible(_told(second_rule(work, number))), err=True)


def _told(made: RuleSetting) -> str:
    """Describe in one line what a change does."""
    weight = {None: "full weight", 0: "off"}.get(made.points, f"at most {made.points}")
    second = f", agreed by {made.second.by}" if made.second else ""
    waits = "" if made.counts else "; awaiting a second person"
    who = f"by {made.by}{second}"
    return f"{made.id}  {made.rule}: {weight} from {made.since} on, {who}: {made.why}{waits}"
