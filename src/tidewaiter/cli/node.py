"""The command `tidewaiter node`: this installation as a node of the exchange."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click

from tidewaiter.base.files import replacing, writing
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import Place, needs_db
from tidewaiter.exchange.protocol.documents import LANGUAGES, Role, fingerprint, words, write_chain
from tidewaiter.exchange.protocol.keyring import About
from tidewaiter.node.identity import (
    key_file,
    own_key,
    own_stamp,
    read_secret,
    ring_file,
    write_secret_text,
)
from tidewaiter.report.qr_codes import terminal_code
from tidewaiter.store.audit import moment, verify_audit
from tidewaiter.store.core.database import open_database
from tidewaiter.store.evidence import check_witnessed, told_logs
from tidewaiter.store.peers.directory import documents, end_wait, peer_of
from tidewaiter.store.peers.reconcile import go_on_without, mark_restored
from tidewaiter.transport.backups import make_backup, new_identity, restore_backup
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.http_client import Line, checked_endpoint
from tidewaiter.transport.key_rotation import change, own_document, recover, rotate
from tidewaiter.transport.peers import Standings, found_node, standings
from tidewaiter.transport.sending import tell_all
from tidewaiter.transport.server import Serving, run
from tidewaiter.transport.unreachable_peers import Ways

_language = click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Of the words.",
)
_since = click.option(
    "--since",
    type=click.DateTime(),
    help="UTC; nothing that was written from then on is to be trusted; else from now on.",
)
_inside = click.option(
    "--inside",
    multiple=True,
    metavar="NETWORK",
    help="A private network in which peers are, like 10.0.0.0/8.",
)
_PLACE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def node() -> None:
    """Exchange messages with the nodes of other authorities.

    Example: tidewaiter node init --db node.db --name "Customs of Aland" --roots /media/stick
    """


@node.command()
@needs_db
@click.option("--name", required=True, help="As people call it.")
@click.option("--country", type=Place(), help="Two letters, as in ISO 3166.")
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="authority",
    show_default=True,
    help="What it is.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    help="An address at which peers reach it: https://HOST:PORT.",
)
@click.option(
    "--roots",
    required=True,
    type=_FOLDER,
    help="The folder for the two root keys; take it away afterwards.",
)
def init(
    db: str, name: str, country: str | None, role: Role, roots: Path, **more: tuple[str, ...]
) -> None:
    """Make this installation a node: keys, and a first document that says who it is.

    The root keys are needed where all others are lost, and never on this machine: keep the two
    apart, on paper or on a stick that lies in a safe.

    Example: tidewaiter node init --db node.db --name "Customs of Aland" --roots /media/stick
    """
    about = About(
        node=own_key(key_file()).name,
        name=name,
        country=country or "",
        role=role,
        endpoints=tuple(map(checked_endpoint, more["endpoints"])),
    )
    with open_database(db) as database:
        places = found_node(database, ring_file(), roots, about, own_stamp())
    for number, place in enumerate(places, 1):
        click.echo(f"Root key {number}: {place} (take it away from this machine)", err=True)
    click.echo(f"{about.node} is a node. Serve it: tidewaiter node serve --db {db}", err=True)


@node.command(name="change")
@needs_db
@click.option("--name", help="As people call it.")
@click.option("--country", type=Place(), help="Two letters, as in ISO 3166.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    help="An address at which peers reach it, in place of those before.",
)
def change_(db: str, name: str | None, country: str | None, endpoints: tuple[str, ...]) -> None:
    """Say something else of this node, and tell its peers; its keys stay.

    Example: tidewaiter node change --db node.db --endpoint https://new.example:8478
    """
    with desk_at(db, restored=True) as desk:
        with desk.database.work() as work:
            _, before = own_document(work, desk.node)
        about = About(
            node=before.node,
            name=name or before.name,
            country=country or before.country,
            role=before.role,
            endpoints=tuple(map(checked_endpoint, endpoints)) or before.endpoints,
        )
        told = change(desk, about, own_stamp())
    click.echo(f"document {told.number} says so")


@node.command()
@needs_db
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8478, show_default=True, help="The port."
)
@_inside
@click.option(
    "--behind",
    multiple=True,
    metavar="NETWORK",
    help="A network of what ends TLS before this node, like 127.0.0.1/32.",
)
def serve(db: str, host: str, port: int, inside: tuple[str, ...], behind: tuple[str, ...]) -> None:
    """Take what peers send, and bring them what is theirs.

    Example: tidewaiter node serve --db node.db --host 0.0.0.0
    """
    with desk_at(db, restored=True) as desk:
        pass
    click.echo(f"{desk.node} is at http://{host}:{port} (stop it with Ctrl-C)", err=True)
    told = Serving(db=db, ring=str(ring_file()), host=host, port=port, inside=inside, behind=behind)
    run(told)


@node.command()
@needs_db
@_language
@click.option("--out", type=_PLACE, help="Write the documents there, to be given to a peer.")
def document(db: str, language: str, out: Path | None) -> None:
    """Show the words by which this node is known, and write its documents for a peer.

    Example: tidewaiter node document --db node.db --out aland.json
    """
    with desk_at(db, restored=True) as desk, desk.database.work() as work:
        chain = documents(work, desk.node)
    told = chain[-1].read()
    click.echo(f"{told.name} ({told.node}), document {told.number}")
    click.echo("Read these words to the peer by telephone, or let it scan the code:", err=True)
    click.echo(" ".join(words(fingerprint(told), language)))
    click.echo(terminal_code(fingerprint(told).upper()), err=True)
    if out:
        with writing(str(out)), replacing(out, str(os.getpid())) as part:
            part.write_bytes(write_chain(chain))


@node.command(name="rotate")
@needs_db
@click.option("--revoke", is_flag=True, help="Nothing more that the old key signs is trusted.")
@_since
def rotate_(db: str, *, revoke: bool, since: datetime | None) -> None:
    """Give this node new keys, and tell its peers; what was signed before stays valid.

    Example: tidewaiter node rotate --db node.db
    """
    with desk_at(db, restored=True) as desk:
        told = rotate(desk, ring_file(), own_stamp(), revoke=revoke, since=_moment(since))
    click.echo(f"document {told.number} names the new keys")


@node.command(name="recover")
@needs_db
@click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of a root key.",
)
@click.option(
    "--roots",
    type=_FOLDER,
    help="The folder for a new root key, where the second file takes the place of the first.",
)
@_since
@_inside
def recover_(
    db: str, root: Path, roots: Path | None, since: datetime | None, inside: tuple[str, ...]
) -> None:
    """Give this node new keys by a root key: those it had are lost, or somebody else has them.

    Its peers exchange nothing with it before people have compared its words anew.

    Example: tidewaiter node recover --db node.db --root /media/stick/tidewaiter-1a2b.root1
    """
    secret = read_secret(root)
    with open_database(db) as database:
        made = recover(
            database, ring_file(), secret, own_stamp(), since=_moment(since), roots=roots
        )
        line = Line(inside=inside)
        missed = tell_all(desk_of(database, ring_file()), Ways(line).tell)
        line.close()
    if made.lost:
        click.echo(f"{made.lost} messages were lost with the old keys", err=True)
    for each in missed:
        click.echo(
            as_line(f"{each} was not reached: give it the file of `node document`"), err=True
        )
    if made.root:
        click.echo(f"New root key: {made.root} (take it away from this machine)", err=True)
    click.echo(f"document {made.document.number} names the new keys")
    click.echo("Peers must compare your words anew: tidewaiter node document --help", err=True)


@node.command()
@needs_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def status(db: str, *, as_json: bool) -> None:
    """Say how this node stands with each peer, what is on its way, and when it is tried next.

    Example: tidewaiter node status --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = standings(work)
    for each in found:
        click.echo(english_json(each) if as_json else as_line("; ".join(_said(each))))


