"""The command `tidewaiter suppressions`: benign patterns rest by rules that are seen and end."""

from datetime import date
from typing import Any, get_args

import click
import msgspec
from rich.console import Console

from tidewaiter.base.errors import InputError
from tidewaiter.casework.suppression.scope import Scope, scope_in_words
from tidewaiter.casework.suppression.suppression import Proposal, State, Suppression
from tidewaiter.cli.options import Day, needs_db, printable
from tidewaiter.cli.scopes import said_of, scope_from, scope_options
from tidewaiter.cli.suppressionstable import (
    rules_table,
    show_offer,
    show_preview,
    show_rule,
)
from tidewaiter.identity import own_stamp
from tidewaiter.node import go_through
from tidewaiter.report.characters import visible
from tidewaiter.store.database import Work, open_database
from tidewaiter.store.learning import learn
from tidewaiter.store.previews import preview as preview_of
from tidewaiter.store.previews import resting
from tidewaiter.store.suppression import approve as approve_rule
from tidewaiter.store.suppression import end as end_rule
from tidewaiter.store.suppression import propose as propose_rule
from tidewaiter.store.suppression import refuse as refuse_rule
from tidewaiter.store.suppression import steps_of, suppression_of
from tidewaiter.store.suppression import suppressions as stored

_json = click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
_why = click.option("--why", required=True, help="Words of your own.")
_seen = click.option("--seen", type=int, help="Number of the last step that you saw.")


@click.group()
def suppressions() -> None:
    """Let benign patterns rest: rules with a scope, a reason, an owner and an end.

    Example: tidewaiter suppressions offers --db cases.db
    """


@suppressions.command(name="list")
@needs_db
@click.option("--state", type=click.Choice(get_args(State)), help="Those that stand so.")
@_json
def list_(db: str, state: State | None, *, as_json: bool) -> None:
    """List the rules, the newest first, and how many alerts rest by each.

    Example: tidewaiter suppressions list --db cases.db --state active
    """
    with open_database(db) as database, database.work() as work:
        rules = stored(work, [state] if state else [])
    if as_json:
        for rule in rules:
            click.echo(msgspec.json.encode(rule))
        return
    Console(highlight=False).print(rules_table(rules))
    hidden = sum(rule.hidden for rule in rules)
    click.echo(f"{len(rules):,} rules; {hidden:,} alerts rest by them now", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@_json
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show rule NUMBER whole: scope, reason, steps, and what rests by it.

    Example: tidewaiter suppressions show 3 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        rule, steps = suppression_of(work, number), steps_of(work, number)
        rests = resting(work, number)
    if as_json:
        click.echo(msgspec.json.encode({"rule": rule, "steps": steps, "resting": rests}))
        return
    for line in show_rule(rule, steps, rests):
        click.echo(visible(line))


@suppressions.command()
@needs_db
@_json
def offers(db: str, *, as_json: bool) -> None:
    """Print the patterns of dismissed alerts that may become a rule.

    Nothing is hidden by an offer: propose it, and a supervisor approves.

    Example: tidewaiter suppressions offers --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        learned = learn(work)
    for number, offer in enumerate(learned.offers, start=1):
        if as_json:
            click.echo(msgspec.json.encode(offer))
            continue
        for line in show_offer(number, offer):
            click.echo(visible(line))
    told = f"{len(learned.offers):,} offers, from {learned.looked:,} of {learned.decided:,}"
    click.echo(f"{told} decided alerts", err=True)


@suppressions.command()
@needs_db
@scope_options
@_json
def preview(db: str, *, as_json: bool, **options: Any) -> None:
    """Say what a scope is about among all stored alerts, the strong ones apart.

    Example: tidewaiter suppressions preview --alert 12b0f39e --shipper "" --db cases.db
    """
    said = said_of(options)
    with open_database(db) as database, database.work() as work:
        scope = scope_from(work, said)
        found = preview_of(work, scope)
    if as_json:
        click.echo(msgspec.json.encode({"scope": scope, "preview": found}))
        return
    for line in (*map(str, scope_in_words(scope)), *show_preview(found)):
        click.echo(visible(line))


@suppressions.command()
@needs_db
@scope_options
@click.option("--offer", type=int, help="Begin with this offer: its number in `offers`.")
@click.option(
    "--reason", default="other-goods", show_default=True, help="Why it is benign: a code."
)
@click.option("--words", default="", help="The same in your own words.")
@click.option("--owner", required=True, help="Who answers for the rule.")
@click.option("--expires", type=Day(), required=True, help="The first day without it.")
@click.option("--strong", is_flag=True, help="Hide strong alerts too; two persons are needed.")
def propose(db: str, *, offer: int | None, **options: Any) -> None:
    """Propose a rule. It hides nothing until a supervisor approves it.

    Example: tidewaiter suppressions propose --offer 1 --owner reyes --expires 2027-01-31 --db c.db
    """
    said = said_of(options)
    with open_database(db) as database, database.work(own_stamp()) as work:
        scope = scope_from(work, said) if offer is None else _offered(work, offer)
        rule = propose_rule(work, _proposal(scope, options))
    click.echo(f"rule {rule.number} is proposed, step {rule.last}; it hides nothing yet", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@click.option("--words", default="", help="Words of your own.")
@_seen
def approve(number: int, db: str, words: str, seen: int | None) -> None:
    """Approve rule NUMBER, as a supervisor: from now on it hides what it is about.

    A rule that hides strong alerts is approved by another person than its proposer.

    Example: tidewaiter suppressions approve 3 --db cases.db
    """
    with open_database(db) as database:
        with database.work(own_stamp()) as work:
            now = _as_seen(suppression_of(work, number), seen)
            changed = approve_rule(work, now, printable(words))
        changed = go_through(database, changed, own_stamp)
    click.echo(f"rule {number} is active: {changed.alerts:,} alerts rest now", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@_why
@_seen
def refuse(number: int, db: str, why: str, seen: int | None) -> None:
    """Refuse the proposed rule NUMBER.

    Example: tidewaiter suppressions refuse 3 --why "too broad" --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        refuse_rule(work, _as_seen(suppression_of(work, number), seen), printable(why))
    click.echo(f"rule {number} is refused", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@_why
@_seen
def end(number: int, db: str, why: str, seen: int | None) -> None:
    """End the active rule NUMBER; what rests by it is open again unless decided since.

    Example: tidewaiter suppressions end 3 --why "the maker changed the product" --db cases.db
    """
    with open_database(db) as database:
        with database.work(own_stamp()) as work:
            changed = end_rule(work, _as_seen(suppression_of(work, number), seen), printable(why))
        changed = go_through(database, changed, own_stamp)
    click.echo(f"rule {number} has ended: {changed.alerts:,} alerts are open again", err=True)


def _offered(work: Work, number: int) -> Scope:
    found = learn(work).offers
    if not 1 <= number <= len(found):
        hint = "tidewaiter suppressions offers prints them with their numbers"
        raise InputError(f'there is no offer "{number}"', hint=hint)
    return found[number - 1].scope


def _proposal(scope: Scope, options: dict[str, Any]) -> Proposal:
    expires: date = options["expires"]
    return Proposal(
        scope=scope,
        reason=options["reason"],
        words=printable(options["words"]),
        owner=printable(options["owner"]),
        expires=expires,
        strong=options["strong"],
    )


def _as_seen(now: Suppression, seen: int | None) -> Suppression:
    """Return a rule as it was when it was looked at; without a number, as it is."""
    return now if seen is None else msgspec.structs.replace(now, last=seen)
