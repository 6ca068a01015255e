"""The command `tidewaiter serve`: the web pages."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from msgspec import structs
from platformdirs import user_data_path

from tidewaiter.accounts.oidc import Provider
from tidewaiter.base.errors import InputError
from tidewaiter.base.processes import begin_anew
from tidewaiter.burden.releases.folder import releases_folder
from tidewaiter.cli.core.options import FILE
from tidewaiter.cli.core.party_options import kept_in
from tidewaiter.cli.screening.stored import report_expired
from tidewaiter.law.packs import pin_active
from tidewaiter.node.uploads.arrivals import sample_upload
from tidewaiter.node.uploads.settings import DAYS
from tidewaiter.store.accounts.sessions import invite
from tidewaiter.store.accounts.users import (
    NewAccount,
    account_of,
    accounts,
    add_account,
    waiting_administrator,
)
from tidewaiter.store.screening.runs import screenings
from tidewaiter.store.uploads import uploads
from tidewaiter.web.core.node import Node, Serving

_FIRST = "admin"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PORTS = click.IntRange(1, 65_535)


@click.command()
@click.option(
    "--db", help="The database: a path, or postgresql+psycopg://... (default: a file of your own)."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=_PORTS, default=8477, show_default=True, help="Port to listen on.")
@click.option(
    "--public", default="", help="Public address of the server, for example https://tide.example."
)
@click.option("--oidc-issuer", "issuer", help="Address of your OpenID Connect provider.")
@click.option(
    "--oidc-client",
    "client",
    default="tidewaiter",
    show_default=True,
    help="Client ID of this server at the provider.",
)
@click.option("--oidc-secret", "secret", type=FILE, help="A file with the client secret.")
@click.option(
    "--oidc-claim",
    "claim",
    default="preferred_username",
    show_default=True,
    help="The claim that names the account.",
)
@click.option(
    "--oidc-label",
    "label",
    default="single sign-on",
    show_default=True,
    help="Name of the provider on the sign-in button.",
)
@kept_in
@click.option(
    "--archive",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TIDEWAITER_RELEASES",
    default=releases_folder,
    help="The folder of releases of official counts.",
)
@click.option(
    "--own",
    type=_FOLDER,
    multiple=True,
    envvar="TIDEWAITER_OWN",
    help="A folder with your own controlled substances.",
)
@click.option(
    "--uploads",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TIDEWAITER_UPLOADS",
    help="The folder for uploaded files (default: beside the database).",
)
@click.option(
    "--upload-limit",
    type=click.FloatRange(0.001),
    default=2.0,
    show_default=True,
    help="Maximum size of an uploaded file in GB.",
)
@click.option(
    "--upload-days",
    type=click.IntRange(1),
    default=DAYS,
    show_default=True,
    help="Days to keep a file after it was screened.",
)
@click.option(
    "--ranker",
    type=_FOLDER,
    envvar="TIDEWAITER_RANKER",
    help="The folder of ranker.json and of completed inspection lists.",
)
@click.option(
    "--rescreen/--no-rescreen",
    default=True,
    show_default=True,
    help="Screen past lines again when party lists change.",
)
@click.option(
    "--sample/--no-sample",
    default=None,
    help="Screen the sample manifest (default: only if your own database is empty).",
)
def serve(db: str | None, folder: Path | None, own: tuple[Path, ...], **more: Any) -> None:
    """Serve the web pages: the alert queue, cases, law, and exchange with other authorities.

    The first start creates an administrator account and prints a one-time link to set its password.
    Programs match names against the party lists below /yente; every page has a JSON equivalent.

    Example: tidewaiter serve --db cases.db
    """
    serving = Serving(
        db=db or _own_database(),
        lists=str(folder) if folder else None,
        own=tuple(str(each.resolve()) for each in own),
        provider=_provider(more),
        host=more["host"],
        port=more["port"],
        public=more["public"],
        archive=str(more["archive"].resolve()),
        uploads=str(more["uploads"].resolve()) if more["uploads"] else None,
        ranker=str(more["ranker"].resolve()) if more["ranker"] else None,
        upload_limit=round(more["upload_limit"] * (1 << 30)),
        upload_days=more["upload_days"],
        rescreen=more["rescreen"],
    )
    _check_port(serving.host, serving.port)
    pin_active()  # its pages and the processes that it starts use the same law
    node = Node(serving)
    _welcome(node)
    report_expired(node.database)
    if _wants_sample(node, own=db is None, asked=more["sample"]):
        serving = structs.replace(serving, sample=True)
        click.echo(_of_sample(node), err=True)
    node.close()
    click.echo(f"Tidewaiter is running at {serving.address()} (press Ctrl-C to stop)", err=True)
    begin_anew("tidewaiter.cli.serving", serving, "pages", serving.host, f"{serving.port}")


def _wants_sample(node: Node, *, own: bool, asked: bool | None) -> bool:
    """Return whether to screen the sample: on request, or if an own database is still empty."""
    with node.read() as work:
        empty = not screenings(work, rows=1) and not uploads(work, rows=1)
    return asked or (asked is None and own and empty)


def _of_sample(node: Node) -> str:
    with node.read() as work:
        if sample_upload(work) is None:
            return "The sample manifest has been screened, so that you can explore the pages"
    return "The sample manifest is already in the database"


def _provider(told: Mapping[str, Any]) -> Provider | None:
    """Return the identity provider; None: only this server.

    Raises:
        InputError: Options of the provider are missing.
    """
    if not told["issuer"]:
        return None
    if told["secret"] is None or not told["public"]:
        raise InputError("cli/oidc-options-missing")
    secret = told["secret"].read_text(encoding="utf-8").strip()
    return Provider(
        issuer=told["issuer"],
        client=told["client"],
        secret=secret,
        claim=told["claim"],
        label=told["label"],
    )


def _own_database() -> str:
    """Return the default database of the user."""
    place = user_data_path("tidewaiter") / "tidewaiter.db"
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(place)


def _check_port(host: str, port: int) -> None:
    """Check first that the port is free.

    Raises:
        InputError: The port is in use, or the address is not one of this machine.
    """
    try:
        with socket.create_server((host, port), family=_family(host), reuse_port=False):
            pass
    except OSError as error:
        raise InputError(
            "cli/cannot-listen", host=host, port=port, strerror=error.strerror
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _welcome(node: Node) -> None:
    """Create the first account; print a link for an administrator who has no password yet."""
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
            "The link works once and expires in three days; the next start creates a new one.",
            err=True,
        )