def _said(standing: Standings) -> Iterator[str]:
    """Yield what is said of a peer, the usual first."""
    peer = standing.peer
    ways = ", ".join(f"{count} {state}" for state, count in sorted(standing.outgoing.items()))
    yield f"{peer.name} ({peer.node}): {peer.relation.standing}, theirs {peer.theirs}"
    yield ways or "nothing written"
    yield f"heard {peer.heard[:19] or 'never'}"
    if standing.missing is None:
        yield "restored from an older state: not asked yet what is missing"
    elif standing.missing:
        yield f"restored from an older state: {standing.missing} messages are being fetched"
    if standing.again:
        yield f"it was restored from an older state: {standing.again} messages are sent again"
    if standing.doubted:
        yield f"{standing.doubted} messages from it may be forged: their key is revoked or replaced"
    if peer.tries:
        yield f"{peer.tries} tries failed, next try {peer.due[:19]}"
    if peer.trouble:
        yield peer.trouble


@node.command()
@click.argument("peer", required=False)
@needs_db
def retry(db: str, peer: str | None) -> None:
    """Try PEER again now, or all peers; the node that is served does so within a second.

    Example: tidewaiter node retry tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        names = end_wait(work, *([peer_of(work, peer).node] if peer else []))
    for name in names:
        click.echo(as_line(f"{name} is tried again now"))


@node.command()
@needs_db
@click.option(
    "--without",
    metavar="PEER",
    help="Wait no longer for what this peer has: it cannot "
    "be reached. What it recalled since the copy was made stays readable.",
)
def restored(db: str, without: str | None) -> None:
    """Say that this database was put back from a copy, by other tools than `node restore`.

    What came from peers is not shown before they were asked what is missing and have sent it again.

    Example: tidewaiter node restored --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        if without:
            said = f"going on without what {go_on_without(work, without).name} has"
        else:
            said = f"{mark_restored(work)} peers are asked what is missing when the node is served"
    click.echo(as_line(said))


