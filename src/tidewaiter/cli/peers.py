"""The commands `tidewaiter peers` and `tidewaiter groups`: peers, and lists of recipients."""

from pathlib import Path
from typing import get_args

import click

from tidewaiter.base.errors import InputError
from tidewaiter.base.phrases import english_json
from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.node_context import desk_at
from tidewaiter.cli.core.options import needs_db
from tidewaiter.exchange.evidence import write_evidence
from tidewaiter.exchange.protocol.documents import SignedDocument, read_chain, read_words
from tidewaiter.exchange.protocol.markings import Tlp
from tidewaiter.exchange.protocol.relations import ALWAYS, Scope, Standing
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.evidence import evidence_of
from tidewaiter.store.evidence import witnessed as witnessed_of
from tidewaiter.store.groups import Group, add_member, make_group, remove_member
from tidewaiter.store.groups import groups as kept_groups
from tidewaiter.store.peers.channel import conversation
from tidewaiter.store.peers.directory import peer_of, set_scope
from tidewaiter.store.peers.directory import peers as known_peers
from tidewaiter.transport.message_kinds import KINDS
from tidewaiter.transport.peers import invite, relate
from tidewaiter.transport.peers import say as say_to

_reason = click.option("--reason", default="", help="Why; it is kept here, and not told.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST = 64 * 1024 * 1024  # bytes of a file of documents


@click.group()
def peers() -> None:
    """Say with whom this node exchanges, and what.

    Example: tidewaiter peers add bergen.json --db node.db
    """


@peers.command(name="list")
@needs_db
def list_(db: str) -> None:
    """List the peers, with the relation of this node to each.

    Example: tidewaiter peers list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        for each in known_peers(work):
            click.echo(as_line(f"{each.node}\t{each.relation.standing}\t{each.name}"))


@peers.command()
@click.argument("path", type=_FILE)
@needs_db
def add(path: Path, db: str) -> None:
    """Take up the node whose documents are in PATH, and invite it.

    Nothing is exchanged before the words are compared and `tidewaiter peers confirm` says so.

    Example: tidewaiter peers add bergen.json --db node.db
    """
    chain = _chain(path)
    with desk_at(db, restored=True) as desk, desk.database.work(own_stamp()) as work:
        known = invite(desk, work, chain)
    click.echo(as_line(f"{known.node}\t{known.relation.standing}\t{known.name}"))
    # The words are not shown here: whoever sees them does not ask for them.
    click.echo("Ask for its twelve words by telephone, at a number that you know.", err=True)
    click.echo(f'Then: tidewaiter peers confirm {known.node} "WORDS" --db {db}', err=True)


@peers.command()
@click.argument("node")
@click.argument("compared", metavar="WORDS")
@needs_db
@click.option("--release", "held", flag_value="release", help="Send what is on hold.")
@click.option("--discard", "held", flag_value="discard", help="Destroy what is on hold.")
def confirm(node: str, compared: str, db: str, held: str | None) -> None:
    """Exchange with NODE from now on: its words, as they were read by telephone, are WORDS.

    Example: tidewaiter peers confirm tidewaiter/b1 "abandon math ..." --db node.db
    """
    _relate(db, node, "active", compared=read_words(compared), held=held or "")


@peers.command()
@click.argument("node")
@needs_db
@_reason
def freeze(node: str, db: str, reason: str) -> None:
    """Exchange nothing with NODE from the next message on; what is written is held back.

    Example: tidewaiter peers freeze tidewaiter/b1 --db node.db --reason "order of 3 May"
    """
    _relate(db, node, "frozen", reason=reason)


@peers.command()
@click.argument("node")
@needs_db
@_reason
def end(node: str, db: str, reason: str) -> None:
    """End the relation with NODE; it can only be invited again.

    Example: tidewaiter peers end tidewaiter/b1 --db node.db
    """
    _relate(db, node, "ended", reason=reason)


@peers.command()
@click.argument("node")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(sorted(KINDS.keys() - ALWAYS)),
    help="A kind of message that is exchanged (all).",
)
@click.option(
    "--tlp",
    type=click.Choice(get_args(Tlp)),
    default="red",
    show_default=True,
    help="The closest marking that is sent.",
)
@needs_db
@_reason
def scope(node: str, kinds: tuple[str, ...], tlp: Tlp, db: str, reason: str) -> None:
    """Say what is exchanged with NODE; what is outside is refused, and not sent.

    Example: tidewaiter peers scope tidewaiter/b1 --kind notice --tlp amber --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        known = set_scope(work, node, Scope(kinds=kinds, tlp=tlp, reason=reason))
    told = ", ".join(known.relation.scope.kinds) or "all kinds"
    click.echo(as_line(f"{known.node}\t{told}\tup to TLP:{known.relation.scope.tlp.upper()}"))


@peers.command()
@click.argument("node")
@click.argument("text")
@needs_db
def say(node: str, text: str, db: str) -> None:
    """Write TEXT to the people at NODE; it is sent when both sides can.

    Example: tidewaiter peers say tidewaiter/b1 "Please call about notice 17." --db node.db
    """
    with desk_at(db, restored=True) as desk, desk.database.work(own_stamp()) as work:
        name = say_to(desk, work, node, text)
    click.echo(name)


@peers.command()
@click.argument("node")
@needs_db
@click.option("--json", "as_json", is_flag=True, help="As JSON, nothing left out.")
def messages(node: str, db: str, *, as_json: bool) -> None:
    """Show what the people here and at NODE wrote to each other, the oldest first.

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
    """Write what proves MESSAGE from NODE or to it, for `tidewaiter verify`.

    MESSAGE is its id, as `peers messages --json` and the other lists show it.

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
    """Write what NODE has signed of its own log, one receipt for each state that was told here.

    NODE can check by it that its log is still the same: tidewaiter node verify --witnessed FILE.

    Example: tidewaiter peers witnessed tidewaiter/b1 --db node.db > witnessed.txt
    """
    with open_database(db) as database, database.work() as work:
        found = witnessed_of(work, peer_of(work, node).node)
    for each in found:
        click.echo(each)


def _relate(
    db: str, node: str, to: Standing, *, reason: str = "", compared: str = "", held: str = ""
) -> None:
    with desk_at(db, restored=True) as desk:
        relate(desk, node, to, own_stamp(), reason=reason, compared=compared, held=held)
        with desk.database.work() as work:
            known = peer_of(work, node)
    click.echo(as_line(f"{known.node}\t{known.relation.standing}\t{known.name}"))


def _chain(path: Path) -> list[SignedDocument]:
    """Read a file of documents.

    Raises:
        InputError: It is none.
    """
    if path.stat().st_size > _MOST:
        raise InputError("cli/documents-too-large", at=str(path))
    try:
        return read_chain(path.read_bytes())
    except InputError as error:
        raise InputError(
            "cli/documents-do-not-hold", problem=error.message, at=str(path)
        ) from error


_group = click.argument("group")
_node = click.argument("node")


@click.group()
def groups() -> None:
    """Keep lists of peers that are written to as one.

    Who is taken off gets nothing more that has not left for it; a group without members reaches
    nobody; its members are not told of each other.

    Example: tidewaiter groups make "Fentanyl precursors" --db node.db
    """


@groups.command()
@click.argument("name")
@needs_db
def make(name: str, db: str) -> None:
    """Make a group called NAME, without members.

    Example: tidewaiter groups make "Fentanyl precursors" --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = make_group(work, name)
    _tell(made)


@groups.command(name="list")
@needs_db
def list_groups(db: str) -> None:
    """List the groups, with their members.

    Example: tidewaiter groups list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = kept_groups(work)
    for each in found:
        _tell(each)


@groups.command(name="add")
@_group
@_node
@needs_db
def add_group_member(group: str, node: str, db: str) -> None:
    """Take NODE into GROUP: it gets what is written from now on.

    Example: tidewaiter groups add 3f2a9c0d11aa22bb tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = add_member(work, group, node)
    _tell(made)


@groups.command()
@_group
@_node
@needs_db
def remove(group: str, node: str, db: str) -> None:
    """Take NODE off GROUP: what has not left for it never does.

    Example: tidewaiter groups remove 3f2a9c0d11aa22bb tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = remove_member(work, group, node)
    _tell(made)


def _tell(group: Group) -> None:
    members = ", ".join(group.members) or "no one"
    click.echo(as_line(f"{group.id}\t{group.name}\tepoch {group.epoch}\t{members}"))
