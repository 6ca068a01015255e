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
from tidewaiter.cli.core.counts import how_many
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import FILE, OUT_FILE, Place, found_or_hint, json_option, needs_db
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
from tidewaiter.store.evidence import check_witnessed, stated_logs
from tidewaiter.store.peers.directory import documents, end_wait, peer_of
from tidewaiter.store.peers.reconcile import go_on_without, mark_restored
from tidewaiter.transport.backups import make_backup, new_identity, restore_backup
from tidewaiter.transport.context import desk_of
from tidewaiter.transport.http_client import Line, checked_endpoint
from tidewaiter.transport.key_rotation import change, own_document, recover, rotate
from tidewaiter.transport.peers import Standings, found_node, standings
from tidewaiter.transport.sending import announce_documents
from tidewaiter.transport.server import Serving, run
from tidewaiter.transport.unreachable_peers import Ways

_language = click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default="en",
    show_default=True,
    help="Language of the verification words.",
)
_since = click.option(
    "--since",
    type=click.DateTime(),
    help="Time from which signatures of the old key are not trusted, in UTC (default: now).",
)
_inside = click.option(
    "--inside",
    multiple=True,
    metavar="NETWORK",
    help="A private network in which peers are allowed, for example 10.0.0.0/8.",
)
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def node() -> None:
    """Exchange messages with the nodes of other authorities.

    Example: tidewaiter node init --db node.db --name "Customs of Aland" --roots /media/stick
    """


@node.command()
@needs_db
@click.option("--name", required=True, help="Name of the authority.")
@click.option("--country", type=Place(), help="Country, two letters as in ISO 3166.")
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="authority",
    show_default=True,
    help="Type of authority.",
)
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    help="Address at which peers reach this node: https://HOST:PORT.",
)
@click.option(
    "--roots",
    required=True,
    type=_FOLDER,
    help="Folder for the two root keys; remove it from this machine afterwards.",
)
def init(
    db: str, name: str, country: str | None, role: Role, roots: Path, **more: tuple[str, ...]
) -> None:
    """Set up this installation as a node: keys, and a first document that identifies it.

    The root keys are needed if all other keys are lost. Never keep them on this machine: store the
    two separately, for example on paper or on a USB stick in a safe.

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
        click.echo(f"Root key {number}: {place} (remove it from this machine)", err=True)
    click.echo(f"{about.node} is set up. To serve it: tidewaiter node serve --db {db}", err=True)


@node.command(name="change")
@needs_db
@click.option("--name", help="Name of the authority.")
@click.option("--country", type=Place(), help="Country, two letters as in ISO 3166.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    help="Address at which peers reach this node, instead of the earlier ones.",
)
def change_(db: str, name: str | None, country: str | None, endpoints: tuple[str, ...]) -> None:
    """Change the details of this node and notify its peers; its keys stay the same.

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
    click.echo(f"published as document {told.number}")


@node.command()
@needs_db
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    default=8478,
    show_default=True,
    help="Port to listen on.",
)
@_inside
@click.option(
    "--behind",
    multiple=True,
    metavar="NETWORK",
    help="Network of the reverse proxy that terminates TLS, for example 127.0.0.1/32.",
)
def serve(db: str, host: str, port: int, inside: tuple[str, ...], behind: tuple[str, ...]) -> None:
    """Receive messages from peers, and deliver messages to them.

    Example: tidewaiter node serve --db node.db --host 0.0.0.0
    """
    with desk_at(db, restored=True) as desk:
        pass
    click.echo(f"{desk.node} is running at http://{host}:{port} (press Ctrl-C to stop)", err=True)
    told = Serving(db=db, ring=str(ring_file()), host=host, port=port, inside=inside, behind=behind)
    run(told)


