"""The command `tidewaiter suppressions`: rules that suppress known false positives for a time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar, get_args

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.records import Record
from tidewaiter.base.safe_text import as_line, visible
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.proposals import Offer, offer_in_words
from tidewaiter.casework.suppression.rules import Proposal, State, Suppression, Taken
from tidewaiter.casework.suppression.scope import Scope, Trader, Way, check_scope, scope_in_words
from tidewaiter.casework.suppression.settings import load_suppression_settings
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import (
    Day,
    found_or_hint,
    json_option,
    needs_db,
    printable,
    with_options,
)
from tidewaiter.node.context import go_through
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.alerts.decisions import alert_id
from tidewaiter.store.core.database import Work, open_database
from tidewaiter.store.suppression.proposals import (
    Part,
    Preview,
    learn,
    scope_of,
    suppressed_by_rule,
)
from tidewaiter.store.suppression.proposals import preview as preview_of
from tidewaiter.store.suppression.rules import approve as approve_rule
from tidewaiter.store.suppression.rules import end as end_rule
from tidewaiter.store.suppression.rules import propose as propose_rule
from tidewaiter.store.suppression.rules import refuse as refuse_rule
from tidewaiter.store.suppression.rules import steps_of, suppression_of
from tidewaiter.store.suppression.rules import suppressions as stored

K = TypeVar("K", bound=str)

_MANY = 5  # ids in a line


def rules_table(rules: Sequence[Suppression]) -> Table:
    """Lay out rules, one a row."""
    table = Table(box=None, header_style="bold", pad_edge=False, collapse_padding=True)
    for title in ("rule", "state", "rest", "expires", "owner"):
        table.add_column(title, overflow="fold")
    table.add_column("alerts that", overflow="fold", ratio=1)
    for rule in rules:
        told = rule.proposal
        strong = " (strong too)" if told.strong else ""
        table.add_row(
            str(rule.number),
            Text(f"{rule.state}{strong}"),
            f"{rule.hidden:,}",
            told.expires.isoformat(),
            Text(as_line(told.owner)),
            Text(as_line("; ".join(scope_in_words(told.scope)))),
        )
    return table


def show_rule(rule: Suppression, steps: Sequence[Taken], rests: Sequence[str]) -> Iterator[str]:
    """Yield all lines of one rule."""
    told = rule.proposal
    yield f"rule {rule.number}: {rule.state}, {how_many(rule.hidden, 'alert')} suppressed now"
    yield "Applies to alerts that match all of these"
    yield from (f"  {as_line(each)}" for each in scope_in_words(told.scope))
    if told.strong:
        yield "  including STRONG alerts"
    says = load_suppression_settings().reason[told.reason].says
    yield f"Why: {says}{'. ' if told.words else ''}{as_line(told.words)}"
    since = f" since {rule.since}," if rule.since else ""
    yield f"Owner: {as_line(told.owner)};{since} until {told.expires}"
    yield "History"
    for step in steps:
        words = f": {as_line(step.words)}" if step.words else ""
        yield f"  {step.id}  {step.at}  {step.step} by {as_line(step.by)}{words}"
    yield from _named("Suppressed now, by priority", rests)


def show_offer(number: int, offer: Offer) -> Iterator[str]:
    """Yield the lines of a suggestion."""
    yield f"suggestion {number}: alerts that match all of these"
    yield from (f"  {as_line(each)}" for each in scope_in_words(offer.scope))
    yield f"  {offer_in_words(offer)}"
    if offer.strong:
        yield (
            f"  {offer.strong:,} are strong: similar ones stay open unless the rule includes them"
        )


def show_preview(found: Preview) -> Iterator[str]:
    """Yield the lines of a preview."""
    yield f"{found.alerts:,} of {how_many(found.stored, 'stored alert')} match"
    yield from _part("The rule would suppress", found.plain)
    yield from _part(
        "Strong, which stay open unless the rule includes them and two people approve", found.strong
    )
    if found.against_count:
        yield f"{found.against_count:,} of them were confirmed, held or referred"
        yield from _named("Check these first", found.against)


def _part(title: str, part: Part) -> Iterator[str]:
    yield f"{title}: {part.alerts:,}"
    if part.alerts:
        yield f"  {_counts(part.by_severity)}"
        yield f"  {_counts(part.by_status)}"
        yield f"  {_counts(part.by_month)}"
        yield from _named("  Examples", part.sample)


def _counts(counts: Mapping[K, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _named(title: str, ids: Sequence[str]) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - _MANY} more" if len(ids) > _MANY else ""
        yield f"{title}: {', '.join(ids[:_MANY])}{more}"


class Said(Record, frozen=True, kw_only=True):
    """The options of a scope; empty ones were not given."""

    alert: str | None = None
    substance: tuple[str, ...] = ()
    way: tuple[Way, ...] = ()
    rule: tuple[str, ...] = ()
    phrase: str | None = None
    heading: str | None = None
    shipper: str | None = None
    shipper_id: str = ""
    consignee: str | None = None
    consignee_id: str = ""
    most: Severity | None = None


scope_options = with_options(
    click.option("--alert", help="Start from the values of this alert (ID)."),
    click.option("--substance", multiple=True, help="Only this substance (slug)."),
    click.option(
        "--way",
        multiple=True,
        type=click.Choice(get_args(Way)),
        help="Only matches found in this way.",
    ),
    click.option("--rule", multiple=True, help="Only risk indicators of this rule."),
    click.option("--phrase", help='Text at each match; "": any.'),
    click.option("--heading", help='First digits of the HS code; "": any.'),
    click.option("--shipper", help='Name as in the documents; "": any.'),
    click.option("--shipper-id", default="", help="Identifier as in the documents."),
    click.option("--consignee", help='Name as in the documents; "": any.'),
    click.option("--consignee-id", default="", help="Identifier as in the documents."),
    click.option("--most", type=click.Choice(get_args(Severity)), help="Highest severity."),
)
"""Add the options of a scope to a command."""


def said_of(options: dict[str, Any]) -> Said:
    """Separate the options of a scope from those of a command."""
    return Said(**{name: options.pop(name) for name in Said.__struct_fields__})


def scope_from(work: Work, said: Said) -> Scope:
    """Build a scope; options take precedence over the values of an alert.

    Raises:
        InputError: The scope is invalid, or the alert has too few values to start from.
    """
    begun = Scope()
    if said.alert is not None:
        found = scope_of(work, alert_id(work, printable(said.alert)))
        if found is None:
            raise InputError("cli/alert-too-little-for-a-scope", alert=said.alert)
        begun = found
    changes = {"substances": said.substance, "ways": said.way, "rules": said.rule}
    told: dict[str, Any] = {name: value for name, value in changes.items() if value}
    for name in ("phrase", "heading", "most"):
        if getattr(said, name) is not None:
            told[name] = getattr(said, name)
    for name in ("shipper", "consignee"):
        trader = getattr(said, name)
        if trader is not None:
            number = getattr(said, f"{name}_id")
            told[name] = Trader(name=printable(trader), id=printable(number)) if trader else None
    return check_scope(msgspec.structs.replace(begun, **told))


_why = click.option("--why", required=True, help="Note, in your own words.")
_seen = click.option(
    "--seen", type=int, help="Number of the last step that you saw, to detect conflicts."
)


@click.group()
def suppressions() -> None:
    """Suppress known false positives with rules that have a scope, reason, owner and end date.

    Example: tidewaiter suppressions offers --db cases.db
    """


@suppressions.command(name="list")
@needs_db
@click.option("--state", type=click.Choice(get_args(State)), help="Only rules with this status.")
@json_option
def list_(db: str, state: State | None, *, as_json: bool) -> None:
    """List the rules, newest first, with the number of alerts each suppresses.

    Example: tidewaiter suppressions list --db cases.db --state active
    """
    with open_database(db) as database, database.work() as work:
        rules = stored(work, [state] if state else [])
    found_or_hint(rules, "tidewaiter suppressions offers suggests rules")
    if as_json:
        for rule in rules:
            click.echo(english_json(rule))
        return
    Console(highlight=False).print(rules_table(rules))
    hidden = sum(rule.hidden for rule in rules)
    click.echo(
        f"{how_many(len(rules), 'rule')}; {how_many(hidden, 'alert')} suppressed now", err=True
    )


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@json_option
def show(number: int, db: str, *, as_json: bool) -> None:
    """Show rule NUMBER: scope, reason, history, and the alerts it suppresses.

    Example: tidewaiter suppressions show 3 --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        rule, steps = suppression_of(work, number), steps_of(work, number)
        rests = suppressed_by_rule(work, number)
    if as_json:
        click.echo(english_json({"rule": rule, "steps": steps, "resting": rests}))
        return
    for line in show_rule(rule, steps, rests):
        click.echo(visible(line))


