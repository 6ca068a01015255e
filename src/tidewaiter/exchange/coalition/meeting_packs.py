"""Meeting packs: the records that a coalition meeting needs, as of a day."""

from collections.abc import Iterable, Mapping
from datetime import date

from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import Board, Period
from tidewaiter.exchange.coalition.commitments import Pledges
from tidewaiter.exchange.coalition.member_lists import Endorsed, Group
from tidewaiter.exchange.coalition.members import Member, groups_on, in_force
from tidewaiter.exchange.coalition.timeline import Timeline


class Known(Record, frozen=True, kw_only=True):
    """A node's self-description in its document."""

    name: str
    country: str  # ISO 3166-1 alpha-2; "": none


class Line(Record, frozen=True, kw_only=True):
    """A member in a list."""

    member: Member
    name: str  # from its own document, otherwise from a member list
    country: str
    itself: bool  # this node
    related: bool  # has or had a relation with this node
    rosters: tuple[str, ...]  # "invited, as g7, version 2 says"
    groups: tuple[str, ...]  # names


class Working(Record, frozen=True, kw_only=True):
    """A working group from a member list."""

    roster: str  # member list id
    group: Group
    part_of: str  # name of the parent group; "": none
    members: tuple[str, ...]  # names


class Pack(Record, frozen=True, kw_only=True):
    """The content of a meeting pack."""

    node: str
    name: str  # node name
    day: date
    period: Period
    board: Board
    members: tuple[Line, ...]
    groups: tuple[Working, ...]
    pledges: Pledges
    timeline: Timeline
    names: Mapping[str, str]  # by node


def lines_of(
    members: Iterable[Member], known: Mapping[str, Known], groups: Iterable[Working], own: str
) -> tuple[Line, ...]:
    """Combine members with their self-descriptions and the groups of member lists.

    Args:
        members: On the day.
        known: Self-descriptions by node.
        groups: Groups of that day.
        own: This node.
    """
    kept = tuple(groups)
    return tuple(
        Line(
            member=each,
            name=known[each.node].name if each.node in known else each.name,
            country=known[each.node].country if each.node in known else each.country,
            itself=each.node == own,
            related=any(one.source != "roster" for one in each.statements),
            rosters=tuple(
                f"{one.says} ({one.told})" for one in each.statements if one.source == "roster"
            ),
            groups=tuple(one.group.name for one in kept if each.node in one.group.members),
        )
        for each in members
    )


def working_groups(
    rosters: Iterable[Endorsed], known: Mapping[str, Known], day: date
) -> tuple[Working, ...]:
    """Return the groups of a day with member names."""
    kept = tuple(rosters)
    groups = groups_on(kept, day)
    found = []
    for each in in_force(kept, day):
        listed = {member.node: member.name for member in each.roster.members}
        named = {group.id: group.name for group in each.roster.groups}
        found += [
            Working(
                roster=each.roster.id,
                group=group,
                part_of=named.get(group.parent, ""),
                members=tuple(
                    known[node].name if node in known else listed[node] for node in group.members
                ),
            )
            for group in groups[each.roster.id]
        ]
    return tuple(found)