@node.command()
@needs_db
@_language
@click.option("--out", type=OUT_FILE, help="Write the documents to this file, to give to a peer.")
def document(db: str, language: str, out: Path | None) -> None:
    """Show the verification words of this node, and write its documents for a peer.

    Example: tidewaiter node document --db node.db --out aland.json
    """
    with desk_at(db, restored=True) as desk, desk.database.work() as work:
        chain = documents(work, desk.node)
    told = chain[-1].read()
    click.echo(f"{told.name} ({told.node}), document {told.number}")
    click.echo(
        "Read these verification words to the peer by telephone, or let the peer scan the code:",
        err=True,
    )
    click.echo(" ".join(words(fingerprint(told), language)))
    click.echo(terminal_code(fingerprint(told).upper()), err=True)
    if out:
        with writing(str(out)), replacing(out, str(os.getpid())) as part:
            part.write_bytes(write_chain(chain))


@node.command(name="rotate")
@needs_db
@click.option("--revoke", is_flag=True, help="Stop trusting signatures of the old key.")
@_since
def rotate_(db: str, *, revoke: bool, since: datetime | None) -> None:
    """Create new keys for this node and notify its peers; earlier signatures stay valid.

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
    type=FILE,
    help="File of a root key.",
)
@click.option(
    "--roots",
    type=_FOLDER,
    help="Folder for a new root key, if the second root key is replaced.",
)
@_since
@_inside
def recover_(
    db: str, root: Path, roots: Path | None, since: datetime | None, inside: tuple[str, ...]
) -> None:
    """Create new keys with a root key, after the current keys were lost or compromised.

    Peers exchange nothing with this node until people have compared its verification words again.

    Example: tidewaiter node recover --db node.db --root /media/stick/tidewaiter-1a2b.root1
    """
    secret = read_secret(root)
    with open_database(db) as database:
        made = recover(
            database, ring_file(), secret, own_stamp(), since=_moment(since), roots=roots
        )
        line = Line(inside=inside)
        missed = announce_documents(desk_of(database, ring_file()), Ways(line).tell)
        line.close()
    if made.lost:
        click.echo(f"{made.lost} messages were lost with the old keys", err=True)
    for each in missed:
        click.echo(
            as_line(f"{each} could not be reached: send it the file from `node document`"), err=True
        )
    if made.root:
        click.echo(f"New root key: {made.root} (remove it from this machine)", err=True)
    click.echo(f"document {made.document.number} names the new keys")
    click.echo(
        "Peers must compare your verification words again: tidewaiter node document --help",
        err=True,
    )


@node.command()
@needs_db
@json_option
def status(db: str, *, as_json: bool) -> None:
    """Show the status of each peer, pending messages, and the next attempt.

    Example: tidewaiter node status --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = standings(work)
    for each in found_or_hint(found, "add a peer with tidewaiter peers add FILE"):
        click.echo(english_json(each) if as_json else as_line("; ".join(_said(each))))


def _said(standing: Standings) -> Iterator[str]:
    """Yield the status of a peer, the usual first."""
    peer = standing.peer
    ways = ", ".join(f"{count} {state}" for state, count in sorted(standing.outgoing.items()))
    yield (
        f"{peer.name} ({peer.node}): our side {peer.relation.standing}, their side {peer.theirs}"
    )
    yield ways or "no messages"
    yield f"last contact {peer.heard[:19] or 'never'}"
    if standing.missing is None:
        yield "restored from an older state: it has not been asked yet what is missing"
    elif standing.missing:
        yield f"restored from an older state: {standing.missing} messages are being fetched"
    if standing.again:
        yield (
            f"the peer was restored from an older state: {standing.again} messages are sent again"
        )
    if standing.doubted:
        yield (
            f"{standing.doubted} messages from the peer may be forged: their key is "
            "revoked or replaced"
        )
    if peer.tries:
        yield f"{peer.tries} attempts failed, next attempt {peer.due[:19]}"
    if peer.trouble:
        yield peer.trouble


