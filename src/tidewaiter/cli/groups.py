"""The command `tidewaiter groups`: working groups, to which this node writes as one."""

import click

from tidewaiter.cli.options import needs_db
from tidewaiter.cli.table import as_line
from tidewaiter.identity import own_stamp
from tidewaiter.store.database import open_database
from tidewaiter.store.groups import Group, add_member, make_group, remove_member
from tidewaiter.store.groups import groups as kept_groups

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
def list_(db: str) -> None:
    """List the groups, with their members.

    Example: tidewaiter groups list --db node.db
    """
    with open_database(db) as database, database.work() as work:
        found = kept_groups(work)
    for each in found:
        _tell(each)


@groups.command()
@_group
@_node
@needs_db
def add(group: str, node: str, db: str) -> None:
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
    members = ", ".join(group.members) or "nobody"
    click.echo(as_line(f"{group.id}\t{group.name}\tepoch {group.epoch}\t{members}"))
