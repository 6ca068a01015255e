"""Working groups: current and former members, and list epochs."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import words
from tidewaiter.store.core.database import Work
from tidewaiter.store.groups import (
    Group,
    Membership,
    add_member,
    group_of,
    groups,
    make_group,
    memberships,
    remove_member,
)
from tidewaiter.store.peers.directory import peers
from tidewaiter.web.core.node import TheNode, TheUser
from tidewaiter.web.core.request_parsing import Asked
from tidewaiter.web.core.responses import done, reply
from tidewaiter.web.core.security import may
from tidewaiter.web.peers.schemas import peer_key

GroupId = Annotated[str, PathParameter(max_length=64)]


class GroupTold(Record, frozen=True, kw_only=True):
    """A group with current and former members."""

    group: Group
    members: tuple[Membership, ...]


class GroupsPage(Record, frozen=True, kw_only=True):
    """All groups by name, and peer names by node."""

    groups: tuple[GroupTold, ...]
    names: dict[str, str]


class NewGroup(Record, frozen=True, kw_only=True):
    """A group to create."""

    name: Annotated[str, msgspec.Meta(max_length=120)]


class Member(Record, frozen=True, kw_only=True):
    """A peer to add or remove."""

    node: Annotated[str, msgspec.Meta(max_length=80)]


class Seat(Record, frozen=True, kw_only=True):
    """A current or former member, as displayed."""

    node: str
    key: str  # in its page address
    name: str
    since: int
    until: int | None


class GroupLine(Record, frozen=True, kw_only=True):
    """A group, as displayed."""

    group: Group
    now: tuple[Seat, ...]
    before: tuple[Seat, ...]
    others: tuple[tuple[str, str], ...]  # peers that are not members


class GroupsView(Record, frozen=True, kw_only=True):
    """The page, as displayed."""

    lines: tuple[GroupLine, ...]
    relates: bool
    keys: tuple[tuple[str, str], ...]


@get("/groups", guards=[may("exchange")], sync_to_thread=True)
def groups_page(request: Asked, node: TheNode, user: TheUser) -> Response[GroupsPage]:
    """Show the working groups of this node, with their members and epochs."""
    with node.exchange() as (_, work):
        page = GroupsPage(
            groups=tuple(_told(work, each) for each in groups(work)),
            names={each.node: each.name for each in peers(work)},
        )
    relates = "relate" in user.rights
    return reply(request, "groups.html", page, view=lambda: groups_view(page, relates=relates))


@post("/groups", guards=[may("relate")], sync_to_thread=True, makes=True)
def make_working_group(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[NewGroup]
) -> Response[Group]:
    """Create an empty group."""
    with node.exchange(user) as (_, work):
        made = make_group(work, data.name)
    return done(request, made, f"/groups#{made.id}", status=201)


@post("/groups/{group:str}/members", guards=[may("relate")], sync_to_thread=True)
def add_member_to(
    request: Asked, node: TheNode, user: TheUser, group: GroupId, data: JSONBody[Member]
) -> Response[Group]:
    """Add a peer to a group; it receives what is written from now on."""
    with node.exchange(user) as (_, work):
        made = add_member(work, group_of(work, group).id, data.node)
    return done(request, made, f"/groups#{made.id}")


@post("/groups/{group:str}/removals", guards=[may("relate")], sync_to_thread=True)
def remove_member_of(
    request: Asked, node: TheNode, user: TheUser, group: GroupId, data: JSONBody[Member]
) -> Response[Group]:
    """Remove a peer from a group; messages not yet sent to it are dropped."""
    with node.exchange(user) as (_, work):
        made = remove_member(work, group_of(work, group).id, data.node)
    return done(request, made, f"/groups#{made.id}")


def groups_view(page: GroupsPage, *, relates: bool) -> GroupsView:
    """Render the page as text.

    Args:
        page: The page record.
        relates: The reader may change members.
    """
    return GroupsView(
        lines=tuple(_line(each, page.names) for each in page.groups),
        relates=relates,
        keys=(("n", words("Create a group")),) if relates else (),
    )


def _told(work: Work, group: Group) -> GroupTold:
    return GroupTold(group=group, members=tuple(memberships(work, group.id)))


def _line(told: GroupTold, names: dict[str, str]) -> GroupLine:
    seats = [
        Seat(
            node=each.node,
            key=peer_key(each.node),
            name=names.get(each.node, each.node),
            since=each.since,
            until=each.until,
        )
        for each in told.members
    ]
    others = {node: name for node, name in names.items() if node not in told.group.members}
    return GroupLine(
        group=told.group,
        now=tuple(each for each in seats if each.until is None),
        before=tuple(each for each in seats if each.until is not None),
        others=tuple(sorted(others.items(), key=lambda each: each[1].casefold())),
    )


HANDLERS = [groups_page, make_working_group, add_member_to, remove_member_of]