@node.command()
@click.argument("peer", required=False)
@needs_db
def retry(db: str, peer: str | None) -> None:
    """Retry PEER now, or all peers; the running node does so within a second.

    Example: tidewaiter node retry tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        names = end_wait(work, *([peer_of(work, peer).node] if peer else []))
    for name in names:
        click.echo(as_line(f"{name} is being retried now"))


@node.command()
@needs_db
@click.option(
    "--without",
    metavar="PEER",
    help="Continue without this peer, because it cannot be reached. Messages that it "
    "recalled after the copy was made stay readable.",
)
def restored(db: str, without: str | None) -> None:
    """Mark this database as restored from a copy made with other tools than `node restore`.

    Messages from peers are hidden until the peers have been asked what is missing and have sent it
    again.

    Example: tidewaiter node restored --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        if without:
            said = f"continuing without the messages of {go_on_without(work, without).name}"
        else:
            said = (
                f"{mark_restored(work)} peers will be asked what is missing when the node is served"
            )
    click.echo(as_line(said))


@node.command()
@needs_db
@click.option(
    "--witnessed",
    type=FILE,
    help="A file of the log states that a peer has witnessed.",
)
def verify(db: str, witnessed: Path | None) -> None:
    """Recompute the log of this node from its first entry, and compare it with what peers hold.

    Each receipt held by a peer states the length of this log and its root. A peer exports them with
    `tidewaiter peers witnessed`; they reveal a log that was rebuilt.

    Example: tidewaiter node verify --db node.db
    """
    with open_database(db) as database:
        own = desk_of(database, ring_file()).node if witnessed else ""
        with database.work() as work:
            found, told = verify_audit(work), stated_logs(work)
            if witnessed:
                texts = witnessed.read_text(encoding="ascii", errors="replace").split()
                told += check_witnessed(work, documents(work, own)[-1].read(), texts)
    click.echo(f"{how_many(found.state.entries, 'entry')} verified, root {found.state.root.hex()}")
    if found.broken is not None:
        click.echo(f"entry {found.broken}: {found.problem}", err=True)
    for each in told:
        if not each.holds:
            click.echo(
                as_line(f"{each.peer} holds {how_many(each.size, 'different entry')}"), err=True
            )
    click.echo(
        f"held by peers: {len(told):,} states, {sum(each.holds for each in told):,} verified"
    )
    if found.broken is not None or not all(each.holds for each in told):
        raise SystemExit(1)


@node.command(name="backup-key")
@click.argument("path", type=OUT_FILE)
def backup_key(path: Path) -> None:
    """Create a key for backups: its secret half is written to PATH; store it off this machine.

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
    help="The recipient: the line that backup-key prints.",
)
@click.option("--out", required=True, type=OUT_FILE, help="Output file.")
def backup(db: str, recipient: str, out: Path) -> None:
    """Write the database and the keys of this node to one encrypted file while it runs.

    Example: tidewaiter node backup --db node.db --to age1... --out /media/stick/node.age
    """
    make_backup(db, ring_file(), key_file(), recipient, out.resolve())
    click.echo(f"{out} is a backup of this node; it can be read only with the secret key", err=True)


@node.command()
@click.argument("path", type=FILE)
@click.option("--db", required=True, type=OUT_FILE, help="Path of the restored database.")
@click.option(
    "--identity",
    required=True,
    type=FILE,
    help="The file with the secret key of the backup.",
)
def restore(path: Path, db: Path, identity: Path) -> None:
    """Restore a node from the backup in PATH; there must be no node here yet.

    When the node runs again, it asks its peers for everything sent, received or recalled after the
    backup. Messages from peers are hidden until they have replied.

    Example: tidewaiter node restore node.age --db node.db --identity /media/stick/backup.txt
    """
    restore_backup(path, identity, db.resolve(), ring_file(), key_file())
    with open_database(db.resolve()) as database, database.work(own_stamp()) as work:
        mark_restored(work)
    click.echo(f"To serve it: tidewaiter node serve --db {db}", err=True)


def _moment(since: datetime | None) -> str:
    return moment(since.replace(tzinfo=UTC)) if since else ""
