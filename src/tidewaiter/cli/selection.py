"""The command `tidewaiter select`: which lines are inspected, under a quota."""

import secrets
from pathlib import Path
from typing import Any

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.cli.selectfrom import From, from_options, gather
from tidewaiter.cli.selectseed import read_seed
from tidewaiter.identity import own_stamp
from tidewaiter.ranking.model import read_ranker
from tidewaiter.report.inspectionlists import record_of, write_list
from tidewaiter.selection.choosing import choose
from tidewaiter.selection.types import (
    ARMS,
    LANES,
    Candidate,
    Plan,
    Selection,
    load_selection_rules,
    read_profiles,
)
from tidewaiter.store.database import open_database
from tidewaiter.store.selecting import note_list

_FILE = click.Path(dir_okay=False, path_type=Path)
_HERE = click.Path(exists=True, dir_okay=False, path_type=Path)
_HUNDRED = 100


class Amount(click.ParamType[tuple[float, bool]]):
    """A number of lines, or a share of them."""

    name = "n or %"

    def convert(
        self,
        value: str | tuple[float, bool],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, bool]:
        """Read "200", or "1%" as (0.01, True)."""
        if isinstance(value, tuple):
            return value
        text = value.strip().removesuffix("%").strip()
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        is_share = value.strip().endswith("%")
        most = _HUNDRED if is_share else float("inf")
        if not 0 <= number <= most or not (is_share or number.is_integer()):
            self.fail(f'"{value}" is neither like 200 nor like 1%', param, ctx)
        return (number / _HUNDRED, True) if is_share else (number, False)


class Portion(Amount):
    """A share, as a percentage."""

    name = "%"

    def convert(
        self,
        value: str | tuple[float, bool],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, bool]:
        """Read "10%"."""
        found = super().convert(value, param, ctx)
        if not found[1]:
            self.fail(f'"{value}" is not like 10%', param, ctx)
        return found


class Wanted(Record, frozen=True, kw_only=True):
    """How is to be selected, as the options say it."""

    quota: tuple[float, bool]
    random: tuple[float, bool] | None
    explore: tuple[float, bool] | None
    least_random: tuple[float, bool] | None
    profiles: Path | None


@click.command()
@from_options
@click.option("--quota", type=Amount(), required=True, help="Lines to open: 200, or 1% of all.")
@click.option("--random", type=Portion(), help="Of the quota, by lot (10%).")
@click.option(
    "--explore", type=Portion(), help="Of the quota, for alerts of which --ranker is unsure (5%)."
)
@click.option("--least-random", type=Portion(), help="Of all lines, by lot at least (0.05%).")
@click.option("--profiles", type=_HERE, help="Criteria and watch lists: a TOML file.")
@click.option("--ranker", type=_HERE, help="A model of `tidewaiter ranker train`.")
@click.option("--seed-file", "seed", type=_HERE, help="Of `tidewaiter select seed` (a new seed).")
@click.option(
    "--lane",
    "lanes",
    multiple=True,
    type=click.Choice(LANES),
    default=["red"],
    show_default=True,
    help="Lanes that are written; red: to be opened.",
)
@click.option("--out", type=_FILE, required=True, help="The list: .csv; beside it, a .json.")
def select(
    *, out: Path, ranker: Path | None, seed: Path | None, lanes: tuple[str, ...], **options: Any
) -> None:
    """Select lines for inspection: by lot, by profiles, by score, and to explore.

    Takes ALERTS, a file of `tidewaiter screen --out alerts.jsonl`, or a database. The list says
    of each line why it is on it, and has columns to be filled in.

    Example: tidewaiter select alerts.jsonl --lines manifest.csv --quota 1% --out list.csv
    """
    if out.suffix.lower() != ".csv":
        raise InputError(f'"{out.suffix}" is no format of lists', at=str(out), hint="name a .csv")
    names = ("quota", "random", "explore", "least_random", "profiles")
    wanted = Wanted(**{name: options.pop(name) for name in names})
    text = read_seed(seed) if seed else secrets.token_hex()
    model = read_ranker(ranker) if ranker else None
    source = From(**options)
    candidates = list(gather(source, model))
    told, chosen = choose(candidates, _plan(wanted, candidates), text)
    if source.db is not None:
        with open_database(source.db) as database, database.work(own_stamp()) as work:
            note_list(work, told)
    write_list(out, (each for each in chosen if each.lane in lanes), told)
    _tell(told, out, unsure=any(each.unsure is not None for each in candidates))
    if seed is None:
        click.echo(f"the seed was made for this list: {text}", err=True)
        click.echo(
            "nobody saw its commitment before, so the lot proves nothing to others: "
            "tidewaiter select seed makes one beforehand",
            err=True,
        )


def _plan(wanted: Wanted, candidates: list[Candidate]) -> Plan:
    """Make the plan of the options, and of the file of rules where they say nothing."""
    rules = load_selection_rules()
    lines = len({each.key for each in candidates})
    number, is_share = wanted.quota
    random = _share(wanted.random, rules.random)
    explore = _share(wanted.explore, rules.explore)
    if random + explore > 1:
        hint = "lower --random or --explore"
        raise InputError("more than the quota goes to the lot and to exploring", hint=hint)
    return Plan(
        quota=min(lines, round(number * lines) if is_share else int(number)),
        random=random,
        explore=explore,
        least_random=_share(wanted.least_random, rules.least_random),
        lane=rules.lane,
        profiles=read_profiles(wanted.profiles) if wanted.profiles else (),
    )


def _share(said: tuple[float, bool] | None, usual: float) -> float:
    return usual if said is None else said[0]


def _tell(told: Selection, out: Path, *, unsure: bool) -> None:
    arms = ", ".join(f"{told.arms[arm]:,} {arm}" for arm in ARMS)
    lanes = ", ".join(f"{told.lanes[lane]:,} {lane}" for lane in LANES)
    click.echo(f"{told.lines:,} lines, a quota of {told.plan.quota:,}: {arms}", err=True)
    click.echo(f"lanes: {lanes}", err=True)
    if free := told.plan.quota - sum(told.arms.values()):
        click.echo(
            f"{free:,} of the quota stay free: no other line has a score; --random raises "
            "what is drawn by lot",
            err=True,
        )
    if told.passed:
        click.echo(
            f"{told.passed:,} lines with the score of the red lane found no room in the "
            "quota; their papers are to be checked",
            err=True,
        )
    if not unsure and told.plan.explore:
        click.echo("nothing was explored: without --ranker nothing says what is unsure", err=True)
    click.echo(f"{out}, and how it was made: {record_of(out)}", err=True)
    click.echo(f"commitment to the seed: {told.commitment}", err=True)
