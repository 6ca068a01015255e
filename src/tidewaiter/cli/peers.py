"""The command `tidewaiter peers`: peers, and what is exchanged with them."""

from pathlib import Path
from typing import get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import FILE, Renamed, found_or_hint, json_option, needs_db
from tidewaiter.exchange.evidence import write_evidence
from tidewaiter.exchange.protocol.documents import SignedDocument, read_chain, read_words
from tidewaiter.exchange.protocol.markings import Tlp
from tidewaiter.exchange.protocol.relations import ALWAYS, Scope
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.evidence import evidence_of
from tidewaiter.store.evidence import witnessed as witnessed_of
from tidewaiter.store.peers.channel import conversation
from tidewaiter.store.peers.directory import peer_of, set_scope
from tidewaiter.store.peers.directory import peers as known_peers
from tidewaiter.transport.message_kinds import KINDS
from tidewaiter.transport.peers import RelationChange, invite, relate
from tidewaiter.transport.peers import say as say_to

_reason = click.option("--reason", default="", help="Reason; stored here only, not sent.")
_MOST = 64 * 1024 * 1024  # bytes of a file of documents


@click.group(cls=Renamed, former={"say": "send"})
def peers() -> None:
    """Manage the peers of this node and what is exchanged with them.

    Example: tidewaiter peers add bergen.json --db node.db
    """


@peers.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List the peers, with the status of each relationship.

    Example: tidewaiter peers list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = known_peers(work)
    for each in found_or_hint(found, "add a peer with tidewaiter peers add FILE"):
        click.echo(as_line(f"{each.node}\t{each.relation.standing}\t{each.name}"))


@peers.command()
@click.argument("path", type=FILE)
@needs_db
def add(path: Path, db: str) -> None:
    """Add the node whose documents are in PATH as a peer, and invite it.

    Nothing is exchanged until the verification words have been compared and confirmed with
    `tidewaiter peers confirm`.

    Example: tidewaiter peers add bergen.json --db node.db
    """
    chain = _chain(path)
    with desk_at(db, restored=True) as desk, desk.database.work(own_stamp()) as work:
        known = invite(desk, work, chain)
    click.echo(as_line(f"{known.node}\t{known.relation.standing}\t{known.name}"))
    # The words are not shown here: users who see them would not ask the peer for them.
    click.echo(
        "Ask for its twelve verification words by telephone, at a number that you already know.",
        err=True,
    )
    click.echo(f'Then run: tidewaiter peers confirm {known.node} "WORDS" --db {db}', err=True)


@peers.command()
@click.argument("node")
@click.argument("compared", metavar="WORDS")
@needs_db
@click.option(
    "--release", "held", flag_value="release", help="Send the messages that were on hold."
)
@click.option(
    "--discard", "held", flag_value="discard", help="Destroy the messages that were on hold."
)
def confirm(node: str, compared: str, db: str, held: str | None) -> None:
    """Activate the exchange with NODE: WORDS are its verification words, as read out by telephone.

    Example: tidewaiter peers confirm tidewaiter/b1 "abandon math ..." --db node.db
    """
    change = RelationChange(to="active", compared=read_words(compared), held=held or "")
    _relate(db, node, change)


@peers.command()
@click.argument("node")
@needs_db
@_reason
def freeze(node: str, db: str, reason: str) -> None:
    """Suspend the exchange with NODE; new messages to it are put on hold.

    Example: tidewaiter peers freeze tidewaiter/b1 --db node.db --reason "order of 3 May"
    """
    _relate(db, node, RelationChange(to="frozen", reason=reason))


@peers.command()
@click.argument("node")
@needs_db
@_reason
def end(node: str, db: str, reason: str) -> None:
    """End the relationship with NODE; to exchange again, it must be invited again.

    Example: tidewaiter peers end tidewaiter/b1 --db node.db
    """
    _relate(db, node, RelationChange(to="ended", reason=reason))