@node.command()
@needs_db
@click.option(
    "--witnessed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of what a peer has witnessed of this node.",
)
def verify(db: str, witnessed: Path | None) -> None:
    """Recompute the log of this node from its first entry, and compare it with what it told peers.

    Each receipt that a peer has says how long this log was, and its root. A peer writes them into a
    file by `tidewaiter peers witnessed`: by it a log that was made anew is found.

    Example: tidewaiter node verify --db node.db
    """
    with open_database(db) as database:
        own = desk_of(database, ring_file()).node if witnessed else ""
        with database.work() as work:
            found, told = verify_audit(work), told_logs(work)
            if witnessed:
                texts = witnessed.read_text(encoding="ascii", errors="replace").split()
                told += check_witnessed(work, documents(work, own)[-1].read(), texts)
    click.echo(f"{found.state.entries:,} entries hold, root {found.state.root.hex()}")
    if found.broken is not None:
        click.echo(f"entry {found.broken}: {found.problem}", err=True)
    for each in told:
        if not each.holds:
            click.echo(as_line(f"{each.peer} was told of {each.size:,} others"), err=True)
    click.echo(f"told to peers: {len(told):,} states, {sum(each.holds for each in told):,} hold")
    if found.broken is not None or not all(each.holds for each in told):
        raise SystemExit(1)


@node.command(name="backup-key")
@click.argument("path", type=_PLACE)
def backup_key(path: Path) -> None:
    """Make a key for backups: its secret half goes to PATH, to be kept away from this machine.

    Example: tidewaiter node backup-key /media/stick/backup.txt
    """
    secret, public = new_identity()
    write_secret_text(path, secret)
    click.echo(public)


@node.command()
@needs_db
@click.option(
    "--to",
    "recipient",
    required=True,
    metavar="AGE1...",
    help="Who can read it: the line that backup-key prints.",
)
@click.option("--out", required=True, type=_PLACE, help="The file.")
def backup(db: str, recipient: str, out: Path) -> None:
    """Write the database and the keys of this node into one encrypted file; it serves on.

    Example: tidewaiter node backup --db node.db --to age1... --out /media/stick/node.age
    """
    make_backup(db, ring_file(), key_file(), recipient, out.resolve())
    click.echo(f"{out} holds this node; without the secret key nobody can read it", err=True)


@node.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--db", required=True, type=_PLACE, help="Where the database goes.")
@click.option(
    "--identity",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The file of the secret key of the backup.",
)
def restore(path: Path, db: Path, identity: Path) -> None:
    """Restore a node from the backup in PATH, where none is.

    What was sent, received and recalled after the backup was made is asked of the peers when the
    node serves again; what came from peers is not shown before they have answered.

    Example: tidewaiter node restore node.age --db node.db --identity /media/stick/backup.txt
    """
    restore_backup(path, identity, db.resolve(), ring_file(), key_file())
    with open_database(db.resolve()) as database, database.work(own_stamp()) as work:
        mark_restored(work)
    click.echo(f"Serve it: tidewaiter node serve --db {db}", err=True)


def _moment(since: datetime | None) -> str:
    return moment(since.replace(tzinfo=UTC)) if since else ""
