"""The command `tidewaiter select seed`: the seed of a day, and what is published of it."""

import os
import secrets
from pathlib import Path

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.files import replacing
from tidewaiter.selection.draws import check_seed, commitment

_FOR_ONE = 0o600


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def seed(path: Path) -> None:
    """Make a seed in PATH, or read the one that is there; print its commitment.

    Publish the commitment before lines come in, and the seed when the day is over: then everybody
    can check that the lot was fair, and nobody could know it before.

    Example: tidewaiter select seed 2026-11-26.seed
    """
    if not path.exists():
        with replacing(path, str(os.getpid()), mode=_FOR_ONE) as part:
            part.write_text(f"{secrets.token_hex()}\n", encoding="ascii")
    click.echo(commitment(read_seed(path)))


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