@peers.command()
@click.argument("node")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(sorted(KINDS.keys() - ALWAYS)),
    help="Type of message to exchange; can be repeated (default: all).",
)
@click.option(
    "--tlp",
    type=click.Choice(get_args(Tlp)),
    default="red",
    show_default=True,
    help="The most restrictive TLP label to send.",
)
@needs_db
@_reason
def scope(node: str, kinds: tuple[str, ...], tlp: Tlp, db: str, reason: str) -> None:
    """Limit what is exchanged with NODE; other messages are rejected, and not sent.

    Example: tidewaiter peers scope tidewaiter/b1 --kind notice --tlp amber --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        known = set_scope(work, node, Scope(kinds=kinds, tlp=tlp, reason=reason))
    told = ", ".join(known.relation.scope.kinds) or "all types"
    click.echo(as_line(f"{known.node}\t{told}\tup to TLP:{known.relation.scope.tlp.upper()}"))


@peers.command(name="send")
@click.argument("node")
@click.argument("text")
@needs_db
def say(node: str, text: str, db: str) -> None:
    """Send TEXT as a message to the people at NODE, once both sides exchange.

    Example: tidewaiter peers send tidewaiter/b1 "Please call about PEN 17." --db node.db
    """
    with desk_at(db, restored=True) as desk, desk.database.work(own_stamp()) as work:
        name = say_to(desk, work, node, text)
    click.echo(name)


@peers.command()
@click.argument("node")
@needs_db
@json_option
def messages(node: str, db: str, *, as_json: bool) -> None:
    """Show the messages between the people here and at NODE, oldest first.

    Example: tidewaiter peers messages tidewaiter/b1 --db node.db
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = conversation(work, node, desk.ring.lock, desk.ring.openers())
    for each in found:
        if as_json:
            click.echo(english_json(each))
            continue
        who = f"here, {each.state}" if each.ours else "they"
        text = "(no longer readable)" if each.text is None else each.text
        mark = " (possibly forged)" if each.doubted else ""
        click.echo(as_line(f"{each.at[:16]} {who}{mark}: {text}"))


@peers.command()
@click.argument("node")
@click.argument("message")
@needs_db
def evidence(node: str, message: str, db: str) -> None:
    """Export the proof of a MESSAGE exchanged with NODE, for `tidewaiter verify`.

    MESSAGE is its ID, as `peers messages --json` and the other lists show it.

    Example: tidewaiter peers evidence tidewaiter/b1 019ac0de-... --db node.db > message.json
    """
    with desk_at(db) as desk, desk.database.work() as work:
        found = evidence_of(
            work, desk.node, node, message, openers=desk.ring.openers(), stamp=own_stamp()
        )
    click.echo(write_evidence(found))


@peers.command()
@click.argument("node")
@needs_db
def witnessed(node: str, db: str) -> None:
    """Export the signed log states that NODE has reported here, one receipt each.

    NODE can use them to check that its log is unchanged: tidewaiter node verify --witnessed FILE.

    Example: tidewaiter peers witnessed tidewaiter/b1 --db node.db > witnessed.txt
    """
    with open_database(db) as database, database.work() as work:
        found = witnessed_of(work, peer_of(work, node).node)
    for each in found:
        click.echo(each)


def _relate(db: str, node: str, change: RelationChange) -> None:
    with desk_at(db, restored=True) as desk:
        relate(desk, node, change, own_stamp())
        with desk.database.work() as work:
            known = peer_of(work, node)
    click.echo(as_line(f"{known.node}\t{known.relation.standing}\t{known.name}"))


def _chain(path: Path) -> list[SignedDocument]:
    """Read a file of documents.

    Raises:
        InputError: The file does not contain documents.
    """
    if path.stat().st_size > _MOST:
        raise InputError("cli/documents-too-large", at=str(path))
    try:
        return read_chain(path.read_bytes())
    except InputError as error:
        raise InputError(
            "cli/documents-do-not-hold", problem=error.message, at=str(path)
        ) from error
