"""Text for the coalition pages: dashboard, members and commitments."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tidewaiter.base.intervals import Share
from tidewaiter.base.records import Record
from tidewaiter.exchange.coalition.board import Board, Country, Days, Row, Waits
from tidewaiter.exchange.coalition.commitments import Commitment, Evidence, Pledge, Pledges, Report
from tidewaiter.exchange.coalition.meeting_packs import Line, Working
from tidewaiter.exchange.coalition.outcomes import Freeze, Outcome
from tidewaiter.explain.languages import country, day, marked, number, numbered, pmarked, words

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        # member states
        "invited": marked("invited"),
        "joined": marked("joined"),
        "frozen": marked("frozen"),
        "left": marked("left"),
        "silent": marked("unresponsive"),
        "none": marked("no relationship"),
        "active": marked("active"),
        "ended": marked("ended"),
        "own": marked("this node"),
        "peer": marked("the peer"),
        "roster": marked("a member list"),
        # timeliness of pre-export notifications
        "in time": marked("on time"),
        "late": marked("late"),
        "no reply": marked("no reply"),
        "answered early": marked("replied early"),
        "waiting": marked("pending"),
        "withdrawn": marked("withdrawn"),
        "no term": marked("no reply deadline"),
        "undelivered": marked("not delivered"),
        "came too late": marked("received after the deadline"),
        # states of commitments
        "open": pmarked("commitment", "open"),
        "met": marked("met"),
        "missed": marked("missed"),
        "no evidence": marked("no evidence"),
        "at least": marked("at least"),
        "at most": marked("at most"),
        # trends
        "higher": marked("higher"),
        "lower": marked("lower"),
        "no clear change": marked("no clear change"),
        "too few": marked("too few to assess"),
        # events
        "law in force": marked("law in force"),
        "law ends": marked("law no longer in force"),
        "thawed": marked("channel reopened"),
        "group formed": marked("group formed"),
        "group ended": marked("group dissolved"),
    }
)
"""Display text of record codes. Members and notifications share the text for "frozen"."""


def display_word(word: str) -> str:
    """Return the display text of a record code in the current language."""
    return words(_WORDS[word]) if word in _WORDS else word


_PERCENT = 100
_OPEN: tuple[Outcome, ...] = (
    "waiting",
    "answered early",
    "frozen",
    "no term",
    "undelivered",
    "came too late",
    "withdrawn",
)


class RowView(Record, frozen=True, kw_only=True):
    """Pre-export notifications in one direction, formatted for display."""

    exporter: str  # country name; "": any
    importer: str
    notices: str
    tells: bool  # whether there are enough cases for a share
    count: str  # "8 of 10"
    share: str  # "80 %"; "": too few cases
    interval: str  # "49 to 94 %"
    low: float  # percent; for the chart
    dot: float
    high: float
    median: str  # "6 (4 to 9)"; "": too few cases
    ninetieth: str
    method: str  # counting method for days, if it is not answered notifications only
    silences: str
    rest: tuple[str, ...]  # "3 waiting"
    objections: str
    queries: str
    more_time: str
    released: str
    frozen_days: str
    incidents: str
    trend: str  # of the share in time
    more: str  # notices against the period before: "+3"


class CountryView(Record, frozen=True, kw_only=True):
    """One country: the responses it receives and the responses it gives."""

    name: str
    sent: RowView
    received: RowView
    frozen: tuple[str, ...]  # "since 3 May 2026, by Bergen"


class BoardView(Record, frozen=True, kw_only=True):
    """The dashboard, formatted for display."""

    countries: tuple[CountryView, ...]
    pairs: tuple[RowView, ...]
    no_calendar: str  # country names, comma-separated; "": all calendars are known


def board_view(board: Board, names: Mapping[str, str]) -> BoardView:
    """Format a dashboard for display.

    Args:
        board: The dashboard.
        names: Node names by identifier.
    """
    return BoardView(
        countries=tuple(_country(each, names) for each in board.countries),
        pairs=tuple(row_view(each) for each in board.pairs),
        no_calendar=", ".join(place(each) for each in board.no_calendar),
    )


def row_view(row: Row) -> RowView:
    """Format one direction for display."""
    now, trend = row.now, row.trend
    shown = now.in_time
    return RowView(
        exporter=place(row.exporter),
        importer=place(row.importer),
        notices=number(now.notices),
        tells=shown.share is not None,
        count=_count(shown),
        share=_percent(shown.share),
        interval=interval_in_words(shown),
        low=_scaled(shown.low),
        dot=_scaled(shown.share),
        high=_scaled(shown.high),
        median=days_in_words(now.waits, now.waits.median),
        ninetieth=days_in_words(now.waits, now.waits.ninetieth),
        method=now.waits.method if now.waits.method == "Kaplan-Meier" else "",
        silences=number(now.silences),
        rest=tuple(
            f"{number(now.outcomes[each])} {display_word(each)}"
            for each in _OPEN
            if now.outcomes[each]
        ),
        objections=number(now.objections),
        queries=number(now.queries),
        more_time=number(now.more_time),
        released=number(now.released),
        frozen_days=number(now.frozen_days),
        incidents=number(now.incidents),
        trend=display_word(trend.in_time.tendency),
        more=f"{trend.notices:+,}",
    )


def place(code: str | None) -> str:
    """Return a country name; "" for None (any country)."""
    if code is None:
        return ""
    return country(code) if code else words("no country")


def interval_in_words(share: Share) -> str:
    """Format the 95 % interval of a share; "" if there are too few cases."""
    if share.low is None or share.high is None:
        return ""
    ends = {"low": number(round(_PERCENT * share.low)), "high": _percent(share.high)}
    return words("%(low)s to %(high)s") % ends


def days_in_words(waits: Waits, days: Days) -> str:
    """Format a number of working days with its interval, or the reason there is none."""
    if waits.method == "too few":
        return ""
    if days.days is None:
        return words("not yet")
    if days.low is None and days.high is None:
        return number(days.days)
    low = "?" if days.low is None else number(days.low)
    high = "?" if days.high is None else number(days.high)
    between = words("%(low)s to %(high)s") % {"low": low, "high": high}
    return f"{number(days.days)} ({between})"


def freezes_in_words(freezes: Iterable[Freeze], names: Mapping[str, str]) -> tuple[str, ...]:
    """List who froze channels, and since when."""
    return tuple(
        words("frozen by %(by)s from %(since)s") % _of(each, names)
        if each.until is None
        else words("frozen by %(by)s from %(since)s to %(until)s") % _of(each, names)
        for each in freezes
    )


def _of(freeze: Freeze, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "by": names.get(freeze.by, freeze.by),
        "since": day(freeze.since),
        "until": day(freeze.until),
    }


def _country(found: Country, names: Mapping[str, str]) -> CountryView:
    return CountryView(
        name=place(found.country),
        sent=row_view(found.sent),
        received=row_view(found.received),
        frozen=freezes_in_words(found.frozen, names),
    )


def _count(share: Share) -> str:
    if not share.of:
        return "–"
    told_of = {"count": number(share.count), "all": number(share.of)}
    return words("%(count)s of %(all)s") % told_of


def _percent(share: float | None) -> str:
    return "" if share is None else f"{number(round(_PERCENT * share))} %"


def _scaled(share: float | None) -> float:
    return round(_PERCENT * (share or 0.0), 1)


class MemberView(Record, frozen=True, kw_only=True):
    """A member, formatted for display."""

    node: str
    name: str
    country: str
    state: str  # code of the state; used as CSS class
    says: str
    since: str
    silence: str  # "for 41 days, since 3 May 2026: notice DE-7"; "": not silent
    rosters: tuple[str, ...]
    groups: str
    disputed: bool


class GroupView(Record, frozen=True, kw_only=True):
    """A working group, formatted for display."""

    name: str
    part_of: str
    roster: str
    since: str
    members: str


class PledgeView(Record, frozen=True, kw_only=True):
    """A commitment, formatted for display."""

    owner: str  # name of the owning node
    id: str
    state: str  # code of the state
    says: str
    who: str
    what: str
    indicator: str
    baseline: str  # "": not measured
    target: str  # "at least 120 notices"
    due: str
    last: str  # the report used, with its day; "": none is valid
    evidence: tuple[Evidence, ...]
    changed: str  # "changed 2 times; at first at least 100"; "": never changed
    unused: tuple[str, ...]  # reports that were not used, and why


def member_view(line: Line) -> MemberView:
    """Format a member for display."""
    member = line.member
    return MemberView(
        node=member.node,
        name=line.name or member.node,
        country=place(line.country) if line.country else "",
        state=member.state or "none",
        says=words("this node") if line.itself else display_word(member.state or "none"),
        since=day(member.since),
        silence=_silence(line),
        rosters=line.rosters,
        groups=", ".join(line.groups),
        disputed=member.disputed and line.related,
    )


def group_view(working: Working) -> GroupView:
    """Format a working group for display."""
    return GroupView(
        name=working.group.name,
        part_of=working.part_of,
        roster=working.roster,
        since=day(working.group.since),
        members=", ".join(working.members) or words("no one"),
    )


def pledge_view(pledge: Pledge, names: Mapping[str, str]) -> PledgeView:
    """Format a commitment for display."""
    standing = pledge.standing
    promised, last = standing.commitment, standing.rests_on
    unit = promised.indicator.unit
    return PledgeView(
        owner=names.get(promised.owner, promised.owner),
        id=promised.id,
        state=standing.name,
        says=display_word(standing.name),
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
    """Return the name, the implementing body and the owner of each initiative."""
    return tuple(
        (each.name, each.body, names.get(each.owner, each.owner)) for each in pledges.initiatives
    )


def report_in_words(report: Report, unit: str) -> str:
    """Format a reported number with its day."""
    return f"{number(report.value)} {unit} ({day(report.of)})"


def _target(promised: Commitment) -> str:
    return f"{display_word(promised.direction)} {number(promised.target)} {promised.indicator.unit}"


def _changed(pledge: Pledge) -> str:
    changes = len(pledge.versions) - 1
    if not changes:
        return ""
    times = numbered("changed once", "changed %(num)s times", changes)
    first = pledge.versions[0].commitment
    at_first = words("originally: %(target)s by %(due)s") % {
        "target": _target(first),
        "due": day(first.due),
    }
    late = words("changes after the due date do not count")
    return "; ".join((times, at_first, *((late,) if any(e.late for e in pledge.versions) else ())))


def _silence(line: Line) -> str:
    silence = line.member.silence
    if silence is None:
        return ""
    told_of = words("no contact for %(days)s days, since %(since)s; awaiting: %(what)s")
    return told_of % {
        "days": number(silence.days),
        "since": day(silence.since),
        "what": ", ".join(silence.waiting),
    }
