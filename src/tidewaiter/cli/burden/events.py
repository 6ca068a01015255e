"""The commands `tidewaiter burden` declare, event, months and claim: statements and their data."""

import textwrap
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
import msgspec
import pyarrow as pa

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import visible
from tidewaiter.burden.claims.checking import check_claim
from tidewaiter.burden.claims.parsing import Given, parse_claims
from tidewaiter.burden.claims.types import Checked, Finding
from tidewaiter.burden.events.cards import event_card
from tidewaiter.burden.events.declarations import (
    dated_events,
    declarations,
    find_declared,
    find_event,
    parse_window,
)
from tidewaiter.burden.events.declarations import declare as keep
from tidewaiter.burden.events.types import Declaration, Direction, Event, Kind
from tidewaiter.burden.indicators import find_indicator, find_place, place_name
from tidewaiter.burden.releases.dataset_loader import Series, Shelf, releases_of
from tidewaiter.burden.releases.event_material import Beside, material_of
from tidewaiter.burden.releases.folder import load_releases
from tidewaiter.burden.types import Basis, month_text
from tidewaiter.cli.burden.figures import check_format, give
from tidewaiter.cli.burden.releases import archived_in
from tidewaiter.cli.core.options import FILE, OUT_FILE, Day, json_option
from tidewaiter.explain.burden import HEADS, finding_row, gap_text, read_text, understood
from tidewaiter.law.registry import load_registry
from tidewaiter.node.identity import own_stamp
from tidewaiter.report.burden.events import card_text, placebo_text

F = TypeVar("F", bound=Callable[..., Any])

_ASKED = (
    click.option(
        "--day",
        type=Day(),
        help="Date of an event that is not in the built-in list, for example 2024-05-01.",
    ),
    click.option("--kind", type=click.Choice(get_args(Kind)), help="Type of the event on --day."),
    click.option(
        "--substance",
        "substances",
        multiple=True,
        help="Substance affected by the event on --day: a slug or a name; can be repeated.",
    ),
    click.option(
        "--where",
        default="",
        help="Jurisdiction of the event on --day, for example US, CN or US-OH.",
    ),
    click.option(
        "--events",
        type=FILE,
        help="A file with your own events, in the format of data/burden/events.toml.",
    ),
    click.option(
        "--place", default="US", show_default=True, help="Place whose deaths are counted."
    ),
    click.option(
        "--indicator",
        "--series",
        "indicator",
        default="T40.4",
        show_default=True,
        help="Indicator.",
    ),
    click.option(
        "--window",
        default="0-12",
        show_default=True,
        help="Months after the event: 0 is the month of the event; the last month is not included.",
    ),
    click.option(
        "--direction",
        type=click.Choice(get_args(Direction)),
        default="down",
        show_default=True,
        help="Expected direction of the change.",
    ),
)


def asked(command: F) -> F:
    """Add the options that define the question."""
    for option in reversed(_ASKED):
        command = option(command)
    return command


