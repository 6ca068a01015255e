"""The command `tidewaiter parties judge`."""

import re
from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec import structs

from tidewaiter.base.errors import InputError
from tidewaiter.identity import own_stamp
from tidewaiter.parties.resolution import Judgement, add_judgement, read_judgements
from tidewaiter.parties.resolution.types import Verdict
from tidewaiter.store.database import open_database
from tidewaiter.store.partyjudgements import Said, judge_parties, last_judgement

_FILE = click.Path(dir_okay=False, path_type=Path)
_MEMBER = re.compile(r"p-[0-9a-f]{16}")


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--same", "verdict", flag_value="same", help="They are one party.")
@click.option("--not-same", "verdict", flag_value="not same", help="They are two parties.")
@click.option(
    "--undecided", "verdict", flag_value="undecided", help="Take back what was said of them."
)
@click.option("--who", help="Who judges; with --db, whoever runs the command.")
@click.option("--why", required=True, help="What it rests on.")
@click.option("--when", help="Time of the judgement, ISO 8601 with an offset (now).")
@click.option("--db", help="A database in which the judgement is kept, in place of a file.")
@click.option(
    "--judgements",
    "path",
    type=_FILE,
    default="judgements.jsonl",
    show_default=True,
    help="The file; a line is added to it.",
)
def judge(
    a: str, b: str, verdict: Verdict | None, path: Path, db: str | None, **said: str | None
) -> None:
    """Say that two members, A and B, are one party or two, and write it down.

    Members are the ids that begin with "p-" in the entities and the links. The file only grows:
    the last line about a pair counts, and the lines before it stay to be read. With --db it is kept
    in a database, whose next resolve heeds it.

    Example: tidewaiter parties judge p-0123456789abcdef p-fedcba9876543210 --same --who me --why x
    """
    if verdict is None:
        raise click.UsageError("say --same, --not-same or --undecided")
    if db is not None:
        if said["who"] or said["when"]:
            raise click.UsageError("--db notes itself who judges, and when")
        _keep(db, Said(a=_member(a), b=_member(b), verdict=verdict, why=_said(said["why"])))
        return
    judgement = Judgement(
        a=_member(a),
        b=_member(b),
        verdict=verdict,
        who=_said(said["who"]),
        when=_time(said["when"]),
        why=_said(said["why"]),
    )
    if judgement.a == judgement.b:
        raise InputError(f'both members are "{a}"', hint="a judgement is about two members")
    if path.exists():
        read_judgements(path)  # nothing is added to a file of something else
    add_judgement(path, judgement)
    click.echo(f"{judgement.a} and {judgement.b}: {verdict}, written to {path}", err=True)


def _keep(db: str, said: Said) -> None:
    """Keep a judgement in a database; who judges, and when, is who runs the command, now."""
    with open_database(db) as database, database.work(own_stamp()) as work:
        last = last_judgement(work, said.a, said.b)
        judge_parties(work, structs.replace(said, seen=last.id if last else None))
    click.echo(f"{said.a} and {said.b}: {said.verdict}; it counts from the next resolve", err=True)


def _member(text: str) -> str:
    if not _MEMBER.fullmatch(text):
        hint = 'look for "p-" and 16 digits in the entities or the links'
        raise InputError(f'"{text}" is no id of a member', hint=hint)
    return text


def _said(text: str | None) -> str:
    if not text or not text.strip():
        raise InputError(
            "--who and --why may not be empty", hint="a judgement without them is none"
        )
    return text.strip()


def _time(text: str | None) -> str:
    if text is None:
        return datetime.now(UTC).isoformat(timespec="seconds")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        hint = "write it like 2026-11-25T14:30:00+01:00"
        raise InputError(f'"{text}" is no time with an offset', hint=hint)
    return found.isoformat()
