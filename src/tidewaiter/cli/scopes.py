"""The options that say a scope, read into one."""

from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click
import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.scope import Scope, Trader, Way, check_scope
from tidewaiter.cli.options import printable
from tidewaiter.store.database import Work
from tidewaiter.store.decisions import alert_id
from tidewaiter.store.learning import scope_of

F = TypeVar("F", bound=Callable[..., Any])


class Said(Record, frozen=True, kw_only=True):
    """What the options say of a scope; what is empty was not said."""

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


_OPTIONS = (
    click.option("--alert", help="Begin with what an alert shows: its id."),
    click.option("--substance", multiple=True, help="Names this substance only: its slug."),
    click.option("--way", multiple=True, type=click.Choice(get_args(Way)), help="Found so only."),
    click.option("--rule", multiple=True, help="Reasons of this rule only."),
    click.option("--phrase", help='Words at the find; "": any.'),
    click.option("--heading", help='The HS code begins so; "": any.'),
    click.option("--shipper", help='Name as in the papers; "": any.'),
    click.option("--shipper-id", default="", help="Number as in the papers."),
    click.option("--consignee", help='Name as in the papers; "": any.'),
    click.option("--consignee-id", default="", help="Number as in the papers."),
    click.option("--most", type=click.Choice(get_args(Severity)), help="Up to this severity."),
)


def scope_options(command: F) -> F:
    """Add the options of a scope to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def said_of(options: dict[str, Any]) -> Said:
    """Take the options of a scope out of those of a command."""
    return Said(**{name: options.pop(name) for name in Said.__struct_fields__})


def scope_from(work: Work, said: Said) -> Scope:
    """Make a scope of what was said: what an option says wins over what an alert shows.

    Raises:
        InputError: It is no scope, or the alert shows too little to begin with.
    """
    begun = Scope()
    if said.alert is not None:
        found = scope_of(work, alert_id(work, printable(said.alert)))
        if found is None:
            hint = "say the scope with --substance, --phrase and the other options"
            raise InputError(f'the alert "{said.alert}" shows too little for a scope', hint=hint)
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