@click.command()
@click.argument("event", required=False)
@asked
@click.option(
    "--to",
    "file",
    type=OUT_FILE,
    required=True,
    help="The file of declarations (JSON Lines). Lines are only ever added.",
)
def declare(event: str | None, file: Path, **options: Any) -> None:
    """Register a question about an event before you look at the data: its hash and the date.

    A result card shows whether counts for its window were already public on that date.

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
    """Return the declared question.

    Raises:
        InputError: No event or two events are named, or the place, indicator or window is unknown.
    """
    if bool(slug) == bool(options["day"]):
        raise InputError("cli/no-event-named")
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
        raise InputError("cli/event-not-said")
    day: date = options["day"]
    return Event(
        slug=f"day-{day.isoformat()}",
        name=f"{options['kind']} of {day.isoformat()}",
        day=day,
        kind=options["kind"],
        where=options["where"].upper(),
        substances=options["substances"],
    )


@click.command()
@click.argument("event", required=False)
@asked
@click.option(
    "--release", "file", type=FILE, help="Release file (default: the newest in the archive)."
)
@click.option(
    "--base", type=FILE, help="Monthly counts for the first window: a release by month, or CSV."
)
@click.option(
    "--declared",
    type=OUT_FILE,
    help="The file of declarations; EVENT can then be the hash of a declaration.",
)
@click.option(
    "--dose", type=FILE, help="Monthly pounds seized (CBP, or CSV), used as differences only."
)
@click.option(
    "--drug", default="seized-fentanyl", show_default=True, help="Series of the CBP seizures."
)
@click.option("--placebos", is_flag=True, help="List the dates that the event is ranked among.")
@click.option("--json", "as_json", is_flag=True, help="Print the complete card as JSON.")
@archived_in
def event(event: str | None, folder: Path, **options: Any) -> None:
    """Show the series before and after an event, and rank the change among dates without an event.

    A card does not estimate an effect. It says "compatible with", "not distinguishable from
    ordinary variation" or "opposite to declared direction". Its error rate is at most 1 date in 20.

    Example: tidewaiter burden event us-fentanyl-class --direction down --release release.csv
    """
    known = known_of(options["events"])
    kept = declarations(options["declared"]) if options["declared"] else ()
    named = find_declared(event, kept) if event else None
    wanted = named.declaration if named else declaration_of(event, known, options)
    shelf = Shelf(releases_of(options["file"], folder))
    beside = Beside(
        kept=kept,
        known=known,
        **{name: options[name] for name in ("base", "dose", "drug")},
    )
    material = material_of(wanted, shelf, beside)
    card = event_card(wanted, material)
    if options["as_json"]:
        click.echo(english_json(card))
    else:
        click.echo(placebo_text(card) if options["placebos"] else card_text(card))


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--place", default="US", show_default=True, help="Country or state.")
@click.option("--indicator", required=True, help="Indicator: T40.4, overdose, ...")
@click.option(
    "--base", type=FILE, help="Monthly counts for the first window: a release by month, or CSV."
)
@click.option(
    "--out", type=OUT_FILE, help="A .csv, .jsonl or .parquet file (default: CSV to stdout)."
)
@archived_in
def months(
    file: Path | None, place: str, indicator: str, folder: Path, **options: Path | None
) -> None:
    """Recover monthly counts from a release of twelve-month totals.

    They are read from FILE, or from the newest release in the archive. Months that are not final
    have the interval of the nowcast. Without monthly counts for the first window, the results are
    approximate and are marked so.

    Example: tidewaiter burden months release.csv --indicator T40.4 --out months.csv
    """
    check_format(options["out"])
    where, what = find_place(place), find_indicator(indicator)
    found = Shelf(releases_of(file, folder)).series(where.code, what.key, options["base"])
    for note in found.months.notes:
        click.echo(visible(f"note: {note}"), err=True)
    give(_months_table(found), options["out"])


def _months_table(series: Series) -> pa.Table:
    """Return the months as other commands read them: each with its release and status."""
    figures, same = series.months.figures, series.release
    return pa.table(
        {
            "place": figures["place"],
            "place_name": [place_name(each) for each in figures["place"].to_pylist()],
            "indicator": figures["indicator"],
            "measure": figures["measure"],
            "basis": figures["basis"],
            "month": [month_text(each) for each in figures["last"].to_pylist()],
            "months": figures["months"],
            "value": figures["value"],
            "low": figures["low"],
            "high": figures["high"],
            "status": [
                "closed" if each else "provisional" for each in figures["closed"].to_pylist()
            ],
            "method": [series.months.method] * len(figures),
            "release": [same.label] * len(figures),
            "sha256": [same.sha256] * len(figures),
        }
    )


_WIDTH = 100
_SHOWN = 14  # figures of a table


def answer_text(checked: Checked) -> str:
    """Print a checked claim: how it was understood, figures, assessment, what is missing."""
    claim = checked.claim
    lines = [f'"{claim.text}"', *_wrapped("understood as", [understood(claim)])]
    lines += _wrapped("taken", claim.assumed)
    lines += _wrapped("read", [read_text(claim)])
    for title, texts in (
        ("not understood", [gap_text(gap) for gap in claim.gaps]),
        ("not checked", claim.unchecked),
    ):
        lines += _wrapped(title, ["; ".join(texts)] if texts else [])
    lines += ["", *_finding_lines(checked.findings)] if checked.findings else []
    lines += [
        "",
        f"verdict: {checked.verdict}",
        *(each for line in checked.summary for each in _lines(line)),
    ]
    for title, texts in (("mind", checked.warnings), ("needed for a full answer", checked.missing)):
        if texts:
            lines += ["", f"{title}:", *(each for text in texts for each in _lines(f"- {text}"))]
    return "\n".join(lines) + "\n"


def _finding_lines(findings: tuple[Finding, ...]) -> Iterator[str]:
    rows = [HEADS, *(finding_row(each) for each in findings[:_SHOWN])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    for row in rows:
        cells = [
            cell.rjust(width) if name in {"figure", "difference"} else cell.ljust(width)
            for cell, width, name in zip(row, widths, HEADS, strict=True)
        ]
        yield "  ".join(cells).rstrip()
    if len(findings) > _SHOWN:
        yield f"and {len(findings) - _SHOWN} more: use --json to see all"


def _wrapped(title: str, texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _lines(f"{title}: {text}")]


def _lines(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


_BASES: dict[str, Basis] = {"": "", "occurrence": "occurrence", "residence": "residence"}


@click.command()
@click.argument("text", default="")
@click.option(
    "--said-on", type=Day(), help='Date of the statement: "last year" is counted from it.'
)
@click.option("--place", default="", help='Place, for example "US" or "Ohio"; overrides TEXT.')
@click.option(
    "--period",
    default="",
    help='A year, or the last month of a twelve-month period, for example "2021-04".',
)
@click.option("--indicator", default="", help='Indicator, for example "overdose" or "T40.4".')
@click.option(
    "--basis",
    type=click.Choice(["occurrence", "residence"]),
    help="Count deaths by place of occurrence or by residence.",
)
@click.option(
    "--number", default="", help='The number, for example "nearly 110,000"; overrides TEXT.'
)
@archived_in
@json_option
def claim(
    text: str, said_on: date | None, folder: Path, *, as_json: bool, **options: str | None
) -> None:
    """Check the claims in TEXT against every official figure, and show which figures support them.

    No release is needed: figures that CDC published as text are built in. With an archive, the
    command finds the release that confirms a number, or the counting error that explains it. Exit
    status 0 whatever the assessment is; 2 if TEXT is not understood.

    Example: tidewaiter burden claim "nearly 110,000 deaths in 2022" --said-on 2023-07-07
    """
    told = {name: value or "" for name, value in options.items()}
    if not text and not told["number"]:
        raise InputError("cli/nothing-claimed")
    today = own_stamp().at.date()
    given = Given(
        said=said_on,
        place=told["place"],
        period=told["period"],
        indicator=told["indicator"],
        basis=_BASES[told["basis"]],
        number=told["number"],
    )
    releases = load_releases(folder).releases
    checked = [check_claim(each, releases, today) for each in parse_claims(text, today, given)]
    if as_json:
        click.echo(msgspec.json.format(english_json(checked), indent=2))
        return
    for each in checked:
        click.echo(visible(answer_text(each)))
