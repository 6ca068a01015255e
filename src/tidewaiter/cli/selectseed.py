"""The command `tidewaiter select seed`: the seed of a day, and what is published of it."""

import os
import secrets
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.identity import own_stamp
from tidewaiter.selection.draws import check_seed, commitment
from tidewaiter.store.database import open_database
from tidewaiter.store.selecting import note_seed

_FOR_ONE = 0o600


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--db", help="Note the commitment in the audit of this database.")
def seed(path: Path, db: str | None) -> None:
    """Make a seed in PATH, or read the one that is there; print its commitment.

    Publish the commitment before lines come in, and the seed when the day is over: then everybody
    can check that the lot was fair, and nobody could know it before.

    Example: tidewaiter select seed 2026-11-26.seed
    """
    if not path.exists():
        with replacing(path, str(os.getpid()), mode=_FOR_ONE) as part:
            part.write_text(f"{secrets.token_hex()}\n", encoding="ascii")
    told = commitment(read_seed(path))
    if db is not None:
        with open_database(db) as database, database.work(own_stamp()) as work:
            note_seed(work, told)
    click.echo(told)


def read_seed(path: Path) -> str:
    """Read a seed.

    Raises:
        InputError: It can be guessed, or the file holds no text.
    """
    try:
        text = path.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        hint = "let `tidewaiter select seed` make one"
        raise InputError("this is no seed", at=str(path), hint=hint) from error
    check_seed(text)
    return text
