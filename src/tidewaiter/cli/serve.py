"""The command `tidewaiter serve`: the pages where alerts become decisions."""

import socket
from pathlib import Path
from typing import Any

import click
from platformdirs import user_data_path

from tidewaiter.base.errors import InputError
from tidewaiter.cli.listsfolder import kept_in
from tidewaiter.store.accounts import (
    NewAccount,
    account_of,
    accounts,
    add_account,
    waiting_administrator,
)
from tidewaiter.store.sessions import invite
from tidewaiter.web.node import Node, Serving
from tidewaiter.web.serving import run

_FIRST = "admin"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PORTS = click.IntRange(1, 65_535)


@click.command()
@click.option("--db", help="The database: a path, or postgresql+psycopg://... (your own file).")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=_PORTS, default=8477, show_default=True, help="The port.")
@click.option("--public", default="", help="What browsers call it, like https://tide.example.")
@kept_in
@click.option("--own", type=_FOLDER, multiple=True, envvar="TIDEWAITER_OWN",
              help="A folder of your own lists of substances.")  # fmt: skip
def serve(db: str | None, folder: Path | None, own: tuple[Path, ...], **listen: Any) -> None:
    """Serve the pages where alerts become decisions.

    The first start makes an account for an administrator, and prints a link by which a password is
    set, once.

    Example: tidewaiter serve --db cases.db
    """
    serving = Serving(
        db=db or _own_database(), lists=str(folder) if folder else None,
        own=tuple(str(each.resolve()) for each in own), **listen,
    )  # fmt: skip
    _check_port(serving.host, serving.port)
    node = Node(serving)
    _welcome(node)
    node.close()
    click.echo(f"Tidewaiter is at {serving.address()} (stop it with Ctrl-C)", err=True)
    run(serving)


def _own_database() -> str:
    """Return the database of someone who named none."""
    place = user_data_path("tidewaiter") / "tidewaiter.db"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(place)


def _check_port(host: str, port: int) -> None:
    """Say before anything is done that the port is taken.

    Raises:
        InputError: It is, or the address is none of this machine's.
    """
    try:
        with socket.create_server((host, port), family=_family(host), reuse_port=False):
            pass
    except OSError as error:
        hint = "stop what listens there, or give --port another number"
        raise InputError(
            f"nothing can listen at {host}:{port}: {error.strerror}", hint=hint
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _welcome(node: Node) -> None:
    """Make the first account; print a link for an administrator who has no password yet."""
    with node.change(None) as work:
        if not accounts(work):
            add_account(work, NewAccount(name=_FIRST, role="administrator"))
        waiting = waiting_administrator(work)
        secret = invite(work, waiting) if waiting is not None else None
        name = account_of(work, waiting).name if waiting is not None else ""
    if secret is not None:
        click.echo(
            f"Set the password of “{name}” at {node.address(f'/welcome/{secret}')}", err=True
        )
        click.echo(
            "The link works once, for three days; the next start makes another one.", err=True
        )
