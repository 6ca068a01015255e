"""The options of the command line that say which alerts are meant."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args

import click

from tidewaiter.casework.decisions import Status
from tidewaiter.cli.options import printable
from tidewaiter.consignments.types import Severity
from tidewaiter.store.queuefilter import AlertFilter

F = TypeVar("F", bound=Callable[..., None])
_Day = click.DateTime(["%Y-%m-%d"])
_OPTIONS = (
    click.option(
        "--status",
        multiple=True,
        type=click.Choice(["all", *get_args(Status)]),
        default=["open"],
        show_default=True,
        help="Where they stand.",
    ),
    click.option(
        "--severity", multiple=True, type=click.Choice(get_args(Severity)), help="Of this severity."
    ),
    click.option("--substance", multiple=True, help="That name this substance: its slug."),
    click.option("--rule", multiple=True, help="With a reason of this rule."),
    click.option(
        "--country",
        multiple=True,
        help="With goods, a stop or a party of this country: two letters.",
    ),
    click.option("--from", "origin", help="Sent from this country: two letters."),
    click.option("--to", "destination", help="Bound for this country: two letters."),
    click.option("--party", help="With a party of this name in the papers, or that begins so."),
    click.option("--entry", help="That rest on this entry of a list: LIST/ID."),
    click.option("--consignment", help="Of this consignment."),
    click.option("--screening", type=int, help="First found by the screening of this id."),
    click.option("--assignee", help='Of this person; "": of nobody.'),
    click.option("--due-from", type=_Day, help="Due on this day or later."),
    click.option("--due-to", type=_Day, help="Due on this day or before."),
    click.option(
        "--due-within",
        type=int,
        help="Due so many days from today, or before; -1: those that are late.",
    ),
    click.option("--day-from", type=_Day, help="Screened by the law of this day, or a later one."),
    click.option("--day-to", type=_Day, help="Screened by the law of this day, or an earlier one."),
    click.option(
        "--words",
        default="",
        help="With all these words, or their beginnings, in goods, title, parties or vessel.",
    ),
)


def filter_options(command: F) -> F:
    """Give a command the options of a filter, for `filter_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def filter_of(options: Mapping[str, Any]) -> AlertFilter:
    """Return the filter that some options say."""
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
