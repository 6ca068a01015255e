"""Commitments and initiatives of members, and their progress as of a day.

A member's claim alone decides nothing: a number counts only with evidence that others can check.
Numbers without evidence are reported as such.

Earlier versions of a commitment remain visible; after its due date a new version has no effect on
it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Literal, TypeVar

from msgspec import structs

from tidewaiter.base.records import Record
from tidewaiter.exchange.problems import Problem, prose, wrong

_SHA_256 = re.compile(r"[0-9a-f]{64}")
_LINK = re.compile(r"https?://[^\s/]+\S*")
_LARGEST = 2**53 - 1

Direction = Literal["at least", "at most"]
Name = Literal["open", "met", "missed", "withdrawn", "no evidence"]
"""Status of a commitment. "met" before the due date can still be lost by a later number."""


class Initiative(Record, frozen=True, kw_only=True):
    """Work that members do together: kind "initiative", schema 1."""

    id: str
    owner: str  # owner's node id
    name: str
    body: str  # body that carries it out
    about: str = ""
    roster: str = ""  # member list id; "": none
    group: str = ""  # id of a group of that list
    since: date
    until: date | None = None


class Indicator(Record, frozen=True, kw_only=True):
    """The quantity measured, in whole numbers."""

    name: str
    unit: str  # "notices", "ppm of notices answered in time"
    how: str = ""  # how it is measured


class Commitment(Record, frozen=True, kw_only=True):
    """A member's commitment: kind "commitment", schema 1."""

    id: str
    owner: str  # id of the committing node
    initiative: str = ""  # id; "": none
    who: str  # responsible office
    what: str
    indicator: Indicator
    baseline: int | None = None  # None: not measured
    baseline_day: date | None = None
    direction: Direction
    target: int
    made: date
    due: date  # last day
    measured_by: tuple[str, ...] = ()  # reporting nodes; empty: the owner


class Evidence(Record, frozen=True, kw_only=True):
    """Evidence of a number: the SHA-256 of a file available on request, or a link."""

    title: str
    sha256: str = ""  # in hexadecimal
    link: str = ""

    @property
    def can_be_checked(self) -> bool:
        """Return whether there is evidence."""
        return bool(_SHA_256.fullmatch(self.sha256) or _LINK.fullmatch(self.link))


class Report(Record, frozen=True, kw_only=True):
    """A reported number: kind "commitment-report", schema 1."""

    id: str
    commitment: str
    owner: str  # of the commitment
    by: str  # reporting node; the recipient compares it with the sender
    day: date  # of the report
    of: date  # day that the number refers to
    value: int
    evidence: tuple[Evidence, ...] = ()
    note: str = ""


class Withdrawal(Record, frozen=True, kw_only=True):
    """The owner withdraws a commitment: kind "commitment-withdrawal", schema 1."""

    id: str
    commitment: str
    owner: str  # the recipient compares it with the sender
    day: date
    reason: str


class Unused(Record, frozen=True, kw_only=True):
    """A report without effect, and why."""

    report: str
    why: str


class Standing(Record, frozen=True, kw_only=True):
    """Status of a commitment as of a day."""

    commitment: Commitment
    day: date
    name: Name
    rests_on: Report | None  # None: no valid report
    unused: tuple[Unused, ...]  # reports without effect by that day


def standing_of(
    commitment: Commitment,
    reports: Iterable[Report],
    withdrawals: Iterable[Withdrawal],
    day: date,
) -> Standing:
    """Compute the status of a commitment; the order of the records does not matter.

    Args:
        commitment: The commitment.
        reports: Of any commitments.
        withdrawals: Of any commitments.
        day: Today; later records are ignored.
    """
    key = (commitment.owner, commitment.id)
    mine = [each for each in reports if (each.owner, each.commitment) == key and each.day <= day]
    counting, claimed, unused = _sorted_out(commitment, mine)
    last = _latest(counting)
    until = min(day, commitment.due)  # later ones revoke nothing
    gone = any((each.owner, each.commitment) == key and each.day <= until for each in withdrawals)
    return Standing(
        commitment=commitment,
        day=day,
        name="withdrawn" if gone else _name(commitment, last, _latest(claimed), day),
        rests_on=last,
        unused=tuple(unused),
    )


def reaches(commitment: Commitment, value: int) -> bool:
    """Return whether a number reaches the target."""
    if commitment.direction == "at least":
        return value >= commitment.target
    return value <= commitment.target


def problems_of(commitment: Commitment) -> list[Problem]:
    """Return the problems of a commitment that must be corrected before sending."""
    return list(_problems(commitment))


def _problems(each: Commitment) -> Iterator[Problem]:
    yield from prose("what", each.what, needed=True)
    yield from prose("who", each.who, needed=True)
    yield from prose("indicator, name", each.indicator.name, needed=True)
    yield from prose("indicator, unit", each.indicator.unit, needed=True)
    if each.due < each.made:
        yield wrong("due", "exchange/due-before-made")
    if (each.baseline is None) != (each.baseline_day is None):
        yield wrong("baseline", "exchange/baseline-incomplete")
    if each.baseline is not None and reaches(each, each.baseline):
        yield wrong("target", "exchange/target-already-reached")
    if max(abs(each.target), abs(each.baseline or 0)) > _LARGEST:
        yield wrong("target", "exchange/number-too-large")