@suppressions.command()
@needs_db
@json_option
def offers(db: str, *, as_json: bool) -> None:
    """Suggest rules from patterns of dismissed alerts.

    A suggestion suppresses nothing: propose it as a rule, which a supervisor then approves.

    Example: tidewaiter suppressions offers --db cases.db
    """
    with open_database(db) as database, database.work() as work:
        learned = learn(work)
    for number, offer in enumerate(learned.offers, start=1):
        if as_json:
            click.echo(english_json(offer))
            continue
        for line in show_offer(number, offer):
            click.echo(visible(line))
    told = f"{len(learned.offers):,} suggestions, from {learned.looked:,} of {learned.decided:,}"
    click.echo(f"{told} decided alerts", err=True)


@suppressions.command()
@needs_db
@scope_options
@json_option
def preview(db: str, *, as_json: bool, **options: Any) -> None:
    """Show which stored alerts a scope matches, strong ones separately.

    Example: tidewaiter suppressions preview --alert 12b0f39e --shipper "" --db cases.db
    """
    said = said_of(options)
    with open_database(db) as database, database.work() as work:
        scope = scope_from(work, said)
        found = preview_of(work, scope)
    if as_json:
        click.echo(english_json({"scope": scope, "preview": found}))
        return
    for line in (*map(str, scope_in_words(scope)), *show_preview(found)):
        click.echo(visible(line))


