"""Pages of the coalition in words."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.coalition.packs import Line
from tidewaiter.coalition.pledges import Pledge, Pledges
from tidewaiter.report.coalitionwords import told
from tidewaiter.report.languages import day
from tidewaiter.report.memberviews import (
    GroupView,
    MemberView,
    PledgeView,
    group_view,
    initiative_words,
    member_view,
    pledge_view,
    report_in_words,
)
from tidewaiter.store.packs import Members


class Said(Record, frozen=True, kw_only=True):
    """Something that was said, ready to be printed."""

    day: str
    who: str
    what: str
    why: str


class MemberWords(Record, frozen=True, kw_only=True):
    """The page of members."""

    members: tuple[MemberView, ...]
    said: tuple[tuple[str, tuple[Said, ...]], ...]  # by name of the member
    groups: tuple[GroupView, ...]


class PledgeWords(Record, frozen=True, kw_only=True):
    """The page of commitments."""

    pledges: tuple[PledgeView, ...]
    said: tuple[tuple[str, tuple[Said, ...]], ...]  # by commitment
    initiatives: tuple[tuple[str, str, str], ...]


def member_words(found: Members) -> MemberWords:
    """Put members into words, each with all that was said of it."""
    return MemberWords(
        members=tuple(member_view(each) for each in found.members),
        said=tuple((each.name or each.member.node, _statements(each)) for each in found.members),
        groups=tuple(group_view(each) for each in found.groups),
    )


def pledge_words(pledges: Pledges, names: Mapping[str, str]) -> PledgeWords:
    """Put commitments into words, each with its versions and numbers."""
    return PledgeWords(
        pledges=tuple(pledge_view(each, names) for each in pledges.commitments),
        said=tuple(
            (each.standing.commitment.what, _history(each, names)) for each in pledges.commitments
        ),
        initiatives=initiative_words(pledges, names),
    )


def _statements(line: Line) -> tuple[Said, ...]:
    return tuple(
        Said(day=day(each.day), who=told(each.source), what=told(each.says), why=each.told)
        for each in reversed(line.member.statements)
    )


def _history(pledge: Pledge, names: Mapping[str, str]) -> tuple[Said, ...]:
    unit = pledge.standing.commitment.indicator.unit
    unused = {each.report: each.why for each in pledge.standing.unused}
    return tuple(
        Said(
            day=day(each.day),
            who=names.get(each.by, each.by),
            what=report_in_words(each, unit),
            why="; ".join(filter(None, (unused.get(each.id, ""), each.note))),
        )
        for each in reversed(pledge.reports)
    )