def _sorted_out(
    commitment: Commitment, reports: Sequence[Report]
) -> tuple[list[Report], list[Report], list[Unused]]:
    """Return the valid reports, those without evidence, and those without effect."""
    counting, claimed, unused = [], [], []
    for each in sorted(reports, key=lambda one: (one.day, one.id)):
        why = _why_unused(commitment, each)
        if not why and _has_evidence(each):
            counting.append(each)
            continue
        if not why:
            claimed.append(each)
        unused.append(Unused(report=each.id, why=why or "it has no evidence to look at"))
    return counting, claimed, unused


def _why_unused(commitment: Commitment, report: Report) -> str:
    """Return why a report has no effect, regardless of evidence; "": it may."""
    if report.by not in (commitment.measured_by or (commitment.owner,)):
        return "it is by a node that does not measure this"
    if report.of > report.day:
        return "its number is of a day that had not come"
    if not commitment.made <= report.of <= commitment.due:
        return "its number is of a day before the promise or after its last day"
    return ""


def _has_evidence(report: Report) -> bool:
    return any(each.can_be_checked for each in report.evidence)


def _latest(reports: Iterable[Report]) -> Report | None:
    """Return the latest number; of several for one day, the last reported."""
    return max(reports, key=lambda each: (each.of, each.day, each.id), default=None)


def _name(commitment: Commitment, last: Report | None, claim: Report | None, day: date) -> Name:
    """Return the status by the latest number, and by the latest without evidence."""
    if last is not None and reaches(commitment, last.value):
        return "met"
    over = day > commitment.due
    claimed = claim is not None and reaches(commitment, claim.value)
    if claimed and claim is _latest(filter(None, (last, claim))):
        return "no evidence"
    if last is None:
        return "no evidence" if over else "open"
    return "missed" if over else "open"


Pledged = Commitment | Initiative | Report | Withdrawal

KINDS: Mapping[str, type[Pledged]] = MappingProxyType(
    {
        "commitment": Commitment,
        "initiative": Initiative,
        "commitment-report": Report,
        "commitment-withdrawal": Withdrawal,
    }
)
"""Message kinds of commitments."""

S = TypeVar("S", bound=Pledged)


class Told(Record, frozen=True, kw_only=True):
    """A statement, and when this node received it."""

    body: Pledged
    day: date


class Version(Record, frozen=True, kw_only=True):
    """One version of a commitment."""

    commitment: Commitment
    day: date
    late: bool  # received after the previous version's due date; no effect


class Pledge(Record, frozen=True, kw_only=True):
    """A commitment with its versions, reports and status."""

    versions: tuple[Version, ...]  # in order of arrival
    reports: tuple[Report, ...]
    standing: Standing


class Pledges(Record, frozen=True, kw_only=True):
    """The members' commitments and initiatives as of a day."""

    commitments: tuple[Pledge, ...]  # by due date, owner and id
    initiatives: tuple[Initiative, ...]  # latest version of each, by owner and id


def subject_of(said: Pledged) -> tuple[str, str]:
    """Return owner and id of the commitment or initiative concerned."""
    own = isinstance(said, (Commitment, Initiative))
    return said.owner, said.id if own else said.commitment  # type: ignore[union-attr]


def pledges_on(told: Iterable[Told], day: date) -> Pledges:
    """Assemble the pledges from the statements received by a day.

    Reports and withdrawals count from the day of receipt, whatever their date.

    Args:
        told: In order of arrival.
        day: As-of day.
    """
    by_then = [each for each in told if each.day <= day]
    reports = [structs.replace(body, day=on) for body, on in _of(by_then, Report)]
    gone = [structs.replace(body, day=on) for body, on in _of(by_then, Withdrawal)]
    versions: dict[tuple[str, str], list[Version]] = {}
    for commitment, on in _of(by_then, Commitment):
        before = versions.setdefault(subject_of(commitment), [])
        late = bool(before) and on > in_force(before).due
        before.append(Version(commitment=commitment, day=on, late=late))
    pledges = [_pledge(each, reports, gone, day) for each in versions.values()]
    initiatives = {subject_of(body): body for body, _ in _of(by_then, Initiative)}
    return Pledges(
        commitments=tuple(sorted(pledges, key=_order)),
        initiatives=tuple(initiatives[key] for key in sorted(initiatives)),
    )


def in_force(versions: Sequence[Version]) -> Commitment:
    """Return the latest valid version; the first is always valid."""
    return next(each.commitment for each in reversed(versions) if not each.late)


def _of(told: Iterable[Told], kind: type[S]) -> list[tuple[S, date]]:
    return [(each.body, each.day) for each in told if isinstance(each.body, kind)]


def _pledge(
    versions: Sequence[Version],
    reports: Iterable[Report],
    gone: Iterable[Withdrawal],
    day: date,
) -> Pledge:
    commitment = in_force(versions)
    mine = tuple(each for each in reports if subject_of(each) == subject_of(commitment))
    return Pledge(
        versions=tuple(versions),
        reports=mine,
        standing=standing_of(commitment, mine, gone, day),
    )


def _order(pledge: Pledge) -> tuple[date, str, str]:
    commitment = pledge.standing.commitment
    return commitment.due, commitment.owner, commitment.id