@suppressions.command()
@needs_db
@scope_options
@click.option("--offer", type=int, help="Start from the suggestion with this number in `offers`.")
@click.option(
    "--reason",
    default="other-goods",
    show_default=True,
    help="Code of the reason why these are false positives.",
)
@click.option("--words", default="", help="The reason in your own words.")
@click.option("--owner", required=True, help="Person responsible for the rule.")
@click.option(
    "--expires", type=Day(), required=True, help="End date: the first day without the rule."
)
@click.option(
    "--strong", is_flag=True, help="Also suppress strong alerts; needs approval by a second person."
)
def propose(db: str, *, offer: int | None, **options: Any) -> None:
    """Propose a rule. It suppresses nothing until a supervisor approves it.

    Example: tidewaiter suppressions propose --offer 1 --owner reyes --expires 2027-01-31 --db c.db
    """
    said = said_of(options)
    with open_database(db) as database, database.work(own_stamp()) as work:
        scope = scope_from(work, said) if offer is None else _offered(work, offer)
        rule = propose_rule(work, _proposal(scope, options))
    click.echo(
        f"rule {rule.number} is proposed, step {rule.last}; it suppresses nothing yet", err=True
    )


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@click.option("--words", default="", help="Note, in your own words.")
@_seen
def approve(number: int, db: str, words: str, seen: int | None) -> None:
    """Approve rule NUMBER, as a supervisor; it takes effect at once.

    A rule that suppresses strong alerts must be approved by someone other than its proposer.

    Example: tidewaiter suppressions approve 3 --db cases.db
    """
    with open_database(db) as database:
        with database.work(own_stamp()) as work:
            now = _as_seen(suppression_of(work, number), seen)
            changed = approve_rule(work, now, printable(words))
        changed = go_through(database, changed, own_stamp)
    click.echo(f"rule {number} is active: {how_many(changed.alerts, 'alert')} suppressed", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@_why
@_seen
def refuse(number: int, db: str, why: str, seen: int | None) -> None:
    """Reject the proposed rule NUMBER.

    Example: tidewaiter suppressions refuse 3 --why "too broad" --db cases.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        refuse_rule(work, _as_seen(suppression_of(work, number), seen), printable(why))
    click.echo(f"rule {number} is rejected", err=True)


@suppressions.command()
@click.argument("number", type=int)
@needs_db
@_why
@_seen
def end(number: int, db: str, why: str, seen: int | None) -> None:
    """End the active rule NUMBER; its alerts are open again unless decided since.

    Example: tidewaiter suppressions end 3 --why "the maker changed the product" --db cases.db
    """
    with open_database(db) as database:
        with database.work(own_stamp()) as work:
            changed = end_rule(work, _as_seen(suppression_of(work, number), seen), printable(why))
        changed = go_through(database, changed, own_stamp)
    click.echo(f"rule {number} has ended: {how_many(changed.alerts, 'alert')} reopened", err=True)


def _offered(work: Work, number: int) -> Scope:
    found = learn(work).offers
    if not 1 <= number <= len(found):
        raise InputError("cli/no-offer", number=number)
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
    """Return the state of a rule that the user saw; without a number, its current state."""
    return now if seen is None else msgspec.structs.replace(now, last=seen)
