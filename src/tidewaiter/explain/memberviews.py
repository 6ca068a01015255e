"""Members and what they promised, in words."""

from collections.abc import Mapping

from tidewaiter.base.records import Record
from tidewaiter.coalition.commitments import Commitment, Evidence, Report
from tidewaiter.coalition.packs import Line, Working
from tidewaiter.coalition.pledges import Pledge, Pledges
from tidewaiter.report.boards import place
from tidewaiter.report.coalitionwords import told
from tidewaiter.report.languages import counted, day, number, words


class MemberView(Record, frozen=True, kw_only=True):
    """A member, ready to be printed."""

    node: str
    name: str
    country: str
    state: str  # a word of the records, for its class
    says: str
    since: str
    silence: str  # "for 41 days, since 3 May 2026: notice DE-7"; "": it is not silent
    rosters: tuple[str, ...]
    groups: str
    disputed: bool


class GroupView(Record, frozen=True, kw_only=True):
    """A working group, ready to be printed."""

    name: str
    part_of: str
    roster: str
    since: str
    members: str


class PledgeView(Record, frozen=True, kw_only=True):
    """A commitment, ready to be printed."""

    owner: str  # name of the node
    id: str
    state: str  # a word of the records
    says: str
    who: str
    what: str
    indicator: str
    baseline: str  # "": nobody has measured it
    target: str  # "at least 120 notices"
    due: str
    last: str  # the number that it rests on, with its day; "": none counts
    evidence: tuple[Evidence, ...]
    changed: str  # "changed 2 times; at first at least 100"; "": it was not
    unused: tuple[str, ...]  # reports that decide nothing, and why


def member_view(line: Line) -> MemberView:
    """Put a member into words."""
    member = line.member
    return MemberView(
        node=member.node,
        name=line.name or member.node,
        country=place(line.country) if line.country else "",
        state=member.state or "none",
        says=words("this node") if line.itself else told(member.state or "none"),
        since=day(member.since),
        silence=_silence(line),
        rosters=line.rosters,
        groups=", ".join(line.groups),
        disputed=member.disputed and line.related,
    )


def group_view(working: Working) -> GroupView:
    """Put a working group into words."""
    return GroupView(
        name=working.group.name,
        part_of=working.part_of,
        roster=working.roster,
        since=day(working.group.since),
        members=", ".join(working.members) or words("nobody"),
    )


def pledge_view(pledge: Pledge, names: Mapping[str, str]) -> PledgeView:
    """Put a commitment into words."""
    standing = pledge.standing
    promised, last = standing.commitment, standing.rests_on
    unit = promised.indicator.unit
    return PledgeView(
        owner=names.get(promised.owner, promised.owner),
        id=promised.id,
        state=standing.name,
        says=told(standing.name),
        who=promised.who,
        what=promised.what,
        indicator=promised.indicator.name,
        baseline=""
        if promised.baseline is None
        else f"{number(promised.baseline)} {unit} ({day(promised.baseline_day)})",
        target=_target(promised),
        due=day(promised.due),
        last="" if last is None else f"{number(last.value)} {unit} ({day(last.of)})",
        evidence=last.evidence if last else (),
        changed=_changed(pledge),
        unused=tuple(f"{each.report}: {each.why}" for each in standing.unused),
    )


def initiative_words(
    pledges: Pledges, names: Mapping[str, str]
) -> tuple[tuple[str, str, str], ...]:
    """Return of each initiative its name, who carries it out, and whose it is."""
    return tuple(
        (each.name, each.body, names.get(each.owner, each.owner)) for each in pledges.initiatives
    )


def report_in_words(report: Report, unit: str) -> str:
    """Write a number that was reported, with its day."""
    return f"{number(report.value)} {unit} ({day(report.of)})"


def _target(promised: Commitment) -> str:
    return f"{told(promised.direction)} {number(promised.target)} {promised.indicator.unit}"


def _changed(pledge: Pledge) -> str:
    changes = len(pledge.versions) - 1
    if not changes:
        return ""
    times = counted("changed once", "changed %(num)s times", changes) % {"num": number(changes)}
    first = pledge.versions[0].commitment
    at_first = words("at first: %(target)s by %(due)s") % {
        "target": _target(first),
        "due": day(first.due),
    }
    late = words("a change after the last day does not count")
    return "; ".join((times, at_first, *((late,) if any(e.late for e in pledge.versions) else ())))


def _silence(line: Line) -> str:
    silence = line.member.silence
    if silence is None:
        return ""
    told_of = words("%(days)s days without a sign since %(since)s; waiting: %(what)s")
    return told_of % {
        "days": number(silence.days),
        "since": day(silence.since),
        "what": ", ".join(silence.waiting),
    }
