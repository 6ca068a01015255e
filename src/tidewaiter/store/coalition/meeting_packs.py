"""Boards, members, timelines and meeting packs, from the records of this node."""

from collections.abc import Iterable
from datetime import date, timedelta

from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import Board, Period, board_from
from tidewaiter.exchange.coalition.commitments import Pledges, pledges_on
from tidewaiter.exchange.coalition.meeting_packs import (
    Known,
    Line,
    Pack,
    Working,
    lines_of,
    working_groups,
)
from tidewaiter.exchange.coalition.members import PATIENCE, Facts, in_force, members_on
from tidewaiter.exchange.coalition.timeline import (
    Event,
    Series,
    Timeline,
    channel_events,
    group_events,
    law_events,
    member_events,
    timeline_of,
)
from tidewaiter.law.changes import Change
from tidewaiter.store.coalition.participation import (
    Counts,
    Reader,
    counts_of,
    facts_on,
    known_nodes,
)
from tidewaiter.store.coalition.pledges import pledge_statements

_YEAR = 365  # days


class Members(Record, frozen=True, kw_only=True):
    """The members on a day."""

    day: date
    patience: int  # days without activity after which a member with pending items counts as silent
    members: tuple[Line, ...]
    groups: tuple[Working, ...]


def usual_period(day: date) -> Period:
    """Return the first and last day of the year that ends on a day."""
    return Period(since=day - timedelta(days=_YEAR), until=day + timedelta(days=1))


def read_members(reader: Reader, day: date, *, patience: int = PATIENCE) -> Members:
    """Return the members on a day, as known to this node.

    Raises:
        InputError: A stored record was written with another key.
    """
    return _members(reader, facts_on(reader, day), day, patience)


def read_board(reader: Reader, period: Period, day: date) -> Board:
    """Compute the board of a period as of a day.

    Raises:
        InputError: The period has no day before that, or a record was written with another key.
    """
    return _board(counts_of(reader, period.before().since, day), period, day)


def read_timeline(reader: Reader, since: date, day: date, laws: Iterable[Change]) -> Timeline:
    """Return the events of the months in an interval.

    Args:
        reader: Of this node.
        since: Day in the first month.
        day: Day in the last month.
        laws: Changes of law to show.

    Raises:
        InputError: The interval is empty, or a stored record was written with another key.
    """
    counts = counts_of(reader, since.replace(day=1), day)
    return _timeline(counts, facts_on(reader, day), since, day, laws)


def read_pledges(reader: Reader, day: date) -> Pledges:
    """Return the pledges and their status on a day.

    Raises:
        InputError: A stored record was written with another key.
    """
    return pledges_on(pledge_statements(reader.work, reader.safe), day)


def read_pack(reader: Reader, period: Period, day: date, laws: Iterable[Change]) -> Pack:
    """Assemble a meeting pack for a day; its timeline starts with the period.

    Raises:
        InputError: The period has no day before that, or a record was written with another key.
    """
    known, facts = known_nodes(reader), facts_on(reader, day)
    counts = counts_of(reader, min(period.before().since, period.since.replace(day=1)), day)
    members = _members(reader, facts, day, PATIENCE)
    return Pack(
        node=reader.node,
        name=known[reader.node].name,
        day=day,
        period=period,
        board=_board(counts, period, day),
        members=members.members,
        groups=members.groups,
        pledges=read_pledges(reader, day),
        timeline=_timeline(counts, facts, period.since, day, laws),
        names=names_of(known, members.members),
    )


def names_of(known: dict[str, Known], members: Iterable[Line] = ()) -> dict[str, str]:
    """Return the names of nodes, including those known from member lists only."""
    listed = {each.member.node: each.name for each in members}
    return {**listed, **{node: each.name for node, each in known.items()}}


def _members(reader: Reader, facts: Facts, day: date, patience: int) -> Members:
    known = known_nodes(reader)
    groups = working_groups(facts.rosters, known, day)
    found = members_on(facts, day, patience=patience)
    return Members(
        day=day,
        patience=patience,
        members=lines_of(found, known, groups, reader.node),
        groups=groups,
    )


def _board(counts: Counts, period: Period, day: date) -> Board:
    return board_from(counts.notices, counts.material, period, day)


def _timeline(
    counts: Counts, facts: Facts, since: date, day: date, laws: Iterable[Change]
) -> Timeline:
    series = Series(
        notices=counts.notices,
        incidents=counts.material.incidents,
        freezes=counts.material.freezes,
    )
    events: list[Event] = [
        *law_events(laws),
        *channel_events(series.freezes),
        *member_events(facts.moves),
        *group_events(in_force(facts.rosters, day)),
    ]
    return timeline_of(series, events, since, day)
