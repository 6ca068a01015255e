"""The command `tidewaiter rules`: rules turned down or off in a database, and on again."""

from datetime import date

import click

from tidewaiter.base.safe_text import visible
from tidewaiter.cli.core.options import Day, needs_db, printable
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.rules import rule_settings, second_rule, set_rule
from tidewaiter.trade.rules.switches import RuleSetting, WantedSetting


@click.group()
def rules() -> None:
    """Turn rules of alerts down or off in a database, openly: list, turn, agree.

    Example: tidewaiter rules list --db cases.db
    """


@rules.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List what was done to rules, the first first.

    Example: tidewaiter rules list --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        made = rule_settings(work)
    for each in made:
        click.echo(visible(_told(each)))
    if not made:
        click.echo("no rule was turned down", err=True)


@rules.command(name="turn")
@click.argument("rule", metavar="RULE")
@click.argument("points", type=click.IntRange(0, 100), required=False)
@needs_db
@click.option("--why", required=True, help="What was seen; every alert with the rule shows it.")
@click.option("--since", type=Day(), help="Screenings of this day and later (today).")
@click.option("--seen", type=int, help="Number of the last setting that you saw; 0: none.")
def turn(
    rule: str, points: int | None, db: str, *, why: str, since: date | None, seen: int | None
) -> None:
    """Let reasons of RULE weigh at most POINTS: 0 turns it off; without POINTS, on again.

    A strong rule below its floor counts once a second person agrees.

    Example: tidewaiter rules turn vague 10 --why "3 of 120 were right" --db cases.db
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
    """Agree, as a second person, to setting NUMBER of a strong rule.

    Example: tidewaiter rules agree 3 --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        click.echo(visible(_told(second_rule(work, number))), err=True)


def _told(made: RuleSetting) -> str:
    """Say in a line what a setting does."""
    weight = {None: "as the file has it", 0: "off"}.get(made.points, f"at most {made.points}")
    second = f", agreed by {made.second.by}" if made.second else ""
    waits = "" if made.counts else "; it waits for a second person"
    who = f"by {made.by}{second}"
    return f"{made.id}  {made.rule}: {weight} from {made.since} on, {who}: {made.why}{waits}"
