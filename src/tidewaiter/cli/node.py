"""The command `tidewaiter node`: this installation as a node of the exchange."""

import os
from pathlib import Path
from typing import get_args

import click
import msgspec

from tidewaiter.base.files import replacing, writing
from tidewaiter.cli.table import as_line
from tidewaiter.courier.app import write_chain
from tidewaiter.courier.desk import desk_of
from tidewaiter.courier.nodes import found_node, rotate, standings
from tidewaiter.courier.serving import Serving, run
from tidewaiter.exchange.documents import Role
from tidewaiter.exchange.fingerprints import LANGUAGES, fingerprint, words
from tidewaiter.exchange.founding import About
from tidewaiter.identity import key_file, own_key, own_stamp, ring_file, write_secret
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.database import open_database
from tidewaiter.store.peers import documents

_db = click.option("--db", required=True, help="The database: a path, or postgresql+psycopg://...")
_language = click.option("--language", type=click.Choice(list(LANGUAGES)), default="en",
                         show_default=True, help="Of the words.")  # fmt: skip
_PLACE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def node() -> None:
    """Exchange messages with the nodes of other authorities.

    Example: tidewaiter node init --db node.db --name "Customs of Aland" --roots /media/stick
    """


@node.command()
@_db
@click.option("--name", required=True, help="As people call it.")
@click.option("--country", default="", help="Two letters, as in ISO 3166.")
@click.option("--role", type=click.Choice(get_args(Role)), default="authority", show_default=True,
              help="What it is.")  # fmt: skip
@click.option("--endpoint", "endpoints", multiple=True,
              help="An address at which peers reach it: https://HOST:PORT.")  # fmt: skip
@click.option("--roots", required=True, type=_FOLDER,
              help="The folder for the two root keys; take it away afterwards.")  # fmt: skip
def init(db: str, name: str, roots: Path, endpoints: tuple[str, ...], **more: str) -> None:
    """Make this installation a node: keys, and a first document that says who it is.

    The root keys are needed where all others are lost, and never on this machine: keep the two
    apart, on paper or on a stick that lies in a safe.

    Example: tidewaiter node init --db node.db --name "Customs of Aland" --roots /media/stick
    """
    about = About(
        node=own_key(key_file()).name, name=name, country=more["country"].upper(),
        role=more["role"], endpoints=endpoints,  # type: ignore[arg-type]
    )  # fmt: skip
    with open_database(db) as database:
        made = found_node(database, ring_file(), about, own_stamp())
    for number, secret in enumerate((made.root, made.next_root), 1):
        place = roots / f"{about.node.replace('/', '-')}.root{number}"
        write_secret(place, secret)
        click.echo(f"Root key {number}: {place} (take it away from this machine)", err=True)
    click.echo(f"{about.node} is a node. Serve it: tidewaiter node serve --db {db}", err=True)


@node.command()
@_db
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8478, show_default=True,
              help="The port.")  # fmt: skip
@click.option("--inside", multiple=True, metavar="NETWORK",
              help="A private network in which peers are reached, like 10.0.0.0/8.")  # fmt: skip
def serve(db: str, host: str, port: int, inside: tuple[str, ...]) -> None:
    """Take what peers send, and bring them what is theirs.

    Example: tidewaiter node serve --db node.db --host 0.0.0.0
    """
    with open_database(db) as database:
        desk = desk_of(database, ring_file())
    click.echo(f"{desk.node} is at http://{host}:{port} (stop it with Ctrl-C)", err=True)
    run(Serving(db=db, ring=str(ring_file()), host=host, port=port, inside=inside))


@node.command()
@_db
@_language
@click.option("--out", type=_PLACE, help="Write the documents there, to be given to a peer.")
def document(db: str, language: str, out: Path | None) -> None:
    """Show the words by which this node is known, and write its documents for a peer.

    Example: tidewaiter node document --db node.db --out aland.json
    """
    with open_database(db) as database, database.work() as work:
        node_ = desk_of(database, ring_file()).node
        chain = documents(work, node_)
    told = chain[-1].read()
    click.echo(f"{told.name} ({told.node}), document {told.number}")
    click.echo("Read these words to the peer by telephone:", err=True)
    click.echo(" ".join(words(fingerprint(told), language)))
    if out:
        with writing(str(out)), replacing(out, str(os.getpid())) as part:
            part.write_bytes(write_chain(chain))


@node.command(name="rotate")
@_db
def rotate_(db: str) -> None:
    """Give this node new keys, and tell its peers; what was signed before stays valid.

    Example: tidewaiter node rotate --db node.db
    """
    with open_database(db) as database:
        told = rotate(desk_of(database, ring_file()), ring_file(), own_stamp())
    click.echo(f"document {told.number} names the new keys; restart what serves this node")


@node.command()
@_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def status(db: str, *, as_json: bool) -> None:
    """Say how this node stands with each peer, and what is on its way.

    Example: tidewaiter node status --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = standings(work)
    if as_json:
        for each in found:
            click.echo(msgspec.json.encode(each))
        return
    for each in found:
        peer = each.peer
        ways = ", ".join(f"{count} {state}" for state, count in sorted(each.outgoing.items()))
        heard = peer.heard[:19] or "never"
        line = f"{peer.name} ({peer.node}): {peer.relation.standing}, theirs {peer.theirs}; "
        line += f"{ways or 'nothing written'}; heard {heard}"
        click.echo(as_line(f"{line}; {peer.trouble}" if peer.trouble else line))


@node.command()
@_db
def verify(db: str) -> None:
    """Recompute the log of this node from its first entry.

    Example: tidewaiter node verify --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = verify_audit(work)
    click.echo(f"{found.state.entries:,} entries hold, root {found.state.root.hex()}")
    if found.broken is not None:
        click.echo(f"entry {found.broken}: {found.problem}", err=True)
        raise SystemExit(1)
