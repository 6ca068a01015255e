"""The command `tidewaiter scenario`: a demonstration with several nodes, or synthetic trade."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tidewaiter.base.errors import InputError
from tidewaiter.cli.coalition.commitments import show_board, show_members, write_pack
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.options import OUT_FILE
from tidewaiter.demo.actions import Told, play
from tidewaiter.demo.nodes import Stage, set_up
from tidewaiter.demo.story import Story, load_story
from tidewaiter.demo.synthetic_trade import MadeTrade, write_made
from tidewaiter.exchange.coalition.board import Period
from tidewaiter.explain.languages import naming
from tidewaiter.store.coalition.participation import Reader

_COALITION = "coalition"
_ENDINGS = tuple(load_story(_COALITION).endings)


@click.group()
def scenario() -> None:
    """Run a demonstration with real nodes on this machine, or generate trade data.

    Example: tidewaiter scenario coalition --ending reopened
    """


@scenario.command()
@click.option(
    "--ending",
    type=click.Choice(_ENDINGS),
    default=_ENDINGS[0],
    show_default=True,
    help="Ending of the story.",
)
@click.option("--all", "everything", is_flag=True, help="Also print every PEN and reply.")
@click.option(
    "--out",
    type=OUT_FILE,
    help="Write the meeting pack of the last day: .html or .pdf.",
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the databases and keys of the nodes in this empty folder.",
)
def coalition(ending: str, *, everything: bool, out: Path | None, keep: Path | None) -> None:
    """Simulate a year of five fictional countries, and show the dashboard at its end.

    Five nodes exchange over HTTP on this machine: one is invited and stays unresponsive, one
    freezes its channel to another, a working group forms without it, a person is charged, and PENs
    and incidents continue among the others. With `--ending reopened` the channel opens again.

    Example: tidewaiter scenario coalition --ending reopened --out pack.html
    """
    story = load_story(_COALITION)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise InputError("cli/folder-not-empty", at=str(keep))
        _play(story, ending, keep.resolve(), everything=everything, out=out)
        click.echo(
            f"To explore: TIDEWAITER_KEY={keep / story.board}.key tidewaiter "
            f"coalition board --db {keep / story.board}.db --day {story.ends}",
            err=True,
        )
        return
    with TemporaryDirectory(prefix="tidewaiter-") as folder:
        _play(story, ending, Path(folder), everything=everything, out=out)


@scenario.command()
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Random seed; another seed gives other lines.",
)
@click.option(
    "--lines",
    type=click.IntRange(1_000, 2_000_000),
    default=40_000,
    show_default=True,
    help="Approximate number of lines in a year.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="An empty folder.",
)
def trade(seed: int, lines: int, out: Path) -> None:
    """Generate a year of trade of fictional firms, with planted cases and harmless look-alikes.

    Writes past.parquet, now.parquet and truth.csv, which labels the planted cases and look-alikes.
    Screen now.parquet with past.parquet as its history, and compare.

    Example: tidewaiter scenario trade --seed 7 --out made
    """
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise InputError("cli/folder-not-empty", at=str(out))
    written = write_made(MadeTrade(seed, lines), out)
    click.echo(
        (
            f"{how_many(written.past, 'past line')} and {how_many(written.now, 'line')} to screen, "
            f"{written.planted:,} of them planted. Next: tidewaiter screen {out / 'now.parquet'} "
            f"--history {out / 'past.parquet'} --out {out / 'alerts.jsonl'}"
        ),
        err=True,
    )


def _play(story: Story, ending: str, folder: Path, *, everything: bool, out: Path | None) -> None:
    click.echo(f"{story.title}. {story.endings[ending]}.\n")
    click.echo("Creating five nodes and serving them on this machine ...", err=True)
    countries = {each.country: each.name for each in story.node}
    with set_up(story, folder) as stage, naming(countries):
        business: Counter[str] = Counter()
        for told in play(stage, ending):
            _tell(told, business, everything=everything)
        _tell_business(business)
        _show(stage, out)


def _tell(told: Told, business: Counter[str], *, everything: bool) -> None:
    if told.trade and not everything:
        business["answers" if "no objection" in told.text else "notices"] += 1
        return
    _tell_business(business)
    click.echo(f"{told.day}  {told.text}")


def _tell_business(business: Counter[str]) -> None:
    """Summarise routine events since the last printed event in one line."""
    if business:
        words = ", ".join(f"{count} {what}" for what, count in sorted(business.items()))
        click.echo(f"            ... {words}")
        business.clear()


def _show(stage: Stage, out: Path | None) -> None:
    node, story = stage.node(stage.story.board), stage.story
    period = Period(since=story.begins, until=story.ends)
    with node.desk.database.work() as work:
        reader = Reader(work=work, safe=node.desk.ring.lock, node=node.name)
        click.echo(f"\nMembers, as {node.player.name} sees them on {story.ends}\n")
        show_members(reader, story.ends)
        click.echo(f"\nDashboard of {node.player.name}\n")
        show_board(reader, period, story.ends)
        if out is not None:
            write_pack(reader, period, story.ends, out)
