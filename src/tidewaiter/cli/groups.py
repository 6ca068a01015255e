"""The command `tidewaiter groups`: groups of peers that receive the same messages."""

import click

from tidewaiter.base.safe_text import as_line
from tidewaiter.cli.core.options import Renamed, found_or_hint, needs_db
from tidewaiter.node.identity import own_stamp
from tidewaiter.store.core.database import open_database
from tidewaiter.store.groups import Group, add_member, make_group, remove_member
from tidewaiter.store.groups import groups as kept_groups

_group = click.argument("group")
_node = click.argument("node")


@click.group(cls=Renamed, former={"make": "create"})
def groups() -> None:
    """Manage groups of peers that receive the same messages.

    A removed member receives nothing that has not been sent yet. A group without members reaches no
    one. Members cannot see each other.

    Example: tidewaiter groups create "Fentanyl precursors" --db node.db
    """


@groups.command(name="create")
@click.argument("name")
@needs_db
def make(name: str, db: str) -> None:
    """Create a group called NAME, without members.

    Example: tidewaiter groups create "Fentanyl precursors" --db node.db
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
    for each in found_or_hint(found, "create a group with tidewaiter groups create NAME"):
        _tell(each)


@groups.command(name="add")
@_group
@_node
@needs_db
def add_group_member(group: str, node: str, db: str) -> None:
    """Add NODE to GROUP: it receives messages to the group from now on.

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
    """Remove NODE from GROUP: messages that have not been sent to it yet are discarded.

    Example: tidewaiter groups remove 3f2a9c0d11aa22bb tidewaiter/b1 --db node.db
    """
    with open_database(db) as database, database.work(own_stamp()) as work:
        made = remove_member(work, group, node)
    _tell(made)


def _tell(group: Group) -> None:
    members = ", ".join(group.members) or "no one"
    click.echo(as_line(f"{group.id}\t{group.name}\tepoch {group.epoch}\t{members}"))
