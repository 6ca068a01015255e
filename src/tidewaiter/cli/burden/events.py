"""The command `tidewaiter burden declare`, and the options that say what is asked."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.burden.events.declaring import parse_window
from tidewaiter.burden.events.types import Declaration, Direction, Event, Kind
from tidewaiter.burden.facts import find_indicator, find_place
from tidewaiter.cli.options import Day
from tidewaiter.identity import own_stamp
from tidewaiter.releases.declarations import declare as keep
from tidewaiter.releases.events import dated_events, find_event
from tidewaiter.substances.registry import load_registry

FILE: click.Path = click.Path(exists=True, dir_okay=False, path_type=Path)

F = TypeVar("F", bound=Callable[..., Any])

_ASKED = (
    click.option("--day", type=Day(), help="Of an event that is not known: 2024-05-01."),
    click.option("--kind", type=click.Choice(get_args(Kind)), help="What happened on --day."),
    click.option(
        "--substance", "substances", multiple=True, help="A slug or a name, with --day; repeatable."
    ),
    click.option("--where", default="", help="Whose act it was, with --day: US, CN, US-OH."),
    click.option("--events", type=FILE, help="Own events: a file like data/burden/events.toml."),
    click.option("--place", default="US", show_default=True, help="Whose deaths are counted."),
    click.option(
        "--indicator",
        "--series",
        "indicator",
        default="T40.4",
        show_default=True,
        help="What is counted.",
    ),
    click.option(
        "--window",
        default="0-12",
        show_default=True,
        help="Months after the event; 0 is its own month, the last is not counted.",
    ),
    click.option(
        "--direction",
        type=click.Choice(get_args(Direction)),
        default="down",
        show_default=True,
        help="Which way the series is expected to move.",
    ),
)


def asked(command: F) -> F:
    """Add the options that say what is asked."""
    for option in reversed(_ASKED):
        command = option(command)
    return command


@click.command()
@click.argument("event", required=False)
@asked
@click.option(
    "--to",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file of declarations, JSON lines; it only grows.",
)
def declare(event: str | None, file: Path, **options: Any) -> None:
    """Keep what is asked of an event before the data are looked at: its hash, with the day.

    A card says whether counts of its window were public on that day.

    Example: tidewaiter burden declare us-fentanyl-class --direction down --to declared.jsonl
    """
    kept = keep(file, declaration_of(event, known_of(options["events"]), options), today())
    click.echo(f"{kept.sha256} declared on {kept.day.isoformat()}")


def today() -> date:
    """Return the day on which the command runs."""
    return own_stamp().at.date()


def known_of(own: Path | None) -> tuple[Event, ...]:
    """Return the known events."""
    return dated_events(load_registry(), own)


def declaration_of(
    slug: str | None, known: tuple[Event, ...], options: dict[str, Any]
) -> Declaration:
    """Return what is asked.

    Raises:
        InputError: No event is named, or two; or place, indicator or window are not known.
    """
    if bool(slug) == bool(options["day"]):
        raise InputError("no event is named", hint="name one, or else give --day and --kind")
    event = find_event(slug, known) if slug else _own(options)
    return Declaration(
        event=event,
        place=find_place(options["place"]).code,
        indicator=find_indicator(options["indicator"]).key,
        window=parse_window(options["window"]),
        direction=options["direction"],
    )


def _own(options: dict[str, Any]) -> Event:
    if not options["kind"]:
        raise InputError("it is not said what happened on that day", hint="give --kind")
    day: date = options["day"]
    return Event(
        slug=f"day-{day.isoformat()}",
        name=f"{options['kind']} of {day.isoformat()}",
        day=day,
        kind=options["kind"],
        where=options["where"].upper(),
        substances=options["substances"],
    )
